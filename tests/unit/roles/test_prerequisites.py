# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for becomes objects, environment by environment, and nothing else does."""

from __future__ import annotations

import functools
import pathlib
import re

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import Owner

ROLE = "airflow_prerequisites"
FOLDER = pathlib.Path(__file__).resolve().parents[3] / "roles" / ROLE
ASKED_FOR = (
    "{'objects': __airflow_prerequisites_definitions, 'findings': __airflow_prerequisites_findings, "
    "'projects': __airflow_prerequisites_projects, 'owner': __airflow_prerequisites_owner}"
)
SIZES = (
    "{'quota': airflow_prerequisites_quota, 'limit_range': airflow_prerequisites_limit_range, "
    "'classes': airflow_prerequisites_priority_classes, 'components': airflow_components, "
    "'profiles': airflow_worker_profiles, 'concurrency': airflow_concurrency, 'autoscaling': airflow_autoscaling, "
    "'pgbouncer': airflow_pgbouncer}"
)
ENVIRONMENTS = ("dev", "staging", "prod")
ELSEWHERE = {"airflow_service_account_source": "prerequisites"}
OPENSHIFT = {"airflow_platform": "openshift"}
ARN = "arn:aws:iam::111122223333:role/airflow-{}"
DELIVERY = {"airflow_dag_delivery": {"method": "claim", "claim": {"name": "dags", "access_mode": "ReadOnlyMany"}}}
CASES = {
    "defaults": {},
    "long name": {"airflow_release_name": "a" * 40},
    "namespace": {
        "airflow_namespace": "data", "airflow_prerequisites_pod_security": "baseline",
        "airflow_prerequisites_namespace_labels": {"team": "data", "pod-security.kubernetes.io/enforce": "privileged"},
        "airflow_prerequisites_namespace_annotations": {"example.com/owner": "data"},
    },
    "limits": {
        "airflow_prerequisites_quota": {"pods": 20, "requests.cpu": "8"},
        "airflow_prerequisites_limit_range": {
            "default": {"memory": "512Mi"}, "default_request": {"cpu": "50m"}, "max": {"memory": "8Gi"}, "min": {},
        },
    },
    "environments": {
        **ELSEWHERE, "airflow_namespace": "airflow-dev", "airflow_prerequisites_quota": {"pods": 10},
        "airflow_logs_claim_enabled": True,
        "airflow_identity": {"provider": "aws_irsa", "principal": ARN.format("dev")},
        "airflow_prerequisites_environments": [
            {"namespace": "airflow-dev"},
            {
                "namespace": "airflow-prod", "release_name": "prod", "quota": {"pods": 100}, "pod_security": "baseline",
                "limit_range": {"max": {"cpu": "4"}}, "namespace_labels": {"tier": "prod"},
                "identity": {"provider": "aws_irsa", "principal": ARN.format("prod")},
            },
        ],
    },
    "priority classes": {
        "airflow_prerequisites_priority_classes": [
            {"name": "airflow-core", "value": 100000, "description": "What runs all the time"},
            {"name": "airflow-batch", "value": "10", "preemption_policy": "Never"},
        ],
    },
    "accounts": {**ELSEWHERE, "airflow_worker_profiles": [{"name": "gpu", "service_account": "gpu"}]},
    "pod operator": {**ELSEWHERE, "airflow_pod_operator": {"enabled": True}},
    "pod operator with results": {
        **ELSEWHERE, "airflow_pod_operator": {"enabled": True, "xcom": True},
    },
    "local executor": {
        **ELSEWHERE, "airflow_executor": "LocalExecutor", "airflow_pod_operator": {"enabled": True},
    },
    "claims": {
        **DELIVERY, "airflow_logs": {"store": "claim"}, "airflow_logs_claim_storage_class": "shared",
        "airflow_prerequisites_dags_claim": {"enabled": True, "size": "2Gi"},
    },
    "claim of their own": {
        **DELIVERY,
        "airflow_prerequisites_dags_claim": {
            "enabled": True, "storage_class": "shared", "access_mode": "ReadWriteMany"},
    },
    "openshift": {
        **OPENSHIFT, "airflow_prerequisites_openshift_display_name": "Airflow",
        "airflow_prerequisites_namespace_annotations": {"openshift.io/node-selector": ""},
    },
    "nonroot-v2": {**OPENSHIFT, "airflow_openshift_scc": "nonroot-v2"},
    "anyuid": {
        **OPENSHIFT, **ELSEWHERE, "airflow_prerequisites_openshift_anyuid": ["statsd", "worker"],
        "airflow_worker_profiles": [{"name": "gpu", "service_account": "gpu"}],
    },
    "constraints elsewhere": {"airflow_openshift_scc": "nonroot-v2"},
    "route": {
        **OPENSHIFT, "airflow_prerequisites_openshift_route": {"enabled": True, "host": "airflow.example.com"},
    },
    "routes of environments": {
        **OPENSHIFT, "airflow_prerequisites_openshift_route": {"enabled": True, "tls_termination": "none"},
        "airflow_prerequisites_environments": [
            {"namespace": "airflow"}, {"namespace": "airflow-dev", "route": {"enabled": False}}],
    },
    "project request": {
        **OPENSHIFT, "airflow_prerequisites_openshift_project_request": True,
        "airflow_prerequisites_openshift_display_name": "Airflow", "airflow_prerequisites_quota": {"pods": 10},
        "airflow_prerequisites_environments": [
            {"namespace": "airflow"}, {"namespace": "airflow-dev", "display_name": "Try", "description": "To try"}],
    },
}  # fmt: skip
FAULTS = {
    "another namespace": (
        {"airflow_prerequisites_environments": [{"namespace": "airflow-dev"}]},
        "has no entry for airflow_namespace, airflow. Add one, or set airflow_namespace to one of airflow-dev.",
    ),
    "a namespace twice": (
        {"airflow_prerequisites_environments": [{"namespace": "airflow"}, {"namespace": "airflow"}]}, "the same namespace",
    ),
    "a level that pods are not made for": (
        {"airflow_prerequisites_environments": [{"namespace": "airflow", "pod_security": "baseline"}]},
        "has another pod_security than airflow_prerequisites_pod_security",
    ),
    "a claim that nobody mounts": (
        {"airflow_prerequisites_dags_claim": {"enabled": True}}, "airflow_dag_delivery mounts no claim",
    ),
    "a claim of another method": (
        {
            "airflow_prerequisites_dags_claim": {"enabled": True},
            "airflow_dag_delivery": {"method": "image", "claim": {"name": "dags"}},
        },
        "airflow_dag_delivery mounts no claim",
    ),
    "a project elsewhere": ({"airflow_prerequisites_openshift_project_request": True}, "are for OpenShift"),
    "a Route elsewhere": ({"airflow_prerequisites_openshift_route": {"enabled": True}}, "are for OpenShift"),
    "a Route of one environment elsewhere": (
        {"airflow_prerequisites_environments": [{"namespace": "airflow", "route": {"enabled": True}}]},
        "are for OpenShift",
    ),
    "any user elsewhere": ({"airflow_prerequisites_openshift_anyuid": ["statsd"]}, "are for OpenShift"),
}  # fmt: skip


@pytest.fixture(scope="session")
def asked_for(evaluate):
    """Callable that returns what the one cluster of an inventory has."""

    @functools.cache
    def of(inventory):
        (found,) = evaluate(ROLE, SIZES, f"inventories/{inventory}").values()
        return found

    return of


@pytest.fixture(scope="session")
def evaluated(evaluate):
    """What comes of each case."""
    return evaluate(ROLE, ASKED_FOR, {**CASES, **{name: variables for name, (variables, _told) in FAULTS.items()}})


@pytest.fixture(scope="session")
def objects(evaluated):
    """Callable (case, kind) that returns {(namespace or None, name): object} of this kind."""

    def of(case, kind):
        found = [item for item in evaluated[case]["objects"] if item["kind"] == kind]
        return {(item["metadata"].get("namespace"), item["metadata"]["name"]): item for item in found}

    return of


@pytest.fixture(scope="session")
def rights(objects):
    """Callable (case) that returns {account: set of (resource, verb)} and fails where a binding leads elsewhere."""

    def of(case):
        roles, found = objects(case, "Role"), {}
        for place, binding in objects(case, "RoleBinding").items():
            if not place[1].endswith(("-scc-anyuid", "-scc-nonroot-v2")):
                (subject,) = binding["subjects"]
                assert (subject["namespace"], subject["name"], binding["roleRef"]["name"]) == (*place, place[1])
                assert place in objects(case, "ServiceAccount")
                found[place[1]] = {
                    (resource, verb)
                    for rule in roles[place]["rules"] for resource in rule["resources"] for verb in rule["verbs"]
                }  # fmt: skip
                assert {group for rule in roles[place]["rules"] for group in rule["apiGroups"]} == {""}
        assert len(found) == len(roles)
        return found

    return of


def listed(role, purpose):
    """:returns: set of (resource, verb) that the role lists for a purpose."""
    rights = role.read("vars/main/component_rights.yml")["__airflow_prerequisites_component_rights"]
    return {(right["resource"], right["verb"]) for right in rights[purpose]}


@pytest.fixture(scope="session")
def prerequisites(roles):
    """The role."""
    return next(role for role in roles if role.name == ROLE)


@pytest.mark.parametrize("case", CASES)
def test_what_is_sound_has_no_findings(case, evaluated):
    assert evaluated[case]["findings"] == []


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault_is_one_finding(case, evaluated):
    (finding,) = evaluated[case]["findings"]
    assert FAULTS[case][1] in finding


def test_by_default_there_is_the_namespace_and_nothing_else(evaluated):
    (namespace,) = evaluated["defaults"]["objects"]
    assert (namespace["kind"], namespace["metadata"]["name"]) == ("Namespace", "airflow")
    assert "annotations" not in namespace["metadata"]
    levels = {label: value for label, value in namespace["metadata"]["labels"].items() if label.startswith("pod-security")}
    assert levels == {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}


def test_the_owner_of_it_all_has_a_name_that_is_valid(evaluated):
    names = {case: Owner(**found["owner"]).name for case, found in evaluated.items()}
    assert names.pop("long name") == f"{'a' * 40}-prerequ"
    assert set(names.values()) == {"airflow-prerequisites"}


def test_labels_and_annotations_are_added_and_pod_security_stays(objects):
    metadata = objects("namespace", "Namespace")[None, "data"]["metadata"]
    assert metadata["labels"]["team"] == "data"
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    assert metadata["annotations"] == {"example.com/owner": "data"}


def test_quota_and_limit_range_are_in_the_words_of_kubernetes(objects):
    assert objects("limits", "ResourceQuota")["airflow", "airflow-quota"]["spec"] == {
        "hard": {"pods": 20, "requests.cpu": "8"}}
    (limits,) = objects("limits", "LimitRange")["airflow", "airflow-limits"]["spec"]["limits"]
    assert limits == {
        "type": "Container", "default": {"memory": "512Mi"}, "defaultRequest": {"cpu": "50m"}, "max": {"memory": "8Gi"}}


def test_an_environment_has_the_roles_own_for_what_it_leaves_out(objects):
    quotas = {place: item["spec"]["hard"]["pods"] for place, item in objects("environments", "ResourceQuota").items()}
    assert quotas == {("airflow-dev", "airflow-quota"): 10, ("airflow-prod", "prod-quota"): 100}
    assert set(objects("environments", "LimitRange")) == {("airflow-prod", "prod-limits")}
    assert set(objects("environments", "PersistentVolumeClaim")) == {
        ("airflow-dev", "airflow-logs"), ("airflow-prod", "prod-logs")}
    labels = {name: item["metadata"]["labels"] for (_none, name), item in objects("environments", "Namespace").items()}
    assert {name: found["pod-security.kubernetes.io/enforce"] for name, found in labels.items()} == {
        "airflow-dev": "restricted", "airflow-prod": "baseline"}
    assert {name: found.get("tier") for name, found in labels.items()} == {"airflow-dev": None, "airflow-prod": "prod"}


def test_accounts_of_an_environment_have_its_release_and_its_identity(objects):
    accounts = objects("environments", "ServiceAccount")
    principals = {
        place: item["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
        for place, item in accounts.items() if "scheduler" in place[1]
    }  # fmt: skip
    assert principals == {
        ("airflow-dev", "airflow-scheduler"): ARN.format("dev"),
        ("airflow-prod", "prod-airflow-scheduler"): ARN.format("prod"),
    }
    assert {place[0] for place in objects("environments", "Role")} == {"airflow-dev", "airflow-prod"}


def test_every_object_says_which_release_it_is_of(evaluated):
    for case, found in evaluated.items():
        for item in found["objects"]:
            labels = item["metadata"]["labels"]
            wanted = "prod" if "airflow-prod" in (item["metadata"]["name"], item["metadata"].get("namespace")) else "airflow"
            assert labels["app.kubernetes.io/instance"] == ("a" * 40 if case == "long name" else wanted), (case, item["metadata"]["name"])


def test_priority_classes_are_never_the_default_of_the_cluster(objects):
    found = {name: item for (_none, name), item in objects("priority classes", "PriorityClass").items()}
    assert {name: (item["value"], item["preemptionPolicy"]) for name, item in found.items()} == {
        "airflow-core": (100000, "PreemptLowerPriority"), "airflow-batch": (10, "Never")}
    assert found["airflow-core"]["description"] == "What runs all the time"
    assert not any("globalDefault" in item for item in found.values())


def test_the_chart_makes_accounts_and_rights_unless_asked_otherwise(objects):
    for kind in ("ServiceAccount", "Role", "RoleBinding"):
        assert objects("defaults", kind) == {}


def test_every_component_has_an_account_and_few_have_rights(objects, rights, prerequisites):
    assert {name for _namespace, name in objects("accounts", "ServiceAccount")} == {
        "airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-statsd", "airflow-triggerer",
        "airflow-worker-kubernetes", "gpu"}
    assert rights("accounts") == {
        "airflow-scheduler": listed(prerequisites, "executor"), "airflow-api-server": listed(prerequisites, "log_reader")}


def test_tasks_start_pods_only_when_asked(rights, prerequisites):
    operator, deferred = listed(prerequisites, "pod_operator"), listed(prerequisites, "deferred_pod_operator")
    exec_rights = listed(prerequisites, "pod_operator_xcom")
    found = rights("pod operator")
    assert (found["airflow-worker-kubernetes"], found["airflow-triggerer"]) == (operator, deferred)
    found = rights("pod operator with results")
    assert (found["airflow-worker-kubernetes"], found["airflow-triggerer"]) == (operator | exec_rights, deferred)
    assert rights("local executor") == {"airflow-scheduler": operator, "airflow-triggerer": deferred}


def test_rights_are_about_pods_and_events_alone(prerequisites):
    rights = prerequisites.read("vars/main/component_rights.yml")["__airflow_prerequisites_component_rights"]
    found = {purpose: {right["resource"] for right in purpose_rights} for purpose, purpose_rights in rights.items()}
    assert found == {
        "executor": {"pods"}, "log_reader": {"pods", "pods/log"}, "pod_operator": {"pods", "pods/log", "events"},
        "pod_operator_xcom": {"pods/exec"}, "deferred_pod_operator": {"pods", "pods/log", "events"}}


def test_no_right_is_listed_twice_and_each_has_its_reason(prerequisites):
    rights = prerequisites.read("vars/main/component_rights.yml")["__airflow_prerequisites_component_rights"]
    for purpose, purpose_rights in rights.items():
        assert len(listed(prerequisites, purpose)) == len(purpose_rights), purpose
    text = (FOLDER / "vars" / "main" / "component_rights.yml").read_text(encoding="utf-8")
    with_reason = re.findall(r"^    # .*\w\.py, \w.*\n    - |^    # The same\..*\n    - ", text, re.MULTILINE)
    assert len(with_reason) == sum(map(len, rights.values()))


def test_an_account_of_the_chart_is_taken_over_and_outlives_it(objects):
    for item in objects("accounts", "ServiceAccount").values():
        assert item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
        assert "app.kubernetes.io/managed-by" not in item["metadata"]["labels"]
        assert "automountServiceAccountToken" not in item


def test_claims(objects):
    found = objects("claims", "PersistentVolumeClaim")
    assert found["airflow", "airflow-logs"]["spec"] == {
        "accessModes": ["ReadWriteMany"], "storageClassName": "shared", "resources": {"requests": {"storage": "20Gi"}}}
    assert found["airflow", "dags"]["spec"] == {
        "accessModes": ["ReadOnlyMany"], "resources": {"requests": {"storage": "2Gi"}}}
    spec = objects("claim of their own", "PersistentVolumeClaim")["airflow", "dags"]["spec"]
    assert (spec["accessModes"], spec["storageClassName"]) == (["ReadWriteMany"], "shared")


def test_a_project_of_openshift_has_a_title(objects):
    annotations = objects("openshift", "Namespace")[None, "airflow"]["metadata"]["annotations"]
    assert annotations == {"openshift.io/display-name": "Airflow", "openshift.io/node-selector": ""}


def test_restricted_constraints_need_no_binding(objects):
    assert objects("openshift", "RoleBinding") == {}
    assert objects("constraints elsewhere", "RoleBinding") == {}


def bound(objects, case, constraints):
    """:returns: names of the accounts that may use these constraints."""
    binding = objects(case, "RoleBinding")["airflow", f"airflow-scc-{constraints}"]
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"system:openshift:scc:{constraints}"}
    assert {subject["namespace"] for subject in binding["subjects"]} == {"airflow"}
    return {subject["name"] for subject in binding["subjects"]}


def test_nonroot_constraints_are_for_every_pod_of_the_environment(objects):
    assert bound(objects, "nonroot-v2", "nonroot-v2") == {
        "airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-statsd", "airflow-triggerer",
        "airflow-worker", "default"}


def test_any_user_only_where_asked(objects):
    assert bound(objects, "anyuid", "anyuid") == {"airflow-statsd", "airflow-worker-kubernetes", "gpu"}
    assert ("airflow", "airflow-scc-anyuid") not in objects("nonroot-v2", "RoleBinding")


def test_routes(objects):
    assert objects("route", "Route")["airflow", "airflow-api-server"]["spec"] == {
        "host": "airflow.example.com", "to": {"kind": "Service", "name": "airflow-api-server"},
        "port": {"targetPort": "api-server"},
        "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}}
    (route,) = objects("routes of environments", "Route").values()
    assert "tls" not in route["spec"] and "host" not in route["spec"]


def test_whoever_asks_for_projects_makes_no_namespace(evaluated, objects):
    assert objects("project request", "Namespace") == {}
    assert set(objects("project request", "ResourceQuota")) == {
        ("airflow", "airflow-quota"), ("airflow-dev", "airflow-quota")}
    assert evaluated["project request"]["projects"] == [
        {"name": "airflow", "display_name": "Airflow", "description": ""},
        {"name": "airflow-dev", "display_name": "Try", "description": "To try"}]


@pytest.mark.parametrize("inventory", ENVIRONMENTS)
class TestInventories:
    def test_the_quota_holds_components_and_tasks(self, inventory, asked_for):
        asked = asked_for(inventory)
        for resource in ("cpu", "memory"):
            assert needed(asked, "requests", resource) <= quantities.parse(asked["quota"][f"requests.{resource}"])
        assert needed(asked, "limits", "memory") <= quantities.parse(asked["quota"]["limits.memory"])
        assert 2 * sum(counted(asked).values()) + tasks(asked) <= int(asked["quota"]["pods"])

    def test_every_container_has_what_the_quota_asks_for(self, inventory, asked_for):
        asked = asked_for(inventory)
        given = {"requests": asked["limit_range"]["default_request"], "limits": asked["limit_range"]["default"]}
        asked_of_containers = {tuple(name.split(".", 1)) for name in asked["quota"] if name.startswith(("requests.", "limits."))}
        assert {(kind, name) for kind, name in asked_of_containers if name not in given[kind] and "/" not in name} == set()

    def test_every_priority_class_that_is_named_is_made(self, inventory, asked_for):
        asked = asked_for(inventory)
        users = [*asked["components"].values(), *asked["profiles"]]
        named = {user["priority_class"] for user in users if "priority_class" in user}
        assert named == {found["name"] for found in asked["classes"]}


def counted(asked):
    """:returns: {component: how many pods of it there are at most}."""
    pooled = {"pgbouncer": asked["pgbouncer"].get("replicas", 2)}
    return {
        name: asked["autoscaling"].get(name, {}).get("maximum", options.get("replicas", pooled.get(name, 1)))
        for name, options in asked["components"].items()
    }  # fmt: skip


def tasks(asked):
    """:returns: how many tasks run at a time."""
    return asked["concurrency"]["parallelism"] * asked["components"]["scheduler"].get("replicas", 1)


def needed(asked, kind, resource):
    """:returns: what tasks need, and twice the components, each with two sidecars."""
    spare = quantities.parse(asked["limit_range"]["default_request" if kind == "requests" else "default"][resource])
    (profile,) = [profile for profile in asked["profiles"] if profile.get("default")]
    total = tasks(asked) * quantities.parse(profile["resources"][kind][resource])
    for name, count in counted(asked).items():
        total += 2 * count * (quantities.parse(asked["components"][name]["resources"][kind][resource]) + 2 * spare)
    return total


def test_the_readme_shows_specifications_that_are_sound(evaluate):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(block.partition("```")[0]) for block in text.split("```yaml\n")[1:]]
    found = evaluate(ROLE, ASKED_FOR, {f"example {place}": example for place, example in enumerate(examples)})
    assert len(found) >= 3
    assert [outcome["findings"] for outcome in found.values()] == [[]] * len(found)
