# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import placeholders

ZEROS = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "text",
    [
        "https://airflow.example.com/dags", "data@example.org", "Example.Net", "db.internal.example", "CHANGE_ME",
        "changeme", "please-change-me", "TODO", "s3://TODO/logs", "<your-bucket>", "arn:aws:iam::<account id>:role/x",
        "111122223333.dkr.ecr.eu-central-1.amazonaws.com/airflow", ZEROS, "…", "...",
        f"sha256:{'0' * 64}", f"r.acme.io/airflow:3.2.2@sha256:{'0' * 64}",
        "git.example.com ssh-ed25519 AAAA\n", "one two three four example.com",
    ],
)  # fmt: skip
def test_what_was_copied_from_an_example(text):
    assert placeholders.kind_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://airflow.acme.io", "myexample.com", "example.community", "exchangemedia", "TODOS", "a < b > c", "<b>Prod</b>",
        "1111222233334", "Data Platform <data@acme.io>", "00000000-0000-0000-0000-000000000001", "x...", "",
        f"sha256:{'0' * 63}1",
        "one two three four five example.com", "As in example.com, this sentence only speaks of an example.",
    ],
)  # fmt: skip
def test_what_only_looks_like_it(text):
    assert placeholders.kind_of(text) is None


def told(judged, variables):
    return [finding.subject for finding in judged(variables) if finding.code == "WA109"]


def test_each_value_is_reported_by_its_path(judged):
    bundles = [{"name": "a", "repository": "git@acme.io:a"}, {"name": "b", "repository": "git@git.example.com:b"}]
    overrides = {"config": {"core": {"note": "changeme"}}}
    assert told(judged, {"airflow_dag_bundles": bundles, "airflow_values_overrides": overrides}) == [
        "airflow_dag_bundles[1].repository", "airflow_values_overrides.config.core.note"]  # fmt: skip


def test_labels_and_taints_may_be_called_so(judged):
    taint = {"key": "example.com/pool", "value": "tasks", "effect": "NoSchedule"}
    variables = {
        "airflow_node_pools": [{"labels": {"example.com/pool": "tasks"}, "taints": [taint]}],
        "airflow_image_prepull_tolerations": [{**taint, "operator": "Equal"}],
    }
    assert told(judged, variables) == []
    assert told(judged, {"airflow_node_pools": [{"taints": [{**taint, "value": "changeme"}]}]}) == [
        "airflow_node_pools[0].taints[0].value"]  # fmt: skip


def test_the_default_of_a_role_is_no_placeholder(judged):
    assert told(judged, {"airflow_release_first_user_email": "admin@example.com"}) == []
    assert told(judged, {"airflow_release_first_user_email": "me@example.com"}) != []


def test_the_local_cluster_has_no_names_of_anybody(judged):
    assert told(judged, {"airflow_local_cluster_enabled": "true", "airflow_url": "https://example.com"}) == []


def test_the_pin_is_judged_with_the_identity(judged):
    found = judged({"airflow_expected_cluster": {"uid": ZEROS}})
    assert [finding.code for finding in found] == ["WA201"]


def test_no_value_is_quoted(judged):
    variables = {"airflow_result_backend_secret_name": "hunter2-changeme"}
    assert all("hunter2" not in str(finding) for finding in judged(variables))
