# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import pod_security

BASELINE = {
    "host network": ({"hostNetwork": True}, "hostNetwork"),
    "host processes": ({"hostPID": True}, "hostPID"),
    "host communication": ({"hostIPC": True}, "hostIPC"),
    "host path": ({"volumes": [{"name": "socket", "hostPath": {"path": "/var/run"}}]}, "socket is a hostPath"),
    "sysctl": ({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, "kernel.msgmax"),
    "seccomp": ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "seccompProfile is Unconfined"),
    "AppArmor": ({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}, "appArmorProfile"),
    "SELinux": ({"securityContext": {"seLinuxOptions": {"user": "root"}}}, "seLinuxOptions"),
    "Windows": ({"securityContext": {"windowsOptions": {"hostProcess": True}}}, "hostProcess"),
}
BASELINE_OF_CONTAINERS = {
    "privileged": ({"securityContext": {"privileged": True}}, "privileged is true"),
    "capability": ({"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}, "NET_ADMIN"),
    "proc": ({"securityContext": {"procMount": "Unmasked"}}, "procMount"),
    "host port": ({"ports": [{"containerPort": 80, "hostPort": 80}]}, "hostPort"),
    "probe of a host": ({"livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}}, "names a host"),
    "hook of a host": ({"lifecycle": {"preStop": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}}}, "names a host"),
}
RESTRICTED = {
    "root": ({"securityContext": {"runAsUser": 0}}, "runAsUser is 0"),
    "user not said": ({"securityContext": {"runAsNonRoot": None}}, "lacks runAsNonRoot"),
    "profile not said": ({"securityContext": {"seccompProfile": None}}, "lacks seccompProfile"),
    "volume": ({"volumes": [{"name": "share", "nfs": {"server": "files", "path": "/"}}]}, "of the kind nfs"),
}
RESTRICTED_OF_CONTAINERS = {
    "root": ({"securityContext": {"runAsUser": 0}}, "runAsUser is 0"),
    "perhaps root": ({"securityContext": {"runAsNonRoot": False}}, "runAsNonRoot is not true"),
    "escalation": ({"securityContext": {"allowPrivilegeEscalation": True}}, "allowPrivilegeEscalation is not false"),
    "escalation not said": ({"securityContext": {"allowPrivilegeEscalation": None}}, "allowPrivilegeEscalation is not false"),
    "capabilities": ({"securityContext": {"capabilities": {"drop": ["NET_RAW"]}}}, "does not drop all"),
    "a capability more": ({"securityContext": {"capabilities": {"add": ["CHOWN"]}}}, "CHOWN"),
}


def words(cases):
    return [pytest.param(*case, id=name) for name, case in cases.items()]


@pytest.mark.parametrize("level", ["restricted", "baseline"])
@pytest.mark.parametrize(("spec", "word"), words(BASELINE))
def test_what_no_level_takes_of_a_pod(level, spec, word, make, told):
    (problem,) = told(pod_security.faults, [make.workload(spec=spec)], None, level).values()
    assert f"enforces Pod Security {level}" in problem and word in problem and "Deployment airflow-scheduler" in problem


@pytest.mark.parametrize("level", ["restricted", "baseline"])
@pytest.mark.parametrize("field", ["containers", "initContainers"])
@pytest.mark.parametrize(("container", "word"), words(BASELINE_OF_CONTAINERS))
def test_what_no_level_takes_of_a_container(level, field, container, word, make, told):
    spec = {field: [make.container("side", **container)]}
    (problem,) = told(pod_security.faults, [make.workload(spec=spec)], None, level).values()
    assert "container side of Deployment airflow-scheduler" in problem and word in problem


@pytest.mark.parametrize(("spec", "word"), words(RESTRICTED))
def test_what_restricted_does_not_take_of_a_pod(spec, word, make, told):
    (problem,) = told(pod_security.faults, [make.workload(spec=spec)], None, "restricted").values()
    assert word in problem
    assert told(pod_security.faults, [make.workload(spec=spec)], None, "baseline") == {}


@pytest.mark.parametrize(("container", "word"), words(RESTRICTED_OF_CONTAINERS))
def test_what_restricted_does_not_take_of_a_container(container, word, make, told):
    workload = make.workload(spec={"initContainers": [make.container("fix", **container)]})
    (problem,) = told(pod_security.faults, [workload], None, "restricted").values()
    assert word in problem
    assert told(pod_security.faults, [workload], None, "baseline") == {}


@pytest.mark.parametrize("level", ["restricted", "baseline", "privileged", "", None])
def test_what_is_restricted_every_level_takes(level, make, told):
    spec = {"containers": [make.container(securityContext={"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}})]}
    assert told(pod_security.faults, [make.workload(spec=spec), make.config_map(make.task_pod())], None, level) == {}


@pytest.mark.parametrize("level", ["privileged", "", None])
def test_nothing_is_asked_where_nothing_is_enforced(level, make, told):
    assert told(pod_security.faults, [make.workload(spec={"hostNetwork": True})], None, level) == {}


def test_a_container_says_itself_what_its_pod_does_not(make, told):
    own = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    spec = {"securityContext": {"runAsNonRoot": None, "seccompProfile": None}, "containers": [make.container(securityContext=own)]}
    assert told(pod_security.faults, [make.workload(spec=spec)], None, "restricted") == {}


def test_what_the_platform_gives_is_not_asked_for_and_what_is_wrong_stays_wrong(make, told):
    bare = {"securityContext": None, "containers": [{"name": "scheduler", "image": "x"}]}
    assert told(pod_security.faults, [make.workload(spec=bare)], None, "restricted", True) == {}
    assert told(pod_security.faults, [make.workload(spec=bare)], None, "restricted", False)
    root = {**bare, "containers": [{"name": "scheduler", "image": "x", "securityContext": {"runAsUser": 0}}]}
    (problem,) = told(pod_security.faults, [make.workload(spec=root)], None, "restricted", True).values()
    assert "runAsUser is 0" in problem and "capabilities" not in problem


def test_a_container_of_the_user_is_named_by_its_place_in_the_values(make, told):
    container = {"name": "fix", "image": "busybox", "securityContext": {"runAsUser": 0}}
    values = {"scheduler": {"extraInitContainers": [container]}}
    found = told(pod_security.faults, [make.workload(spec={"initContainers": [container]})], values, "restricted")
    (problem,) = found.values()
    assert list(found) == ["scheduler.extraInitContainers.0.securityContext"]
    for word in ("allowPrivilegeEscalation: false", "capabilities: {drop: [ALL]}", "runAsUser: 50000"):
        assert word in problem


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("git-sync-init", "dags.gitSync.securityContexts.container"), ("wait-for-airflow-migrations", "securityContexts.containers"),
        ("scheduler-log-groomer", "scheduler.logGroomerSidecar.securityContexts.container"),
        ("scheduler", "scheduler.securityContexts.container"),
    ],
)  # fmt: skip
def test_a_container_of_the_chart_is_named_by_the_key_of_its_context(name, path, make, told):
    container = make.container(name, securityContext={"allowPrivilegeEscalation": True})
    assert list(told(pod_security.faults, [make.workload(spec={"containers": [container]})], None, "restricted")) == [path]


def test_the_pods_of_tasks_are_judged_as_well(make, told):
    template = make.task_pod(spec={"initContainers": [make.container("fix", securityContext={"runAsUser": 0})]})
    found = told(pod_security.faults, [make.config_map(template)], {"podTemplate": "..."}, "restricted")
    assert list(found) == ["podTemplate"]


def test_pods_of_windows_are_not(make, told):
    assert told(pod_security.faults, [make.workload(spec={"os": {"name": "windows"}, "securityContext": None})], None, "restricted") == {}


def test_a_volume_is_found_by_its_name_wherever_it_stands(make, told):
    volume = {"name": "h", "hostPath": {"path": "/tmp"}}
    spec = {"volumes": [{"name": "config", "configMap": {"name": "airflow-config"}}, volume]}
    found = told(pod_security.faults, [make.workload(spec=spec)], {"scheduler": {"extraVolumes": [volume]}}, "restricted")
    assert list(found) == ["scheduler.extraVolumes.0"]
