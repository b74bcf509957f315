# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any specification that Ansible accepts compiles, or is refused by name."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler

ROLES = pathlib.Path(__file__).resolve().parents[5] / "roles"
# Where the official chart 1.22.0 has a trap that is avoided by keeping away.
NEVER = [
    # Deprecated, and maps in them give way to those of either kind of worker as a whole.
    re.compile(r"workers\.(?!celery\.|kubernetes\.)"),
    # Sets a variable that only version 3 of git-sync reads.
    re.compile(r"dags\.gitSync\.wait$"),
    # Does not reach the pods of tasks.
    re.compile(r"(images\..*|defaultAirflow)[dD]igest$"),
    # Texts of YAML in YAML, in which nothing is checked.
    re.compile(r"extraEnv(From)?$|extraSecrets"),
    # Leaves the API server without any client, and knows no egress: the role airflow_network_policies does it.
    re.compile(r"networkPolicies|.*[nN]etworkPolicy"),
    # Another name than what is asked for: the role airflow_prerequisites makes them.
    re.compile(r"priorityClasses"),
    # Passwords in plain sight.
    re.compile(r"data\..*Connection|data\.brokerUrl$|.*[pP]assword$|fernetKey$|jwtSecret$|apiSecretKey$"),
]


def option_specs(role):
    """:returns: the declared options of a role, without the prefix."""
    content = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text())
    options = content["argument_specs"]["main"]["options"]
    return {name.removeprefix("airflow_"): option for name, option in options.items()}


SPECIFICATION = option_specs("airflow_specification")


def test_no_variable_belongs_to_two_topics():
    assert len(compiler.VARIABLES) == sum(len(topic.VARIABLES) for topic in compiler.TOPICS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**7) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.text(max_size=6), below, max_size=2),
    max_leaves=4,
)
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["airflow", "a-1", "1", "true", "50%", "{{ x }}", "a: b", "a\nb", "main", "/", "/airflow", "a.example.com",
     "s3://bucket/logs", "https://git.example.com/dags.git", "git@git.example.com:dags.git",
     "https://user:word@git.example.com/x"])  # fmt: skip


def accepted(spec):
    """:returns: a strategy for what Ansible's argument specification accepts."""
    kind = spec["type"]
    if "choices" in spec:
        return st.sampled_from(spec["choices"])
    if kind == "list":
        return st.lists(accepted({**spec, "type": spec["elements"]}), max_size=2)
    if kind == "dict" and "options" in spec:
        options = {name: accepted(inner) for name, inner in spec["options"].items()}
        required = {name: options.pop(name) for name, inner in spec["options"].items() if inner.get("required")}
        return st.fixed_dictionaries(required, optional=options)
    return {
        "str": TEXTS | st.integers(-5, 10**7),
        "int": st.integers(-2, 10**7) | st.integers(1, 9).map(str),
        "bool": st.booleans() | st.sampled_from(["yes", "no", 0, 1]),
        "dict": st.dictionaries(
            st.sampled_from(["cpu", "memory", "pool", "a b"]) | st.text(max_size=4), JSON, max_size=2
        ),
    }[kind]


ACCEPTED = st.fixed_dictionaries({}, optional={name: accepted(spec) for name, spec in sorted(SPECIFICATION.items())})
VARIABLE = re.compile(r"airflow_([a-z_]+)")


def outcome(specification):
    """:returns: (settings, None), or (None, findings)."""
    try:
        return compiler.compile_settings(specification), None
    except compiler.SpecificationError as error:
        return None, error.findings


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(ACCEPTED)
def test_whatever_ansible_accepts_compiles_or_is_refused_by_name(specification):
    found, findings = outcome(specification)
    if findings is None:
        json.dumps(compiler.chart_values(found))
    else:
        assert findings
        assert {VARIABLE.match(finding.path)[1] for finding in findings} <= set(compiler.VARIABLES)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(ACCEPTED)
def test_each_variable_alone_compiles_or_is_refused_by_its_name(specification):
    for name, value in specification.items():
        _found, findings = outcome({name: value})
        # What is missing beside it may be another variable's to say, but never a third one's.
        assert findings is None or all(VARIABLE.match(finding.path) for finding in findings)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(ACCEPTED, st.randoms())
def test_the_same_specification_gives_the_same_outcome_in_any_order(specification, random):
    names = random.sample(sorted(specification), len(specification))
    assert outcome({name: specification[name] for name in names}) == outcome(specification)


def test_a_specification_is_not_changed():
    specification = {
        "dag_bundles": [{"name": "a", "repository": "https://git.example.com/a.git"}],
        "components": {"scheduler": {}},
    }
    before = json.dumps(specification)
    compiler.chart_values(compiler.compile_settings(specification))
    assert json.dumps(specification) == before


def test_everything_that_is_wrong_is_reported_together(refused):
    found = refused(
        executor="LocalExecutor", worker_profiles=[{"name": "a"}], logs={"store": "s3"},
        ingress={"enabled": True}, dag_delivery={"method": "claim"}, identity={"principal": "x"}, platform="eks",
        components={"scheduler": {"replicas": -1, "resourses": {}}}, redis={"enabled": True},
        monitoring={"open_telemetry": {"traces": True}}, autoscaling={"triggerer": {"minimum": 3, "maximum": 2}},
    )  # fmt: skip
    assert set(found) == {
        "airflow_worker_profiles", "airflow_logs.url", "airflow_logs.connection_secret",
        "airflow_ingress.host", "airflow_dag_delivery.claim.name", "airflow_identity.principal", "airflow_platform",
        "airflow_components.scheduler.replicas", "airflow_components.scheduler", "airflow_redis.enabled",
        "airflow_redis.password_secret", "airflow_monitoring.open_telemetry.endpoint",
        "airflow_autoscaling.triggerer.minimum",
    }  # fmt: skip


def test_another_airflow_is_told_alone(refused):
    of_airflow_2 = {"executor": "CeleryKubernetesExecutor", "platform": "eks", "ingress": {"enabled": True}}
    assert list(refused(version="2.11.0", **of_airflow_2)) == ["airflow_version"]
    others = {"airflow_executor", "airflow_platform", "airflow_ingress.host"}
    assert set(refused(version="3.3.2", **of_airflow_2)) == others


def test_the_message_has_a_line_for_each_finding():
    with pytest.raises(compiler.SpecificationError) as caught:
        compiler.compile_settings({"platform": "eks", "executor": "x"})
    assert str(caught.value) == (
        "Refused the specification:\n"
        "- airflow_executor: it is not one of the choices. Choose KubernetesExecutor, CeleryExecutor, "
        "CeleryExecutor,KubernetesExecutor or LocalExecutor.\n"
        "- airflow_platform: it is not one of the choices. Choose kubernetes or openshift.\n"
        "Nothing was changed."
    )
    assert caught.value.fields["findings"][1] == {
        "severity": "error", "subject": "airflow_platform", "problem": "it is not one of the choices.",
        "remedy": "Choose kubernetes or openshift."}
    assert [finding["subject"] for finding in caught.value.fields["findings"]] == ["airflow_executor", "airflow_platform"]


def dotted(setting):
    return ".".join(setting.path)


@pytest.mark.parametrize("rule", NEVER, ids=lambda rule: rule.pattern)
def test_what_the_chart_has_a_trap_in_is_never_set(rule, specifications):
    for specification in specifications.values():
        assert [dotted(found) for found in compiler.compile_settings(specification) if rule.match(dotted(found))] == []


def test_settings_are_sorted_and_listed_by_variable(specifications):
    for specification in specifications.values():
        found = compiler.compile_settings(specification)
        assert [setting.path for setting in found] == sorted({setting.path for setting in found})
        for setting in found:
            names = VARIABLE.findall(setting.variable)
            assert setting.variable == "collection" or names and set(names) <= set(compiler.VARIABLES), setting
            assert setting.why and not setting.why.endswith("."), setting


def test_numbers_are_small_enough_for_helm(specifications):
    def numbers(value):
        if isinstance(value, dict):
            return [number for inner in value.values() for number in numbers(inner)]
        if isinstance(value, list):
            return [number for inner in value for number in numbers(inner)]
        return [value] if isinstance(value, (int, float)) else []

    for specification in specifications.values():
        assert max(numbers(compiler.chart_values(compiler.compile_settings(specification)))) < 1_000_000


def test_the_example_of_the_readme_compiles():
    text = (ROLES / "airflow_specification" / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml\n(.*?)```", text.partition("### An example")[2], re.DOTALL)
    variables = yaml.safe_load(example)
    assert len(variables) > 10
    compiler.compile_settings({name.removeprefix("airflow_"): value for name, value in variables.items()})
