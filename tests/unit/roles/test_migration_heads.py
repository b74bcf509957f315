# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The revision of the schema that the ledger gets with each release."""

from __future__ import annotations

import pytest

HEADS = {
    "3.2.0": "1d6611b6ab7c", "3.2.2": "1d6611b6ab7c", "3.2.9": "1d6611b6ab7c", "3.3.0": "d2f4e1b3c5a7", "3.3.2": "d2f4e1b3c5a7",
    "3.3.3": "", "3.4.0": "",
}


@pytest.fixture(scope="module")
def told(evaluate):
    """The revision by version of Airflow."""
    return evaluate("airflow_release", "__airflow_release_migration_head", {
        version: {"airflow_version": version} for version in HEADS})


@pytest.mark.parametrize("version", HEADS)
def test_the_schema_of_a_version_is_known_or_left_out(told, version):
    assert told[version] == HEADS[version]
