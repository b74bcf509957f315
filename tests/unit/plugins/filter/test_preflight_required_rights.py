# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.filter.preflight_required_rights import preflight_required_rights


def test_rights_are_what_the_module_takes():
    rights = preflight_required_rights({"airflow_namespace": "data", "airflow_database_mode": "external"})
    assert all(set(right) == {"api_group", "resource", "verbs", "namespace", "names"} for right in rights)
    assert {right["namespace"] for right in rights} == {None, "data"}
    assert "statefulsets" not in {right["resource"] for right in rights}
