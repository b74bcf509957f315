# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import override_masks
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING

DEFAULTS = {
    "uid": 50000, "gid": 0, "securityContext": {}, "workers": {"replicas": 1, "terminationGracePeriodSeconds": 600, "env": []},
    "elasticsearch": {"enabled": False}, "apiServer": {"replicas": 1},
}  # fmt: skip
SELECTOR = {"node_selector": {"pool": "core"}}
EVERYWHERE = {"components": {name: SELECTOR for name in ("api_server", "scheduler", "dag_processor", "triggerer", "worker")}}
S3 = {"logs": {"store": "s3", "url": "s3://example-logs/prod", "connection_secret": {"name": "logs", "key": "connection"}}}
SSH = {"dag_delivery": {"method": "git_sync", "git_sync": {
    "repository": "git@git.example.com:dags.git", "ssh_key_secret": "git", "known_hosts": "git.example.com ssh-ed25519 AAAA"}}}
SCALED = {
    "components": {"api_server": {"resources": {"requests": {"cpu": "1"}}}}, "autoscaling": {"api_server": {"maximum": 4}}}
IDENTITY = {"identity": {"provider": "aws_irsa", "principal": "arn:aws:iam::111122223333:role/airflow"}}
BOTH = {"executor": "CeleryExecutor,KubernetesExecutor", "components": {"worker": SELECTOR}}


def told(raw, specification=None):
    settings = compiler.compile_settings(specification or {})
    values = overrides.merged(compiler.chart_values(settings), raw)
    return override_masks.masked(values, {"overrides": raw, "settings": settings, "defaults": DEFAULTS})


@pytest.mark.parametrize(
    ("raw", "specification", "path", "remedy"),
    [
        ({"securityContext": {"fsGroup": 1001}}, {}, "securityContext.fsGroup", "Write securityContexts.pod.fsGroup"),
        ({"uid": 1000}, {}, "uid", "Write securityContexts.pod.runAsUser"),
        ({"gid": 1000}, {}, "gid", "Write securityContexts.pod.fsGroup"),
        ({"statsd": {"uid": 1000}}, {}, "statsd.uid", "Write statsd.securityContexts.pod.runAsUser"),
        (
            {"statsd": {"securityContext": {"runAsUser": 1}}}, {}, "statsd.securityContext.runAsUser",
            "Write statsd.securityContexts.pod.runAsUser",
        ),
        ({"dags": {"gitSync": {"uid": 1}}}, SSH, "dags.gitSync.uid", "Write dags.gitSync.securityContexts.container.runAsUser"),
        ({"dags": {"gitSync": {"credentialsSecret": "a"}}}, SSH, "dags.gitSync.credentialsSecret", "credentials_secret"),
        ({"logs": {"persistence": {"size": "1Gi"}}}, {"logs_claim_enabled": True}, "logs.persistence.size", "airflow_logs_claim_size"),
        ({"apiServer": {"replicas": 3}}, SCALED, "apiServer.replicas", "Write apiServer.hpa.minReplicaCount"),
        ({"elasticsearch": {"enabled": True}}, S3, "elasticsearch.enabled", "airflow_logs.store"),
        ({"workers": {"env": [{"name": "A", "value": "1"}]}}, {}, "workers.env", "Write workers.kubernetes.env"),
        (
            {"workers": {"nodeSelector": {"pool": "x"}}}, BOTH, "workers.nodeSelector.pool",
            "Write workers.kubernetes.nodeSelector.pool and workers.celery.nodeSelector.pool",
        ),
        (
            {"workers": {"serviceAccount": {"annotations": {"a": "b"}}}}, IDENTITY, "workers.serviceAccount.annotations.a",
            "Write workers.kubernetes.serviceAccount.annotations.a",
        ),
        ({"nodeSelector": {"pool": "x"}}, EVERYWHERE, "nodeSelector", "Write scheduler.nodeSelector and apiServer.nodeSelector"),
    ],
)  # fmt: skip
def test_what_a_compiled_value_beats_is_refused_with_the_place_to_write_it(raw, specification, path, remedy):
    (finding,) = told(raw, specification)
    assert (finding.path, finding.severity) == (path, ERROR) and remedy in finding.remedy


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"nodeSelector": {"pool": "x"}}, "nodeSelector"),
        ({"apiServer": {"replicas": 3, "hpa": {"enabled": True}}}, "apiServer.replicas"),
        ({"uid": 1000, "securityContexts": {"pod": {"runAsUser": 1000}}}, "uid"),
    ],
)
def test_what_is_beaten_in_part_or_by_another_raw_value_is_a_warning(raw, path):
    (finding,) = told(raw, {"components": {"scheduler": SELECTOR}})
    assert (finding.path, finding.severity) == (path, WARNING)


@pytest.mark.parametrize(
    ("raw", "specification"),
    [
        ({}, {}),
        ({"uid": 50000, "gid": 0, "securityContext": {}}, {}),
        ({"scheduler": {"securityContext": {"fsGroup": 1}}, "securityContexts": {"pod": {"fsGroup": 1}}}, {}),
        ({"redis": {"uid": 1}}, {}),
        ({"nodeSelector": {"pool": "x"}}, {}),
        ({"nodeSelector": {"pool": "x"}, "scheduler": {"nodeSelector": {"pool": "y"}}}, {}),
        ({"workers": {"nodeSelector": {"pool": "x"}, "env": [], "terminationGracePeriodSeconds": 600}}, {}),
        ({"workers": {"kubernetes": {"env": [{"name": "A"}]}, "celery": {"replicas": 2}}}, {}),
        # The Celery workers that it means have none of their own.
        ({"workers": {"nodeSelector": {"pool": "x"}}}, {"executor": "CeleryExecutor"}),
        ({"elasticsearch": {"enabled": True}}, {}),
        ({"apiServer": {"replicas": 3}}, {}),
        # Of two raw values another check tells.
        ({"config": {"core": {"parallelism": 8}}, "env": [{"name": "AIRFLOW__CORE__PARALLELISM", "value": "4"}]}, {}),
    ],
)  # fmt: skip
def test_what_nothing_beats_is_free(raw, specification):
    assert told(raw, specification) == []


def test_where_a_remedy_is_followed_nothing_is_left():
    assert told({"securityContexts": {"pod": {"fsGroup": 1001}}}) == []
    assert told({"workers": {"kubernetes": {"env": [{"name": "A", "value": "1"}]}}}) == []
