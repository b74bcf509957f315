# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    DefinitionError,
    SecretSourceError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.sources import KINDS, VALUE
from ansible_collections.windrose.airflow.plugins.module_utils._service.secrets.keys import (
    ATTEMPTS,
    MANAGED_BY,
    SecretKeys,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.secrets.sources import SecretSources, stores_of


def key(name, secret="s", **more):
    made = {
        "secret": secret, "type": None, "name": name, "generator": None, "length": 32, "literal": None, "template": None,
        "parts": None, "source": None, "form": None, "retire": False, **more,
    }  # fmt: skip
    return made if made["source"] else {**made, "generator": made["generator"] or "token"}


def b64(text):
    return base64.b64encode(text.encode()).decode()


class FakeClient:
    """Secrets of some namespaces; ``interfere`` runs before each write, as somebody else at the same time would."""

    def __init__(self, **secrets):
        self.secrets = secrets
        self.writes = []
        self.reads = []
        self.interfere = lambda: None

    def get(self, api_version, kind, name, namespace):
        assert (api_version, kind) == ("v1", "Secret")
        self.reads.append(f"{namespace}/{name}")
        return json.loads(json.dumps(self.secrets.get(name if namespace == "n" else f"{namespace}/{name}")))

    def create(self, definition, repeatable):
        assert repeatable
        self.interfere()
        name = definition["metadata"]["name"]
        if name in self.secrets:
            raise ApiError("Could not create", name, "it exists", "", status=409)
        self.writes.append(definition)
        self.secrets[name] = {**definition, "metadata": {**definition["metadata"], "resourceVersion": "1"}}

    def merge(self, definition):
        self.interfere()
        live, version = self.secrets[definition["metadata"]["name"]], definition["metadata"]["resourceVersion"]
        if live["metadata"]["resourceVersion"] != version:
            raise ApiError("Could not change", "x", "it changed", "", status=409)
        self.writes.append(definition)
        live["data"] = {**live["data"], **definition["data"]}
        live["metadata"] = {**live["metadata"], "resourceVersion": str(int(version) + 1)}
        live["metadata"]["labels"] = {**live["metadata"].get("labels", {}), **definition["metadata"].get("labels", {})}


def secret(data, labels=None, **more):
    metadata = {"name": "s", "namespace": "n", "resourceVersion": "7", "labels": labels or {}}
    return {"metadata": metadata, "data": {name: b64(value) for name, value in data.items()}, **more}


def ensure(client, keys, labels=None, check_mode=False, sources=None):
    return SecretKeys(client, "n", keys, labels, check_mode, sources).ensure()


def told(changed, created, updated, key_names):
    return {"changed": changed, "created": created, "updated": updated, "key_names": key_names}


def test_a_second_run_writes_nothing_and_reads_each_secret_once():
    client = FakeClient()
    keys = [key("a"), key("b", secret="t"), key("c")]
    first, written = ensure(client, keys), list(client.writes)
    assert first["changed"] and first["created"] == ["s/a", "s/c", "t/b"] == first["key_names"] and len(written) == 2
    client.reads.clear()
    assert ensure(client, keys) == {**told(False, [], [], ["s/a", "s/c", "t/b"]), "diff": []}
    assert client.writes == written and client.reads == ["n/s", "n/t"]


def test_check_mode_predicts_and_writes_nothing():
    client = FakeClient(s=secret({"a": "x", "c": "old"}))
    keys = [key("a"), key("b"), key("c", source={"value": "new"})]
    predicted = ensure(client, keys, check_mode=True)
    assert client.writes == [] and predicted == ensure(client, keys)
    assert {name: predicted[name] for name in told(0, 0, 0, 0)} == told(True, ["s/b"], ["s/c"], ["s/a", "s/b", "s/c"])
    assert predicted["diff"][0]["before"] == {"a": "(kept)", "c": "(kept)"}
    assert predicted["diff"][0]["after"] == {"a": "(kept)", "b": "(generated)", "c": "(hidden, changed)"}


def test_nothing_is_written_when_the_last_secret_is_refused():
    client = FakeClient(t=secret({}, type="kubernetes.io/tls"))
    with pytest.raises(DefinitionError, match="Secret n/t: it has type kubernetes.io/tls"):
        ensure(client, [key("a"), key("b", secret="t", type="Opaque")])
    assert client.writes == []


def test_a_secret_is_made_with_its_type():
    client = FakeClient()
    ensure(client, [key("ssh-privatekey", type="kubernetes.io/ssh-auth", source={"value": "x"}), key("a", secret="t")])
    assert [definition["type"] for definition in client.writes] == ["kubernetes.io/ssh-auth", "Opaque"]


# Races


def test_the_loser_of_a_race_to_create_keeps_what_the_winner_wrote():
    client = FakeClient()

    def interfere():
        client.secrets.setdefault("s", secret({"a": "winner"}))

    client.interfere = interfere
    assert ensure(client, [key("a")]) == {**told(False, [], [], ["s/a"]), "diff": []}
    assert client.writes == [] and client.secrets["s"]["data"] == {"a": b64("winner")}


def test_the_loser_of_a_race_to_add_makes_only_what_is_still_missing():
    client, rounds = FakeClient(s=secret({})), iter([{"a": b64("winner")}])

    def interfere():
        for data in rounds:
            client.secrets["s"]["data"].update(data)
            client.secrets["s"]["metadata"]["resourceVersion"] = "8"

    client.interfere = interfere
    assert ensure(client, [key("a"), key("b")])["created"] == ["s/b"]
    assert client.secrets["s"]["data"]["a"] == b64("winner")


@pytest.mark.parametrize("there", [False, True])
def test_what_was_written_without_an_answer_is_reported_as_written(there):
    client = FakeClient(**{"s": secret({"b": "kept"}, MANAGED_BY)} if there else {})
    verb = "merge" if there else "create"
    write = getattr(client, verb)

    def sent_twice(definition, **options):
        setattr(client, verb, write)
        write(definition, **options)
        write(definition, **options)

    setattr(client, verb, sent_twice)
    assert told(True, ["s/a"], [], ["s/a"]).items() <= ensure(client, [key("a")]).items()
    assert len(client.writes) == 1


def test_a_race_without_end_is_given_up():
    client = FakeClient(s=secret({}))
    attempts = []

    def interfere():
        attempts.append(1)
        client.secrets["s"]["metadata"]["resourceVersion"] += "0"

    client.interfere = interfere
    with pytest.raises(ApiError):
        ensure(client, [key("a")])
    assert len(attempts) == ATTEMPTS


def test_labels_are_set_on_own_secrets_only():
    client = FakeClient(s=secret({"a": "x"}, {**MANAGED_BY, "team": "old", "theirs": "kept"}))
    assert ensure(client, [key("a")], {"team": "new"})["changed"]
    assert client.secrets["s"]["metadata"]["labels"] == {**MANAGED_BY, "team": "new", "theirs": "kept"}
    assert not ensure(client, [key("a")], {"team": "new"})["changed"]
    foreign = FakeClient(s=secret({"a": "x"}, {"team": "old"}))
    assert not ensure(foreign, [key("a")], {"team": "new"})["changed"]
    assert ensure(foreign, [key("b")], {"team": "new"})["changed"]
    assert foreign.secrets["s"]["metadata"]["labels"] == {"team": "old"}


# Sources


class Store:
    """A store of secrets: what it holds by name; an exception in place of a content is raised."""

    def __init__(self, **contents):
        self.contents = contents
        self.asked = []

    def read(self, reference):
        self.asked.append(reference["name"])
        found = self.contents[reference["name"]]
        if isinstance(found, Exception):
            raise found
        return found


def aws(name, key_in_it=None):
    return {"aws_secrets_manager": {"name": name, "key": key_in_it}}


def kubernetes(name, key_in_it, namespace=None):
    return {"kubernetes_secret": {"name": name, "key": key_in_it, "namespace": namespace}}


def sources_of(store):
    return SecretSources({"aws_secrets_manager": lambda: store}, "n")


def refused(name, cause):
    return SecretSourceError("Could not read", f"secret {name}", cause, "See to it.")


def test_a_secret_that_several_keys_need_is_read_once():
    store = Store(database=b'{"username": "me", "password": "p"}', other=b"x")
    keys = [key("u", source=aws("database", "username")), key("o", source=aws("other")), key("p", source=aws("database", "password"))]
    client = FakeClient()
    ensure(client, keys, sources=sources_of(store))
    assert client.secrets["s"]["data"] == {"u": b64("me"), "o": b64("x"), "p": b64("p")}
    assert store.asked == ["database", "other"]


def test_everything_that_is_wrong_with_the_sources_is_reported_together_and_nothing_is_written():
    store = Store(down=refused("down", "no answer"), gone=refused("gone", "not there"), good=b"{}")
    keys = [
        key("fine"),
        key("a", secret="t", source=aws("down")),
        key("b", secret="t", generator="template", template="{x}", parts=[{"name": "x", "source": aws("gone")}]),
        key("c", secret="t", source=aws("good", "missing")),
        key("d", secret="t", source=aws("down", "again")),
    ]
    client = FakeClient()
    with pytest.raises(SecretSourceError) as raised:
        ensure(client, keys, sources=sources_of(store))
    for words in ("secret down: no answer", "secret gone: not there", "secret good of AWS Secrets Manager: it has no key missing"):
        assert words in str(raised.value)
    assert client.writes == [] and client.reads == [] and store.asked == ["down", "gone", "good"]


def test_no_store_is_opened_without_need():
    def opened():
        raise AssertionError("it was opened")

    sources = SecretSources({"aws_secrets_manager": opened}, "n")
    assert ensure(FakeClient(), [key("a"), key("b", source={"value": "x"})], sources=sources)["changed"]


def test_a_secret_of_the_cluster_is_copied_and_followed():
    client = FakeClient(**{"x": secret({"k": "here"}), "other/x": secret({"k": "there"})})
    keys = [key("a", source=kubernetes("x", "k")), key("b", source=kubernetes("x", "k", "other"))]
    assert ensure(client, keys)["created"] == ["s/a", "s/b"]
    assert client.secrets["s"]["data"] == {"a": b64("here"), "b": b64("there")}
    client.secrets["other/x"] = secret({"k": "elsewhere"})
    result = ensure(client, keys)
    assert result["updated"] == ["s/b"] and client.secrets["s"]["data"]["b"] == b64("elsewhere")
    assert not ensure(client, keys)["changed"]


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (kubernetes("none", "k"), "Could not read Secret n/none: there is no such Secret. Make it"),
        (kubernetes("x", "none", "other"), "Could not read Secret other/x: it has no key none. Correct key"),
        (kubernetes("x", "void", "other"), "Could not read Secret other/x: its key void is empty. Store"),
    ],
)
def test_a_secret_that_cannot_be_copied_is_reported(reference, message):
    client = FakeClient(**{"other/x": secret({"k": "there", "void": ""})})
    with pytest.raises(SecretSourceError, match=message):
        ensure(client, [key("a", source=reference)])
    assert client.writes == []


def test_every_kind_of_source_has_its_reader():
    assert {VALUE, *stores_of(None)} == set(KINDS)
