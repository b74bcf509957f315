# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.filter.unknown_variables import unknown_variables

DECLARED = ["airflow_namespace", "airflow_release_name", "airflow_version"]


def test_declared_names_are_fine():
    assert unknown_variables(DECLARED, DECLARED) == []


def test_a_misspelt_name_gets_the_nearest_declared_one():
    assert unknown_variables(["airflow_namspace"], DECLARED) == [
        "airflow_namspace is a variable that no role knows. Did you mean airflow_namespace?"
    ]


def test_a_name_near_to_nothing_gets_a_remedy():
    assert "another prefix" in unknown_variables(["airflow_zzz"], ["airflow_network_policies_dns_cidrs"])[0]


def test_every_unknown_name_is_told_once_and_sorted():
    found = unknown_variables(["airflow_b", "airflow_a", "airflow_b"], [])
    assert [sentence.split()[0] for sentence in found] == ["airflow_a", "airflow_b"]
