# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the prerequisites make on OpenShift. Where its kinds are not there, stand-ins for them are installed and removed.

The modules read and write them through OpenShift's own library, and the tests look at them with our client alone. The stand-ins
keep what they are given and do nothing: what OpenShift does with a ProjectRequest, the test does.
"""

from __future__ import annotations

import json
import os
import pathlib

import filelock
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 300
ROLE = "airflow_prerequisites"
CRD = "apiextensions.k8s.io/v1"
RBAC = "rbac.authorization.k8s.io"
PROJECT, ROUTE = "project.openshift.io/v1", "route.openshift.io/v1"
KINDS = [
    ("project.openshift.io", "Project", "projects", "Cluster"),
    ("project.openshift.io", "ProjectRequest", "projectrequests", "Cluster"),
    ("route.openshift.io", "Route", "routes", "Namespaced"),
    ("security.openshift.io", "SecurityContextConstraints", "securitycontextconstraints", "Cluster"),
]
STAND_IN = "windrose.test/stand-in"
CONSTRAINTS = ("nonroot-v2", "anyuid")


def kind_definition(group, kind, plural, scope):
    """:returns: the definition of a kind that takes whatever it is given."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": CRD, "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "labels": {STAND_IN: "true"}},
        "spec": {"group": group, "names": {"kind": kind, "plural": plural}, "scope": scope, "versions": [version]},
    }  # fmt: skip


def constraints_of(name):
    """:returns: security context constraints, and OpenShift's ClusterRole for their use."""
    rule = {
        "apiGroups": ["security.openshift.io"], "resources": ["securitycontextconstraints"], "resourceNames": [name],
        "verbs": ["use"],
    }  # fmt: skip
    return [
        {"apiVersion": "security.openshift.io/v1", "kind": "SecurityContextConstraints", "metadata": {"name": name}},
        {
            "apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "rules": [rule],
            "metadata": {"name": f"system:openshift:scc:{name}"},
        },
    ]  # fmt: skip


def served(cluster, seconds):
    """:returns: for each of the kinds, whether the server has it within some seconds; what the client learnt before is forgotten."""
    return [cluster.client.await_kind(f"{group}/v1", kind, seconds) for group, kind, _plural, _scope in KINDS]


def is_openshift(cluster):
    """:returns: whether the kinds are there, and not as stand-ins that tests which were killed have left."""
    return all(served(cluster, 0)) and not cluster.client.list(CRD, "CustomResourceDefinition", label_selector=STAND_IN)


@pytest.fixture
def turn(tmp_path_factory):
    """There can be one set of these kinds, so the tests take turns."""
    with filelock.FileLock(tmp_path_factory.getbasetemp().parent / "openshift.lock"):
        yield


@pytest.fixture
def stand_ins(turn, cluster, run_module, wait_for):
    """Whether the kinds of OpenShift are stand-ins."""
    if is_openshift(cluster):
        yield False
        return
    kinds = [kind_definition(*kind) for kind in KINDS]
    objects = [item for name in CONSTRAINTS for item in constraints_of(name)]
    arguments = {"definitions": kinds + objects, "wait_timeout": LIMIT_SECONDS}
    try:
        made = run_module("manifests", arguments)
        assert not made["failed"], made["msg"]
        assert all(served(cluster, LIMIT_SECONDS))
        yield True
    finally:
        gone = run_module("manifests", {**arguments, "state": "absent"})
        assert not gone["failed"], gone["msg"]
        # The server goes on serving them for a moment, and the next test would take them for those of a real OpenShift.
        wait_for(lambda: not any(served(cluster, 0)), lambda: "the stand-ins are still served")


@pytest.fixture
def may_use(cluster, namespace, wait_for):
    """Callable that waits until it is so, or not so, that an account may use constraints."""

    def asked(account, constraints):
        attributes = {
            "namespace": namespace, "verb": "use", "group": "security.openshift.io", "name": constraints,
            "resource": "securitycontextconstraints",
        }  # fmt: skip
        review = {
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {"user": f"system:serviceaccount:{namespace}:{account}", "resourceAttributes": attributes},
        }  # fmt: skip
        return cluster.client.create(review)["status"]["allowed"]

    def until(wanted):
        def found():
            return {pair: asked(*pair) for pair in wanted}

        # The server hears of a binding a moment after it was made.
        wait_for(lambda: found() == wanted, found)

    return until


@pytest.mark.usefixtures("stand_ins")
def test_constraints_and_route_come_and_go(run_role, cluster, namespace, may_use):
    route = {"enabled": True, "host": "airflow.apps.example.com"}
    asked = {
        "airflow_namespace": namespace, "airflow_platform": "openshift", "airflow_openshift_scc": "nonroot-v2",
        "airflow_prerequisites_openshift_anyuid": ["statsd"], "airflow_prerequisites_openshift_route": route,
        "airflow_prerequisites_openshift_display_name": "Airflow",
    }  # fmt: skip
    assert run_role(ROLE, asked, check=True).changed == 1
    made = run_role(ROLE, asked)
    assert (made.failed, made.changed) == (False, 1), made.output
    may_use({
        ("airflow-scheduler", "nonroot-v2"): True, ("airflow-worker", "nonroot-v2"): True, ("default", "nonroot-v2"): True,
        ("airflow-statsd", "anyuid"): True, ("airflow-scheduler", "anyuid"): False, ("default", "anyuid"): False,
    })  # fmt: skip
    spec = cluster.client.get(ROUTE, "Route", "airflow-api-server", namespace)["spec"]
    assert (spec["host"], spec["to"]["name"], spec["tls"]["termination"]) == (
        route["host"], "airflow-api-server", "edge")  # fmt: skip
    annotations = cluster.client.get("v1", "Namespace", namespace)["metadata"]["annotations"]
    assert annotations["openshift.io/display-name"] == "Airflow"
    assert run_role(ROLE, asked).changed == 0

    restricted = {"airflow_namespace": namespace, "airflow_platform": "openshift"}
    assert run_role(ROLE, restricted).changed == 1
    assert cluster.client.get(ROUTE, "Route", "airflow-api-server", namespace) is None
    may_use({("airflow-scheduler", "nonroot-v2"): False, ("airflow-statsd", "anyuid"): False})


def granted(cluster, request):
    """Do with a ProjectRequest what OpenShift does: make a Project and its Namespace."""
    annotations = {
        "openshift.io/display-name": request["displayName"], "openshift.io/description": request["description"],
        "openshift.io/requester": "test",
    }  # fmt: skip
    metadata = {"name": request["metadata"]["name"], "annotations": annotations}
    cluster.client.create({"apiVersion": PROJECT, "kind": "Project", "metadata": metadata})
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def test_a_project_is_asked_for_once(run_module, run_role, cluster, namespace_name, stand_ins):
    arguments = {"projects": [{"name": namespace_name, "display_name": "Airflow", "description": "Of a test"}]}
    operations = [{"name": namespace_name, "operation": "created"}]
    predicted = run_module("openshift_project", arguments, check=True, diff=True)
    assert (predicted["changed"], predicted["projects"]) == (True, operations)
    assert cluster.client.get(PROJECT, "Project", namespace_name) is None
    made = run_module("openshift_project", arguments, diff=True)
    assert (made["changed"], made["projects"], made["diff"]) == (True, operations, predicted["diff"])
    if stand_ins:
        granted(cluster, cluster.client.get(PROJECT, "ProjectRequest", namespace_name))
    for check in (True, False):
        assert not run_module("openshift_project", arguments, check=check)["changed"]

    asked = {
        "airflow_namespace": namespace_name, "airflow_platform": "openshift",
        "airflow_service_account_source": "prerequisites", "airflow_prerequisites_openshift_project_request": True,
        "airflow_prerequisites_openshift_display_name": "Airflow, renamed",
    }  # fmt: skip
    run = run_role(ROLE, asked)
    assert (run.failed, run.changed) == (False, 2), run.output
    project = cluster.client.get(PROJECT, "Project", namespace_name)["metadata"]["annotations"]
    assert project["openshift.io/display-name"] == "Airflow, renamed"
    assert project["openshift.io/description"] == "Of a test"
    # Whoever asks for a project may not label its namespace.
    labels = cluster.client.get("v1", "Namespace", namespace_name)["metadata"].get("labels", {})
    assert not any(label.startswith("pod-security") for label in labels)
    assert cluster.client.get("v1", "ServiceAccount", "airflow-scheduler", namespace_name)
    assert run_role(ROLE, asked).changed == 0


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("openshift_project", {"projects": [{"name": "windrose"}]}),
        ("manifests", {"definitions": [{"apiVersion": ROUTE, "kind": "Route", "metadata": {"name": "r", "namespace": "default"}}]}),
    ],
)
def test_the_library_that_is_missing_is_named(start_module, tmp_path, module, arguments):
    # What stands before the installed library, and cannot be imported. Modules start in tmp_path and would find it there.
    folder = tmp_path / "without"
    folder.mkdir()
    (folder / "openshift.py").write_text("raise ImportError('not here')\n")
    search = os.pathsep.join([str(folder), str(ROOT / "collections")])
    with start_module(module, arguments, PYTHONPATH=search) as process:
        refused = json.loads(process.stdout.read())
    assert refused["failed"] and "the Python library openshift" in refused["msg"] and "requirements-openshift.txt" in refused["msg"]


@pytest.mark.usefixtures("turn")
def test_where_there_is_no_openshift_the_message_says_so(run_module, cluster, namespace_name):
    if is_openshift(cluster):
        pytest.skip("this cluster is an OpenShift")
    refused = run_module("openshift_project", {"projects": [{"name": namespace_name}]})
    assert refused["failed"] and "ProjectRequest" in refused["msg"] and not refused["changed"]
