# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the External Secrets Operator makes of a template is what the module secret_keys makes of the same key.

The operator's engine is Go's text/template with the functions of Sprig, and so is helm's.
"""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import external_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import keys

AWKWARD = 'a "b" \\ {{ .x }} {c} %/:@+ ü <&> \'\n'
SETTINGS = {"namespace": "airflow", "labels": {}, "refresh_interval": "1h"}
# A file of helm has the text of the template in it as it stands; its end is where helm's own part begins.
CHART = {
    "Chart.yaml": "{apiVersion: v2, name: engine, version: 0.0.0}",
    "templates/made.yaml": (
        '{{ define "made" }}%s{{ end }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\n'
        'data: {{ dict "made" (include "made" .Values.data) | toJson }}\n'
    ),
}


@pytest.fixture(name="engine")
def fixture_engine(helm, tmp_path):
    """Callable (text of a template, data) that returns what Go makes of it."""

    def rendered(text, data):
        for name, content in CHART.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content.replace("%s", text), encoding="utf-8")
        ((made),) = helm.render(tmp_path, {"data": data})
        return made["data"]["made"]

    return rendered


def key(generator, parts, **more):
    return {
        "secret": "s", "type": None, "name": "made", "generator": generator, "length": 32, "literal": None, "template": None,
        "source": None, "form": None, "retire": False, "parts": parts, **more,
    }  # fmt: skip


def both(engine, made, contents):
    """:returns: (what the operator makes, what the module makes) of a key whose parts have these contents."""
    external = {
        **made,
        "parts": [{"name": name, "source": {"external_secret": {"store": "x", "name": name}}} for name in contents] + made["parts"],
    }
    stored = external_secrets.definition("s", [external], SETTINGS)["spec"]
    fetched = {entry["secretKey"]: contents[entry["remoteRef"]["key"]] for entry in stored["data"]}
    ours = {**made, "parts": [{"name": name, "source": {"value": text}} for name, text in contents.items()] + made["parts"]}
    written = keys.contents_to_write([ours], {}, lambda source: source["value"].encode())["made"]
    return engine(stored["target"]["template"]["data"]["made"], fetched), written.decode()


@pytest.mark.parametrize(
    "template",
    [
        "{part}",
        "plain",
        "postgresql://me:{part:url}@db:5432/airflow?sslmode=require",
        '{"conn_type": "git", "login": {other:json}, "password": {part:json}, "extra": {}}',
        "{{ range . }} }} {{{part}}} {{part}} {part:url}{other}",
    ],
)
@pytest.mark.parametrize("text", ["simple", AWKWARD])
def test_a_template_is_filled_alike(engine, template, text):
    theirs, ours = both(engine, key("template", [], template=template), {"part": text, "other": "me"})
    if ":json" in template:
        # Go writes some characters of a JSON string in another way.
        theirs, ours = json.loads(theirs), json.loads(ours)
    assert theirs == ours


def test_a_literal_is_written_alike(engine):
    literal = key("literal", [], literal=AWKWARD)
    other = {**key(None, []), "name": "other", "source": {"external_secret": {"store": "x", "name": "y"}}}
    stored = external_secrets.definition("s", [literal, other], SETTINGS)["spec"]
    assert engine(stored["target"]["template"]["data"]["made"], {}) == AWKWARD


def test_the_credentials_of_a_registry_are_made_alike(engine):
    registry = [{"name": "registry", "source": {"value": "registry.example.com:5000"}}]
    theirs, ours = both(engine, key("docker_config", registry), {"username": "robot", "password": AWKWARD})
    assert json.loads(theirs) == json.loads(ours)
    (entry,) = json.loads(theirs)["auths"].values()
    assert base64.b64decode(entry["auth"]).decode() == f"robot:{AWKWARD}"
