# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search of the leak test finds a secret in each encoding, wherever it stands in what is searched."""

from __future__ import annotations

import base64
import gzip
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaks import Canary, decoded, hits_in_objects

ENCODERS = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text).decode(),
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(text).decode(),
    "URL": lambda text: urllib.parse.quote(text, safe=""),
    "hexadecimal": lambda text: text.hex(),
    "JSON": lambda text: json.dumps(text.decode()),
}
AROUND = st.text(max_size=7)


@pytest.mark.parametrize("encoding", ENCODERS)
@given(before=AROUND, behind=AROUND)
def test_a_secret_is_found_in_each_encoding(encoding, before, behind):
    canary = Canary()
    content = f"{before}{canary.text}{behind}".encode()
    assert encoding in canary.encodings_in(ENCODERS[encoding](content))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, bytes.hex, lambda content: content])
def test_half_of_a_secret_is_found(encode):
    canary = Canary()
    content = canary.text.encode()
    for half in (content[:18], content[-18:]):
        found = encode(half)
        assert canary.encodings_in(found)


def test_another_secret_is_not_found():
    assert Canary().encodings_in(json.dumps([encode(Canary().text.encode()) for encode in list(ENCODERS.values())[1:]])) == []


def secret(name, **data):
    return {"kind": "Secret", "metadata": {"name": name}, "data": {key: base64.b64encode(value).decode() for key, value in data.items()}}


def test_a_secret_may_be_in_its_own_secret_and_nowhere_else():
    canary = Canary()
    content = canary.text.encode()
    objects = [
        secret("own", a=content),
        secret("other", a=b"x" + content),
        {**secret("annotated", a=content), "metadata": {"name": "annotated", "annotations": {"last-applied": canary.text}}},
        secret("revision", release=base64.b64encode(gzip.compress(json.dumps({"values": canary.text}).encode()))),
        {"kind": "Event", "metadata": {"name": "told"}, "message": f"refused {canary.text}"},
        {"kind": "ConfigMap", "metadata": {"name": "innocent"}, "data": {"a": "b"}},
    ]
    found = [line.partition(":")[0] for line in hits_in_objects(objects, canary, {"own", "annotated"})]
    assert found == ["Event told", "Secret annotated", "Secret other", "Secret revision"]


def test_what_is_no_revision_is_read_as_it_is():
    assert decoded(base64.b64encode(b"plain").decode()) == "plain"
    assert decoded(base64.b64encode(base64.b64encode(b"twice")).decode()) == base64.b64encode(b"twice").decode()
