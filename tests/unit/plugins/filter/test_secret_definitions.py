# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.filter.secret_definitions import KINDS, secret_definitions

SECRET = "hunter2"
SETTINGS = {"namespace": "airflow", "labels": {}, "refresh_interval": "1h", "retire": False}


def found(source):
    additional = [{"name": "s", "keys": [{"name": "k", "source": source}]}]
    return secret_definitions([], {}, [], additional, SETTINGS)


COMPLETE = {
    "value": SECRET,
    "kubernetes_secret": {"name": "n", "key": "k"},
    "aws_secrets_manager": {"name": "n"},
    "hashicorp_vault": {"path": "p"},
    "google_secret_manager": {"project": "p", "name": "n"},
    "azure_key_vault": {"vault_url": "u", "name": "n"},
    "external_secret": {"store": "s", "name": "n"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_is_understood(kind):
    result = found({kind: COMPLETE[kind]})
    assert result["findings"] == []
    assert len(result["wanted_keys"]) + len(result["external_secrets"]) == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, ["one of the following is required", "external_secret"]),
        ({"value": SECRET, "external_secret": {"store": "s", "name": "n"}}, ["mutually exclusive"]),
        ({"valeu": SECRET}, ["source.valeu", "Supported parameters include"]),
        ({"aws_secrets_manager": {"key": "k"}}, ["missing required arguments: name"]),
        ({"external_secret": {"store": "s", "name": "n", "store_kind": "Shop"}}, ["ClusterSecretStore", "got: Shop"]),
    ],
)
def test_what_is_wrong_with_a_source_is_reported(source, words):
    findings = " ".join(found(source)["findings"])
    assert findings.startswith("The source of key s/k: ")
    assert [word for word in words if word not in findings] == [] and SECRET not in findings
