# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.filter.own_pods import own_pods


def test_what_pods_are_like_is_handed_on():
    specification = {"components": {"scheduler": {"node_selector": {"pool": "core"}}}}
    found = own_pods(specification, {"schedulerName": "volcano"}, "airflow_job_pods", {"priority_class": "low"})
    assert found.keys() == {"labels", "annotations", "spec"}
    assert found["spec"] == {"nodeSelector": {"pool": "core"}, "priorityClassName": "low", "schedulerName": "volcano"}
