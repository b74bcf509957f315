# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

pytest.importorskip("kubernetes")

import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.client import KubeClient
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ClusterIdentityError

CONFIG = {
    "current-context": "c",
    "clusters": [{"name": "c", "cluster": {"server": "https://s"}}],
    "users": [{"user": {"token": "t"}}],
}
KINDS = [("pods", "Pod", True), ("namespaces", "Namespace", False), ("secrets", "Secret", True)]
CORE = {"resources": [{"name": name, "kind": kind, "namespaced": namespaced} for name, kind, namespaced in KINDS]}
REVIEWS = {"resources": [{"name": "selfsubjectaccessreviews", "kind": "SelfSubjectAccessReview", "namespaced": False}]}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}}


class Response:
    def __init__(self, status, body):
        self.status = status
        self.data = body if isinstance(body, bytes) else json.dumps(body).encode()


class FakeTransport:
    """Answers by method and path and keeps what was sent."""

    host = "https://s"
    label = "https://s (context c)"

    def __init__(self, **answers):
        self.answers = {
            "GET /version": {"gitVersion": "v1.34.1", "major": "1", "minor": "34", "platform": "x"},
            "GET /api/v1": CORE,
            "GET /apis/authorization.k8s.io/v1": REVIEWS,
            "GET /api/v1/namespaces/kube-system": {"metadata": {"uid": "u-1"}},
            **answers,
        }
        self.sent = []

    def request(self, tried, subject, method, path, query=None, **options):
        self.sent.append((method, path, dict(query or []), options))
        answer = self.answers.get(f"{method} {path}", (404, {}))
        if isinstance(answer, list):
            answer = answer.pop(0)
        return Response(*answer) if isinstance(answer, tuple) else Response(200, answer)

    def writes(self):
        return [(method, path) for method, path, unused_query, unused_options in self.sent if method != "GET"]


def client_over(expected=None, **answers):
    transport = FakeTransport(**answers)
    return KubeClient(transport, CONFIG, expected), transport


def test_version_and_identity():
    client, unused_transport = client_over()
    assert client.server_version() == {"gitVersion": "v1.34.1", "major": "1", "minor": "34"}
    assert client.identity() == {"uid": "u-1", "ca_sha256": ""}


def test_what_does_not_exist_is_none_or_empty():
    client, unused_transport = client_over()
    assert client.get("v1", "Pod", "p", "n") is None and client.get("none/v1", "Nonesuch", "x") is None
    assert client.list("none/v1", "Nonesuch") == []


def test_lists_are_read_to_their_end_and_items_typed():
    pages = [
        {"metadata": {"resourceVersion": "1", "continue": "more"}, "items": [{"metadata": {"name": "a"}}]},
        {"metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "b"}}]},
    ]
    client, transport = client_over(**{"GET /api/v1/namespaces/n/pods": pages})
    found = client.list("v1", "Pod", "n", label_selector="a=b", field_selector="c=d")
    assert [(item["apiVersion"], item["kind"], item["metadata"]["name"]) for item in found] == [
        ("v1", "Pod", "a"),
        ("v1", "Pod", "b"),
    ]
    asked = [query for method, path, query, unused_options in transport.sent if path.endswith("/pods")]
    assert asked[0] == {"labelSelector": "a=b", "fieldSelector": "c=d", "limit": 500} and asked[1]["continue"] == "more"


def test_an_apply_is_strict_not_forced_and_names_its_manager():
    client, transport = client_over(**{"PATCH /api/v1/namespaces/n/pods/p": POD})
    assert client.apply(POD) == POD and client.apply(POD, dry_run=True, force=True) == POD
    (real, rehearsed) = [
        (query, options) for method, unused_path, query, options in transport.sent if method == "PATCH"
    ]
    assert real[0] == {"fieldManager": "windrose.airflow", "force": "false", "fieldValidation": "Strict"}
    assert rehearsed[0] == {**real[0], "force": "true", "dryRun": "All"}
    assert real[1] == {"body": POD, "content_type": "application/apply-patch+yaml", "repeatable": True}


def test_only_a_create_may_not_be_repeated():
    client, transport = client_over(**{"POST /api/v1/namespaces/n/pods": POD, "DELETE /api/v1/namespaces/n/pods/p": {}})
    client.create(POD)
    assert client.delete("v1", "Pod", "p", "n") is True and client.delete("v1", "Pod", "q", "n") is False
    assert [
        options["repeatable"] for method, unused_path, unused_query, options in transport.sent if method != "GET"
    ] == [False, True, True]


def test_a_replacement_is_strict_and_holds_only_for_what_was_read():
    client, transport = client_over(**{"PUT /api/v1/namespaces/n/pods/p": POD})
    assert client.replace(POD) == POD
    ((query, options),) = [(query, options) for method, unused, query, options in transport.sent if method == "PUT"]
    assert query == {"fieldManager": "windrose.airflow", "fieldValidation": "Strict"}
    assert options == {"body": POD, "content_type": "application/json", "repeatable": True}
    outdated, unused_transport = client_over(**{"PUT /api/v1/namespaces/n/pods/p": (409, {})})
    with pytest.raises(ApiError) as raised:
        outdated.replace(POD)
    assert raised.value.status == 409


@pytest.mark.parametrize(
    ("conditions", "sent"),
    [
        ({}, {}),
        ({"resource_version": "7"}, {"preconditions": {"resourceVersion": "7"}}),
        ({"uid": "a"}, {"preconditions": {"uid": "a"}}),
        ({"resource_version": "7", "uid": "a"}, {"preconditions": {"resourceVersion": "7", "uid": "a"}}),
    ],
)
def test_a_deletion_may_hold_only_for_what_was_read(conditions, sent):
    client, transport = client_over(**{"DELETE /api/v1/namespaces/n/pods/p": {}})
    assert client.delete("v1", "Pod", "p", "n", **conditions)
    body = transport.sent[-1][3]["body"]
    assert {name: body[name] for name in body if name == "preconditions"} == sent


def test_metadata_can_be_had_alone():
    answer = {"kind": "PartialObjectMetadataList", "items": [{"kind": "PartialObjectMetadata", "metadata": {"name": "a"}}]}
    client, transport = client_over(**{"GET /api/v1/namespaces/n/secrets": answer})
    assert client.list_metadata("v1", "Secret", "n", "owner=helm") == [{"metadata": {"name": "a"}}]
    unused_method, unused_path, query, options = transport.sent[-1]
    assert query == {"labelSelector": "owner=helm"} and "as=PartialObjectMetadataList" in options["accept"]
    assert client.list_metadata("none/v1", "Nonesuch", "n", "a=b") == []


WRITES = {
    "PUT /api/v1/namespaces/n/pods/p": POD,
    "PATCH /api/v1/namespaces/n/pods/p": POD,
    "POST /api/v1/namespaces/n/pods": POD,
    "DELETE /api/v1/namespaces/n/pods/p": {},
    "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {"status": {"allowed": True}},
}


@pytest.mark.parametrize(
    "write",
    [
        lambda client: client.apply(POD),
        lambda client: client.merge(POD),
        lambda client: client.create(POD),
        lambda client: client.replace(POD),
        lambda client: client.delete("v1", "Pod", "p", "n"),
        lambda client: client.port_forward("n", "p", 8080),
        lambda client: client.verified_kubeconfig(),
    ],
)
def test_another_cluster_is_refused_before_anything_is_sent(write):
    client, transport = client_over({"uid": "u-2", "ca_sha256": None}, **WRITES)
    with pytest.raises(ClusterIdentityError):
        write(client)
    assert transport.writes() == []


def test_dry_runs_and_reviews_need_no_identity():
    client, transport = client_over({"uid": "u-2", "ca_sha256": None}, **WRITES)
    client.apply(POD, dry_run=True)
    review = client.create({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {}})
    assert review["status"]["allowed"] and not any(
        "kube-system" in path for unused_method, path, *unused_rest in transport.sent
    )


def test_the_expected_cluster_is_asked_for_once():
    client, transport = client_over({"uid": "u-1", "ca_sha256": ""}, **WRITES)
    client.apply(POD)
    client.create(POD)
    assert [path for unused_method, path, *unused_rest in transport.sent].count("/api/v1/namespaces/kube-system") == 1


def test_a_verified_kubeconfig_is_the_document_in_use():
    client, unused_transport = client_over()
    assert yaml.safe_load(client.verified_kubeconfig()) == CONFIG


def test_errors_name_the_object():
    refusal = {
        "kind": "Status",
        "message": 'pods is forbidden: User "u" cannot patch resource "pods" in API group "" in the namespace "n"',
    }
    client, unused_transport = client_over(**{"PATCH /api/v1/namespaces/n/pods/p": (403, refusal)})
    with pytest.raises(ApiError, match="Could not apply Pod n/p: .* may not patch pods in namespace n"):
        client.apply(POD)
    with pytest.raises(ApiError, match="does not serve kind Nonesuch in v1"):
        client.apply({**POD, "kind": "Nonesuch"})
    with pytest.raises(ApiError, match="does not serve kind Nonesuch in v1"):
        client.watch("v1", "Nonesuch", "n")


@pytest.mark.parametrize(
    ("answer", "text"),
    [((200, "línea\n".encode()), "línea\n"), ((400, {"message": "waiting to start"}), ""), ((404, {}), "")],
)
def test_a_log_may_not_be_there_yet(answer, text):
    client, transport = client_over(**{"GET /api/v1/namespaces/n/pods/p/log": answer})
    assert client.pod_log("n", "p", "main", 5, previous=True) == text
    assert transport.sent[-1][2] == {"tailLines": 5, "limitBytes": 65536, "previous": "true", "container": "main"}


def test_a_new_kind_is_awaited():
    serving = {"resources": [{"name": "widgets", "kind": "Widget", "namespaced": True}]}
    client, unused_transport = client_over(
        **{"GET /apis/g.org/v1": [(404, {}), (200, {"resources": []}), (200, serving)]}
    )
    assert client.resource("g.org/v1", "Widget") is None
    assert client.await_kind("g.org/v1", "Widget", 10) is True
    assert client.await_kind("none/v1", "Widget", 0) is False


def widgets(namespaced):
    return {"resources": [{"name": "widgets", "kind": "Widget", "namespaced": namespaced}]}


WIDGET = {"apiVersion": "g.org/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "n"}}


def test_outdated_knowledge_of_a_kind_is_renewed():
    client, transport = client_over(
        **{
            "GET /apis/g.org/v1": [(200, widgets(False)), (200, widgets(True))],
            "PATCH /apis/g.org/v1/namespaces/n/widgets/w": WIDGET,
        }
    )
    assert client.apply(WIDGET) == WIDGET
    assert [path for unused_method, path in transport.writes()] == [
        "/apis/g.org/v1/widgets/w",
        "/apis/g.org/v1/namespaces/n/widgets/w",
    ]


def test_a_kind_that_went_away_is_reported():
    client, unused_transport = client_over(**{"GET /apis/g.org/v1": [(200, widgets(True)), (404, {})]})
    with pytest.raises(ApiError, match="does not serve kind Widget in g.org/v1"):
        client.apply(WIDGET)


@pytest.mark.parametrize("listed", [
    lambda client: client.list("g.org/v1", "Widget", "n"),
    lambda client: list(client.pages("g.org/v1", "Widget", "n")),
    lambda client: client.list_metadata("g.org/v1", "Widget", "n", "a=b"),
])  # fmt: skip
def test_a_kind_that_went_away_has_no_objects(listed):
    client, unused_transport = client_over(**{"GET /apis/g.org/v1": [(200, widgets(True)), (404, {})]})
    assert listed(client) == []
    client, unused_transport = client_over(**{"GET /apis/g.org/v1": [(200, widgets(True)), (200, widgets(True))]})
    with pytest.raises(ApiError, match="serves the kind and does not find it"):
        listed(client)


def test_an_answer_that_is_no_json_is_reported():
    client, unused_transport = client_over(**{"GET /version": (200, b"<html>Please log in</html>")})
    with pytest.raises(ApiError, match="is not JSON. Check that the address"):
        client.server_version()
