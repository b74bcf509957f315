# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module values says of an inventory is reported once, together with what the other rules say."""

from __future__ import annotations

import pytest

SECRET = "hunter2"
TWO_OF_ONE_NAME = {"airflow_dag_bundles": [{"name": "a", "repository": "git@acme.io:x"}, {"name": "a", "repository": "git@acme.io:y"}]}
ON_A_PASSWORD = {"airflow_values_overrides": {"env": [{"name": "AIRFLOW_CONN_DATA", "value": f"postgresql://u:{SECRET}@db/x"}]}}
NO_DOWNLOAD = {"msg": "Could not download chart airflow: no such host."}


@pytest.fixture(name="told")
def fixture_told(judged, compiled):
    """Callable that takes variables, and returns (code, subject) of all that is found where the module values judges them, too."""

    def codes(variables, compiles=True):
        return [(finding.code, finding.subject) for finding in judged(variables, compiles=compiles, compiled=compiled(variables))]

    return codes


def refusing(*subjects):
    """:returns: the result of a module that refused what is written at these places."""
    findings = [{"severity": "error", "subject": subject, "problem": "it is wrong.", "remedy": "Fix it."} for subject in subjects]
    return {"msg": "Refused.", "findings": findings}


def test_nothing_is_reported_of_what_compiles(told):
    assert told({}) == []


def test_all_contradictions_are_reported_each_with_its_remedy(judged, compiled):
    variables = {"airflow_executor": "SequentialExecutor", "airflow_logs": {"store": "s3"}}
    found = judged(variables, compiles=False, compiled=compiled(variables))
    assert {(finding.code, finding.severity) for finding in found} == {("WA113", "error")}
    assert {finding.subject: finding.remedy for finding in found}["airflow_logs.url"] == "Write s3://bucket/path."
    assert "airflow_executor" in {finding.subject for finding in found}


def test_a_key_that_the_chart_does_not_know_is_reported(told):
    assert told({"airflow_values_overrides": {"schedular": {"replicas": 2}}}) == [("WA113", "airflow_values_overrides.schedular")]


def test_a_compiled_value_is_reported_with_its_variable_and_the_key_of_the_chart(told):
    size = {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}
    assert ("WA113", "airflow_components.worker.resources (workers.kubernetes.resources.requests.memory)") in told(
        {"airflow_components": {"worker": {"resources": size}}})


@pytest.mark.parametrize(
    ("variables", "told_already"),
    [
        (TWO_OF_ONE_NAME, ("WA107", "airflow_dag_bundles")),
        ({"airflow_release_name": "Airflow"}, ("WA106", "airflow_release_name")),
        # Whatever else of it would be wrong with Airflow 3.
        ({"airflow_version": "2.11.0", "airflow_executor": "CeleryKubernetesExecutor"}, ("WA115", "airflow_version")),
        ({"airflow_version": "3.1.8"}, ("WA115", "airflow_version")),
    ],
)
def test_what_another_rule_reports_is_not_reported_again(variables, told_already, told):
    assert told(variables, compiles=False) == [told_already]


def test_a_place_in_a_list_is_the_same_however_it_is_written(told, compiled):
    (refused,) = compiled(ON_A_PASSWORD)["findings"]
    assert refused["subject"] == "airflow_values_overrides.env.0.value"
    assert told(ON_A_PASSWORD) == [("WA110", "airflow_values_overrides.env[0].value")]


def test_what_is_accepted_is_refused_all_the_same_where_the_chart_values_are(judged, compiled):
    found = judged({**ON_A_PASSWORD, "airflow_preflight_accepted": ["WA110"]}, compiled=compiled(ON_A_PASSWORD))
    assert [(finding.code, finding.severity) for finding in found] == [("WA113", "error"), ("WA110", "warning")]
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("subject", "is_told"),
    [
        ("airflow_image_tag", False), ("airflow_image_tag (defaultAirflowTag)", False), ("airflow_image_tag.x[0]", False),
        ("airflow_image_tags", True), ("airflow_image", True), ("defaultAirflowTag", True),
        ("airflow_image_tag, airflow_version (defaultAirflowTag)", True),
    ],
)
def test_only_what_is_in_a_variable_counts_as_reported(subject, is_told, judged):
    found = judged({"airflow_image_repository": "x", "airflow_image_tag": ""}, compiled=refusing(subject))
    assert [finding.code for finding in found] == (["WA105", "WA113"] if is_told else ["WA105"])


def test_a_warning_of_the_same_variable_does_not_count_as_told(judged):
    variables = {"airflow_chart_path": "chart"}
    found = judged(variables, compiled=refusing("airflow_chart_path"))
    assert [finding.code for finding in found] == ["WA113", "WA111"]


def test_findings_of_the_cluster_do_not_count_as_reported(judged):
    variables = {"airflow_database_storage_class": "fast"}
    found = judged(variables, compiled=refusing("airflow_database_storage_class"))
    assert [finding.code for finding in found] == ["WA113", "WA401"]


def test_a_chart_that_is_not_there_is_reported_with_its_path(judged, compiled, tmp_path):
    chart = str(tmp_path / "nonesuch")
    variables = {"airflow_chart_source": "path", "airflow_chart_path": chart}
    (finding,) = judged(variables, compiled=compiled(variables, chart))
    assert (finding.code, finding.severity, finding.subject) == ("WA114", "error", "airflow_chart_path")
    assert finding.problem.startswith(f"Could not read chart {chart}: ") and "No such file" in finding.problem


def test_a_chart_that_cannot_be_downloaded_may_be_accepted(judged):
    (finding,) = judged({"airflow_preflight_accepted": ["WA114"]}, compiled=NO_DOWNLOAD)
    assert (finding.code, finding.severity, finding.subject) == ("WA114", "warning", "airflow_chart_source")
    assert finding.problem.startswith(NO_DOWNLOAD["msg"])


def test_a_module_that_says_nothing_is_reported(judged):
    (finding,) = judged(compiled={"failed": True})
    assert (finding.code, finding.problem) == ("WA114", "The module values returned nothing.")


@pytest.mark.parametrize(
    ("variables", "code"),
    [({"airflow_chart_source": "path"}, "WA103"), ({"airflow_chart_source": "oci", "airflow_chart_version": ""}, "WA104")],
)
def test_a_chart_that_is_not_named_is_reported_once(variables, code, judged):
    assert [finding.code for finding in judged(variables, compiled=NO_DOWNLOAD)] == [code]


@pytest.mark.parametrize("compiled", [None, {}, {"skipped": True, "changed": False}])
def test_nothing_is_reported_of_what_was_not_asked(compiled, judged):
    assert judged(compiled=compiled) == []
