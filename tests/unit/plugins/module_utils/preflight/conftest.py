# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory and a cluster in which nothing is wrong, and ways to change them."""

from __future__ import annotations

import pathlib
import types

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._preflight import rules
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import PAGE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService

ROLES = pathlib.Path(__file__).resolve().parents[5] / "roles"
PIN = {"uid": "11111111-2222-3333-4444-555555555555", "ca_sha256": "aa"}
SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
GROOMED = {"resources": SIZE, "log_groomer": {"resources": SIZE}}
VARIABLES = {
    "airflow_expected_cluster": PIN,
    "airflow_namespace": "airflow",
    "airflow_release_name": "airflow",
    "airflow_chart_version": "1.22.0",
    "airflow_image_repository": "registry.acme.io/airflow",
    "airflow_image_tag": "3.2.2-7",
    "airflow_preflight_kubernetes_minimum": "1.30",
    "airflow_preflight_kubernetes_maximum": "1.36",
    "airflow_preflight_accepted": [],
    "airflow_database_resources": SIZE,
    "airflow_database_migration_resources": {"requests": SIZE["requests"]},
    "airflow_release_first_user_resources": {"requests": SIZE["requests"]},
    "airflow_components": {
        "api_server": {"resources": SIZE}, "scheduler": GROOMED, "dag_processor": GROOMED, "triggerer": GROOMED,
        "worker": {"resources": SIZE}, "statsd": {"resources": SIZE},
    },
}  # fmt: skip


def node(name="worker-1", labels=None, **fields):
    """:returns: a node as the module cluster_info describes it."""
    allocatable = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    return {
        "name": name, "ready": True, "schedulable": True, "kubelet_version": "v1.34.2", "allocatable": allocatable,
        "labels": {"kubernetes.io/os": "linux", **(labels or {})}, "taints": [], **fields,
    }  # fmt: skip


FACTS = {
    "identity": PIN,
    "server_version": {"git_version": "v1.34.2", "major": "1", "minor": "34"},
    "nodes": [node()],
    "api_groups": [
        "v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "coordination.k8s.io/v1",
        "policy/v1", "autoscaling/v2", "metrics.k8s.io/v1beta1", "scheduling.k8s.io/v1",
    ],
    "storage_classes": [
        {"name": "gp3", "default": True, "provisioner": "ebs.csi.aws.com"},
        {"name": "efs", "default": False, "provisioner": "efs.csi.aws.com"},
    ],
    "ingress_classes": [{"name": "nginx", "default": False, "controller": "k8s.io/ingress-nginx"}],
    "priority_classes": ["system-cluster-critical"],
    "provider": "eks",
    "namespace": {"exists": True, "terminating": False, "labels": {}, "quotas": [], "limit_ranges": []},
    "missing_rights": [],
    "rights_complete": True,
}  # fmt: skip


# Of where values come from: then each counts as one that was written as it is.
NOTHING_SAID = types.MappingProxyType({})


def merged(below, above):
    """:returns: mappings merged, everything else replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: merged(below.get(name), value) for name, value in above.items()}}


@pytest.fixture(name="sound_facts")
def fixture_sound_facts():
    """The facts of a cluster in which nothing is wrong."""
    return FACTS


@pytest.fixture(name="make_node")
def fixture_make_node():
    """Callable that describes a node."""
    return node


@pytest.fixture(name="environment")
def fixture_environment():
    """Callable that takes changes of the sound variables and returns an `Environment`."""
    return lambda variables=None: Environment(merged(VARIABLES, variables or {}))


@pytest.fixture(name="judged")
def fixture_judged():
    """Callable that takes changes of variables and facts, and returns what all rules find.

    A specification that the compiler refuses is not judged in full, so a test has to say that it means one.
    """

    def findings(variables=None, facts=None, sources=NOTHING_SAID, undeclared=(), compiles=True, compiled=None):
        changed = merged(VARIABLES, variables or {})
        assert (Environment(changed).chart_values is not None) is compiles
        known = [name for name in changed if name not in undeclared]
        every = {name: value for name, value in merged(FACTS, facts or {}).items() if value is not None}
        return rules.findings(changed, known, every, sources, compiled)

    return findings


@pytest.fixture(name="compiled", scope="session")
def fixture_compiled(tmp_path_factory):
    """Callable that takes changes of the sound variables and returns what the module values makes of them, or fails with."""
    charts = ChartService(None, str(tmp_path_factory.mktemp("charts")), None, Progress())

    def result(variables=None, chart=None):
        changed = {"airflow_logs": {"store": "none"}, **merged(VARIABLES, variables or {})}
        parameters = {
            "specification": {name.removeprefix("airflow_"): value for name, value in changed.items()},
            "values_overrides": changed.get("airflow_values_overrides", {}), "node_pools": changed.get("airflow_node_pools", []),
            "database_max_connections": None,
            "chart": {"source": "path", "path": str(chart or ROLES / "airflow_release" / "files" / "chart"), "digest": None},
        }
        try:
            return ValuesService(charts, parameters, None).gather()
        except WindroseError as error:
            return {"msg": str(error), **error.fields}

    return result


@pytest.fixture(name="declared_by_roles", scope="session")
def fixture_declared_by_roles():
    """The names of all variables that roles declare."""
    names = []
    for path in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        names += yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    return names


@pytest.fixture(name="page", scope="session")
def fixture_page():
    """The page that explains all findings."""
    return (ROLES.parent / PAGE).read_text(encoding="utf-8")
