# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError, SecretSourceError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets.keys import (
    check,
    contents_to_write,
    difference,
    encoded,
    type_to_make,
)

FERNET = [base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (100, 150, 200)]


def key(name, generator=None, **more):
    return {
        "secret": "s", "type": None, "name": name, "generator": generator, "length": 32, "literal": None, "template": None,
        "parts": None, "source": None, "form": None, "retire": False, **more,
    }  # fmt: skip


def token(name, **more):
    return key(name, "token", **more)


def template(name, text, **parts):
    return key(name, "template", template=text, parts=[part(*item) for item in parts.items()] or None)


def part(name, value):
    return {"name": name, "source": {"value": value}}


def sourced(name, value, **more):
    return key(name, source={"value": value}, **more)


def b64(text):
    return base64.b64encode(text.encode()).decode()


def fetched(source):
    return source["value"].encode()


def written(keys, existing=None):
    """:returns: what is written to a Secret, as text, or bytes where it is none."""
    check(keys)
    data = {name: b64(value) if isinstance(value, str) else base64.b64encode(value).decode() for name, value in (existing or {}).items()}
    return {name: content.decode() for name, content in contents_to_write(keys, data, fetched).items()}


# What is made once


def test_what_is_there_is_not_made():
    assert written([token("a"), key("b", "literal", literal="x")], {"a": "", "b": "y"}) == {}


def test_templates_take_present_new_and_templated_keys():
    keys = [
        template("url", "{scheme}://{user}:{password}@{host}/{user}"),
        template("scheme", "postgresql"),
        key("password", "password"),
        key("user", "literal", literal="me"),
    ]
    made = written(keys, {"host": "db"})
    assert made["url"] == f"postgresql://me:{made['password']}@db/me"
    assert set(made) == {"url", "scheme", "password", "user"}


def test_braces_that_name_no_key_stay():
    assert written([template("t", '{"a": {}, "b": "{x}"}')], {"x": "1"}) == {"t": '{"a": {}, "b": "1"}'}


def test_a_template_that_is_there_is_not_made_again_when_what_it_was_made_of_is_gone():
    assert written([template("t", "{x}")], {"t": "made of x"}) == {}


@pytest.mark.parametrize(
    ("keys", "existing", "told"),
    [
        ([template("t", "{x} {y}")], {}, "refers to x, y, and the Secret has no such key"),
        ([template("t", "{u}"), template("u", "{t}")], {}, "refers to itself"),
        ([template("t", "{t}")], {}, "refers to itself"),
        ([template("t", "{x}")], {"x": b"\xff\xfe"}, "made of x, which holds no text"),
    ],
)
def test_templates_that_cannot_be_filled_are_refused(keys, existing, told):
    with pytest.raises(DefinitionError, match=told):
        written(keys, existing)


# What follows a source


def test_a_key_with_a_source_is_whatever_the_source_says():
    assert written([sourced("a", "new")]) == {"a": "new"}
    assert written([sourced("a", "new")], {"a": "old"}) == {"a": "new"}
    assert written([sourced("a", "same")], {"a": "same"}) == {}


def test_a_template_follows_what_it_is_made_of():
    keys = [sourced("password", "new"), template("url", "{user}:{password}"), template("deep", "<{url}>")]
    existing = {"user": "me", "password": "old", "url": "me:old", "deep": "<me:old>"}
    assert written(keys, existing) == {"password": "new", "url": "me:new", "deep": "<me:new>"}
    assert written(keys, {"user": "me", "password": "new", "url": "me:new", "deep": "<me:new>"}) == {}


def test_a_template_of_what_is_made_once_is_kept():
    keys = [sourced("token", "new"), key("password", "password"), template("url", "{password}")]
    assert written(keys, {"token": "old", "password": "p", "url": "by hand"}) == {"token": "new"}


def test_parts_fill_a_template_and_are_not_kept():
    keys = [template("connection", '{"login": "me", "password": {token:json}}', token='a"b')]
    assert written(keys, {"connection": "old"}) == {"connection": '{"login": "me", "password": "a\\"b"}'}


def test_a_part_hides_a_key_of_the_same_name():
    assert written([template("t", "{x}", x="of the part")], {"x": "of the Secret"}) == {"t": "of the part"}


def test_a_docker_config_is_made_of_its_parts():
    parts = [part("registry", "registry.example.com"), part("username", "robot"), part("password", "p:w")]
    made = written([key(".dockerconfigjson", "docker_config", parts=parts)])[".dockerconfigjson"]
    both = b64("robot:p:w")
    assert json.loads(made) == {"auths": {"registry.example.com": {"username": "robot", "password": "p:w", "auth": both}}}


# Keys for Fernet from a source


def fernet(value, **more):
    return sourced("fernet-key", value, form="fernet", **more)


@pytest.mark.parametrize("present", [None, FERNET[0], f"{FERNET[1]},{FERNET[0]}", f"{FERNET[0]}\n"])
def test_a_fernet_key_may_come_and_gain_others(present):
    value = f"{FERNET[2]},{FERNET[1]},{FERNET[0]}"
    assert written([fernet(value)], {"fernet-key": present} if present else {}) == {"fernet-key": value}


@pytest.mark.parametrize("present", [FERNET[0], f"{FERNET[1]},{FERNET[0]}", "of some other form"])
def test_the_loss_of_a_fernet_key_is_refused_until_it_is_retired(present):
    with pytest.raises(SecretSourceError, match="s/fernet-key.*would be lost.*rotate-fernet-key") as refused:
        written([fernet(FERNET[1])], {"fernet-key": present})
    assert not [text for text in (*FERNET, present) if text in str(refused.value)]
    assert written([fernet(FERNET[1], retire=True)], {"fernet-key": present}) == {"fernet-key": FERNET[1]}


@pytest.mark.parametrize("value", ["short", FERNET[0][:-1], f"{FERNET[0]},", FERNET[0].replace("=", "+"), f"{FERNET[0]} {FERNET[1]}"])
def test_what_is_not_a_fernet_key_is_refused(value):
    with pytest.raises(SecretSourceError, match="s/fernet-key: its source holds neither a Fernet key") as refused:
        written([fernet(value)])
    assert value not in str(refused.value)


# Definitions


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([token("a"), token("a")], "s/a: it is defined twice"),
        ([token("a b")], "a key's name consists of"),
        ([key("a", "literal")], "generator literal needs literal"),
        ([key("a", "template")], "generator template needs template"),
        ([key("a", "docker_config")], "generator docker_config needs parts"),
        ([key("a", "docker_config", parts=[part("registry", "r"), part("username", "u")])], "needs the parts registry, username and"),
        ([key("a", "template", template="", parts=[part("x", "1"), part("x", "2")])], "two of its parts have the same name"),
        ([token("a", parts=[part("x", "1")])], "parts are for the generators template and docker_config"),
        ([key("a", "fernet", length=16)], "a fernet key has 32 bytes, not 16"),
        ([key("a", "password", length=15)], "15 bytes can be guessed"),
        ([sourced("a", "")], "s/a: the value that it is made of is empty"),
        ([template("a", "{x}", x="")], "s/a: the value that it is made of is empty"),
        ([token("a", form="fernet")], "form is for keys with a source"),
        ([token("a", type="Opaque"), token("b")], "s/b: another key of the same Secret names another type"),
    ],
)
def test_incomplete_keys_are_refused(keys, told):
    with pytest.raises(DefinitionError, match=told):
        check(keys)


TLS = [sourced("tls.crt", "c", type="kubernetes.io/tls"), sourced("tls.key", "k", type="kubernetes.io/tls")]


@pytest.mark.parametrize(
    ("keys", "live", "made"),
    [
        ([token("a")], None, "Opaque"),
        ([token("a")], {"type": "kubernetes.io/basic-auth"}, None),
        ([token("a", type="Opaque")], {}, None),
        (TLS, None, "kubernetes.io/tls"),
        (TLS[:1], {"type": "kubernetes.io/tls"}, None),
    ],
)
def test_the_type_of_a_secret(keys, live, made):
    assert type_to_make(keys, live, "Secret n/s") == made


@pytest.mark.parametrize(
    ("keys", "live", "told"),
    [
        (TLS[:1], None, "Could not make Secret n/s: a Secret of type kubernetes.io/tls needs the key tls.key"),
        (TLS, {"type": "Opaque"}, "Could not use Secret n/s: it has type Opaque, and type kubernetes.io/tls is asked for"),
    ],
)
def test_a_type_that_cannot_be_is_refused(keys, live, told):
    with pytest.raises(DefinitionError, match=told):
        type_to_make(keys, live, "Secret n/s")


# What is reported


@given(st.dictionaries(st.from_regex(r"[-._a-z0-9]{1,5}", fullmatch=True), st.binary(max_size=10)))
def test_encoding_keeps_all_contents(contents):
    assert {name: base64.b64decode(value) for name, value in encoded(contents).items()} == contents


def test_a_difference_tells_names_and_no_contents():
    keys = [token("a"), sourced("b", "x"), sourced("c", "x"), template("d", "{p}", p="x")]
    told = difference("Secret n/s", keys, {"c": "eA==", "e": "eA=="}, {"a": b"x", "b": b"x", "c": b"x", "d": b"x"})
    assert told["before"] == {"c": "(kept)", "e": "(kept)"}
    assert told["after"] == {"a": "(generated)", "b": "(fetched)", "c": "(hidden, changed)", "d": "(fetched)", "e": "(kept)"}
