# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles and the bundled chart make is known where it has to be: to the rights that the preflight asks for, to its count
of pods, to the network policies.

A role that applies objects declares them as `__<role>_definitions`.
"""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.filter.preflight_required_rights import preflight_required_rights
from ansible_collections.windrose.airflow.plugins.module_utils._preflight import pods
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler

CHART = pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_release" / "files" / "chart"
SIZED = {"resources": {"requests": {"cpu": "500m"}}}
PLACE = {"node_selector": {"pool": "core"}, "tolerations": [{"key": "pool", "operator": "Exists"}], "priority_class": "core"}
# The last label is one that policies know a pod by.
MESH = {"labels": {"team": "data", "app.kubernetes.io/component": "mesh"}, "annotations": {"sidecar.istio.io/inject": "false"}}
CASES = {
    "chart": {
        "airflow_job_pods": {**PLACE, **MESH}, "airflow_database_pods": {**PLACE, **MESH, "affinity": {"podAffinity": {}}},
        "airflow_image_prepull_pods": MESH,
        "airflow_logs_claim_enabled": True,
        "airflow_autoscaling": {"api_server": {"maximum": 3}},
        "airflow_ingress": {"enabled": True, "host": "airflow.acme.io"},
        "airflow_components": {
            "api_server": SIZED, "scheduler": {"replicas": 2, "disruption_budget": {"max_unavailable": "1"}},
        },
        "airflow_worker_profiles": [{"name": "large", **SIZED}],
    },
    "prerequisites": {
        "airflow_platform": "openshift", "airflow_openshift_scc": "nonroot-v2",
        "airflow_service_account_source": "prerequisites",
        "airflow_prerequisites_environments": [{"namespace": "airflow"}, {"namespace": "airflow-dev"}],
        "airflow_prerequisites_quota": {"pods": 10}, "airflow_prerequisites_limit_range": {"max": {"cpu": "2"}},
        "airflow_pod_operator": {"enabled": True, "xcom": True},
        "airflow_prerequisites_priority_classes": [{"name": "core", "value": 1000}],
        "airflow_prerequisites_dags_claim": {"enabled": True},
        "airflow_dag_delivery": {"method": "claim", "claim": {"name": "dags"}},
        "airflow_prerequisites_openshift_route": {"enabled": True, "host": "airflow.acme.io"},
        "airflow_prerequisites_openshift_anyuid": ["statsd"],
        "airflow_secrets_sources": {"fernet_key": {"external_secret": {"store": "vault", "name": "prod/airflow"}}},
    },
}  # fmt: skip
# It runs before the preflight, with the rights of whoever made the cluster.
BEFORE = "airflow_local_cluster"
# Its defaults are those of the compiler of chart values, but for those that Ansible has to fill in.
SHARED = "airflow_specification"
# Its pods sleep, and talk to nobody.
SILENT = {"image-prepull"}
COMPONENT = "app.kubernetes.io/component"
# What the plural of a kind is, where it is not the kind and an s.
PLURALS = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies", "PriorityClass": "priorityclasses"}


class Rights:
    """What is asked for, and whether it is enough for a request."""

    def __init__(self, variables):
        self._rights = preflight_required_rights(variables)

    def allow(self, api_group, resource, verb, namespace, name=""):
        """:returns: whether one of the rights is that to do this."""
        return any(
            (right["api_group"], right["resource"]) == (api_group, resource) and verb in right["verbs"]
            and right["namespace"] in (None, namespace) and (not right["names"] or name in right["names"])
            for right in self._rights
        )  # fmt: skip

    def forbidden(self, definition):
        """:returns: the verbs that are missing to make and to change an object."""
        api_group, unused, _version = definition["apiVersion"].rpartition("/")
        metadata, resource = definition["metadata"], PLURALS.get(definition["kind"], f"{definition['kind'].lower()}s")
        # A namespace is in itself.
        namespace = metadata["name"] if resource == "namespaces" else metadata.get("namespace")
        name = metadata["name"]
        return [
            verb for verb in ("create", "get", "patch")
            if not self.allow(api_group, resource, verb, namespace, "" if verb == "create" else name)
        ]  # fmt: skip


def declaration(role):
    """:returns: the name of the variable with the objects that a role applies."""
    return f"__{role.name}_definitions"


@pytest.fixture(scope="session")
def by_roles(evaluate, roles):
    """{role: {case: the objects that it makes}}, of every role that makes some."""
    return {role.name: evaluate(role.name, declaration(role), CASES) for role in roles if declaration(role) in role.variables()}


@pytest.fixture(scope="session")
def made(by_roles, helm):
    """{case: all objects that are made}."""
    found = {case: [item for cases in by_roles.values() for item in cases[case]] for case in CASES}
    for case, variables in CASES.items():
        specification = {name.removeprefix("airflow_"): value for name, value in variables.items()}
        chart_values = compiler.chart_values(compiler.compile_settings(specification))
        for definition in helm.render(CHART, chart_values):
            definition["metadata"].setdefault("namespace", "airflow")
            found[case].append(definition)
    return found


def test_a_role_that_applies_objects_declares_them(role):
    assert role.name == BEFORE or "manifests" not in role.modules() or declaration(role) in role.variables()


def test_every_role_makes_something_in_one_of_the_cases(by_roles):
    assert [role for role, cases in by_roles.items() if not any(cases.values())] == []


@pytest.mark.parametrize("case", CASES)
def test_every_object_can_be_made_and_changed(case, made):
    rights = Rights(CASES[case])
    short = {
        f"{item['kind']} {item['metadata'].get('namespace')}/{item['metadata']['name']}": verbs
        for item in made[case] if (verbs := rights.forbidden(item))
    }  # fmt: skip
    assert short == {}
    assert len(made[case]) > 20


@pytest.mark.parametrize("case", CASES)
def test_every_right_that_a_role_grants_is_held(case, made):
    rights = Rights(CASES[case])
    roles = [item for item in made[case] if item["kind"] == "Role"]
    assert roles
    for item in roles:
        for rule in item["rules"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    assert rights.allow(rule["apiGroups"][0], resource, verb, item["metadata"]["namespace"]), (resource, verb)


@pytest.mark.parametrize("case", CASES)
def test_every_cluster_role_that_is_bound_is_held(case, made):
    rights = Rights(CASES[case])
    bound = [item for item in made[case] if item["kind"] == "RoleBinding" and item["roleRef"]["kind"] == "ClusterRole"]
    assert {item["roleRef"]["name"] for item in bound} == (
        {"system:openshift:scc:nonroot-v2", "system:openshift:scc:anyuid"} if case == "prerequisites" else set())
    for item in bound:
        name = item["roleRef"]["name"].rpartition(":")[2]
        namespace = item["metadata"]["namespace"]
        assert rights.allow("security.openshift.io", "securitycontextconstraints", "use", namespace, name)


def test_without_a_feature_its_objects_could_not_be_made(made):
    rights = Rights({})
    kinds = {item["kind"] for item in made["chart"] if rights.forbidden(item)}
    assert kinds >= {"HorizontalPodAutoscaler", "Ingress", "PersistentVolumeClaim", "PodDisruptionBudget"}


def pods_of_roles(by_roles, case):
    """:returns: {component: spec of its pod}, of all pods that roles start."""
    return {template["metadata"]["labels"][COMPONENT]: template["spec"] for template in templates_of_roles(by_roles, case)}


def templates_of_roles(by_roles, case):
    """:returns: list of the templates of all pods that roles start."""
    specs = [item.get("spec", {}) for cases in by_roles.values() for item in cases[case]]
    # A CronJob starts the pods of its Jobs.
    starting = [spec.get("jobTemplate", {}).get("spec", spec) for spec in specs]
    return [spec["template"] for spec in starting if "template" in spec]


@pytest.mark.parametrize("case", CASES)
def test_the_preflight_counts_every_pod_that_a_role_starts(case, by_roles, roles):
    defaults = {name: option.get("default") for role in roles if role.name != SHARED for name, option in role.options().items()}
    counted = {pod.name.lower(): pod for pod in pods.components(Environment({**defaults, **CASES[case]}))}
    started = pods_of_roles(by_roles, case)
    assert started
    for component in started:
        expected = [pods.container(component, container["resources"]) for container in started[component]["containers"]]
        assert component in counted
        assert [(each.requests, each.limits) for each in counted[component].containers] == [
            (each.requests, each.limits) for each in expected]
        spec = started[component]
        assert (counted[component].node_selector, list(counted[component].tolerations)) == (
            spec.get("nodeSelector", {}), spec.get("tolerations", []))


def test_every_pod_that_a_role_starts_has_the_labels_and_annotations_of_the_inventory(by_roles):
    started = [template["metadata"] for template in templates_of_roles(by_roles, "chart")]
    assert len(started) == 4
    for metadata in started:
        assert (metadata["labels"]["team"], metadata["annotations"]) == ("data", MESH["annotations"]), metadata
        assert metadata["labels"][COMPONENT] != "mesh"
    plain = [template["metadata"] for template in templates_of_roles(by_roles, "prerequisites")]
    assert all("team" not in metadata["labels"] and "annotations" not in metadata for metadata in plain)


def test_the_pods_of_roles_run_where_the_inventory_says(by_roles):
    started = pods_of_roles(by_roles, "chart")
    for component in ("migration", "first-user", "postgresql"):
        spec = started[component]
        assert (spec["nodeSelector"], spec["tolerations"], spec["priorityClassName"]) == tuple(PLACE.values())
    assert started["postgresql"]["affinity"] == {"podAffinity": {}} and "affinity" not in started["migration"]


@pytest.mark.parametrize("case", CASES)
def test_every_pod_that_a_role_starts_has_a_network_policy(case, by_roles):
    policies = {item["metadata"]["name"] for item in by_roles["airflow_network_policies"][case]}
    started = set(pods_of_roles(by_roles, case)) - SILENT
    assert started
    assert {component for component in started if f"airflow-{component}" not in policies} == set()
