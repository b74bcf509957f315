# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import prerequisite_rights, required_rights
from ansible_collections.windrose.airflow.plugins.module_utils._values import service_accounts

ROLE = pathlib.Path(__file__).resolve().parents[5] / "roles" / "airflow_prerequisites"
MANAGE = {"create", "delete", "get", "list", "patch", "watch"}


@pytest.fixture(name="allowed")
def fixture_allowed(environment):
    """Callable that takes changes of the sound variables and returns {(namespace, resource with its group, names): verbs}."""

    def rights(variables=None):
        return {
            (right["namespace"], f"{right['resource']}.{right['api_group']}".rstrip("."), *right["names"]): set(right["verbs"])
            for right in required_rights.required_rights(environment(variables))
        }

    return rights


def test_what_every_run_does(allowed):
    rights = allowed()
    for resource in ("deployments.apps", "services", "serviceaccounts", "jobs.batch", "networkpolicies.networking.k8s.io"):
        assert rights["airflow", resource] == MANAGE, resource
    assert rights["airflow", "secrets"] == {"create", "delete", "get", "list", "patch", "update"}
    assert rights["airflow", "leases.coordination.k8s.io"] == {"create", "delete", "get", "update"}
    assert rights["airflow", "namespaces", "airflow"] == {"get", "patch"}
    assert rights[None, "namespaces", "kube-system"] == {"get"}
    assert rights[None, "namespaces"] == {"create"}


def test_what_sources_of_secrets_need(allowed):
    elsewhere = {"kubernetes_secret": {"namespace": "certificates", "name": "airflow", "key": "tls.crt"}}
    external = {"external_secret": {"store": "vault", "name": "registry"}}
    rights = allowed({
        "airflow_secrets_sources": {"tls_certificate": elsewhere},
        "airflow_secrets_registries": [{"name": "r", "password": external}],
    })  # fmt: skip
    assert rights["certificates", "secrets", "airflow"] == {"get"}
    assert rights["airflow", "externalsecrets.external-secrets.io"] == MANAGE
    assert not {key for key in allowed() if key[0] == "certificates" or "externalsecrets" in key[1]}


def test_the_rights_of_the_charts_roles_are_among_them(allowed):
    rights = allowed()
    assert rights["airflow", "pods"] == MANAGE
    assert rights["airflow", "pods/exec"] == {"create", "get"}
    assert rights["airflow", "pods/log"] == {"get", "list"}
    assert rights["airflow", "roles.rbac.authorization.k8s.io"] == MANAGE


# What a specification needs beside what every run does: {variables: resources}.
FEATURES = [
    ({"airflow_ingress": {"enabled": True, "host": "a.acme.io"}}, {"ingresses.networking.k8s.io"}),
    ({"airflow_autoscaling": {"api_server": {"maximum": 3}}}, {"horizontalpodautoscalers.autoscaling"}),
    ({"airflow_autoscaling": {"triggerer": {"maximum": 3}}}, {"scaledobjects.keda.sh"}),
    (
        {"airflow_components": {"scheduler": {"replicas": 2, "disruption_budget": {"max_unavailable": "1"}}}},
        {"poddisruptionbudgets.policy"},
    ),
    ({"airflow_logs_claim_enabled": True}, {"persistentvolumeclaims"}),
    ({"airflow_values_overrides": {"cleanup": {"enabled": True}}}, {"cronjobs.batch"}),
    ({"airflow_values_overrides": {"dags": {"persistence": {"enabled": True}}}}, {"persistentvolumeclaims"}),
    ({"airflow_values_overrides": {"allowJobLaunching": True}}, {"jobs/status.batch"}),
    (
        {"airflow_platform": "openshift", "airflow_openshift_scc": "nonroot-v2"},
        {"securitycontextconstraints.security.openshift.io"},
    ),
    (
        {"airflow_platform": "openshift", "airflow_prerequisites_openshift_route": {"enabled": True, "host": "a.acme.io"}},
        {"routes.route.openshift.io", "routes/custom-host.route.openshift.io"},
    ),
]


@pytest.mark.parametrize(("variables", "resources"), FEATURES)
def test_what_is_needed_only_with_a_feature(variables, resources, allowed):
    def in_namespace(rights):
        return {key[1] for key in rights if key[0] == "airflow"}

    assert in_namespace(allowed(variables)) - in_namespace(allowed()) == resources


@pytest.mark.parametrize(
    ("variables", "resource", "verbs"),
    [
        ({"airflow_database_mode": "external"}, "statefulsets.apps", None),
        ({}, "statefulsets.apps", MANAGE),
        ({"airflow_verify_api_url": "https://airflow.acme.io"}, "pods/portforward", None),
        ({}, "pods/portforward", {"create", "get"}),
        ({"airflow_prerequisites_quota": {"pods": 10}}, "resourcequotas", MANAGE),
        ({}, "resourcequotas", {"list"}),
        ({"airflow_logs_claim_enabled": True}, "persistentvolumeclaims", MANAGE - {"delete"}),
        ({"airflow_service_account_source": "prerequisites"}, "pods/exec", None),
        ({"airflow_values_overrides": {"allowPodLaunching": False}}, "pods/exec", None),
        ({"airflow_values_overrides": {"allowPodLaunching": False}}, "pods", {"get", "list", "watch"}),
        (
            {"airflow_values_overrides": {"allowPodLaunching": False, "cleanup": {"enabled": True}}}, "pods",
            {"delete", "get", "list", "watch"},
        ),
        (
            {
                "airflow_values_overrides": {"allowPodLaunching": False, "cleanup": {"enabled": True}},
                "airflow_executor": "LocalExecutor",
            },
            "pods", {"get", "list", "watch"},
        ),
        ({"airflow_service_account_source": "prerequisites"}, "rolebindings.rbac.authorization.k8s.io", MANAGE),
    ],
)
def test_verbs_by_feature(variables, resource, verbs, allowed):
    assert allowed(variables).get(("airflow", resource)) == verbs


@pytest.mark.parametrize(
    ("variables", "resource"),
    [
        ({"airflow_prerequisites_openshift_route": {"enabled": True}}, "routes.route.openshift.io"),
        ({"airflow_platform": "openshift", "airflow_prerequisites_openshift_route": {"host": "a.acme.io"}}, "routes.route.openshift.io"),
        ({"airflow_values_overrides": {"ingress": {"apiServer": {"path": "/x"}}}}, "ingresses.networking.k8s.io"),
        ({"airflow_values_overrides": {"workers": {"celery": {"hpa": {"enabled": True}}}}}, "horizontalpodautoscalers.autoscaling"),
        ({"airflow_values_overrides": {"workers": {"celery": {"keda": {"enabled": True}}}}}, "scaledobjects.keda.sh"),
    ],
)
def test_what_is_set_and_not_at_work_needs_nothing(variables, resource, allowed):
    assert ("airflow", resource) not in allowed(variables)


def test_what_concerns_the_whole_cluster(allowed):
    classes = {"airflow_prerequisites_priority_classes": [{"name": "core", "value": 1}]}
    assert allowed(classes)[None, "priorityclasses.scheduling.k8s.io"] == MANAGE
    assert allowed()[None, "priorityclasses.scheduling.k8s.io"] == {"list"}
    several = allowed({"airflow_values_overrides": {"multiNamespaceMode": True}})
    assert several[None, "clusterroles.rbac.authorization.k8s.io"] == MANAGE
    assert several[None, "pods/exec"] == {"create", "get"}
    assert allowed({"airflow_destroy_data": True})[None, "namespaces"] == {"create", "list", "watch"}
    assert allowed({"airflow_destroy_data": True})["airflow", "namespaces", "airflow"] == {"delete", "get", "patch"}


def test_a_project_is_asked_for_and_no_namespace_made(allowed):
    rights = allowed({"airflow_platform": "openshift", "airflow_prerequisites_openshift_project_request": True})
    assert rights[None, "projectrequests.project.openshift.io"] == {"create"}
    assert (None, "namespaces") not in rights
    assert ("airflow", "namespaces", "airflow") not in rights


def test_other_namespaces_get_what_the_role_prerequisites_makes_in_them(allowed):
    rights = allowed({"airflow_prerequisites_environments": [
        {"namespace": "airflow"}, {"namespace": "airflow-dev", "quota": {"pods": 10}}]})  # fmt: skip
    dev = {key[1]: verbs for key, verbs in rights.items() if key[0] == "airflow-dev"}
    assert dev == {"configmaps": MANAGE, "namespaces": {"get", "patch"}, "resourcequotas": MANAGE}


def test_one_right_for_each_resource_scope_and_names(environment):
    rights = required_rights.required_rights(environment({"airflow_values_overrides": {"cleanup": {"enabled": True}}}))
    keys = [(right["namespace"], right["api_group"], right["resource"], *right["names"]) for right in rights]
    assert len(set(keys)) == len(keys)
    assert all(right["verbs"] == sorted(set(right["verbs"])) for right in rights)


@pytest.mark.parametrize("executor", ["KubernetesExecutor", "CeleryExecutor", "LocalExecutor"])
@pytest.mark.parametrize(("operator", "xcom"), [(False, False), (True, False), (True, True)])
def test_all_that_the_role_prerequisites_grants_is_held(executor, operator, xcom, environment):
    variables = {
        "airflow_service_account_source": "prerequisites", "airflow_pod_operator": {"enabled": operator, "xcom": xcom},
        "airflow_executor": executor,
    }  # fmt: skip
    granted = yaml.safe_load((ROLE / "vars/main/component_rights.yml").read_text())["__airflow_prerequisites_component_rights"]
    accounts = service_accounts.accounts({name.removeprefix("airflow_"): value for name, value in variables.items()})
    wanted = {
        (right["resource"], right["verb"])
        for account in accounts for purpose in account["purposes"] for right in granted[purpose]
    }  # fmt: skip
    held = prerequisite_rights.granted(environment(variables))
    assert {(resource, verb) for unused_group, resource, verbs in held for verb in verbs} == wanted
