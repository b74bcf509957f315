# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

SPECIFICATION = {
    "pgbouncer": {"enabled": True},
    "dag_delivery": {"method": "git_sync", "git_sync": {"repository": "https://git.example.com/dags.git"}},
    "monitoring": {"open_telemetry": {"traces": True, "endpoint": "http://otel.example.com:4318"}},
}
IDS = {"runAsUser", "runAsGroup", "fsGroup"}


def contexts(values):
    """:returns: every security context in chart values."""
    found = []
    for key, value in values.items():
        if key == "securityContexts":
            found += value.values()
        elif isinstance(value, dict):
            found += contexts(value)
    return found


def test_openshift_chooses_the_ids(compiled):
    found = contexts(compiled(platform="openshift", **SPECIFICATION))
    assert len(found) == 7
    assert [context for context in found if IDS & set(context)] == []


@pytest.mark.parametrize("platform", [{}, {"platform": "openshift", "openshift_scc": "nonroot-v2"}])
def test_elsewhere_every_pod_has_ids(compiled, platform):
    pods = [context for context in contexts(compiled(**platform, **SPECIFICATION)) if "runAsNonRoot" in context]
    assert len(pods) == 4
    assert all(set(context) >= IDS for context in pods)


def test_constraints_of_openshift_mean_nothing_elsewhere(compiled):
    assert compiled(openshift_scc="restricted-v2") == compiled(openshift_scc="nonroot-v2") == compiled()


def test_on_either_platform_contexts_are_complete(compiled):
    # A context takes the place of the chart's own, so a part of one would be less than none.
    for platform in ("kubernetes", "openshift"):
        for context in contexts(compiled(platform=platform, **SPECIFICATION)):
            is_pod = context.get("runAsNonRoot") and context.get("seccompProfile") == {"type": "RuntimeDefault"}
            is_container = context.get("allowPrivilegeEscalation") is False and context["capabilities"] == {
                "drop": ["ALL"]
            }
            assert is_pod or is_container
