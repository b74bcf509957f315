# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On OpenShift, pods of the collection are what the security context constraints take that they are made for.

Source of what restricted-v2 takes:
https://docs.openshift.com/container-platform/4.17/authentication/managing-security-context-constraints.html
"""

from __future__ import annotations

import functools

import pytest

CASES = {
    "kubernetes": {},
    "nonroot-v2": {"airflow_platform": "openshift", "airflow_openshift_scc": "nonroot-v2"},
    "restricted-v2": {"airflow_platform": "openshift", "airflow_openshift_scc": "restricted-v2"},
}
# Each role that starts pods, and the ids that it asks for where it may.
IDS = {"airflow_database": {999, 50000}, "airflow_release": {50000}, "airflow_image_prepull": {50000}}
CHOSEN = ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "seLinuxOptions")
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}


@pytest.fixture(name="pods_of", scope="module")
def fixture_pods_of(evaluate):
    """Callable that returns {case: specs of the pods} of a role."""

    @functools.cache
    def of(role):
        return {
            case: [item["spec"]["template"]["spec"] for item in found if "template" in item.get("spec", {})]
            for case, found in evaluate(role, f"__{role}_definitions", CASES).items()
        }

    return of


def contexts(pod):
    """:returns: the security contexts of a pod and of its containers."""
    return [pod["securityContext"], *(container["securityContext"] for container in pod["containers"])]


@pytest.mark.parametrize("name", IDS)
def test_pods_name_ids_only_where_the_cluster_does_not_choose_them(name, pods_of):
    found = pods_of(name)
    for case in ("kubernetes", "nonroot-v2"):
        assert {pod["securityContext"]["runAsUser"] for pod in found[case]} == IDS[name]
        assert all(context.get("runAsUser") != 0 for pod in found[case] for context in contexts(pod))
    assert found["restricted-v2"]
    for pod in found["restricted-v2"]:
        assert [name for context in contexts(pod) for name in CHOSEN if name in context] == []
        assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["seccompProfile"]["type"]) == (True, "RuntimeDefault")
        for container in pod["containers"]:
            context = container["securityContext"]
            assert (context["allowPrivilegeEscalation"], context["capabilities"]) == (False, {"drop": ["ALL"]})
        assert {kind for volume in pod.get("volumes", []) for kind in set(volume) - {"name"}} <= VOLUMES
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)


def test_postgresql_writes_only_where_any_user_may(pods_of):
    (pod,) = [pod for pod in pods_of("airflow_database")["restricted-v2"] if pod["containers"][0]["name"] == "postgresql"]
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    temporary = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    assert {mounts["/var/run/postgresql"], mounts["/tmp"]} <= temporary
    # The directory itself has to belong to whoever runs, which that of the mount does not.
    (data,) = [entry["value"] for entry in container["env"] if entry["name"] == "PGDATA"]
    assert mounts[data.rpartition("/")[0]] == "data"
