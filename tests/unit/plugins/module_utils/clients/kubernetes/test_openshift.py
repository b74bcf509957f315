# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenShift's own kinds against a server on loopback, through OpenShift's library as users have it."""

from __future__ import annotations

import http.server
import importlib.metadata
import itertools
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import urllib.parse

import pytest

pytest.importorskip("openshift")

import kubernetes.dynamic
import openshift.dynamic
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _dynamic_client, _transport
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import openshift as own_kinds
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.openshift import OpenShiftClient
from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    ClusterIdentityError,
    MissingLibraryError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.openshift_project import (
    OpenShiftProjects,
)

ROOT = pathlib.Path(__file__).resolve().parents[6]
UID = "6a1e"
ROUTE, PROJECT, SECURITY = "route.openshift.io/v1", "project.openshift.io/v1", "security.openshift.io/v1"
SERVED = {
    "/api/v1": [("namespaces", "Namespace", False), ("configmaps", "ConfigMap", True)],
    f"/apis/{ROUTE}": [("routes", "Route", True), ("routes/status", "Route", True)],
    f"/apis/{PROJECT}": [("projects", "Project", False), ("projectrequests", "ProjectRequest", False)],
    f"/apis/{SECURITY}": [("securitycontextconstraints", "SecurityContextConstraints", False)],
}
ROUTES = f"/apis/{ROUTE}/namespaces/n/routes"
ROUTE_R = {"apiVersion": ROUTE, "kind": "Route", "metadata": {"name": "r", "namespace": "n"}, "spec": {"host": "a.example.com"}}
CONSTRAINTS = {
    "apiVersion": SECURITY, "kind": "SecurityContextConstraints", "metadata": {"name": "windrose"},
    "allowPrivilegedContainer": False,
}  # fmt: skip
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n"}}


class Server:
    """What an OpenShift answers, and what it was asked.

    answers: {"METHOD path": (status, document), or a callable that returns it for a query}.
    lost: how many answers to each "METHOD path" do not arrive.
    """

    def __init__(self):
        self.connections = 0
        self.requests = []
        self.lost = {}
        self.answers = {
            "GET /version": (200, {"gitVersion": "v1.33.4", "major": "1", "minor": "33"}),
            "GET /api/v1/namespaces/kube-system": (200, {"metadata": {"uid": UID}}),
            **{f"GET {path}": (200, {"resources": self._kinds(kinds)}) for path, kinds in SERVED.items()},
        }

    @staticmethod
    def _kinds(kinds):
        return [{"name": name, "kind": kind, "namespaced": namespaced, "verbs": []} for name, kind, namespaced in kinds]

    def answer(self, method, path, query):
        """:returns: (status, document)."""
        found = self.answers.get(f"{method} {path}", (404, {"kind": "Status", "message": "not found", "reason": "NotFound"}))
        return found(query) if callable(found) else found


def handler_of(server):
    """:returns: a class whose objects each have one connection."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body of an answer travel together, or the second would wait until the first is acknowledged.
        wbufsize = -1

        def setup(self):
            super().setup()
            server.connections += 1

        def handle_one(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            unused_scheme, unused_host, path, query, unused_fragment = urllib.parse.urlsplit(self.path)
            server.requests.append((self.command, self.path, self.headers.items(), body))
            status, document = server.answer(self.command, path, query)
            if server.lost.get(f"{self.command} {path}"):
                server.lost[f"{self.command} {path}"] -= 1
                self.close_connection = True
                return
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def log_message(self, *arguments):
            pass

    return Handler


@pytest.fixture
def server(monkeypatch, tmp_path, serve):
    """A `Server`, the current context of whose kubeconfig leads to it; home, cache and temporary files are the test's own."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made = Server()
    cluster = {"server": f"http://127.0.0.1:{serve(handler_of(made))}"}
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": "t", "as": "deployer", "as-groups": ["g", "h"]}}],
    }  # fmt: skip
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    return made


@pytest.fixture
def through_library(monkeypatch):
    """The paths of requests that the library made."""
    made = []
    original = _dynamic_client.ConnectedDynamicClient.request

    def request(self, method, path, *arguments, **options):
        made.append(path)
        return original(self, method, path, *arguments, **options)

    monkeypatch.setattr(_dynamic_client.ConnectedDynamicClient, "request", request)
    return made


def client_of(kind=OpenShiftClient, uid=UID):
    return kind.from_parameters({"expected_cluster": {"uid": uid, "ca_sha256": ""}})


def test_the_library_works_beside_the_kubernetes_library_of_this_collection():
    pinned = re.search(r"^kubernetes==(.+)\.\*$", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert importlib.metadata.version("kubernetes").split(".")[0] == pinned
    assert issubclass(_dynamic_client.ConnectedDynamicClient, openshift.dynamic.DynamicClient)
    # What takes over if it breaks: the class that it extends, with the same methods.
    assert issubclass(openshift.dynamic.DynamicClient, kubernetes.dynamic.DynamicClient)
    assert issubclass(openshift.dynamic.Resource, kubernetes.dynamic.Resource)


@pytest.mark.parametrize(
    ("api_version", "own"),
    [
        (ROUTE, True), (PROJECT, True), (SECURITY, True), ("config.openshift.io/v1", True), ("v1", False), ("apps/v1", False),
        ("openshift.io/v1", False), ("fakeopenshift.io/v1", False), ("route.openshift.io.example.com/v1", False),
    ],
)  # fmt: skip
def test_a_kind_is_openshifts_own_by_its_group(api_version, own):
    assert own_kinds.is_own(api_version) is own


def items(*names):
    found = [{"metadata": {"name": name, "uid": name}} for name in names]
    return {"kind": "RouteList", "metadata": {"resourceVersion": "7"}, "items": found}


CALLS = {
    "get": lambda client: client.get(ROUTE, "Route", "r", "n"),
    "get what is not there": lambda client: client.get(ROUTE, "Route", "none", "n"),
    "get by a name of its own": lambda client: client.get(ROUTE, "Route", "a/../../b {x}", "n"),
    "get what is of the cluster": lambda client: client.get(SECURITY, "SecurityContextConstraints", "windrose"),
    "list": lambda client: client.list(ROUTE, "Route", "n", "a=b,c in (d)", "metadata.name!=x"),
    "list of all namespaces": lambda client: client.list(ROUTE, "Route"),
    "list of metadata": lambda client: client.list_metadata(ROUTE, "Route", "n", "owner=a"),
    "watch": lambda client: list(itertools.islice(client.watch(ROUTE, "Route", "n", "a=b", 60), 2)),
    "apply": lambda client: client.apply(ROUTE_R),
    "apply without effect": lambda client: client.apply(ROUTE_R, dry_run=True, force=True),
    "apply what is of the cluster": lambda client: client.apply(CONSTRAINTS),
    "create": lambda client: client.create(ROUTE_R),
    "merge": lambda client: client.merge(ROUTE_R),
    "replace": lambda client: client.replace(ROUTE_R),
    "delete": lambda client: client.delete(ROUTE, "Route", "r", "n", "Foreground", "6"),
    "delete what is not there": lambda client: client.delete(ROUTE, "Route", "none", "n"),
}


def prepare(server):
    changed = {**ROUTE_R, "metadata": {**ROUTE_R["metadata"], "uid": "r", "resourceVersion": "8"}}
    event = json.dumps({"type": "MODIFIED", "object": changed}).encode() + b"\n"

    def listed(query):
        return 200, event if "watch=true" in query else items("r")

    one, all_of_cluster = f"{ROUTES}/r", f"/apis/{SECURITY}/securitycontextconstraints/windrose"
    server.answers |= {
        f"GET {one}": (200, ROUTE_R), f"GET {ROUTES}": listed, f"GET /apis/{ROUTE}/routes": (200, items("r", "s")),
        f"GET {all_of_cluster}": (200, CONSTRAINTS), f"PATCH {all_of_cluster}": (200, CONSTRAINTS),
        f"PATCH {one}": (200, ROUTE_R), f"PUT {one}": (200, ROUTE_R), f"POST {ROUTES}": (201, ROUTE_R),
        f"DELETE {one}": (200, {}),
    }  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_the_library_makes_the_requests_that_our_own_client_makes(server, through_library, call):
    prepare(server)
    found, sent = [], []
    for kind in (KubeClient, OpenShiftClient):
        before = len(through_library), len(server.requests)
        client = client_of(kind)
        client.verify_identity()
        client.resource(ROUTE, "Route")
        client.resource(SECURITY, "SecurityContextConstraints")
        known = len(server.requests)
        found.append(CALLS[call](client))
        sent.append(server.requests[known:])
        about_own = [path for unused, path, *unused_rest in sent[-1] if path.count("/") > 3]
        assert about_own
        assert len(through_library) - before[0] == (len(about_own) if kind is OpenShiftClient else 0)
    assert found[0] == found[1]
    assert sent[0] == sent[1]


def test_all_goes_over_the_one_connection_with_its_credentials(server):
    prepare(server)
    client = client_of()
    client.get("v1", "ConfigMap", "c", "n")
    client.list(ROUTE, "Route", "n")
    client.apply(ROUTE_R)
    client.delete(ROUTE, "Route", "r", "n")
    assert server.connections == 1
    paths = [path.partition("?")[0] for unused_method, path, *unused_rest in server.requests]
    assert paths == [
        "/version", "/api/v1", "/api/v1/namespaces/n/configmaps/c", f"/apis/{ROUTE}", ROUTES,
        "/api/v1/namespaces/kube-system", f"{ROUTES}/r", f"{ROUTES}/r",
    ]  # fmt: skip
    expected = {
        ("Authorization", "Bearer t"), ("User-Agent", "windrose.airflow"), ("Impersonate-User", "deployer"),
        ("Impersonate-Group", "g"), ("Impersonate-Group", "h"),
    }  # fmt: skip
    for unused_method, unused_path, headers, unused_body in server.requests:
        assert expected <= set(headers)


def test_what_is_known_of_the_kinds_is_kept_privately_and_nowhere_else(server, tmp_path):
    prepare(server)
    client_of().get(ROUTE, "Route", "r", "n")
    assert list((tmp_path / "temporary").iterdir()) == []
    (folder,) = (tmp_path / "cache").rglob("discovery")
    (file,) = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    asked = len(server.requests)
    client_of().get(ROUTE, "Route", "r", "n")
    assert [path for unused, path, *unused_rest in server.requests[asked:]] == ["/version", f"{ROUTES}/r"]


@pytest.mark.parametrize("write", ["apply", "apply what is of the cluster", "create", "merge", "replace", "delete"])
def test_another_cluster_is_refused_before_anything_is_written(server, write):
    prepare(server)
    with pytest.raises(ClusterIdentityError):
        CALLS[write](client_of(uid="another"))
    assert {method for method, *unused in server.requests} == {"GET"}


def test_what_the_server_refuses_is_told_as_of_any_other_object(server):
    message = (
        'routes.route.openshift.io "r" is forbidden: User "u" cannot patch resource "routes" in API group "route.openshift.io" '
        'in the namespace "n"'
    )
    server.answers["GET /readyz"] = (200, {})
    server.answers[f"PATCH {ROUTES}/r"] = (403, {"kind": "Status", "message": message})
    with pytest.raises(ApiError, match="Could not apply Route n/r: .* may not patch routes.route.openshift.io in namespace n"):
        client_of().apply(ROUTE_R)
    server.answers[f"GET {ROUTES}/r"] = (200, b"<html>Please log in</html>")
    with pytest.raises(ApiError, match="Could not read Route n/r: .* is not JSON"):
        client_of().get(ROUTE, "Route", "r", "n")


def test_a_kind_that_is_not_served_needs_no_library(server, monkeypatch):
    monkeypatch.setattr(_dynamic_client, "IMPORT_ERROR", "Traceback")
    for path in SERVED:
        if "openshift" in path:
            del server.answers[f"GET {path}"]
    assert client_of().get(ROUTE, "Route", "r", "n") is None
    with pytest.raises(ApiError, match="does not serve kind ProjectRequest in project.openshift.io/v1"):
        client_of().create({"apiVersion": PROJECT, "kind": "ProjectRequest", "metadata": {"name": "airflow"}})


@pytest.mark.parametrize("call", CALLS)
def test_the_missing_library_is_named_and_nothing_is_asked(server, monkeypatch, call):
    prepare(server)
    monkeypatch.setattr(_dynamic_client, "IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibraryError) as raised:
        CALLS[call](client_of())
    assert re.fullmatch(
        r"Could not load the Python library openshift: Failed to import the required Python library \(openshift\).* "
        r"for OpenShift's own kinds.* Install it as requirements-openshift.txt pins it, then run again\.", str(raised.value))
    assert [path for unused, path, *unused_rest in server.requests if path.count("/") > 3 and "openshift.io" in path] == []


def test_other_kinds_load_no_library(server):
    server.answers["GET /api/v1/namespaces/n/configmaps/c"] = (200, CONFIG_MAP)
    program = (
        "import sys\n"
        f"from {OpenShiftClient.__module__} import OpenShiftClient\n"
        "found = OpenShiftClient.from_parameters({}).get('v1', 'ConfigMap', 'c', 'n')\n"
        "print(found['kind'], [name for name in ('openshift', 'kubernetes') if name in sys.modules])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT / "collections")}, check=True,
        capture_output=True, text=True)  # fmt: skip
    assert ended.stdout == "ConfigMap []\n"


class Projects:
    """Does with ProjectRequests what OpenShift does: a project is seen by whoever asked for it."""

    def __init__(self, server):
        self._exists = False
        self.is_mine = True
        server.answers[f"POST /apis/{PROJECT}/projectrequests"] = self._request
        server.answers[f"GET /apis/{PROJECT}/projects/airflow"] = self._read
        server.answers["GET /readyz"] = (200, {})

    def _request(self, unused_query):
        if self._exists:
            return 409, {"kind": "Status", "reason": "AlreadyExists", "message": "project airflow already exists"}
        self._exists = True
        return 201, {"apiVersion": PROJECT, "kind": "Project", "metadata": {"name": "airflow"}}

    def _read(self, unused_query):
        if self._exists and self.is_mine:
            return 200, {"apiVersion": PROJECT, "kind": "Project", "metadata": {"name": "airflow", "annotations": {}}}
        message = (
            'projects.project.openshift.io "airflow" is forbidden: User "u" cannot get resource "projects" in API group '
            '"project.openshift.io" in the namespace "airflow"'
        )
        return 403, {"kind": "Status", "message": message}

    def take(self):
        """Let somebody else have the project."""
        self._exists, self.is_mine = True, False


@pytest.fixture
def without_pauses(monkeypatch, clock):
    monkeypatch.setattr(_transport, "time", clock)


WANTED = [{"name": "airflow", "display_name": "Airflow", "description": ""}]


@pytest.mark.usefixtures("without_pauses")
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_project_is_made_although_the_answer_is_lost(server, through_library, lost):
    Projects(server)
    server.lost = {f"POST /apis/{PROJECT}/projectrequests": lost}
    result = OpenShiftProjects(client_of(), WANTED).present()
    assert result["projects"] == [{"name": "airflow", "operation": "created"}]
    asked = [(path.partition("?")[0], body) for method, path, unused, body in server.requests if method == "POST"]
    request = {
        "apiVersion": PROJECT, "kind": "ProjectRequest", "metadata": {"name": "airflow"},
        "displayName": "Airflow", "description": "",
    }  # fmt: skip
    assert asked == [(f"/apis/{PROJECT}/projectrequests", request)] * (lost + 1)
    assert f"/apis/{PROJECT}/projectrequests" in through_library


@pytest.mark.usefixtures("without_pauses")
def test_a_project_of_somebody_else_is_told(server):
    Projects(server).take()
    with pytest.raises(ApiError, match="it exists, and the user of this kubeconfig may not see it"):
        OpenShiftProjects(client_of(), WANTED).present()
