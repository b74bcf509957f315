# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a specification to checked chart values, against the bundled chart."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesError, ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._values.compiler import SpecificationError

CHART = pathlib.Path(__file__).resolve().parents[6] / "roles" / "airflow_release" / "files" / "chart"


@pytest.fixture(name="gather")
def fixture_gather(tmp_path):
    """:returns: a function that compiles with these parameters, beside the module's defaults."""

    def gather(specification, raw=None, digest=None):
        parameters = {
            "specification": {"logs": {"store": "none"}, **specification}, "values_overrides": raw or {}, "name": "airflow", "namespace": "airflow",
            "node_pools": [], "database_max_connections": None,
            "chart": {"source": "bundled", "path": str(CHART), "digest": digest},
        }
        return ValuesService(ChartService(None, str(tmp_path), None, Progress()), parameters, None).gather()

    return gather


def refusals(gather, *arguments):
    """:returns: the findings, each of which is a line of the message, in the same order."""
    with pytest.raises(ValuesError) as caught:
        gather(*arguments)
    findings = caught.value.fields["findings"]
    lines = [line for line in str(caught.value).splitlines() if line.startswith("- ")]
    assert lines == ["- {subject}: {problem} {remedy}".format(**finding) for finding in findings if finding["severity"] == "error"]
    return findings


def test_the_same_specification_gives_the_same_sorted_values(gather):
    first, second = gather({"components": {"scheduler": {"replicas": 2}}}), gather({"components": {"scheduler": {"replicas": 2}}})
    assert first == second and not first["changed"]
    assert list(first["chart_values"]) == sorted(first["chart_values"])
    assert first["chart_values"]["scheduler"]["replicas"] == 2


def test_what_the_chart_says_already_is_left_out(gather):
    assert "replicas" not in gather({"components": {"scheduler": {"replicas": 1}}})["chart_values"]["scheduler"]


def test_each_value_is_explained_by_its_variable(gather):
    explanation = gather({"components": {"scheduler": {"replicas": 2}}})["explanation"]
    (line,) = [line for line in explanation if line.startswith("scheduler.replicas ")]
    assert "airflow_components.scheduler.replicas" in line


def test_a_wrong_override_is_reported_with_its_place_and_the_right_key(gather):
    (told,) = refusals(gather, {}, {"scheduler": {"replicaCount": 3}})
    assert told["subject"] == "airflow_values_overrides.scheduler.replicaCount" and "scheduler.replicas" in told["remedy"]


def test_a_wrong_compiled_value_is_reported_with_its_variable_and_the_key_of_the_chart(gather):
    resources = {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}
    (told,) = refusals(gather, {"components": {"scheduler": {"resources": resources}}})
    assert told["subject"] == "airflow_components.scheduler.resources (scheduler.resources.requests.memory)"


def test_everything_that_is_wrong_is_reported_together(gather):
    told = refusals(gather, {}, {"schedular": {}, "triggerer": {"replicas": "two"}})
    assert [finding["subject"] for finding in told] == [
        "airflow_values_overrides.schedular", "airflow_values_overrides.triggerer.replicas"]


def test_a_secret_that_is_written_out_is_refused_and_not_quoted(gather):
    secret = "open-sesame-7"
    told = refusals(gather, {}, {"env": [{"name": "AIRFLOW_CONN_DATA", "value": f"postgresql://u:{secret}@db/x"}]})
    assert told and secret not in str(told)


@pytest.mark.parametrize(("clients", "accepts"), [(37, 74), (38, None), (None, None)])
def test_pgbouncer_has_to_take_what_the_components_open(clients, accepts, gather):
    # Five processes, with 15 connections each.
    specification = {
        "executor": "KubernetesExecutor", "pgbouncer": {"enabled": True, "max_client_connections": clients},
        "components": {"scheduler": {"replicas": 2}},
    }  # fmt: skip
    if accepts is None:
        assert gather(specification)["findings"] == []
        return
    (told,) = refusals(gather, specification)
    assert told["subject"] == "airflow_pgbouncer.max_client_connections" and told["problem"] == (
        "the components may open 75 connections (pool_size + max_overflow of each process); "
        f"2 PgBouncer pods with {clients} clients each accept {accepts}.")


def test_an_override_cannot_choose_another_auth_manager(gather):
    raw = {"config": {"core": {"auth_manager": "acme.airflow.AcmeAuthManager"}}}
    (told,) = refusals(gather, {}, raw)
    assert told["subject"] == "airflow_values_overrides.config.core.auth_manager"
    assert "airflow_auth.method" in told["remedy"]
    assert gather({"auth": {"method": "custom", "auth_manager": "acme.airflow.AcmeAuthManager"}}, raw)


def test_an_override_cannot_replace_the_file_of_single_sign_on(gather):
    provider = {
        "issuer": "https://login.example.com", "client_id": "airflow", "client_secret": {"name": "sso", "key": "secret"},
        "registration_role": "Viewer",
    }  # fmt: skip
    single_sign_on = {"auth": {"method": "openid_connect", "openid_connect": provider}}
    raw = {"apiServer": {"apiServerConfig": "AUTH_TYPE = 2"}}
    (told,) = refusals(gather, single_sign_on, raw)
    assert told["subject"] == "airflow_values_overrides.apiServer.apiServerConfig"
    assert gather(single_sign_on)["secret_names"][-1] == "sso"
    assert gather({}, raw)


def test_contradicting_variables_are_reported_before_any_chart_is_looked_at(gather):
    with pytest.raises(SpecificationError, match="airflow_executor"):
        gather({"executor": "SequentialExecutor"})


def test_another_chart_than_the_pinned_one_is_refused(gather):
    with pytest.raises(ReleaseError, match="is pinned"):
        gather({}, None, "0" * 64)


def test_what_is_doubtful_is_returned_with_the_values_and_beside_a_refusal(gather):
    doubtful = {"logs": {}}
    (told,) = gather(doubtful)["findings"]
    assert (told["severity"], told["subject"]) == ("warning", "airflow_logs")
    assert [finding["severity"] for finding in refusals(gather, doubtful, {"schedular": {}})] == ["warning", "error"]
    assert gather({})["findings"] == []


def test_the_secrets_that_pods_read_are_named(gather):
    assert gather({"release_name": "af"})["secret_names"] == [
        "af-api-secret-key", "af-fernet-key", "af-jwt-secret", "af-metadata"]
