# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the remedies of the semantic checks say in words, done by hand: it leads to no other finding.

`test_remedies.py` does mechanically what remedies of a common form say.
"""

from __future__ import annotations

import ast
import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import semantics

FOLDER = pathlib.Path(semantics.__file__).parent
CELERY = {"executor": "CeleryExecutor", "redis": {"enabled": False}, "data": {"brokerUrlSecretName": "a"}}
SOUND = {
    "executor": "KubernetesExecutor", "fernetKeySecretName": "a", "apiSecretKeySecretName": "b", "jwtSecretName": "c",
    "data": {"metadataSecretName": "d"}, "postgresql": {"enabled": False}, "redis": {"enabled": False},
    "createUserJob": {"enabled": False}, "migrateDatabaseJob": {"enabled": False},
}  # fmt: skip
GIT = {"enabled": True, "repo": "https://git.example.com/a.git", "ref": "main", "subPath": ""}
INGRESS = {"ingress": {"apiServer": {"enabled": True, "hosts": [{"name": "a.example.com"}]}}}
HERE = {"config": {"api": {"base_url": "https://a.example.com"}}}
BOUNCER = {
    "enabled": True, "configSecretName": "a", "metricsExporterSidecar": {"statsSecretName": "b"}, "maxClientConn": 500,
}  # fmt: skip


def bundle(classpath, **options):
    """:returns: values with one bundle of DAGs."""
    return {"dagProcessor": {"dagBundleConfigList": [{"name": "a", "classpath": classpath, "kwargs": options}]}}


# The form of a remedy, values that it is given for, and what is laid over them to do what it says.
DONE = [
    (r"Set \S+ to the name of a Secret with the key \S+", {"fernetKeySecretName": None}, {"fernetKeySecretName": "x"}),
    (r"Set postgresql\.enabled to false and data\.metadataSecretName to .*", {"postgresql": {"enabled": True}}, {"postgresql": {"enabled": False}}),
    (r"Set pgbouncer\.configSecretName to .*", {"pgbouncer": {**BOUNCER, "configSecretName": None}}, {"pgbouncer": {"configSecretName": "x"}}),
    (r"Set pgbouncer\.metricsExporterSidecar\.statsSecretName to .*", {"pgbouncer": {**BOUNCER, "metricsExporterSidecar": {}}},
     {"pgbouncer": BOUNCER}),
    (r"Set executor to .*", {"executor": "KubernetesExecuter"}, {"executor": "KubernetesExecutor"}),
    (r"Write the executors with commas only: .*", {**CELERY, "executor": "CeleryExecutor, KubernetesExecutor"},
     {"executor": "CeleryExecutor,KubernetesExecutor"}),
    (r"Set redis\.passwordSecretName and data\.brokerUrlSecretName to .*", {**CELERY, "redis": {"enabled": True}},
     {"redis": {"passwordSecretName": "x"}, "data": {"brokerUrlSecretName": "y"}}),
    (r"Set data\.brokerUrlSecretName to a Secret with the broker's URL .*", {"executor": "CeleryExecutor"}, {"data": {"brokerUrlSecretName": "x"}}),
    (r"Leave out data\.brokerUrl", {**CELERY, "data": {"brokerUrlSecretName": "a", "brokerUrl": "redis://b"}}, {"data": {"brokerUrl": None}}),
    (r"Set \S+ to a quantity such as .*", {"scheduler": {"resources": {"limits": {"memory": "2 GB"}}}},
     {"scheduler": {"resources": {"limits": {"memory": "2Gi"}}}}),
    (r"Set \S+ to the same, or leave out the request", {"workers": {"kubernetes": {"resources": {
        "requests": {"nvidia.com/gpu": 1}, "limits": {"nvidia.com/gpu": 2}}}}},
     {"workers": {"kubernetes": {"resources": {"requests": {"nvidia.com/gpu": 2}}}}}),
    (r"Set \S+ to null", {"scheduler": {"podDisruptionBudget": {"enabled": True, "config": {"minAvailable": 1}}}},
     {"scheduler": {"podDisruptionBudget": {"config": {"maxUnavailable": None}}}}),
    (r"Set \S+ to <release>-<name>", {"priorityClasses": [{"name": "high", "value": 1}], "scheduler": {"priorityClassName": "high"}},
     {"scheduler": {"priorityClassName": "airflow-high"}}),
    (r"Set config\.logging\.remote_base_log_folder to .*", {"config": {"logging": {"remote_logging": "True"}}},
     {"config": {"logging": {"remote_base_log_folder": "s3://a/b"}}}),
    (r"Set config\.logging\.remote_logging to the text 'True'", {"config": {"logging": {"remote_base_log_folder": "s3://a/b"}}},
     {"config": {"logging": {"remote_logging": "True"}}}),
    (r"Set apiServer\.networkPolicy\.ingress\.from to .*", {"networkPolicies": {"enabled": True}},
     {"apiServer": {"networkPolicy": {"ingress": {"from": [{"podSelector": {"matchLabels": {"tier": "airflow"}}}]}}}}),
    (r"Set ports\.apiServer to the same port, or .*", {"apiServer": {"service": {"ports": [{"name": "a", "port": 80}]}}}, {"ports": {"apiServer": 80}}),
    (r"Set otelCollector\.config to .*", {"otelCollector": {"tracesEnabled": True}, "images": {"otelCollector": {"tag": "0.120.0"}}},
     {"otelCollector": {"config": "exporters: {debug: {}}"}}),
    (r"Set config\.api\.access_control_allow_origins to .*", {"config": {"api": {"access_control_allow_origins": "*"}}},
     {"config": {"api": {"access_control_allow_origins": "https://portal.example.com"}}}),
    (r"Set dags\.gitSync\.ref to .*", {"dags": {"gitSync": {**GIT, "ref": None, "branch": "main"}}}, {"dags": {"gitSync": {"ref": "main", "branch": None}}}),
    (r"Set limits to a list with .*", {"quotas": {"limits.cpu": "4", "limits.memory": "8Gi"}},
     {"limits": [{"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "1", "memory": "1Gi"}}]}),
    (r"Set \S+ to the names that users type", {**HERE, "ingress": {"apiServer": {"enabled": True}}}, INGRESS),
    (r"Set \S+ to the address that users type, or airflow_ingress in place of \S+", INGRESS, HERE),
    (r"Write https://host/path", {**INGRESS, "config": {"api": {"base_url": "a.example.com"}}}, HERE),
    (r"Write the host of \S+ into \S+, too, or a host of these into \S+", {**INGRESS, "config": {"api": {"base_url": "https://b.example.com"}}},
     {"ingress": {"apiServer": {"hosts": [{"name": "b.example.com"}]}}}),
    (r"Write the path of \S+ into \S+", {**HERE, "ingress": {"apiServer": {**INGRESS["ingress"]["apiServer"], "path": "/airflow"}}},
     {"config": {"api": {"base_url": "https://a.example.com/airflow"}}}),
    (r"Define \S+ in secret, from a Secret with the connection, or set airflow_logs\.connection_secret",
     {"config": {"logging": {"remote_logging": "True", "remote_base_log_folder": "s3://a/b", "remote_log_conn_id": "my_logs"}}},
     {"secret": [{"envName": "AIRFLOW_CONN_MY_LOGS", "secretName": "a", "secretKey": "b"}]}),
    (r"Write [\w.]+", bundle("airflow.dag_processing.bundles.local.LocalDagBundles"), bundle("airflow.dag_processing.bundles.local.LocalDagBundle")),
    (r"Add \w+(?: and \w+)*", bundle("airflow.providers.git.bundles.git.GitDagBundle"),
     bundle("airflow.providers.git.bundles.git.GitDagBundle", tracking_ref="main")),
    (r"Set \S+ below \d+", {"databaseCleanup": {"batchSize": 2000000}}, {"databaseCleanup": {"batchSize": 20000}}),
]  # fmt: skip


def findings(values):
    return semantics.check_semantics(overrides.merged(SOUND, values), {"log_store": "none", "airflow_version": "3.3.2"})


@pytest.mark.parametrize(("form", "values", "more"), DONE, ids=[case[0][:40] for case in DONE])
def test_what_a_remedy_says_in_words_is_enough(form, values, more):
    before = findings(values)
    (finding,) = (finding for finding in before if re.fullmatch(form, finding.remedy))
    after = findings(overrides.merged(values, more))
    assert finding not in after and set(after) <= set(before), [*map(str, after)]


def test_nothing_is_found_where_nothing_is_wrong():
    assert findings({}) == []


# Done by test_remedies.py, or outside of the chart values: in the specification, the cluster, the database.
ELSEWHERE = r"""
Lower .*|Raise .*|Set \S+ or \S+ to (?:true|false).*|Set \S+ to (?:true|false).*|Set both to the same|Set \S+ to 1 or more.*
Set \S+ to a text.*|Add .* to .*|Remove it.*|Set .* of one of them, .*|Choose airflow_logs\.store, .*|Move long texts out of .*
Set \S+ to \S+, or lower \S+|Set config\.database\.sql_alchemy_pool_size above 0 .*|Set \S+ to labels of one of them, .*
Leave out .*|Set one of the two to false|Set \S+ to a Secret with .*|Set dags\.persistence\.accessMode to .*
Move it to airflow_local_settings, .*|Rename one
Set dags\.gitSync\.subPath to .*|Set config\.kubernetes_executor\.async_client_factory to .*|Set workers\.kubernetes\.serviceAccount\.name to .*
"""


def literals():
    """:returns: iterator of the remedies that the semantic checks have as literals, with `X` for what is filled in."""
    for path in sorted(FOLDER.glob("semantic_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueFinding" and len(node.args) > 2:
                parts = getattr(node.args[2], "values", [node.args[2]])
                if isinstance(node.args[2], (ast.Constant, ast.JoinedStr)):
                    yield "".join(part.value if isinstance(part, ast.Constant) else "1" for part in parts)


def test_a_remedy_of_a_new_form_is_tried_too():
    forms = [form for form, _values, _more in DONE] + [form for form in re.split(r"\n|\|(?!false)", ELSEWHERE) if form]
    found = list(literals())
    assert len(found) > 30
    assert [remedy for remedy in found if not any(re.fullmatch(form, remedy) for form in forms)] == []
