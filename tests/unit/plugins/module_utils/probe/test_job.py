# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job: what Pod Security requires of it, what it may not hold, and what makes it another one."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._probe.job import container_of, definition, fingerprint
from ansible_collections.windrose.airflow.plugins.module_utils._probe.needs import Needs

AIRFLOW, STATSD = "registry.acme.io/airflow:3.2.2", "statsd:1"
SECRET_HOST = "fallback.acme.io"
PROXY = {"name": "https_proxy", "value": "http://proxy:3128"}
NEEDS = Needs(
    {AIRFLOW: ["Deployment data/airflow-scheduler"], STATSD: ["Deployment data/airflow-statsd"]}, frozenset([STATSD]), ["registry"],
    {"nodeSelector": {"pool": "core"}}, [PROXY])  # fmt: skip
ENDPOINTS = [
    {"name": "git", "host": "git.acme.io", "port": 443, "secret": None, "is_http": True, "is_connection": False},
    {
        "name": "database", "host": None, "port": None, "secret": {"name": "airflow-metadata", "key": "connection"},
        "is_http": False, "is_connection": False,
    },
]  # fmt: skip
OPTIONS = {
    "image": AIRFLOW, "endpoints": ENDPOINTS, "labels": {"app.kubernetes.io/instance": "airflow"}, "wait_timeout": 600,
    "pod_security_context": {"runAsNonRoot": True, "runAsUser": 50000, "seccompProfile": {"type": "RuntimeDefault"}},
    "resources": {"requests": {"cpu": "10m"}}, "place": {}, "pod_labels": {}, "pod_annotations": {},
}  # fmt: skip
SCRIPT = "print('[]')"


def made(needs=NEEDS, name="airflow-preflight-probe-1", script=SCRIPT, **options):
    return definition(name, "data", needs, {**OPTIONS, **options}, script)


def pod_of(job):
    return job["spec"]["template"]["spec"]


def environment_of(job):
    """:returns: {name: entry} of the container that connects."""
    return {entry["name"]: entry for entry in pod_of(job)["containers"][0]["env"]}


def test_the_pod_has_what_pod_security_wants_of_restricted_pods():
    pod = pod_of(made())
    assert pod["securityContext"] == OPTIONS["pod_security_context"]
    assert all(
        container["securityContext"] == {
            "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
        for container in pod["containers"])
    forbidden = {"hostNetwork", "hostPID", "hostIPC", "volumes", "serviceAccountName"}
    assert not forbidden & set(pod) and pod["automountServiceAccountToken"] is False


def test_every_container_has_resources():
    assert all(container["resources"] == OPTIONS["resources"] for container in pod_of(made())["containers"])


def test_the_container_that_connects_comes_first_and_one_of_each_image_behind_it():
    containers = pod_of(made())["containers"]
    assert [(container["name"], container["image"]) for container in containers] == [
        ("connect", AIRFLOW), ("image-0", AIRFLOW), ("image-1", STATSD)]
    assert [container["command"] for container in containers] == [["python3", "-c", SCRIPT], ["true"], ["true"]]
    assert [container["name"] for container in containers[1:]] == [container_of(place) for place in range(len(NEEDS.images))]


def test_without_addresses_nothing_connects():
    assert [container["name"] for container in pod_of(made(endpoints=[]))["containers"]] == ["image-0", "image-1"]


def test_the_registry_is_asked_unless_the_image_is_loaded():
    policies = {container["name"]: container["imagePullPolicy"] for container in pod_of(made())["containers"]}
    assert policies == {"connect": "Always", "image-0": "Always", "image-1": "Never"}
    loaded = dataclasses.replace(NEEDS, loaded=frozenset([AIRFLOW]))
    assert pod_of(made(loaded))["containers"][0]["imagePullPolicy"] == "Never"


def test_the_pod_runs_where_the_scheduler_would_with_its_pull_secrets_and_proxies():
    pod = pod_of(made())
    assert pod["nodeSelector"] == {"pool": "core"} and pod["imagePullSecrets"] == [{"name": "registry"}]
    assert environment_of(made())["https_proxy"] == PROXY


def test_a_place_of_its_own_goes_before_the_schedulers():
    pod = pod_of(made(place={"nodeSelector": {"pool": "jobs"}, "tolerations": [{"key": "pool"}]}))
    assert (pod["nodeSelector"], pod["tolerations"]) == ({"pool": "jobs"}, [{"key": "pool"}])
    assert pod_of(made(dataclasses.replace(NEEDS, place={"schedulerName": "x"}), place={"nodeSelector": {"pool": "jobs"}}))["schedulerName"] == "x"


def test_the_job_ends_and_goes_by_itself_only_after_the_run_that_waits_for_it():
    spec = made(wait_timeout=100)["spec"]
    assert spec["activeDeadlineSeconds"] > 100 and spec["ttlSecondsAfterFinished"] > 0
    assert spec["backoffLimit"] == 0 and pod_of(made())["restartPolicy"] == "Never"


def test_job_and_pod_have_the_labels_and_the_place():
    job = made()
    assert job["metadata"] == {"name": "airflow-preflight-probe-1", "namespace": "data", "labels": OPTIONS["labels"]}
    assert job["spec"]["template"]["metadata"] == {"labels": OPTIONS["labels"]}


def test_the_pod_has_labels_and_annotations_of_its_own():
    labels = {"team": "data", "app.kubernetes.io/instance": "other"}
    job = made(pod_labels=labels, pod_annotations={"sidecar.istio.io/inject": "false"})
    assert job["metadata"]["labels"] == OPTIONS["labels"]
    assert job["spec"]["template"]["metadata"] == {
        "labels": {"team": "data", **OPTIONS["labels"]}, "annotations": {"sidecar.istio.io/inject": "false"}}


def test_addresses_in_secrets_stay_there():
    environment = environment_of(made())
    assert environment["ADDRESS_1"] == {
        "name": "ADDRESS_1",
        "valueFrom": {"secretKeyRef": {"name": "airflow-metadata", "key": "connection", "optional": True}}}
    assert "ADDRESS_0" not in environment
    assert json.loads(environment["ENDPOINTS"]["value"]) == [
        {"name": "git", "host": "git.acme.io", "port": 443, "is_http": True, "is_connection": False},
        {"name": "database", "host": None, "port": None, "is_http": False, "is_connection": False, "environment": "ADDRESS_1"}]


def changed(path, value, items=tuple(ENDPOINTS)):
    """:returns: the endpoints with one field of the second changed."""
    copied = copy.deepcopy(list(items))
    target = copied[1]
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return copied


def mark(versions=None, **arguments):
    return fingerprint(made(**arguments), {"registry": "1", "airflow-metadata": "2"} if versions is None else versions)


def test_the_same_has_the_same_fingerprint_whatever_the_job_is_called():
    assert mark() == mark(name="airflow-preflight-probe-2", needs=copy.deepcopy(NEEDS), endpoints=copy.deepcopy(ENDPOINTS))
    assert mark({"airflow-metadata": "2", "registry": "1"}) == mark()


@pytest.mark.parametrize(
    "arguments",
    [
        {"needs": dataclasses.replace(NEEDS, images={AIRFLOW: ["x"]})},
        {"needs": dataclasses.replace(NEEDS, images={**NEEDS.images, "other:1": ["x"]})},
        {"needs": dataclasses.replace(NEEDS, pull_secrets=[])},
        {"needs": dataclasses.replace(NEEDS, pull_secrets=["registry", "second"])},
        {"needs": dataclasses.replace(NEEDS, loaded=frozenset())},
        {"needs": dataclasses.replace(NEEDS, place={})},
        {"needs": dataclasses.replace(NEEDS, proxies=[])},
        {"image": "registry.acme.io/airflow:3.2.3"},
        {"endpoints": ENDPOINTS[:1]},
        {"endpoints": ENDPOINTS[::-1]},
        {"endpoints": changed(["secret", "name"], "other")},
        {"endpoints": changed(["secret", "key"], "other")},
        {"endpoints": changed(["host"], SECRET_HOST)},
        {"endpoints": changed(["is_http"], True)},
        {"endpoints": changed(["is_connection"], True)},
        {"script": "print('[1]')"},
        {"versions": {"registry": "1", "airflow-metadata": "3"}},
        {"versions": {"registry": "1"}},
    ],
)
def test_whatever_may_change_the_outcome_changes_the_fingerprint(arguments):
    assert mark(**arguments) != mark()


def test_what_a_probe_depends_on_is_part_of_its_fingerprint():
    policies = [fingerprint(made(), {}, others) for others in ((), [{"name": "egress"}], [{"name": "none"}])]
    assert len(set(policies)) == 3
