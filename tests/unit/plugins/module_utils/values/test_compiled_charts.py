# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm renders of what is compiled is what was asked for, with either chart."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions, compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import service_accounts


@pytest.fixture
def all_rendered(chart, render, taken):
    """{name: Rendered} of the specifications that the chart is for."""
    return {name: render(chart, specification) for name, specification in taken.items()}


def test_the_chart_makes_no_secret_and_runs_no_job(all_rendered):
    for name, objects in all_rendered.items():
        assert {item["kind"] for item in objects}.isdisjoint(
            {"Job", "Secret", "NetworkPolicy", "PersistentVolumeClaim"}
        ), name


def test_every_pod_satisfies_pod_security_restricted(all_rendered):
    for name, objects in all_rendered.items():
        for pod, spec in objects.pods().items():
            context = spec["securityContext"]
            assert (context["runAsNonRoot"], context["seccompProfile"]["type"]) == (True, "RuntimeDefault"), (name, pod)
            for container in spec["containers"] + (spec.get("initContainers") or []):
                context = container["securityContext"]
                assert context["allowPrivilegeEscalation"] is False, (name, pod, container["name"])
                assert context["capabilities"]["drop"] == ["ALL"], (name, pod, container["name"])


def test_no_disruption_budget_says_two_things(all_rendered):
    found = [
        item["spec"] for objects in all_rendered.values() for item in objects if item["kind"] == "PodDisruptionBudget"
    ]
    assert len(found) >= 3
    assert [spec for spec in found if {"minAvailable", "maxUnavailable"} <= set(spec)] == []


def test_what_an_autoscaler_counts_nobody_else_does(all_rendered):
    counted = 0
    for objects in all_rendered.values():
        for item in objects:
            if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
                target = objects.named("Deployment", item["spec"]["scaleTargetRef"]["name"])
                assert "replicas" not in target["spec"]
                counted += 1
    assert counted


def test_every_claim_is_somebody_else_s(render, chart, specifications):
    claims = {
        name: {
            volume["persistentVolumeClaim"]["claimName"]
            for spec in render(chart, specifications[name]).pods().values()
            for volume in spec.get("volumes") or []
            if "persistentVolumeClaim" in volume
        }
        for name in ("defaults", "local executor", "claim")
    }
    assert claims == {"defaults": set(), "local executor": {"airflow-logs"}, "claim": {"dags"}}


def test_accounts_and_rights_that_others_make_the_chart_does_not(all_rendered, specifications):
    elsewhere = {name: objects for name, objects in all_rendered.items() if name.endswith("elsewhere")}
    assert len(elsewhere) >= 2
    for name, objects in elsewhere.items():
        kinds = {item["kind"] for item in objects}
        assert kinds.isdisjoint({"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}), name
        specification = Specification.read(specifications[name], compiler.VARIABLES)[0]
        made = {*service_accounts.names(specification).values(), "gpu"}
        assert {spec["serviceAccountName"] for spec in objects.pods().values()} <= made, name


def test_accounts_of_the_chart_have_the_names_that_are_expected(all_rendered, specifications):
    for name, objects in all_rendered.items():
        found = {item["metadata"]["name"] for item in objects if item["kind"] == "ServiceAccount"}
        specification = Specification.read(specifications[name], compiler.VARIABLES)[0]
        assert found <= set(service_accounts.names(specification).values()) | idle_accounts(specification.release), name


def idle_accounts(release):
    """:returns: the accounts that the official chart makes although nothing uses them."""
    prefix = release if "airflow" in release else f"{release}-airflow"
    return {f"{prefix}-{suffix}" for suffix in ("migrate-database-job", "create-user-job", "worker")}


def test_airflow_is_reported_its_address_and_connections(render, chart, specifications):
    objects = render(chart, specifications["bundles"])
    configuration = objects.named("ConfigMap", "af-config")["data"]["airflow.cfg"]
    assert "base_url = https://airflow.example.com/team\n" in configuration
    assert "execution_api_server_url = http://af-api-server:8080/team/execution/\n" in configuration
    for pod in ("af-api-server", "af-dag-processor", "af-triggerer", "pod_template_file"):
        names = {variable["name"] for variable in objects.pods()[pod]["containers"][0]["env"]}
        assert {"AIRFLOW_CONN_GIT_CORE", "AIRFLOW_CONN_AIRFLOW_LOGS"} <= names, pod


@pytest.fixture
def official(render, official_chart, specifications):
    """Callable that renders a specification with the official chart."""
    return lambda name: render(official_chart, specifications[name])


@pytest.mark.official_chart
class TestOfficialChart:
    def test_openshift_chooses_all_ids(self, official):
        for pod, spec in official("openshift").pods().items():
            contexts = [spec["securityContext"], *(container["securityContext"] for container in spec["containers"])]
            assert not any({"runAsUser", "runAsGroup", "fsGroup"} & set(context) for context in contexts), pod

    def test_no_pod_asks_for_another_connection_of_keda(self, official):
        for name in ("celery", "both"):
            for pod, spec in official(name).pods().items():
                names = {
                    variable["name"] for container in spec["containers"] for variable in container.get("env") or []
                }
                assert "KEDA_DB_CONN" not in names, pod

    def test_the_default_profile_is_the_chart_s_own_template(self, official):
        templates = official("profiles").templates()
        assert templates["small"] == templates["pod_template_file"]
        assert templates["small"]["spec"]["nodeSelector"] == {"pool": "tasks"}
        assert len(templates["small"]["spec"]["tolerations"]) == 2

    def test_a_profile_is_laid_over_the_chart_s_own_template(self, official):
        templates = official("profiles").templates()
        base, gpu = templates["pod_template_file"], templates["gpu"]
        container, own = dict(base["spec"]["containers"][0]), dict(gpu["spec"]["containers"][0])
        assert (own.pop("image"), own.pop("resources")) == (
            "registry.example.com/gpu:1.0", {"limits": {"nvidia.com/gpu": "1"}},
        )  # fmt: skip
        assert own == {key: value for key, value in container.items() if key not in ("image", "resources")}
        spec = {key: value for key, value in gpu["spec"].items() if key != "containers"}
        assert spec == {
            **{key: value for key, value in base["spec"].items() if key != "containers"},
            "nodeSelector": {"pool": "gpu"},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
            "priorityClassName": "batch",
            "serviceAccountName": "gpu",
        }
        assert gpu["metadata"]["labels"] == {
            "tier": "airflow",
            "component": "worker",
            "release": "airflow",
            "team": "ml",
        }
        assert gpu["metadata"]["annotations"] == {**base["metadata"]["annotations"], "note": 'a `quoted` "text"'}

    def test_a_profile_has_the_default_for_what_it_leaves_out(self, official):
        templates = official("profiles").templates()
        assert templates["batch"] == templates["small"]

    def test_the_scheduler_has_each_template_as_a_file(self, official):
        objects = official("profiles")
        files = set(objects.named("ConfigMap", "airflow-pod-templates")["data"])
        mounts = objects.pods()["airflow-scheduler"]["containers"][0]["volumeMounts"]
        assert {mount["subPath"] for mount in mounts if mount["name"] == "pod-templates"} == files
        assert len({mount["mountPath"] for mount in mounts}) == len(mounts)

    def test_airflow_leaves_the_image_to_the_template(self, official):
        configuration = official("profiles").named("ConfigMap", "airflow-config")["data"]["airflow.cfg"]
        assert "worker_container_repository = \n" in configuration and "worker_container_tag = \n" in configuration

    def test_the_pod_template_of_the_user_is_the_base(self, template, official_chart, specifications):
        values = compiler.chart_values(compiler.compile_settings(specifications["profiles"]))
        values["podTemplate"] = (
            "kind: Pod\nmetadata: {}\nspec: {containers: [{name: base, image: mine}], restartPolicy: Never}"
        )
        batch = template(official_chart, "airflow", values).templates()["batch"]["spec"]
        assert (batch["containers"], batch["restartPolicy"]) == ([{"name": "base", "image": "mine"}], "Never")
        assert len(batch["tolerations"]) == 2

    def test_task_pods_use_the_account_that_carries_the_identity(self, official):
        objects = official("bundles")
        name = objects.pods()["pod_template_file"]["serviceAccountName"]
        account = objects.named("ServiceAccount", name)
        assert account["metadata"]["annotations"] == {
            "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/airflow"
        }

    @pytest.mark.parametrize("version", airflow_versions.TRIED)
    def test_each_airflow_has_an_api_server_and_an_ingress_to_it(self, render, official_chart, specifications, version):
        objects = render(official_chart, {**specifications["airflow 3.2"], "version": version})
        ingress = objects.named("Ingress", "airflow-ingress")
        [path] = ingress["spec"]["rules"][0]["http"]["paths"]
        assert path["backend"]["service"]["name"] == "airflow-api-server"
        assert {"airflow-api-server", "airflow-dag-processor"} <= set(objects.pods())
        assert "airflow-webserver" not in objects.pods()


def test_the_local_environment(local, render, chart):
    objects = render(chart, local)
    service = objects.named("Service", "airflow-api-server")["spec"]
    assert (service["type"], service["ports"][0]["nodePort"]) == ("NodePort", 30080)
    pods = objects.pods()
    assert set(pods) == {
        "airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-statsd",
        "pod_template_file",
    }  # fmt: skip
    for name, spec in pods.items():
        image, container = spec["containers"][0]["image"], spec["containers"][0]
        assert image == f"localhost:5000/windrose/{'statsd_exporter:0.28.0' if 'statsd' in name else 'airflow:3.3.2'}"
        assert {"requests", "limits"} == set(container["resources"]), name
    configuration = objects.named("ConfigMap", "airflow-config")["data"]["airflow.cfg"]
    assert "git://172.28.0.1:9418/dags.git" in configuration and "base_url" not in configuration
    assert "workers = 1\n" in configuration and "parsing_processes = 1\n" in configuration
