# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifications, what is compiled of them, and the charts that it is for."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import subprocess
import tarfile

import jsonschema
import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler

ROOT = pathlib.Path(__file__).resolve().parents[5]
PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
LOCAL = ROOT / "inventories" / "local" / "group_vars" / "all"


class ChartValues(dict):
    """Chart values that are looked up by a dotted path."""

    def at(self, path):
        """:returns: the value there, or None where there is none."""
        level = self
        for key in path.split("."):
            if not isinstance(level, dict) or key not in level:
                return None
            level = level[key]
        return level


@pytest.fixture(scope="session")
def compiled():
    """Callable that takes variables without ``airflow_`` and returns chart values."""
    return lambda **specification: ChartValues(compiler.chart_values(compiler.compile_settings(specification)))


@pytest.fixture(scope="session")
def refused():
    """Callable that takes variables without ``airflow_`` and returns {variable: problem}; fails where they compile."""

    def findings(**specification):
        with pytest.raises(compiler.SpecificationError) as caught:
            compiler.compile_settings(specification)
        return {finding.path: finding.problem for finding in caught.value.findings}

    return findings


RESOURCES = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}
CLIENT = "11111111-2222-3333-4444-555555555555"
OTLP = {"traces": True, "endpoint": "http://otel.example.com:4318"}
REPOSITORY = "https://git.example.com/dags.git"
PLACEMENT = {
    "resources": RESOURCES,
    "node_selector": {"pool": "core"},
    "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "airflow", "effect": "NoSchedule"}],
    "priority_class": "airflow-core",
}
SPREAD = [
    {
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"tier": "airflow"}},
    }
]  # fmt: skip
# Every word that Kubernetes has for the place of a pod.
PLACED = {
    **PLACEMENT,
    "tolerations": [
        {"key": "dedicated", "operator": "Equal", "value": "airflow", "effect": "NoExecute", "tolerationSeconds": 300}
    ],
    "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "topology_spread_constraints": [
        {
            **SPREAD[0], "matchLabelKeys": ["pod-template-hash"], "minDomains": 2, "whenUnsatisfiable": "DoNotSchedule",
            "nodeAffinityPolicy": "Honor", "nodeTaintsPolicy": "Honor",
        }
    ],
}  # fmt: skip
REPLICATED = {**PLACED, "replicas": 3, "disruption_budget": {"max_unavailable": 1}}
GROOMED = {**REPLICATED, "log_groomer": {"resources": RESOURCES, "retention_days": 7}}
AT_LEAST_ONE = {"replicas": 3, "disruption_budget": {"min_available": 1}}
OWN_IMAGE = {"repository": "registry.example.com/mirror", "tag": "1.0", "digest": "sha256:" + "0a" * 32}
ROLE = "arn:aws:iam::111122223333:role/airflow"
CLIENT_SECRET = {"name": "sso", "key": "secret"}
LOGINS = (
    {"method": "custom", "auth_manager": "acme.airflow.AcmeAuthManager"},
    {"method": "simple"},
    {"method": "simple", "simple": {"users": [{"name": "ada", "role": "op"}], "passwords": {"name": "p", "key": "all.json"}}},
    {"method": "keycloak", "keycloak": {
        "server_url": "https://k.example.com", "realm": "data", "client_id": "airflow", "client_secret": CLIENT_SECRET}},
    {"method": "openid_connect", "custom_roles": ["Analyst"], "openid_connect": {
        "name": "company", "issuer": "https://login.example.com/realms/data", "client_id": "airflow",
        "client_secret": CLIENT_SECRET, "discovery_url": "https://login.example.com/metadata", "scopes": ["openid", "x"],
        "username_claim": "email", "groups_claim": "realm_access.roles", "registration_role": "Viewer",
        "roles": [{"group": "admins", "roles": ["Admin", "Analyst"]}],
        "certificate_authority": {"name": "company-ca", "key": "ca.crt"}}},
)  # fmt: skip
SPECIFICATIONS = {
    "defaults": {},
    "local executor": {
        "executor": "LocalExecutor", "image_pull_secrets": [{"name": "registry"}], "logs_claim_enabled": True,
    },
    "bundles": {
        "release_name": "af",
        "dag_bundles": [
            {
                "name": "core", "repository": REPOSITORY, "subdirectory": "dags", "connection_id": "git_core",
                "connection_secret": {"name": "git", "key": "core"},
            }
        ],
        "concurrency": {"parallelism": 64, "worker_pods_creation_batch_size": 16, "sql_alchemy_pool_size": 5},
        "pgbouncer": {"enabled": True},
        "components": {
            "scheduler": {"replicas": 2, "disruption_budget": {"min_available": 1}, **PLACEMENT},
            "api_server": {
                "disruption_budget": {"max_unavailable": 1}, "topology_spread_constraints": SPREAD, **PLACEMENT,
            },
            "pgbouncer": {"disruption_budget": {"max_unavailable": 1}},
        },
        "autoscaling": {"api_server": {"minimum": 2, "maximum": 4}},
        "ingress": {
            "enabled": True, "host": "airflow.example.com", "tls_secret": "airflow-tls", "class": "nginx",
            "path": "/team",
        },
        "logs": {"store": "s3", "url": "s3://bucket/logs"},
        "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
    },
    "claim": {
        "dag_delivery": {
            "method": "claim", "claim": {"name": "dags", "access_mode": "ReadOnlyMany", "sub_path": "prod"},
        },
        "release_service_type": "NodePort",
    },
    "profiles": {
        "worker_profiles": [
            {
                "name": "small", "default": True, "resources": RESOURCES, "node_selector": {"pool": "tasks"},
                "labels": {"team": "data"}, "spot": True,
            },
            {
                "name": "gpu", "image": {"repository": "registry.example.com/gpu", "tag": "1.0"},
                "resources": {"limits": {"nvidia.com/gpu": 1}}, "node_selector": {"pool": "gpu"},
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}], "labels": {"team": "ml"},
                "annotations": {"note": "a `quoted` \"text\""}, "priority_class": "batch", "service_account": "gpu",
            },
            {"name": "batch", "spot": True},
        ],
    },
    "celery": {
        "executor": "CeleryExecutor", "result_backend_secret_name": "results", "pgbouncer": {"enabled": True},
        "redis": {"enabled": True, "password_secret": "redis"},
        "flower": {"enabled": True, "credentials_secret": "flower"},
        "dag_delivery": {
            "method": "git_sync",
            "git_sync": {
                "repository": "git@git.example.com:data/dags.git", "ssh_key_secret": "git", "resources": RESOURCES,
                "known_hosts": "git.example.com ssh-ed25519 AAAA\n",
            },
        },
        "components": {
            "celery_worker": {"resources": RESOURCES, "disruption_budget": {"min_available": 1}},
            "api_server": {"resources": RESOURCES},
        },
        "autoscaling": {
            "celery_worker": {"minimum": 2, "maximum": 8, "cpu_percent": 60}, "triggerer": {"minimum": 1, "maximum": 3},
            "api_server": {"minimum": 2, "maximum": 4, "cpu_percent": 70},
        },
        "monitoring": {"statsd": {"enabled": False}, "open_telemetry": {"metrics": True, **OTLP}},
        "logs": {"store": "azure_blob", "url": "https://account.blob.core.windows.net/airflow-logs/prod"},
        "identity": {"provider": "azure_workload_identity", "principal": CLIENT},
    },
    "both": {
        "executor": "CeleryExecutor,KubernetesExecutor",
        "logs": {"store": "gcs", "url": "gs://bucket/logs", "connection_secret": {"name": "logs", "key": "gcs"}},
        "identity": {"provider": "gcp_workload_identity", "principal": "airflow@project.iam.gserviceaccount.com"},
        "autoscaling": {"celery_worker": {"kind": "keda", "maximum": 8}}, "worker_profiles": [{"name": "small"}],
        "dag_delivery": {
            "method": "git_sync", "git_sync": {"repository": REPOSITORY, "credentials_secret": "git"},
        },
    },
    "airflow 3.2": {
        "version": "3.2.2", "executor": "CeleryExecutor,KubernetesExecutor", "release_service_type": "NodePort",
        "components": {
            "api_server": {"workers": 2, "replicas": 2, "disruption_budget": {"max_unavailable": "50%"}},
            "dag_processor": {"parsing_processes": 2},
        },
        "ingress": {"enabled": True, "host": "airflow.example.com"},
        "worker_profiles": [{"name": "big", "resources": RESOURCES}],
        "dag_delivery": {"method": "git_sync", "git_sync": {"repository": REPOSITORY}},
    },
    "accounts elsewhere": {
        "service_account_source": "prerequisites", "release_name": "af", "pgbouncer": {"enabled": True},
        "identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"},
        "worker_profiles": [{"name": "gpu", "service_account": "gpu"}],
    },
    **{f"login {number}": {"image_repository": "r.example.com/own", "auth": auth} for number, auth in enumerate(LOGINS)},
    "single sign-on beside a user": {"auth": LOGINS[-1], "first_user_username": "root"},
    "local accounts elsewhere": {"service_account_source": "prerequisites", "executor": "LocalExecutor"},
    "celery accounts elsewhere": {
        "service_account_source": "prerequisites", "executor": "CeleryExecutor,KubernetesExecutor",
        "redis": {"enabled": True, "password_secret": "redis"},
        "flower": {"enabled": True, "credentials_secret": "flower"}, "monitoring": {"open_telemetry": OTLP},
    },
    "all options with celery": {
        "executor": "CeleryExecutor", "broker_secret_name": "broker",
        "image_repository": "registry.example.com/airflow", "image_tag": "1.0", "image_pull_policy": "Always",
        "image_digest": OWN_IMAGE["digest"], "release_statsd_image_digest": OWN_IMAGE["digest"],
        "components": {
            "api_server": REPLICATED, "scheduler": GROOMED, "triggerer": GROOMED, "celery_worker": REPLICATED,
            "dag_processor": {**GROOMED, "parsing_processes": 4}, "statsd": PLACED, "redis": PLACED, "flower": PLACED,
            "open_telemetry_collector": PLACED,
            "pgbouncer": {
                **PLACED, "disruption_budget": {"max_unavailable": 1}, "metrics_exporter": {"resources": RESOURCES},
            },
        },
        "concurrency": {
            "worker_concurrency": 8, "worker_prefetch_multiplier": 2, "triggerer_capacity": 500, "max_tis_per_query": 32,
            "max_active_tasks_per_dag": 32, "max_active_runs_per_dag": 8, "default_pool_task_slot_count": 256,
            "sql_alchemy_max_overflow": 5,
        },
        "database_secret_name": "database",
        "pgbouncer": {
            "enabled": True, "replicas": 3, "config_secret": "config", "stats_secret": "stats",
            "stats_secret_key": "url", "image": OWN_IMAGE, "exporter_image": OWN_IMAGE,
        },
        "redis": {"enabled": True, "password_secret": "redis", "image": OWN_IMAGE},
        "flower": {"enabled": True, "credentials_secret": "flower"},
        "monitoring": {"open_telemetry": {**OTLP, "image": OWN_IMAGE}},
        "release_statsd_image_repository": "registry.example.com/statsd", "release_statsd_image_tag": "1.0",
        "dag_delivery": {
            "method": "git_sync",
            "git_sync": {
                "repository": REPOSITORY, "reference": "prod", "subdirectory": "dags", "period": 30, "depth": 5,
                "image": OWN_IMAGE,
            },
        },
        "identity": {"provider": "aws_irsa", "principals": {"celery_worker": ROLE, "scheduler": ROLE}},
    },
    "all options with task pods": {
        "platform": "openshift", "openshift_scc": "nonroot-v2",
        "components": {
            "api_server": AT_LEAST_ONE, "scheduler": AT_LEAST_ONE, "dag_processor": AT_LEAST_ONE,
            "triggerer": AT_LEAST_ONE, "pgbouncer": {"disruption_budget": {"min_available": 1}}, "worker": PLACED,
        },
        "concurrency": {"task_publish_max_retries": 3, "async_pod_creation": True, "pod_creation_max_concurrency": 8},
        "worker_profiles": [{"name": "large", "tolerations": PLACED["tolerations"], "image": OWN_IMAGE}],
        "pgbouncer": {"enabled": True},
        "dag_bundles": [{"name": "core", "repository": REPOSITORY, "branch": "prod", "refresh_interval": 30}],
        "release_service_type": "NodePort", "release_service_node_port": 31000,
        "url": "https://airflow.example.com:8443",
        "ingress": {
            "enabled": True, "host": "airflow.example.com", "tls_secret": "airflow-tls",
            "annotations": {"example.com/timeout": "60"},
        },
        "identity": {
            "provider": "aws_irsa",
            "principals": dict.fromkeys(("scheduler", "api_server", "triggerer", "dag_processor", "worker"), ROLE),
        },
    },
    "pods that tasks start": {
        "pod_operator": {"enabled": True, "xcom": True, "worker_profile": "large", "xcom_image": OWN_IMAGE},
        "worker_profiles": [{"name": "large", "resources": RESOURCES}], "prerequisites_pod_security": "baseline",
        "local_settings": "def pod_mutation_hook(pod):\n    pass\n", "do_not_disrupt_tasks": False,
    },
    "openshift": {
        "platform": "openshift", "pgbouncer": {"enabled": True}, "monitoring": {"open_telemetry": OTLP},
        "dag_delivery": {"method": "git_sync", "git_sync": {"repository": REPOSITORY}},
        "worker_profiles": [{"name": "small", "resources": RESOURCES}],
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def specifications():
    """One specification for each kind of environment; together they ask for everything that can be asked for."""
    return SPECIFICATIONS


class Chart:
    """A chart as its files tell it.

    :param name: bundled or official.
    :param path: the folder of the one, the package of the other.
    """

    def __init__(self, name, path):
        self.name, self.path = name, path

    def _read(self, file):
        if self.name == "bundled":
            return (pathlib.Path(self.path) / file).read_text(encoding="utf-8")
        with tarfile.open(self.path) as package:
            return package.extractfile(f"airflow/{file}").read().decode()

    @functools.cached_property
    def defaults(self):
        """The default values."""
        return yaml.safe_load(self._read("values.yaml"))

    @functools.cached_property
    def schema(self):
        """The validator of the values."""
        content = json.loads(self._read("values.schema.json"))
        return jsonschema.validators.validator_for(content)(content)

    def effective(self, settings):
        """:returns: the values that the chart works with, of settings: as helm checks them."""
        return _merged(self.defaults, compiler.chart_values(settings))


def _merged(below, above):
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _merged(result[key] if isinstance(result.get(key), dict) else {}, value)
        else:
            result[key] = value
    return result


@pytest.fixture(scope="session")
def bundled_chart():
    """The chart of this collection."""
    return Chart("bundled", str(ROOT / "roles" / "airflow_release" / "files" / "chart"))


@pytest.fixture(scope="session")
def official_chart():
    """The official chart, where its package is there."""
    if not PACKAGE:
        pytest.skip("AIRFLOW_CHART_PACKAGE names no package of the official chart")
    return Chart("official", PACKAGE)


@pytest.fixture(
    scope="session", params=["bundled_chart", pytest.param("official_chart", marks=pytest.mark.official_chart)]
)
def chart(request):
    """Each chart."""
    return request.getfixturevalue(request.param)


# Of the specifications of all kinds, those that ask for nothing that the bundled chart leaves out.
BUNDLED_TAKES = [
    "defaults", "local executor", "bundles", "claim", "profiles", "accounts elsewhere", "local accounts elsewhere",
    "all options with task pods",
]  # fmt: skip


@pytest.fixture(scope="session")
def taken(chart, specifications):
    """{name: specification} of those that the chart is for."""
    return {name: specifications[name] for name in (BUNDLED_TAKES if chart.name == "bundled" else specifications)}


EVALUATED = {
    "airflow_dag_bundles": [
        {"name": "local", "repository": "git://172.28.0.1:9418/dags.git", "branch": "main", "refresh_interval": 5},
        {"name": "windrose", "repository": "git://172.28.0.1:9418/canary.git", "branch": "main", "refresh_interval": 60},
    ],
    "airflow_image_repository": "localhost:5000/windrose/airflow",
    "airflow_image_tag": "3.3.2",
    "airflow_release_statsd_image_repository": "localhost:5000/windrose/statsd_exporter",
    "airflow_release_statsd_image_tag": "0.28.0",
    "airflow_release_service_node_port": "30080",
    "airflow_url": "http://127.0.0.1:8080",
}


@pytest.fixture(scope="session")
def local():
    """The specification of the local environment, with what Ansible would evaluate filled in."""
    variables = {}
    for path in sorted(LOCAL.glob("*.yml")):
        variables.update(yaml.safe_load(path.read_text()) or {})
    specification = {}
    for name, value in variables.items():
        if name.removeprefix("airflow_") in compiler.VARIABLES:
            specification[name.removeprefix("airflow_")] = EVALUATED[name] if "{{" in json.dumps(value) else value
    return specification


class Rendered(list):
    """What helm renders."""

    def named(self, kind, name):
        """:returns: the one object of this kind and name."""
        [found] = [item for item in self if (item["kind"], item["metadata"]["name"]) == (kind, name)]
        return found

    def templates(self):
        """:returns: {name: pod} of the pod templates of tasks."""
        texts = {
            name: text
            for item in self
            if item["kind"] == "ConfigMap"
            for name, text in item.get("data", {}).items()
            if name.endswith(".yaml") and "kind: Pod" in text
        }
        return {name.removesuffix(".yaml"): yaml.safe_load(text) for name, text in texts.items()}

    def pods(self):
        """:returns: {name: spec} of all pods, those of tasks among them."""
        found = {
            item["metadata"]["name"]: item["spec"]["template"]["spec"]
            for item in self
            if "template" in item.get("spec", {})
        }
        return found | {name: pod["spec"] for name, pod in self.templates().items()}


@pytest.fixture(scope="session")
def template(helm_binary, tmp_path_factory):
    """Callable (chart, release, values) that returns `Rendered`."""
    home = str(tmp_path_factory.mktemp("helm"))
    environment = {**os.environ, "HELM_CACHE_HOME": home, "HELM_CONFIG_HOME": home, "HELM_DATA_HOME": home}

    def rendered(chart, release, values):
        run = subprocess.run(
            [helm_binary, "template", release, chart.path, "--namespace", "airflow", "--values", "-"],
            input=json.dumps(values), capture_output=True, text=True, timeout=120, check=False, env=environment,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        return Rendered(document for document in yaml.safe_load_all(run.stdout) if document)

    return rendered


@pytest.fixture(scope="session")
def render(template):
    """Callable (chart, specification) that returns `Rendered`; each is rendered once."""

    @functools.cache
    def rendered(chart, text):
        specification = json.loads(text)
        found = compiler.minimal(compiler.compile_settings(specification), chart.defaults)
        return template(chart, specification.get("release_name", "airflow"), compiler.chart_values(found))

    return lambda chart, specification: rendered(chart, json.dumps(specification))
