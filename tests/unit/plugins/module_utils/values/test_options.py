# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of the recipe "An option" in CONTRIBUTING.md was forgotten for any option that chart values are made of."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler

TESTS_OF_TOPICS = pathlib.Path(__file__).parent / "topics"
# Options that no chart value is made of, and who reads them.
READ_ELSEWHERE = {
    "auth.first_user": "the roles airflow_release, airflow_secrets and airflow_verify",
    "ingress.from_namespaces": "the role airflow_network_policies",
    "pgbouncer.max_client_connections": "the module values, which compares it with what Airflow's processes open",
    "pod_operator.xcom": "the role airflow_prerequisites",
}


def options_below(options, above=()):
    """:returns: the paths of all options that hold no others."""
    found = []
    for name, option in options.items():
        inner = (option.element if option.kind == "list" else option).options
        found += options_below(inner, (*above, name)) if inner else [(*above, name)]
    return found


def is_given(value, path):
    """:returns: whether a specification, or an entry of a list in it, has the option at a path."""
    if isinstance(value, list):
        return any(is_given(entry, path) for entry in value)
    return not path or isinstance(value, dict) and path[0] in value and is_given(value[path[0]], path[1:])


def without(value, path):
    """:returns: a specification without the option at a path."""
    if isinstance(value, list):
        return [without(entry, path) for entry in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    kept = {name: inner for name, inner in value.items() if name != path[0]}
    return {**kept, path[0]: without(value[path[0]], path[1:])} if path[1:] else kept


def outcome(specification):
    """:returns: what is compiled, or what is told against it."""
    try:
        return compiler.compile_settings(specification)
    except compiler.SpecificationError as error:
        return error.findings


OPTIONS = [path for path in options_below(compiler.VARIABLES) if ".".join(path) not in READ_ELSEWHERE]
BY_NAME = pytest.mark.parametrize("path", OPTIONS, ids=".".join)


@BY_NAME
def test_an_option_is_asked_for_and_makes_a_difference(path, specifications):
    asking = [specification for specification in specifications.values() if is_given(specification, path)]
    assert asking, f"Ask for {'.'.join(path)} in one of SPECIFICATIONS of conftest.py."
    told = f"Make a Setting of {'.'.join(path)} in its topic, or say in READ_ELSEWHERE who reads it."
    assert any(outcome(specification) != outcome(without(specification, path)) for specification in asking), told


def test_every_option_stands_in_a_test_of_topics():
    text = "".join(file.read_text(encoding="utf-8") for file in TESTS_OF_TOPICS.glob("test_*.py"))
    words = set(re.findall(r"\w+", text))
    assert [".".join(path) for path in OPTIONS if path[-1] not in words] == []


def test_what_is_read_elsewhere_is_declared():
    assert set(READ_ELSEWHERE) <= {".".join(path) for path in options_below(compiler.VARIABLES)}
