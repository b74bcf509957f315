# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.filter.preflight_probe_findings import FilterModule, preflight_probe_findings

UNREACHABLE = {"name": "airflow_logs.url", "host": "logs.acme.io", "port": 443, "state": "unreachable", "message": "timed out"}
INVALID = {"name": "registry", "is_valid": False, "message": "there is no such Secret", "registries": []}
PROBED = {"images": [], "endpoints": [UNREACHABLE], "pull_secrets": [INVALID], "problem": "", "changed": False, "probed": True}


def test_a_finding_is_a_mapping_of_five_texts():
    secret, address = preflight_probe_findings({"airflow_namespace": "data"}, PROBED)
    assert list(secret) == ["code", "severity", "subject", "problem", "remedy"]
    assert (secret["code"], secret["severity"], secret["subject"]) == ("WA803", "error", "Secret registry")
    assert (address["code"], address["subject"]) == ("WA805", "airflow_logs.url")
    assert address["problem"] == "Pods in namespace data cannot reach logs.acme.io:443: timed out."


def test_codes_that_the_inventory_accepts_are_warnings_behind_the_errors():
    found = preflight_probe_findings({"airflow_preflight_accepted": ["WA803"]}, PROBED)
    assert [(finding["code"], finding["severity"]) for finding in found] == [("WA805", "error"), ("WA803", "warning")]


@pytest.mark.parametrize("probed", [{}, {"skipped": True, "changed": False}, {**PROBED, "endpoints": [], "pull_secrets": []}])
def test_nothing_wrong_is_nothing_found(probed):
    assert preflight_probe_findings({}, probed) == []


def test_it_has_the_name_that_templates_call_it_by():
    assert FilterModule().filters() == {"preflight_probe_findings": preflight_probe_findings}
