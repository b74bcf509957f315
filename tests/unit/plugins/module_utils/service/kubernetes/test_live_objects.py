# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import Owner
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes import live_objects
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.live_objects import LiveObjects

PAGE = 3


def thing(name, kind="ConfigMap", namespace="n"):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}}


def identity(name, kind="ConfigMap", namespace="n"):
    return "v1", kind, namespace, name


class Server:
    """Pages of three objects, with a count of the requests."""

    def __init__(self, *present, forbidden=()):
        self.present = present
        self.forbidden = forbidden
        self.requests = []

    def get(self, api_version, kind, name, namespace=None):
        self.requests.append(("get", kind, name))
        return next((item for item in self.present if item == thing(name, kind, namespace)), None)

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        found = [item for item in self.present if (item["kind"], item["metadata"]["namespace"]) == (kind, namespace)]
        if label_selector:
            found = [item for item in found if item["metadata"]["name"].startswith(label_selector)]
        for place in range(0, max(len(found), 1), PAGE):
            self.requests.append(("list", kind, namespace))
            if kind in self.forbidden:
                raise ApiError("", "", "", "", status=self.forbidden[kind])
            yield found[place:place + PAGE], 0 if label_selector else max(len(found) - place - PAGE, 0)


def read(server, *identities, label_selector=None):
    return LiveObjects(server, label_selector).read(identities)


def test_few_objects_are_read_one_by_one_and_many_at_once():
    server = Server(thing("a"), thing("b"), thing("s", "Secret"))
    found = read(server, identity("a"), identity("b"), identity("c"), identity("s", "Secret"), identity("t", "Secret"))
    assert set(found) == {identity("a"), identity("b"), identity("s", "Secret")} and found[identity("a")] == thing("a")
    assert sorted(server.requests) == [("get", "Secret", "s"), ("get", "Secret", "t"), ("list", "ConfigMap", "n")]


def test_namespaces_are_told_apart():
    server = Server(thing("a"), thing("a", namespace="other"))
    found = read(server, *(identity(name, namespace=namespace) for name in "abc" for namespace in ("n", "other")))
    assert found == {identity("a"): thing("a"), identity("a", namespace="other"): thing("a", namespace="other")}


def test_a_large_collection_is_read_only_for_as_long_as_that_pays(monkeypatch):
    monkeypatch.setattr(live_objects, "UNWANTED_FOR_ONE", 2)
    server = Server(*(thing(f"a{number}") for number in range(20)), thing("z1"), thing("z2"))
    assert len(read(server, identity("a0"), identity("a1"), identity("z2"))) == 3
    assert server.requests == [("list", "ConfigMap", "n"), ("get", "ConfigMap", "z2")]


def test_a_collection_that_may_not_be_read_is_read_object_by_object():
    server = Server(thing("a"), forbidden={"ConfigMap": 403})
    assert read(server, identity("a"), identity("b"), identity("c")) == {identity("a"): thing("a")}
    with pytest.raises(ApiError):
        read(Server(forbidden={"ConfigMap": 500}), identity("a"), identity("b"), identity("c"))


def test_what_a_selector_leaves_out_is_found_all_the_same():
    server = Server(thing("helm-a"), thing("helm-b"), thing("bare"))
    found = read(server, identity("helm-a"), identity("helm-b"), identity("bare"), label_selector="helm")
    assert len(found) == 3 and server.requests == [("list", "ConfigMap", "n"), ("get", "ConfigMap", "bare")]


def test_a_secret_that_only_helm_would_make_is_found_all_the_same():
    server = Server(thing("a", "Secret"))
    assert len(read(server, *(identity(name, "Secret") for name in "abc"))) == 1
    assert server.requests[0] == ("list", "Secret", "n") and len(server.requests) == 3


class Labelled:
    """A server that tells of the objects with the labels of an owner, as far as they may be listed."""

    def __init__(self, *forbidden):
        self.forbidden = forbidden

    def list_metadata(self, api_version, kind, namespace, label_selector):
        if kind in self.forbidden:
            raise ApiError("", "", "", "", status=403)
        return [{"metadata": {"name": "a"}}] if label_selector == OWNER.selector else []


OWNER = Owner("platform", "n")
PLACES = {("v1", "Namespace", ""), ("v1", "ConfigMap", "n")}


def test_what_an_owner_has():
    assert {item["kind"] for item in live_objects.owned_by(Labelled(), OWNER, PLACES)} == {"Namespace", "ConfigMap"}


def test_what_is_kept_anyway_need_not_be_listed():
    assert [item["kind"] for item in live_objects.owned_by(Labelled("Namespace"), OWNER, PLACES)] == ["ConfigMap"]
    with pytest.raises(ApiError):
        live_objects.owned_by(Labelled("ConfigMap"), OWNER, PLACES)
