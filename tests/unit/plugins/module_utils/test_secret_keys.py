# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils import _secret_keys
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._service.secret_keys import (
    ATTEMPTS,
    MANAGED_BY,
    SecretKeys,
)


def key(name, generator="token", secret="s", length=32, **more):
    return {
        "secret": secret,
        "name": name,
        "generator": generator,
        "length": length,
        "literal": None,
        "template": None,
        **more,
    }


def template(name, text):
    return key(name, "template", template=text)


def b64(text):
    return base64.b64encode(text.encode()).decode()


def test_a_fernet_key_is_32_bytes_in_url_safe_base64():
    made = {_secret_keys.missing_values([key("f", "fernet")], {})["f"] for unused_time in range(50)}
    assert len(made) == 50 and {len(base64.urlsafe_b64decode(value)) for value in made} == {32}


@given(st.integers(_secret_keys.LEAST_BYTES, 200))
def test_random_keys_have_their_entropy_and_alphabet(length):
    password = _secret_keys.password(length)
    assert re.fullmatch("[a-zA-Z0-9]+", password) and len(password) * math.log2(62) >= length * 8 > (
        len(password) - 1
    ) * math.log2(62)
    token = _secret_keys.missing_values([key("t", length=length)], {})["t"]
    assert re.fullmatch("[-_a-zA-Z0-9]+", token) and len(base64.urlsafe_b64decode(token + "==")) == length


def test_what_is_there_is_not_made():
    assert _secret_keys.missing_values([key("a"), key("b", "literal", literal="x")], {"a": "", "b": b64("y")}) == {}


def test_templates_take_present_new_and_templated_keys():
    keys = [
        template("url", "{scheme}://{user}:{password}@{host}/{user}"),
        template("scheme", "postgresql"),
        key("password", "password"),
        key("user", "literal", literal="me"),
    ]
    made = _secret_keys.missing_values(keys, {"host": b64("db")})
    assert made["url"] == f"postgresql://me:{made['password']}@db/me" and set(made) == {
        "url",
        "scheme",
        "password",
        "user",
    }


def test_braces_that_name_no_key_stay():
    assert _secret_keys.missing_values([template("t", '{"a": {}, "b": "{x}"}')], {"x": b64("1")}) == {
        "t": '{"a": {}, "b": "1"}'
    }


@pytest.mark.parametrize(
    ("keys", "existing", "told"),
    [
        ([template("t", "{x} {y}")], {}, "refers to x, y, and the Secret has no such key"),
        ([template("t", "{u}"), template("u", "{t}")], {}, "refers to itself"),
        ([template("t", "{t}")], {}, "refers to itself"),
        ([template("t", "{x}")], {"x": base64.b64encode(b"\xff\xfe").decode()}, "x, which holds no text"),
    ],
)
def test_templates_that_cannot_be_filled_are_refused(keys, existing, told):
    with pytest.raises(DefinitionError, match=told):
        _secret_keys.missing_values(keys, existing)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([key("a"), key("a")], "s/a: it is defined twice"),
        ([key("a b")], "a key's name consists of"),
        ([key("a", "literal")], "generator literal needs literal"),
        ([key("a", "template")], "generator template needs template"),
        ([key("a", "fernet", length=16)], "a fernet key has 32 bytes, not 16"),
        ([key("a", "password", length=15)], "15 bytes can be guessed"),
    ],
)
def test_incomplete_keys_are_refused(keys, told):
    with pytest.raises(DefinitionError, match=told):
        _secret_keys.check(keys)


@given(
    st.dictionaries(
        st.from_regex(r"[-._a-z0-9]{1,5}", fullmatch=True),
        st.text(max_size=10, alphabet=st.characters(exclude_categories=["Cs"])),
    )
)
def test_encoding_keeps_every_text(values):
    assert {name: base64.b64decode(value).decode() for name, value in _secret_keys.encoded(values).items()} == values


class FakeClient:
    """One namespace of Secrets; ``interfere`` runs before each write, as somebody else at the same time would."""

    def __init__(self, **secrets):
        self.secrets = secrets
        self.writes = []
        self.interfere = lambda: None

    def get(self, api_version, kind, name, namespace):
        assert (api_version, kind, namespace) == ("v1", "Secret", "n")
        return json.loads(json.dumps(self.secrets.get(name)))

    def create(self, definition):
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


def secret(data, labels=None):
    return {"metadata": {"name": "s", "namespace": "n", "resourceVersion": "7", "labels": labels or {}}, "data": data}


def ensure(client, keys, labels=None, check_mode=False):
    return SecretKeys(client, "n", keys, labels, check_mode).ensure()


def test_a_second_run_writes_nothing():
    client = FakeClient()
    first, written = ensure(client, [key("a"), key("b", secret="t")]), list(client.writes)
    assert first["changed"] and first["created"] == ["s/a", "t/b"] == first["key_names"] and len(written) == 2
    second = ensure(client, [key("a"), key("b", secret="t")])
    assert (
        second == {"changed": False, "created": [], "key_names": ["s/a", "t/b"], "diff": []}
        and client.writes == written
    )


def test_check_mode_predicts_and_writes_nothing():
    client = FakeClient(s=secret({"a": "eA=="}))
    predicted = ensure(client, [key("a"), key("b")], check_mode=True)
    assert client.writes == [] and predicted == ensure(client, [key("a"), key("b")])
    assert predicted["diff"][0]["before"] == {"a": "(kept)"} and predicted["diff"][0]["after"] == {
        "a": "(kept)",
        "b": "(generated)",
    }


def test_the_loser_of_a_race_to_create_keeps_what_the_winner_wrote():
    client = FakeClient()

    def interfere():
        client.secrets.setdefault("s", secret({"a": b64("winner")}))

    client.interfere = interfere
    assert ensure(client, [key("a")]) == {"changed": False, "created": [], "key_names": ["s/a"], "diff": []}
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
    client = FakeClient(s=secret({"a": "eA=="}, {**MANAGED_BY, "team": "old", "theirs": "kept"}))
    assert ensure(client, [key("a")], {"team": "new"})["changed"]
    assert client.secrets["s"]["metadata"]["labels"] == {**MANAGED_BY, "team": "new", "theirs": "kept"}
    assert not ensure(client, [key("a")], {"team": "new"})["changed"]
    foreign = FakeClient(s=secret({"a": "eA=="}, {"team": "old"}))
    assert not ensure(foreign, [key("a")], {"team": "new"})["changed"]
    assert ensure(foreign, [key("b")], {"team": "new"})["changed"] and foreign.secrets["s"]["metadata"]["labels"] == {
        "team": "old"
    }
