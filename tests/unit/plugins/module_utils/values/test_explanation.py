# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.explanation import LONGEST_VALUE, explanation
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting

SETTINGS = [
    Setting(("dags", "gitSync", "knownHosts"), "one\ntwo\n", "airflow_dag_delivery.git_sync.known_hosts", "Known"),
    Setting(("labels", "example.com/team"), "data", "airflow_x", "Labels"),
    Setting(
        ("scheduler", "resources"),
        {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "2Gi"}},
        "a",
        "Size",
    ),
    Setting(("statsd", "enabled"), None, "collection", "Gone"),
]


def test_each_setting_has_a_line_with_path_value_variable_and_reason():
    lines = explanation(SETTINGS).splitlines()
    assert lines[0].split("  ")[0] == "dags.gitSync.knownHosts"
    assert [line.split()[0] for line in lines[1:]] == [
        'labels."example.com/team"',
        "scheduler.resources",
        "statsd.enabled",
    ]
    assert lines[1].split() == ['labels."example.com/team"', '"data"', "airflow_x", "Labels."]
    assert lines[3].split() == ["statsd.enabled", "null", "collection", "Gone."]


def test_columns_are_aligned():
    lines = explanation(SETTINGS).splitlines()
    assert len({line.index(word) for line, word in zip(lines, ("Known.", "Labels.", "Size.", "Gone."))}) == 1


def test_long_values_are_shortened():
    lines = explanation(SETTINGS).splitlines()
    assert "(text of 2 lines)" in lines[0]
    assert "…" in lines[2] and len(lines[2].split("  ")[1]) <= LONGEST_VALUE


def test_nothing_needs_no_explanation():
    assert explanation([]) == ""
