# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts are what helm 4.3.1 printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._release import helm_output

SCHEMA = """Release "tt" does not exist. Installing it now.
Error: values don't meet the specifications of the schema(s) in the following chart(s):
tiny:
- at '/greeting': got number, want string
- at '/nested': validation failed
  - at '/nested/count': got string, want integer
  - at '/nested': additional properties 'zzz', 'a/b' not allowed
- at '/annotations/example.org~1team': got null, want string
- at '': additional properties 'bogus' not allowed

"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("v4.3", (4, 3)),
        ("v3.19.0", (3, 19)),
        ("v4.3.1+g1234567", (4, 3)),
        ("3.20.1", (3, 20)),
        ("", None),
        ("helm", None),
    ],
)
def test_version(text, wanted):
    assert helm_output.version(text) == wanted


def test_schema_failures_are_reported_key_by_key():
    cause = helm_output.cause(SCHEMA)
    assert cause.splitlines() == [
        "values don't meet the specifications of the schema(s) of the chart:",
        "  - annotations.example.org/team: got null, want string",
        "  - bogus: the chart knows no such key",
        "  - greeting: got number, want string",
        "  - nested.a/b: the chart knows no such key",
        "  - nested.count: got string, want integer",
        "  - nested.zzz: the chart knows no such key",
    ]
    assert "values.schema.json" in helm_output.remedy(cause)


@pytest.mark.parametrize(
    ("stderr", "cause", "remedy"),
    [
        (
            'level=WARN msg="upgrade failed" name=t error="conflict"\nError: UPGRADE FAILED: field is immutable\n',
            "field is immutable",
            "delete the named object",
        ),
        (
            "Error: UPGRADE FAILED: execution error at (tiny/templates/configmap.yaml:1:25): the greeting is refused\n",
            "execution error at (tiny/templates/configmap.yaml:1:25): the greeting is refused",
            "follow its message",
        ),
        (
            'Release "q" does not exist.\nError: create: failed to create: namespaces "nope" not found\n',
            'create: failed to create: namespaces "nope" not found',
            "Create what the message names",
        ),
        (
            'Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" '
            'namespace: "" from "": no matches for kind "Nope" in version "nope/v1"\nensure CRDs are installed first\n',
            'unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" '
            'namespace: "" from "": no matches for kind "Nope" in version "nope/v1"\nensure CRDs are installed first',
            "operator or CRD",
        ),
        ("signal: killed\n", "signal: killed", "Fix the cause and run again"),
        ("", "", "Fix the cause and run again"),
    ],
)
def test_cause_and_remedy(stderr, cause, remedy):
    assert helm_output.cause(stderr) == cause
    assert remedy in helm_output.remedy(cause)


@pytest.mark.parametrize(
    "dump",
    [
        'core.Secret{Data:map[string][]uint8{"password":[]uint8{0x54, 0x48, 0x45}}, Type:"THE-SECRET"}',
        '"' + "THE-SECRET" * 10 + '"',
    ],
)
def test_dumped_objects_are_left_out(dump):
    cause = helm_output.cause(
        f'Error: UPGRADE FAILED: Secret "x" is invalid: data: Invalid value: {dump}: field is immutable\n'
    )
    assert cause == 'Secret "x" is invalid: data: Invalid value: (left out): field is immutable'


@given(st.text())
def test_cause_of_anything_is_short(text):
    assert len(helm_output.cause(f"Error: {text}")) <= helm_output.MAXIMUM_CAUSE + 2
    assert helm_output.remedy(text)
