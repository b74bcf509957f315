# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.policy import all_tasks

SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
OWN = {"app.kubernetes.io/instance": "airflow", "app.kubernetes.io/managed-by": "windrose.airflow"}
GPU = {"name": "gpu", "resources": {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}}


def namespace(hard=None, used=None, limits=None, **fields):
    """:returns: facts of a namespace with a ResourceQuota and a LimitRange."""
    quotas = [{"name": "team", "hard": hard, "used": used or {}}] if hard else []
    ranges = [{"name": "sizes", "limits": [{"type": "Container", **limits}]}] if limits else []
    return {"namespace": {"quotas": quotas, "limit_ranges": ranges, **fields}}


def codes(findings):
    """:returns: the code of each finding."""
    return [finding.code for finding in findings]


ONE_TASK = {"airflow_concurrency": {"parallelism": 1}}
LARGE = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
# Another profile than the default one.
PROFILES = {
    **ONE_TASK, "airflow_components": {"worker": None},
    "airflow_worker_profiles": [{"name": "small", "default": True, "resources": SIZE}, {"name": "large", "resources": LARGE}],
}  # fmt: skip
CELERY = {"airflow_executor": "CeleryExecutor,KubernetesExecutor", "airflow_network_policies_enabled": False}


# The components of the sound inventory, and one of its Jobs at a time, are seven pods with ten containers of 500m and 1Gi, limited to 1 and 2Gi where they are
# limited, and the volume of PostgreSQL with 10Gi. A task is as large as one of the containers.
@pytest.mark.parametrize(
    ("hard", "used", "found"),
    [
        ({"requests.cpu": "5500m"}, {}, []),
        ({"cpu": "5500m"}, {}, []),
        ({"cpu": "5499m"}, {}, ["WA606"]),
        ({"cpu": "4999m"}, {}, ["WA602"]),
        ({"cpu": "8"}, {"cpu": "2500m"}, []),
        ({"cpu": "8"}, {"cpu": "2501m"}, ["WA606"]),
        ({"cpu": "8"}, {"cpu": "3001m"}, ["WA602"]),
        ({"memory": "11Gi"}, {}, []),
        ({"requests.memory": "10Gi"}, {}, ["WA606"]),
        ({"pods": "8"}, {}, ["WA606"]),
        ({"pods": "9"}, {}, []),
        ({"count/pods": "7"}, {}, ["WA602"]),
        ({"persistentvolumeclaims": "0"}, {}, ["WA602"]),
        ({"requests.storage": "10Gi", "persistentvolumeclaims": "1"}, {}, []),
        ({"requests.storage": "10Gi"}, {"requests.storage": "1"}, ["WA602"]),
        ({"services": "0", "services.loadbalancers": "0"}, {}, []),
        ({"cpu": "much"}, {}, []),
    ],
)
def test_room_in_a_quota(hard, used, found, judged):
    assert codes(judged(ONE_TASK, namespace(hard, used))) == found


def parallel(parallelism, schedulers=1, **concurrency):
    """:returns: variables with so many tasks at a time for each of so many schedulers."""
    return {
        "airflow_concurrency": {"parallelism": parallelism, **concurrency}, "airflow_components": {"scheduler": {"replicas": schedulers}}}


# Beside the 5 cores, 10Gi and 8 pods of the components, the pre-pull on one node among them, each of the tasks wants 500m and 1Gi;
# another scheduler wants 1 and 2Gi.
@pytest.mark.parametrize(
    ("variables", "hard", "told"),
    [
        (parallel(8), {"cpu": "9"}, None),
        (parallel(8), {"cpu": "8999m"}, "7 of the 8 tasks run that parallelism allows: of requests.cpu they need 4, and it leaves 3999m."),
        (parallel(8), {"cpu": "5499m"}, "0 of the 8 tasks"),
        (parallel(8), {"cpu": "5"}, "0 of the 8 tasks"),
        (parallel(8), {"cpu": "9", "pods": "15"}, "7 of the 8 tasks run that parallelism allows: of pods they need 8, and it leaves 7."),
        (parallel(8), {"cpu": "8", "memory": "14Gi"}, "4 of the 8 tasks"),
        (parallel(8), {"requests.nvidia.com/gpu": "0"}, None),
        (parallel(4, 2), {"cpu": "10"}, None),
        (parallel(4, 2), {"cpu": "9"}, "6 of the 8 tasks"),
        (parallel(None), {"cpu": "20"}, "30 of the 32 tasks"),
        # As many API servers as there may be.
        ({**parallel(8), "airflow_autoscaling": {"api_server": {"maximum": 3}}}, {"cpu": "9"}, "6 of the 8 tasks"),
        ({**parallel(8), "airflow_autoscaling": {"api_server": {"maximum": 3}}}, {"cpu": "10"}, None),
        # Tasks are pods only where a DAG says so, or never.
        ({**parallel(8), **CELERY}, {"cpu": "7"}, None),
        ({**parallel(8), "airflow_executor": "LocalExecutor"}, {"cpu": "5"}, None),
    ],
)  # fmt: skip
def test_room_for_the_tasks_of_parallelism(variables, hard, told, judged):
    found = [finding for finding in judged(variables, namespace(hard)) if finding.code in ("WA602", "WA603", "WA606")]
    assert codes(found) == (["WA606"] if told else [])
    assert not told or told in found[0].problem


@pytest.mark.parametrize(
    ("retries", "others"),
    [(-1, "The others wait for room."), (3, "The others fail, unless airflow_concurrency.task_publish_max_retries is -1."),
     (None, "The others fail, unless airflow_concurrency.task_publish_max_retries is -1.")],
)  # fmt: skip
def test_what_becomes_of_the_tasks_that_find_no_room_is_said(retries, others, judged):
    (finding,) = judged(parallel(8, 2, task_publish_max_retries=retries), namespace({"cpu": "10"}))
    assert finding.problem.endswith(others) and (finding.severity, finding.subject) == ("error", "ResourceQuota team")
    assert finding.remedy == "Raise the quota, or lower airflow_concurrency.parallelism to 4, which counts for each scheduler."
    (finding,) = judged(parallel(8), namespace({"cpu": "5"}))
    assert finding.remedy == CATALOGUE["WA606"].remedy


# The fixture is a function without a state.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parallelism=st.integers(1, 40), schedulers=st.integers(1, 4), tenths=st.integers(0, 300), pods=st.integers(0, 200))
def test_as_many_tasks_fit_as_the_message_says(environment, parallelism, schedulers, tenths, pods):
    asked = environment(parallel(parallelism, schedulers))
    one, left = {"requests.cpu": Decimal("0.5"), "pods": Decimal(1)}, {"requests.cpu": Decimal(tenths) / 10, "pods": Decimal(pods)}
    found = all_tasks(asked, "ResourceQuota team", one, left)
    fitting = min(tenths // 5, pods)
    assert bool(found) is (fitting < parallelism * schedulers)
    assert not found or f"lets {fitting} of the {parallelism * schedulers} tasks" in found[0].problem
    each = [int(number) for finding in found for number in re.findall(r"parallelism to (\d+)", finding.remedy)]
    assert not each or not all_tasks(environment(parallel(each[0], schedulers)), "ResourceQuota team", one, left)


@pytest.mark.parametrize(("hard", "found"), [("6", []), ("5999m", ["WA603"]), ("5499m", ["WA606", "WA603"])])
def test_one_task_of_each_other_profile_has_to_fit(hard, found, judged):
    told = judged(PROFILES, namespace({"cpu": hard}))
    assert codes(told) == found and all("one task of profile large" in finding.problem for finding in told if finding.code == "WA603")


def test_of_tasks_that_are_no_pods_by_default_one_has_to_fit(judged):
    told = judged({**CELERY, "airflow_components": {"celery_worker": {"resources": SIZE}}}, namespace({"cpu": "5500m"}))
    assert [finding.code for finding in told if finding.code != "WA605"] == ["WA603"]


def test_the_message_says_what_is_short(judged):
    (finding,) = judged({}, namespace({"cpu": "5", "memory": "20Gi"}, {"cpu": "1", "memory": "12Gi"}))
    assert finding.subject == "ResourceQuota team"
    assert "of requests.cpu they need 5, and it leaves 4" in finding.problem
    assert "of requests.memory they need 10Gi, and it leaves 8Gi" in finding.problem


def test_what_runs_already_in_a_namespace_of_ones_own_is_not_counted_twice(judged):
    hard, used = {"cpu": "6"}, {"cpu": "5500m"}
    assert codes(judged(ONE_TASK, namespace(hard, used))) == ["WA602"]
    assert codes(judged(ONE_TASK, namespace(hard, used, labels=OWN))) == []
    assert codes(judged(ONE_TASK, namespace(hard, used, labels={**OWN, "app.kubernetes.io/instance": "other"}))) == ["WA602"]
    assert codes(judged(ONE_TASK, namespace({"cpu": "4"}, used, labels=OWN))) == ["WA602"]


def test_a_quota_with_a_scope_counts_other_pods(judged):
    facts = namespace({"cpu": "1"})
    facts["namespace"]["quotas"][0]["scopes"] = ["BestEffort"]
    assert judged({}, facts) == []


def test_each_kind_of_task_is_judged_alone(judged):
    hard = {"requests.nvidia.com/gpu": "0", "cpu": "6"}
    found = judged({**ONE_TASK, "airflow_worker_profiles": [{"name": "small", "default": True}, GPU]}, {**namespace(hard), "nodes": None})
    # The quota counts CPU, of which the profile says nothing.
    assert codes(found) == ["WA605", "WA603"]
    assert "one task of profile gpu" in found[1].problem


@pytest.mark.parametrize(
    ("hard", "limits", "told"),
    [
        ({"limits.cpu": "100"}, None, "limits.cpu"),
        ({"limits.cpu": "100"}, {"default": {"cpu": "1"}}, None),
        ({"limits.cpu": "100"}, {"max": {"cpu": "2"}}, None),
        ({"limits.cpu": "100"}, {"defaultRequest": {"cpu": "1"}}, "limits.cpu"),
        ({"requests.cpu": "100"}, None, None),
        ({"requests.ephemeral-storage": "100Gi"}, None, None),
    ],
)
def test_containers_that_say_nothing_of_what_a_quota_counts(hard, limits, told, judged):
    found = judged({}, namespace(hard, limits=limits))
    assert codes(found) == (["WA605"] if told else [])
    assert not told or f"counts {told}" in found[0].problem and "migration of migration" in found[0].problem


def test_sidecars_need_resources_too(judged):
    components = {"scheduler": {"log_groomer": {"resources": {"requests": {"cpu": "10m"}, "limits": None}}}}
    assert codes(judged({"airflow_components": components}, namespace({"limits.memory": "100Gi"}))) == ["WA605"]


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max": {"cpu": "1"}}, None),
        ({"max": {"cpu": "999m"}}, "at most 999m of cpu for each container"),
        ({"max": {"memory": "1Gi"}}, "at most 1Gi of memory for each container"),
        ({"min": {"cpu": "500m"}}, None),
        ({"min": {"cpu": "501m"}}, "at least 501m of cpu for each container"),
        ({"type": "Pod", "max": {"cpu": "2"}}, None),
        ({"type": "Pod", "max": {"cpu": "1999m"}}, "at most 1999m of cpu for each pod"),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, None),
    ],
)
def test_limit_ranges(limits, told, judged):
    found = judged({}, namespace(limits=limits))
    assert codes(found) == (["WA604"] if told else [])
    assert not told or told in found[0].problem


def test_of_many_containers_some_are_named(judged):
    (finding,) = judged({}, namespace(limits={"min": {"cpu": "501m"}}))
    assert "api_server of api_server (500m), scheduler of scheduler (500m)" in finding.problem
    assert finding.problem.endswith("and 8 more.")


def test_of_few_containers_all_are_named(judged):
    # Those of four components alone are larger.
    large = {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}
    components = {name: {"resources": large} for name in ("api_server", "scheduler", "dag_processor", "triggerer")}
    (finding,) = judged({"airflow_components": components}, namespace(limits={"max": {"cpu": "1"}}))
    assert finding.problem.endswith("triggerer of triggerer (2).")


def test_what_is_left_out_is_filled_in_so_that_it_fits(judged):
    variables = {"airflow_database_migration_resources": {"requests": None}, "airflow_release_first_user_resources": {"requests": None}}
    assert judged(variables, namespace(limits={"min": {"cpu": "500m"}, "max": {"cpu": "1"}})) == []


@pytest.mark.parametrize(
    ("variables", "live", "found"),
    [
        ({"airflow_prerequisites_quota": {"cpu": "4"}}, None, ["WA602"]),
        ({"airflow_prerequisites_quota": {"cpu": "6"}, **ONE_TASK}, {"cpu": "1"}, []),
        ({"airflow_prerequisites_quota": {"cpu": "6"}}, {"cpu": "30"}, ["WA606"]),
        ({}, {"cpu": "1"}, []),
        ({"airflow_prerequisites_environments": [{"namespace": "airflow", "quota": {"cpu": "4"}}]}, None, ["WA602"]),
        ({"airflow_prerequisites_environments": [{"namespace": "other", "quota": {"cpu": "4"}}]}, None, []),
        ({"airflow_prerequisites_limit_range": {"max": {"cpu": "500m"}}}, None, ["WA604"]),
        (
            {
                "airflow_prerequisites_quota": {"limits.cpu": "100"},
                "airflow_prerequisites_limit_range": {"default": {"cpu": "1"}, "default_request": {"cpu": "20m"}},
            },
            None,
            [],
        ),
    ],
)
def test_what_the_role_prerequisites_writes_is_judged_as_it_will_be(variables, live, found, judged):
    quotas = [{"name": "airflow-quota", "hard": live, "used": {}}] if live else []
    assert codes(judged(variables, {"namespace": {"exists": bool(live), "quotas": quotas}})) == found


def test_a_namespace_that_goes_is_all_there_is_to_say(judged):
    assert codes(judged({}, namespace({"cpu": "1"}, terminating=True))) == ["WA601"]


def test_the_prepull_has_one_pod_on_each_node_that_it_may_run_on(judged, make_node):
    taint = {"key": "gpu", "value": "true", "effect": "NoSchedule"}
    nodes = [make_node(f"worker-{place}") for place in range(5)] + [make_node("gpu", taints=[taint])]
    variables = {**ONE_TASK, "airflow_image_prepull_images": ["registry.acme.io/airflow:3.2.2-7"]}
    assert codes(judged(variables, {**namespace({"pods": "13"}), "nodes": nodes})) == []
    assert codes(judged(variables, {**namespace({"pods": "12"}), "nodes": nodes})) == ["WA606"]
