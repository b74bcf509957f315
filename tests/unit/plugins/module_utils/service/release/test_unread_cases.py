# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values files that people wrote, cut to what nothing reads in them, with the official chart."""

from __future__ import annotations

import os
import tarfile

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._service.release.unread_keys import MOST_RENDERINGS

pytestmark = pytest.mark.official_chart

PREFIX = "airflow_values_overrides."
CELERY = {"executor": "CeleryExecutor"}


@pytest.fixture(name="renderings")
def fixture_renderings(rendering, monkeypatch):
    """The chart values of each rendering."""
    asked, render = [], rendering.render

    def counted(path, chart_values):
        asked.append(chart_values)
        return render(path, chart_values)

    monkeypatch.setattr(rendering, "render", counted)
    return asked


# What a file holds for the chart as it is elsewhere, and nothing reads here.
KUBERNETES = {
    "workers": {"celery": {"replicas": 4, "keda": {"minReplicaCount": 2}}, "kubernetes": {"resources": {"limits": {"memory": "4Gi"}}}},
    "redis": {"persistence": {"size": "5Gi"}, "resources": {"limits": {"memory": "1Gi"}}},
    "jwtSecretAnnotations": {"example.com/team": "data"},
    "postgresql": {"image": {"tag": "16.1.0"}, "primary": {"persistence": {"size": "20Gi"}}},
    "createUserJob": {"useHelmHooks": False, "applyCustomEnv": False},
    "migrateDatabaseJob": {"useHelmHooks": False, "jobAnnotations": {"argocd.argoproj.io/hook": "Sync"}},
    "pgbouncer": {"maxClientConn": 400, "podDisruptionBudget": {"enabled": True}},
    "images": {"pgbouncer": {"tag": "1.23.1-mirror"}},
    "triggerer": {"persistence": {"size": "10Gi"}, "replicas": 2},
    "dags": {"gitSync": {"repo": "https://git.example.com/dags.git", "ref": "main", "subPath": "dags"}, "persistence": {"size": "2Gi"}},
    "logs": {"persistence": {"size": "50Gi", "storageClassName": "efs"}},
    "ingress": {"apiServer": {"hosts": [{"name": "a.example.com", "tls": {"enabled": True, "secretName": "tls"}}]}},
    "apiServer": {"hpa": {"maxReplicaCount": 8}, "replicas": 2, "networkPolicy": {"ingress": {"from": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}}},
    "scheduler": {"podDisruptionBudget": {"config": {"maxUnavailable": 2}}, "logGroomerSidecar": {"retentionDays": 5}},
    "config": {"celery": {"worker_concurrency": 8}},
}
UNREAD_KUBERNETES = {
    "workers.celery": "it is for CeleryExecutor, and executor is KubernetesExecutor",
    "redis": "it is for CeleryExecutor, and executor is KubernetesExecutor",
    "jwtSecretAnnotations.example.com/team": "jwtSecretName is set, and precedes it",
    "postgresql": "postgresql.enabled is false",
    "createUserJob": "createUserJob.enabled is false",
    "migrateDatabaseJob": "migrateDatabaseJob.enabled is false",
    "pgbouncer": "pgbouncer.enabled is false",
    "images.pgbouncer.tag": "pgbouncer.enabled is false",
    "triggerer.persistence.size": "triggerer.persistence.enabled is false",
    "dags.gitSync": "dags.gitSync.enabled is false",
    "dags.persistence.size": "dags.persistence.enabled is false",
}
KUBERNETES_CASES = [
    ({key: KUBERNETES[key] for key in ("workers", "redis", "jwtSecretAnnotations", "postgresql", "createUserJob", "migrateDatabaseJob")},
     {key: UNREAD_KUBERNETES[key] for key in list(UNREAD_KUBERNETES)[:6]}),
    ({key: KUBERNETES[key] for key in ("pgbouncer", "images", "triggerer", "dags", "config")},
     {key: UNREAD_KUBERNETES[key] for key in list(UNREAD_KUBERNETES)[6:]}),
    ({key: KUBERNETES[key] for key in ("logs", "ingress", "apiServer", "scheduler")}, {
        "logs.persistence": "logs.persistence.enabled is false",
        "ingress.apiServer.hosts": "ingress.apiServer.enabled is false",
        "apiServer.hpa.maxReplicaCount": "apiServer.hpa.enabled is false",
        "apiServer.networkPolicy.ingress.from.0.namespaceSelector.matchLabels.a": "networkPolicies.enabled is false",
        "scheduler.podDisruptionBudget.config.maxUnavailable": "scheduler.podDisruptionBudget.enabled is false",
    }),
]
CELERY_CASES = [
    ({
        "workers": {"kubernetes": {"nodeSelector": {"pool": "tasks"}, "labels": {"team": "data"}}, "celery": {"replicas": 3}},
        "podTemplate": "apiVersion: v1\nkind: Pod\n",
        "flower": {"resources": {"limits": {"memory": "1Gi"}}},
        "redis": {"enabled": False, "persistence": {"size": "5Gi"}},
        "elasticsearch": {"connection": {"host": "es.example.com"}},
        "cleanup": {"schedule": "0 * * * *", "podAnnotations": {"a": "b"}},
    }, {
        "workers.kubernetes": "it is for KubernetesExecutor, and executor is CeleryExecutor",
        "podTemplate": "it is for KubernetesExecutor, and executor is CeleryExecutor",
        "flower.resources.limits.memory": "flower.enabled is false",
        "redis.persistence.size": "redis.enabled is false",
        "elasticsearch.connection.host": "elasticsearch.enabled is false",
        "cleanup": "it is for KubernetesExecutor, and executor is CeleryExecutor",
    }),
]


@pytest.mark.parametrize(
    ("raw", "specification", "unread"),
    [*((raw, {}, unread) for raw, unread in KUBERNETES_CASES), *((raw, CELERY, unread) for raw, unread in CELERY_CASES)],
)
def test_what_nothing_reads_is_told_with_the_reason(official_findings, renderings, raw, specification, unread):
    found = official_findings(raw, **specification)
    assert {finding["subject"].removeprefix(PREFIX): finding["problem"].rpartition(": ")[2].rstrip(".") for finding in found} == unread
    assert {finding["severity"] for finding in found} == {"warning"}
    assert len(renderings) <= MOST_RENDERINGS
    # The remedy is to remove it, which changes nothing in what is rendered, and leaves nothing to tell.
    left = raw
    for subject in unread:
        left = without(left, subject.split(".", 1) if "/" in subject else subject.split("."))
    assert official_findings(left, **specification) == []


def without(raw, keys):
    """:returns: raw values without one key."""
    if isinstance(raw, list) or len(keys) == 1:
        return {key: value for key, value in raw.items() if key != keys[0]} if isinstance(raw, dict) else []
    return {key: without(value, keys[1:]) if key == keys[0] else value for key, value in raw.items()}


READ = {
    "env": [{"name": "TEAM", "value": "data"}],
    "extraEnv": "- name: ZONE\n  value: north\n",
    "extraEnvFrom": "- configMapRef:\n    name: team\n",
    "config": {"core": {"parallelism": 64, "load_examples": "False"}, "webserver": {"expose_config": "True"}},
    "labels": {"team": "data"},
    "airflowPodAnnotations": {"example.com/team": "data"},
    "airflowLocalSettings": "STATE_COLORS = {}\nLIMIT = 5\n",
    "scheduler": {"replicas": 2, "resources": {"limits": {"memory": "3Gi"}}, "livenessProbe": {"timeoutSeconds": 40}},
    "triggerer": {"keda": {"enabled": False}, "nodeSelector": {"pool": "core"}},
    "workers": {"kubernetes": {"resources": {"requests": {"cpu": "500m"}}, "tolerations": [{"key": "tasks", "operator": "Exists"}]}},
    "extraConfigMaps": {"team": {"data": "key: value\n"}},
    "quotas": {"pods": "50"},
    "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}}],
    "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
    "databaseCleanup": {"enabled": True, "retentionDays": 30},
    "statsd": {"extraMappings": [{"match": "airflow.dag.*", "name": "dag", "labels": {"dag": "$1"}}]},
}


def test_what_is_read_is_not_told(official_findings, renderings):
    assert [finding for finding in official_findings(READ) if "changes nothing" in finding["problem"]] == []
    assert len(renderings) <= MOST_RENDERINGS


def test_of_a_copy_of_the_whole_values_only_what_was_changed_is_judged(official_findings, renderings):
    with tarfile.open(os.environ["AIRFLOW_CHART_PACKAGE"]) as package:
        copy = yaml.safe_load(package.extractfile("airflow/values.yaml"))
    # These would be laid over what the collection compiles, and null takes away what it compiled.
    ours = {
        "executor", "airflowVersion", "defaultAirflowTag", "data", "postgresql", "redis", "createUserJob", "migrateDatabaseJob", "triggerer",
        "webserver", "workers",
    }  # fmt: skip
    raw = {key: value for key, value in copy.items() if key not in ours and value is not None}
    raw["pgbouncer"]["replicas"] = 3
    raw["statsd"]["args"] = ["--log.level=debug"]
    (told,) = official_findings(raw)
    assert told["subject"] == f"{PREFIX}pgbouncer.replicas"
    assert len(renderings) <= MOST_RENDERINGS


def test_what_the_executor_never_renders_is_refused(official_findings):
    raw = {"redis": {"enabled": False}, "cleanup": {"enabled": True, "schedule": "*/15 * * * *"}}
    (told,) = official_findings(raw, **CELERY)
    assert (told["severity"], told["subject"]) == ("error", f"{PREFIX}cleanup.enabled")
    (told,) = official_findings({"flower": {"enabled": True}})
    assert (told["severity"], told["subject"]) == ("error", f"{PREFIX}flower.enabled")
