# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bundled chart renders: Pod Security, no hooks, and the faults of the official chart that it lacks."""

from __future__ import annotations

import configparser

import pytest
import yaml

EVERYTHING = {
    "labels": {"team": "data"},
    "env": [{"name": "PLAIN", "value": "1"}],
    "secret": [{"envName": "AIRFLOW_CONN_GIT", "secretName": "git", "secretKey": "uri"}],
    "extraEnv": "- name: RELEASE\n  value: '{{ .Release.Name }}'\n",
    "extraEnvFrom": "- configMapRef:\n    name: shared\n",
    "volumes": [{"name": "shared", "emptyDir": {}}],
    "volumeMounts": [{"name": "shared", "mountPath": "/shared"}],
    "enableServiceLinks": False,
    "imagePullSecrets": [{"name": "pull"}],
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "priorityClasses": [{"name": "core", "value": 2000000}],
    "dags": {"persistence": {"enabled": True}},
    "logs": {"persistence": {"enabled": True}},
    "ingress": {"apiServer": {
        "enabled": True, "hosts": [{"name": "a.example.com", "tls": {"enabled": True, "secretName": "tls"}}],
    }},
    "apiServer": {
        "hpa": {"enabled": True}, "podDisruptionBudget": {"enabled": True},
        "apiServerConfig": "AUTH_ROLE_PUBLIC = 'Viewer'\n",
        "service": {"type": "NodePort", "ports": [{"name": "api-server", "port": 8080, "nodePort": 30080}]},
    },
    "scheduler": {"podDisruptionBudget": {"enabled": True}, "strategy": {"type": "Recreate"}},
    "dagProcessor": {"podDisruptionBudget": {"enabled": True}, "strategy": {"type": "Recreate"}},
    "triggerer": {"persistence": {"enabled": False}, "podDisruptionBudget": {"enabled": True}},
    "workers": {"kubernetes": {
        "serviceAccount": {"create": True, "annotations": {"example.com/role": "task"}},
        "env": [{"name": "OWN", "value": "1"}], "extraVolumes": [{"name": "own", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "own", "mountPath": "/own"}],
    }},
    "pgbouncer": {"enabled": True, "podDisruptionBudget": {"enabled": True}},
}
BARE = {"waitForMigrations": {"enabled": False}, "logGroomerSidecar": {"enabled": False}}
CASES = {
    "default": {},
    "everything": EVERYTHING,
    "local executor": {
        "executor": "LocalExecutor", "logs": {"persistence": {"enabled": True, "existingClaim": "logs"}},
    },
    "lean": {
        "statsd": {"enabled": False}, "triggerer": {"enabled": False}, "scheduler": BARE, "dagProcessor": BARE,
        "apiServer": {"waitForMigrations": {"enabled": False}},
    },
    "own contexts": {
        "securityContexts": {"pod": {"runAsUser": 1000}, "containers": {"readOnlyRootFilesystem": True}},
        "scheduler": {"securityContexts": {"container": {"runAsGroup": 0}}},
        "statsd": {"securityContexts": {"pod": {"fsGroup": 1}}},
    },
}
ALLOWED_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}
SECCOMP = ("RuntimeDefault", "Localhost")


def pod_specs(objects: list[dict]) -> dict[str, dict]:
    """Pod specs of all objects with a pod template, by kind and name."""
    return {
        f"{item['kind']} {item['metadata']['name']}": item["spec"]["template"]["spec"]
        for item in objects if "template" in item.get("spec", {})
    }


def container_violations(container: dict, pod_context: dict) -> list[str]:
    """What keeps a container from Pod Security `restricted`."""
    context = container.get("securityContext", {})
    effective = {**pod_context, **context}
    capabilities = context.get("capabilities", {})
    checks = {
        "allowPrivilegeEscalation": context.get("allowPrivilegeEscalation") is False,
        "privileged": not context.get("privileged"),
        "capabilities.drop": "ALL" in capabilities.get("drop", []),
        "capabilities.add": set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"},
        "runAsNonRoot": effective.get("runAsNonRoot") is True,
        "runAsUser": effective.get("runAsUser") != 0,
        "seccompProfile": effective.get("seccompProfile", {}).get("type") in SECCOMP,
        "procMount": context.get("procMount", "Default") == "Default",
        "hostPort": not any(port.get("hostPort") for port in container.get("ports", [])),
    }
    return [f"{container['name']}: {name}" for name, kept in checks.items() if not kept]


def violations(spec: dict) -> list[str]:
    """What keeps a pod from Pod Security `restricted`."""
    context = spec.get("securityContext", {})
    found = [name for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    found += ["sysctls"] if context.get("sysctls") else []
    for volume in spec.get("volumes", []):
        found += [f"volume {volume['name']}"] if set(volume) - {"name"} - ALLOWED_VOLUMES else []
    for container in spec.get("initContainers", []) + spec["containers"]:
        found += container_violations(container, context)
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_pod_meets_pod_security_restricted(chart, case):
    specs = pod_specs(chart.render(CASES[case]))
    if CASES[case].get("executor") != "LocalExecutor":
        specs["pod template"] = chart.pod_template(CASES[case])["spec"]
    assert {name: violations(spec) for name, spec in specs.items()} == {name: [] for name in specs}


def test_the_check_itself_sees_a_violation(chart):
    spec = chart.pod_template()["spec"]
    del spec["containers"][0]["securityContext"]["capabilities"]
    assert violations(spec) == ["base: capabilities.drop"]


@pytest.mark.parametrize("case", CASES)
def test_no_hooks_no_jobs_and_no_secrets(chart, case):
    objects = chart.render(CASES[case])
    assert {item["kind"] for item in objects} & {"Job", "CronJob", "Secret"} == set()
    annotations = {key for item in objects for key in item["metadata"].get("annotations", {})}
    assert [key for key in annotations if key.startswith("helm.sh/")] == []


def test_every_object_is_labelled_and_in_the_release_namespace(chart):
    for item in chart.render(EVERYTHING):
        labels = item["metadata"]["labels"]
        assert labels["tier"] == "airflow" and labels["release"] == "af" and labels["team"] == "data", item["metadata"]
        assert labels["chart"].startswith("airflow-") and labels["heritage"] == "Helm"
        assert item["kind"] == "PriorityClass" or item["metadata"]["namespace"] == "airflow"


def test_read_only_root_file_system_where_the_image_is_not_airflow(chart):
    specs = pod_specs(chart.render(EVERYTHING))
    for pod in ("Deployment af-statsd", "Deployment af-pgbouncer"):
        assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in specs[pod]["containers"])


def test_only_scheduler_and_api_server_hold_the_token_key(chart):
    holders = {
        container["name"]
        for spec in [*pod_specs(chart.render(EVERYTHING)).values(), chart.pod_template(EVERYTHING)["spec"]]
        for container in spec.get("initContainers", []) + spec["containers"]
        if "AIRFLOW__API_AUTH__JWT_SECRET" in [variable["name"] for variable in container.get("env", [])]
    }
    assert holders == {"scheduler", "api-server"}


def test_task_pod(chart):
    pod = chart.pod_template(EVERYTHING)
    assert pod["metadata"]["labels"] == {"tier": "airflow", "component": "worker", "release": "af", "team": "data"}
    base = pod["spec"]["containers"][0]
    assert base["name"] == "base"
    assert [variable["name"] for variable in base["env"]] == [
        "AIRFLOW__CORE__EXECUTOR", "AIRFLOW_HOME", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW_CONN_AIRFLOW_DB", "AIRFLOW__API__SECRET_KEY", "PLAIN", "AIRFLOW_CONN_GIT", "RELEASE", "OWN",
    ]
    assert base["envFrom"] == [{"configMapRef": {"name": "shared"}}]
    assert pod["spec"]["serviceAccountName"] == "af-airflow-worker-kubernetes"
    assert pod["spec"]["restartPolicy"] == "Never"


def test_a_digest_reaches_the_task_pods(chart):
    values = {"images": {"airflow": {"repository": "registry/airflow", "digest": "sha256:0a"}}}
    assert chart.pod_template(values)["spec"]["containers"][0]["image"] == "registry/airflow@sha256:0a"
    executor = configuration(chart, values)["kubernetes_executor"]
    assert executor["worker_container_repository"] == "" and executor["worker_container_tag"] == ""


def configuration(chart, values: dict) -> configparser.ConfigParser:
    """The rendered airflow.cfg."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(chart.one("ConfigMap", "af-config", values)["data"]["airflow.cfg"])
    return parser


def test_configuration(chart):
    api = {"base_url": "https://example.com/airflow/", "workers": 1}
    parsed = configuration(chart, {"config": {"api": api, "core": {"max_map_length": 3000000}}})
    assert parsed["core"]["execution_api_server_url"] == "http://af-api-server:8080/airflow/execution/"
    assert parsed["core"]["auth_manager"].endswith("FabAuthManager")
    assert parsed["core"]["max_map_length"] == "3000000"
    assert parsed["api"]["workers"] == "1"
    assert configuration(chart, {})["core"]["execution_api_server_url"] == "http://af-api-server:8080/execution/"


def test_a_context_of_the_user_adds_to_the_hardened_one(chart):
    spec = pod_specs(chart.render(CASES["own contexts"]))["Deployment af-scheduler"]
    assert spec["securityContext"]["runAsUser"] == 1000 and spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True, "runAsGroup": 0,
    }


def test_recreate_drops_the_default_rolling_update(chart):
    assert chart.one("Deployment", "af-dag-processor", EVERYTHING)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_minimum_takes_the_place_of_the_default_maximum(chart):
    values = {"scheduler": {"podDisruptionBudget": {"enabled": True, "config": {"minAvailable": 1}}}}
    budget = chart.one("PodDisruptionBudget", "af-scheduler-pdb", values)["spec"]
    assert budget["minAvailable"] == 1 and "maxUnavailable" not in budget


def test_a_changed_configuration_rolls_the_pods(chart):
    def checksum(values: dict) -> str:
        template = chart.one("Deployment", "af-api-server", values)["spec"]["template"]
        return template["metadata"]["annotations"]["checksum/airflow-config"]
    assert checksum({}) != checksum({"config": {"core": {"parallelism": 4}}})


def test_the_same_values_render_the_same(chart):
    assert chart.render(dict(reversed(EVERYTHING.items()))) == chart.render(EVERYTHING)


def test_extra_config_maps_are_templates_and_roll_the_pods(chart):
    def rendered(text):
        values = {"extraConfigMaps": {"{{ .Release.Name }}-more": {"useHelmHooks": False, "data": f"a: {text}"}}}
        config_map = chart.one("ConfigMap", "af-more", values)
        return config_map, chart.one("Deployment", "af-scheduler", values)["spec"]["template"]["metadata"]["annotations"]

    first, annotations = rendered("{{ .Release.Namespace }}")
    assert (first["data"], first["metadata"]["labels"]["tier"]) == ({"a": first["metadata"]["namespace"]}, "airflow")
    assert annotations["checksum/extra-configmaps"] != rendered("other")[1]["checksum/extra-configmaps"]


@pytest.mark.parametrize("more", [{}, {"useHelmHooks": True}])
def test_extra_config_maps_are_never_hooks(chart, more):
    assert "useHelmHooks" in chart.refusal({"extraConfigMaps": {"a": {"data": "a: b", **more}}})


def test_the_pod_template_can_be_read_as_a_file(chart):
    data = 'pod.yaml: |\n  {{- tpl (.Files.Get "files/pod-template-file.kubernetes-helm-yaml") . | nindent 2 }}\n'
    values = {"extraConfigMaps": {"copy": {"useHelmHooks": False, "data": data}}}
    assert yaml.safe_load(chart.one("ConfigMap", "copy", values)["data"]["pod.yaml"]) == chart.pod_template(values)


@pytest.mark.parametrize(("arguments", "started"), [
    (["bash", "-c", "exec airflow api-server"], "/execution/health"),
    (["bash", "-c", "exec airflow api-server --apps core"], "/api/v2/monitor/health"),
    (None, "/execution/health"),
])
def test_the_startup_probe_puts_the_api_for_tasks_together(chart, arguments, started):
    pod = chart.one("Deployment", "af-api-server", {"apiServer": {"args": arguments}})["spec"]["template"]["spec"]
    probes = {name: pod["containers"][0][name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe")}
    assert probes == {"startupProbe": started, "readinessProbe": "/api/v2/monitor/health"}
