# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.windrose.airflow.plugins.module_utils._errors import SecretSourceError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

AWS = {"name": "prod/airflow", "key": None}
SECRET = "hunter2"


def validated(source):
    """:returns: (the source as a module gets it, what is wrong with it)."""
    result = ArgumentSpecValidator({"source": sources.ARGUMENTS}).validate({"source": source})
    return result.validated_parameters.get("source"), " ".join(result.error_messages)


EACH = {
    "value": "x",
    "kubernetes_secret": {"name": "s", "namespace": "other", "key": "k"},
    "aws_secrets_manager": {"name": "prod/airflow", "region": "eu-central-1"},
    "hashicorp_vault": {"path": "airflow/git"},
    "google_secret_manager": {"project": "p", "name": "git"},
    "azure_key_vault": {"vault_url": "https://v.vault.azure.net", "name": "git"},
}


@pytest.mark.parametrize("kind", EACH)
def test_each_kind_is_chosen_and_named(kind):
    source, wrong = validated({kind: EACH[kind]})
    assert wrong == "" and sources.chosen(source)[0] == kind
    if kind != "value":
        reference = sources.chosen(source)[1]
        assert set(EACH[kind]) <= set(reference)
        assert EACH[kind].get("name", EACH[kind].get("path")) in sources.place(kind, reference)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, "one of the following is required"),
        ({"value": "x", "hashicorp_vault": {"path": "p"}}, "mutually exclusive"),
        ({"kubernetes_secret": {"name": "s"}}, "missing required arguments: key"),
        ({"hashicorp_vault": {"path": "p", "auth_method": "kubernetes"}}, "are missing: role"),
    ],
)
def test_an_incomplete_source_is_refused(source, told):
    assert told in validated(source)[1]


def test_references_to_one_secret_share_an_address():
    base = {"name": "a", "version_stage": "AWSCURRENT"}
    addresses = [sources.address("aws_secrets_manager", {**base, "key": key}) for key in (None, "x")]
    other = sources.address("aws_secrets_manager", {**base, "version_stage": "AWSPREVIOUS"})
    assert len(set(addresses)) == 1 and other not in addresses
    assert sources.address("google_secret_manager", base) not in addresses


@pytest.mark.parametrize(
    ("answer", "key", "content"),
    [
        (SECRET.encode(), None, SECRET.encode()),
        (b"\x00\xff", None, b"\x00\xff"),
        (b'{"a": "x", "port": 5432, "deep": {"b": true}}', "a", b"x"),
        (b'{"a": "x", "port": 5432, "deep": {"b": true}}', "port", b"5432"),
        (b'{"a": "x", "port": 5432, "deep": {"b": true}}', "deep", b'{"b": true}'),
        ({"a": "x"}, "a", b"x"),
        ({"a": b"\xff"}, "a", b"\xff"),
        ({"a": "x"}, None, b'{"a": "x"}'),
        ('{"ü": "ö"}'.encode(), "ü", "ö".encode()),
    ],
)
def test_what_is_asked_for_is_picked(answer, key, content):
    assert sources.picked("aws_secrets_manager", {**AWS, "key": key}, answer) == content


@pytest.mark.parametrize(
    ("answer", "key", "told"),
    [
        (SECRET.encode(), "a", "key a is asked for, and the secret is not a JSON object"),
        (json.dumps([SECRET]).encode(), "a", "the secret is not a JSON object"),
        (b"\xff" + SECRET.encode(), "a", "the secret is not a JSON object"),
        (json.dumps({SECRET: SECRET}).encode(), "a", "it has no key a"),
        (json.dumps({"a": None, "b": SECRET}).encode(), "a", "it has no key a"),
        (json.dumps({"a": "", "b": SECRET}).encode(), "a", "its key a is empty"),
        (b"", None, "it is empty"),
    ],
)
def test_what_is_not_there_is_reported_without_what_is(answer, key, told):
    with pytest.raises(SecretSourceError, match=f"Could not read secret prod/airflow of AWS Secrets Manager: .*{told}") as raised:
        sources.picked("aws_secrets_manager", {**AWS, "key": key}, answer)
    assert SECRET not in str(raised.value) and SECRET not in str(raised.value.fields)


def test_the_sources_of_a_key_are_its_own_or_those_of_its_parts():
    assert sources.of_key({"source": {"value": "a"}, "parts": None}) == [{"value": "a"}]
    parts = [{"name": "x", "source": {"value": "b"}}, {"name": "y", "source": {"value": "c"}}]
    assert sources.of_key({"source": None, "parts": parts}) == [{"value": "b"}, {"value": "c"}]
    assert sources.of_key({"source": None, "parts": None}) == []
