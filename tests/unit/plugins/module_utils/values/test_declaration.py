# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import declaration, forms
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import listing

text, integer, boolean, mapping, sparse_mapping, free_mapping, texts_by_name = (
    functools.partial(option, "What it is for.")
    for option in (
        declaration.text, declaration.integer, declaration.boolean, declaration.mapping, declaration.sparse_mapping,
        declaration.free_mapping, declaration.texts_by_name,
    )
)  # fmt: skip
NESTED = mapping(name=text(forms.NAME, required=True), replicas=integer(1, 5, default=2), on=boolean(True))
LABELS = texts_by_name(forms.LABEL_NAME, forms.LABEL_VALUE)
SELECTOR = sparse_mapping(key=text(), number=integer(default=5), labels=free_mapping(), names=listing(text()))
AFFINITY = free_mapping("nodeAffinity", "podAffinity")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=6,
)
OPTIONS = [
    text(),
    text(choices=("a", "b")),
    integer(),
    boolean(),
    NESTED,
    LABELS,
    AFFINITY,
    listing(NESTED),
    listing(text()),
]


def read(value, option):
    found, findings = declaration.read(value, option, "airflow_x")
    assert not findings, findings
    return found


def findings(value, option):
    return {finding.path: finding.problem for finding in declaration.read(value, option, "airflow_x")[1]}


@pytest.mark.parametrize(
    ("value", "option", "meaning"),
    [
        ("a", text(), "a"),
        (17, text(), "17"),
        ("a", text(choices=("a", "b")), "a"),
        ("3", integer(), 3),
        (" 3 ", integer(), 3),
        ("-1", integer(-1), -1),
        (3.0, integer(), 3),
        ("yes", boolean(), True),
        ("False", boolean(True), False),
        (1, boolean(), True),
        ({"name": "a"}, NESTED, {"name": "a", "replicas": 2, "on": True}),
        ({"name": "a", "on": False, "replicas": None}, NESTED, {"name": "a", "replicas": 2, "on": False}),
        ({"team": "data", "pool": 1}, LABELS, {"team": "data", "pool": "1"}),
        ({"dedicated": ""}, LABELS, {"dedicated": ""}),
        ({"nodeAffinity": {"a": [1]}}, AFFINITY, {"nodeAffinity": {"a": [1]}}),
        ({"labels": {}, "names": []}, SELECTOR, {"labels": {}, "names": []}),
        ({"key": "", "number": None, "labels": {"a": {}}}, SELECTOR, {"labels": {"a": {}}}),
        (["a", 2], listing(text()), ["a", "2"]),
        ([{"name": "a"}], listing(NESTED), [{"name": "a", "replicas": 2, "on": True}]),
        (
            {"cpu": 0.5, "memory": "1Gi"},
            texts_by_name(forms.RESOURCE_NAME, forms.QUANTITY),
            {"cpu": "0.5", "memory": "1Gi"},
        ),
    ],
)
def test_values_are_read_as_their_option_says(value, option, meaning):
    assert read(value, option) == meaning


def test_a_list_is_described_as_its_elements_are():
    assert listing(text()).description == "What it is for."


@pytest.mark.parametrize("value", [None, "", "  "])
@pytest.mark.parametrize(
    ("option", "default"),
    [
        (text(default="x"), "x"), (text(), None), (integer(default=5), 5), (boolean(True), True), (listing(text()), []),
        (LABELS, {}), (NESTED, {"name": None, "replicas": 2, "on": True}),
    ],
)  # fmt: skip
def test_what_is_left_out_has_its_default(value, option, default):
    assert read(value, option) == default


def test_an_empty_mapping_is_left_out():
    assert read({}, NESTED) == {"name": None, "replicas": 2, "on": True}


@pytest.mark.parametrize(
    ("value", "option", "told"),
    [
        (True, text(), {"airflow_x": "it is a flag"}),
        (3.1, text(), {"airflow_x": "it is a number"}),
        ({}, text(), {"airflow_x": "it is a mapping"}),
        ("c", text(choices=("a", "b")), {"airflow_x": "it is not one of the choices"}),
        ("A", text(forms.NAME), {"airflow_x": "it does not have the expected form"}),
        ("{{ x }}", text(), {"airflow_x": "it holds {{, which helm would take for a template"}),
        ("https://a:b@c", text(), {"airflow_x": "it holds a password or a token"}),
        (True, integer(), {"airflow_x": "it is a flag"}),
        ("3.5", integer(), {"airflow_x": "it is a text"}),
        (0, integer(1), {"airflow_x": "it is out of range"}),
        (1_000_000, integer(), {"airflow_x": "it is out of range"}),
        (2, boolean(), {"airflow_x": "it is a number"}),
        ("perhaps", boolean(), {"airflow_x": "it is a text"}),
        ("name=a", NESTED, {"airflow_x": "it is a text"}),
        ({"replicas": 1}, NESTED, {"airflow_x.name": "it is missing"}),
        ({"name": "a", "replica": 1}, NESTED, {"airflow_x": "it has no option replica"}),
        ({"name": "a", "zzz": 1}, NESTED, {"airflow_x": "it has an unknown option"}),
        (
            {"name": "A", "replicas": 9}, NESTED,
            {
                "airflow_x.name": "it does not have the expected form",
                "airflow_x.replicas": "it is out of range",
            },
        ),
        ({"team": True}, LABELS, {"airflow_x.team": "it is a flag"}),
        ({"te am": "x"}, LABELS, {"airflow_x": "one of its keys does not have the expected form"}),
        ({1: "x"}, LABELS, {"airflow_x": "one of its keys does not have the expected form"}),
        ({"nodeAfinity": {}}, AFFINITY, {"airflow_x": "it has no option nodeAfinity"}),
        (
            {"nodeAffinity": {"a": [{"b": "{{ x }}"}]}}, AFFINITY,
            {"airflow_x.nodeAffinity": "it holds {{, which helm would take for a template"},
        ),
        ("a,b", listing(text()), {"airflow_x": "it is a text"}),
        (["a", None, {}, " "], listing(text()), dict.fromkeys([f"airflow_x[{n}]" for n in (1, 2, 3)], "it is empty")),
        ([{"name": "A"}], listing(NESTED), {"airflow_x[0].name": "it does not have the expected form"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_by_name(value, option, told):
    assert findings(value, option) == told


def test_an_unknown_option_that_resembles_one_is_reported_which():
    [finding] = declaration.read({"name": "a", "replica": 1}, NESTED, "airflow_x")[1]
    assert finding.remedy == "Write replicas"


@pytest.mark.parametrize("option", OPTIONS)
@given(value=JSON)
def test_anything_can_be_read(option, value):
    found, told = declaration.read(value, option, "airflow_x")
    assert all(finding.path.startswith("airflow_x") for finding in told)
    # What was read is read again as the same, and nothing is reported.
    if not told:
        assert declaration.read(found, option, "airflow_x") == (found, []) or option is NESTED


@pytest.mark.parametrize("value", ["THE-SECRET {{", "https://x:THE-SECRET@y", ["THE-SECRET"], {"THE-SECRET": 1}])
@pytest.mark.parametrize("option", OPTIONS)
def test_no_finding_quotes_a_value(option, value):
    assert "THE-SECRET" not in " ".join(map(str, declaration.read(value, option, "airflow_x")[1]))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (text(), {"type": "str"}),
        (text(choices=("a", "b"), default="a"), {"type": "str", "choices": ["a", "b"], "default": "a"}),
        (integer(required=True), {"type": "int", "required": True}),
        (boolean(), {"type": "bool", "default": False}),
        (LABELS, {"type": "dict"}),
        (AFFINITY, {"type": "dict"}),
        (listing(text()), {"type": "list", "elements": "str"}),
        (listing(mapping(key=text())), {"type": "list", "elements": "dict", "options": {"key": {"type": "str", "no_log": False}}}),
    ],
)
def test_an_option_is_an_argument_of_a_module(option, said):
    assert declaration.argument(option) == {**said, "no_log": False}
