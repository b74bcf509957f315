# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import math
import re
import urllib.parse

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import secret_contents

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def test_a_fernet_key_is_32_bytes_in_url_safe_base64():
    made = {secret_contents.random_text("fernet", 32) for unused_time in range(50)}
    assert len(made) == 50 and {len(base64.urlsafe_b64decode(value)) for value in made} == {32}
    assert all(secret_contents.fernet_keys(value) == [value] for value in made)


@given(st.integers(secret_contents.LEAST_BYTES, 200))
def test_random_keys_have_their_entropy_and_alphabet(length):
    password = secret_contents.random_text("password", length)
    assert re.fullmatch("[a-zA-Z0-9]+", password)
    assert len(password) * math.log2(62) >= length * 8 > (len(password) - 1) * math.log2(62)
    token = secret_contents.random_text("token", length)
    assert re.fullmatch("[-_a-zA-Z0-9]+", token) and len(base64.urlsafe_b64decode(token + "==")) == length


@given(TEXT)
@example("/:@ +%\"\\")
def test_a_form_of_a_template_can_be_read_back(text):
    filled = secret_contents.filled("{a}|{a:url}|{a:json}", {"a": text}.get)
    plain, rest = filled[: len(text)], filled[len(text) + 1 :]
    url, unused_bar, document = rest.partition("|")
    assert plain == text and urllib.parse.unquote(url) == text and json.loads(document) == text
    assert re.fullmatch("[-_.~a-zA-Z0-9%]*", url)


@pytest.mark.parametrize(
    ("template", "names"),
    [("", set()), ("{a}{b:url}{a:json}", {"a", "b"}), ('{"x": {}}', set()), ("{a:other}", set()), ("{ a }", set()), ("{{a}}", {"a"})],
)
def test_placeholders(template, names):
    assert secret_contents.placeholders(template) == names


@given(st.lists(st.tuples(st.sampled_from(["", "x", '{"y": ', "}"]), st.sampled_from(["{a}", "{b:url}", "{c:json}"]))), TEXT)
def test_pieces_make_up_the_template_again(parts, end):
    template = "".join(text + placeholder for text, placeholder in parts) + end.replace("{", "")
    *found, (last, no_name, no_form) = secret_contents.pieces(template)
    again = [f"{text}{{{name}{':' + form if form else ''}}}" for text, name, form in found]
    assert "".join([*again, last]) == template and (no_name, no_form) == (None, None)
    assert len(found) == len(parts)


@given(TEXT, TEXT)
def test_a_docker_config_has_both_in_one_as_well(username, password):
    made = json.loads(secret_contents.docker_config("r", username, password))["auths"]["r"]
    assert (made["username"], made["password"]) == (username, password)
    assert base64.b64decode(made["auth"]).decode() == f"{username}:{password}"
