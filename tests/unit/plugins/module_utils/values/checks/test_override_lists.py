# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import override_lists
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at

LOGS = {"logs": {"store": "s3", "url": "s3://example-logs/prod", "connection_secret": {"name": "logs", "key": "connection"}}}
IDENTITY = {
    "logs": {"store": "s3", "url": "s3://example-logs/prod"},
    "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
}
BUNDLES = {"dag_bundles": [{"name": "core", "repository": "https://git.example.com/dags.git"}]}
PROFILES = {"worker_profiles": [{"name": "gpu", "resources": {"limits": {"memory": "1Gi"}}}]}
SIMPLE = {"auth": {"method": "simple", "simple": {
    "users": [{"name": "ada", "role": "op"}], "passwords": {"name": "p", "key": "all.json"}}}}
CONSTRAINT = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
SPREAD = {"components": {"scheduler": {"topology_spread_constraints": [CONSTRAINT]}}}
TOLERATING = {"components": {"scheduler": {"tolerations": [{"key": "a", "operator": "Exists"}]}}}
CHECK = "CONNECTION_CHECK_MAX_COUNT"
MINE = {"name": "MINE", "value": "1"}


def judged(check, raw, specification):
    settings = compiler.compile_settings(specification)
    values = overrides.merged(compiler.chart_values(settings), raw)
    return check(values, {"overrides": raw, "settings": settings})


@pytest.mark.parametrize(
    ("raw", "specification", "path", "variable"),
    [
        ({"env": None}, IDENTITY, "env", "airflow_logs"),
        ({"env": [{"name": "AIRFLOW_CONN_AIRFLOW_LOGS", "value": "x"}]}, IDENTITY, "env.0", "airflow_logs"),
        ({"env": [{"value": "no name"}]}, IDENTITY, "env", "airflow_logs"),
        ({"secret": [MINE, {"envName": "AIRFLOW_CONN_AIRFLOW_LOGS", "secretName": "x"}]}, LOGS, "secret", "airflow_logs"),
        ({"secret": [{"envName": "AIRFLOW_CONN_AIRFLOW_LOGS", "secretName": "x"}]}, LOGS, "secret.0", "airflow_logs"),
        ({"workers": {"kubernetes": {"env": [MINE, {"name": CHECK, "value": "9"}]}}}, {}, "workers.kubernetes.env.0", "another name"),
        ({"workers": {"kubernetes": {"env": None}}}, {}, "workers.kubernetes.env", "Remove it"),
        (
            {"dagProcessor": {"dagBundleConfigList": [{"name": "core", "classpath": "a.B"}]}}, BUNDLES,
            "dagProcessor.dagBundleConfigList.0", "airflow_dag_bundles",
        ),
        (
            {"scheduler": {"extraVolumes": [{"name": "pod-templates", "emptyDir": {}}]}}, PROFILES, "scheduler.extraVolumes.0",
            "airflow_worker_profiles",
        ),
        (
            {"scheduler": {"extraVolumeMounts": [{"name": "mine", "mountPath": "/opt/airflow/pod_templates/gpu.yaml"}]}}, PROFILES,
            "scheduler.extraVolumeMounts.0", "airflow_worker_profiles",
        ),
        ({"apiServer": {"args": ["bash"]}}, SIMPLE, "apiServer.args", "airflow_auth"),
        (
            {"scheduler": {"topologySpreadConstraints": [{**CONSTRAINT, "maxSkew": 2}]}}, SPREAD,
            "scheduler.topologySpreadConstraints.0", "airflow_components",
        ),
        ({"scheduler": {"tolerations": None}}, TOLERATING, "scheduler.tolerations", "airflow_components"),
    ],
)  # fmt: skip
def test_a_list_that_loses_what_was_compiled_is_refused(raw, specification, path, variable):
    (finding,) = judged(override_lists.lost_entries, raw, specification)
    assert finding.path == path and variable in finding.remedy


@pytest.mark.parametrize(
    ("raw", "specification"),
    [
        ({}, IDENTITY),
        ({"env": []}, IDENTITY),
        ({"env": [MINE]}, IDENTITY),
        ({"secret": [{"envName": "MINE", "secretName": "x"}]}, LOGS),
        ({"workers": {"kubernetes": {"env": [MINE, {"name": CHECK, "value": "0"}]}}}, {}),
        ({"dagProcessor": {"dagBundleConfigList": [{"name": "mine", "classpath": "a.B"}]}}, BUNDLES),
        ({"scheduler": {"extraVolumes": [{"name": "mine"}], "extraVolumeMounts": [{"name": "mine", "mountPath": "/a"}]}}, PROFILES),
        ({"scheduler": {"topologySpreadConstraints": [{**CONSTRAINT, "topologyKey": "host"}]}}, SPREAD),
        ({"scheduler": {"tolerations": [{"key": "b", "operator": "Exists"}]}}, TOLERATING),
        ({"scheduler": {"extraVolumes": None}}, {}),
    ],
)
def test_what_is_added_to_a_list_is_merged(raw, specification):
    assert judged(override_lists.lost_entries, raw, specification) == []
    settings = compiler.compile_settings(specification)
    merged = overrides.merged(compiler.chart_values(settings), raw)
    for setting in settings:
        if isinstance(setting.value, list):
            assert all(entry in list_at(merged, ".".join(setting.path)) for entry in setting.value)


ENTRIES = st.lists(st.fixed_dictionaries({"name": st.sampled_from([CHECK, "A", "B"]), "value": st.sampled_from("01")}), max_size=3)


@given(st.none() | ENTRIES | st.lists(st.sampled_from("ab"), max_size=2))
def test_nothing_that_was_compiled_is_lost_without_a_word(entries):
    raw = {"workers": {"kubernetes": {"env": entries}}}
    merged = overrides.merged(compiler.chart_values(compiler.compile_settings({})), raw)
    is_kept = {"name": CHECK, "value": "0"} in list_at(merged, "workers.kubernetes.env")
    assert is_kept != bool(judged(override_lists.lost_entries, raw, {}))


@pytest.mark.parametrize(
    ("raw", "specification", "path", "remedy"),
    [
        ({"env": [{"name": "AIRFLOW_CONN_AIRFLOW_LOGS", "value": "x"}]}, LOGS, "env.0.name", "airflow_logs"),
        ({"secret": [{"envName": "AIRFLOW_CONN_AIRFLOW_LOGS"}]}, IDENTITY, "secret.0.envName", "airflow_logs"),
        ({"scheduler": {"env": [{"name": "AIRFLOW_CONN_AIRFLOW_LOGS"}]}}, LOGS, "scheduler.env.0.name", "airflow_logs"),
        ({"extraEnv": "- name: AIRFLOW_CONN_AIRFLOW_LOGS\n  value: x"}, LOGS, "extraEnv", "airflow_logs"),
        ({"env": [MINE, {"name": CHECK, "value": "9"}]}, {}, "env.1.name", "other than workers.kubernetes"),
    ],
)
def test_a_variable_that_the_collection_gives_is_not_given_in_another_list(raw, specification, path, remedy):
    (finding,) = judged(override_lists.variables_given_twice, raw, specification)
    assert finding.path == path and remedy in finding.remedy


@pytest.mark.parametrize(
    ("raw", "specification"),
    [
        ({"env": [MINE]}, LOGS),
        # The same list is another matter, and other components are none of task pods.
        ({"workers": {"kubernetes": {"env": [{"name": CHECK, "value": "0"}]}}}, {}),
        ({"scheduler": {"env": [{"name": CHECK, "value": "9"}]}}, {}),
    ],
)
def test_other_variables_may_be_given(raw, specification):
    assert judged(override_lists.variables_given_twice, raw, specification) == []


def test_nothing_is_told_where_the_raw_values_are_not_known():
    assert override_lists.lost_entries({}, {}) == override_lists.variables_given_twice({}, {}) == []
