# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.principals import principals

HOST, STORE = "logs.s3.amazonaws.com", "address logs.s3.amazonaws.com:443"
ROLE, TASKS = "arn:aws:iam::123456789012:role/airflow", "arn:aws:iam::123456789012:role/airflow-tasks"
IRSA = {"provider": "aws_irsa", "principal": ROLE}
S3 = {"store": "s3", "url": "s3://logs/airflow"}


def judged(identity=None, let_in=(ROLE,), logs=None, **more):
    environment = Environment({"airflow_identity": identity or {}, "airflow_logs": logs or S3, **more})
    rows, findings = principals(environment, [{"host": HOST, "principals": list(let_in)}, {"host": "login.acme.test"}])
    return [(row.what, row.state) for row in rows], [(finding.code, finding.subject, finding.problem) for finding in findings]


def test_who_is_let_in_is_no_finding():
    assert judged(IRSA) == ([("identity of api_server and 2 more", "simulated")], [])


def test_who_is_not_let_in_is_told_with_the_components_that_are_it():
    rows, findings = judged({**IRSA, "principals": {"worker": TASKS}})
    assert rows == [("identity of worker", "not checked"), ("identity of api_server and triggerer", "simulated")]
    assert findings == [("WR402", STORE, f"worker is {TASKS}, whom it does not let in.")]
    assert judged(IRSA, let_in=[TASKS])[1] == [("WR402", STORE, f"api_server and 2 more are {ROLE}, whom it does not let in.")]


def test_nobody_is_let_in_nowhere():
    assert judged()[1] == [("WR402", STORE, "api_server and 2 more are nobody, whom it does not let in.")]


@pytest.mark.parametrize("provider", ["aws_pod_identity", "gcp_workload_identity"])
def test_a_service_account_that_is_the_principal_itself_is_not_judged(provider):
    assert judged({"provider": provider}) == ([("identity of api_server and 2 more", "not checked")], [])


def test_the_account_that_a_profile_brings_is_not_judged():
    rows, findings = judged(IRSA, airflow_worker_profiles=[{"name": "default", "default": True, "service_account": "tasks"}])
    assert rows == [("identity of worker", "not checked"), ("identity of api_server and triggerer", "simulated")] and findings == []


def test_a_store_that_says_nothing_lets_everybody_in():
    assert judged(let_in=[]) == ([("identity of api_server and 2 more", "not checked")], [])


@pytest.mark.parametrize("logs", [{"store": "claim"}, {"store": "none"}, {**S3, "connection_secret": {"name": "logs", "key": "connection"}}])
def test_logs_that_no_identity_opens_ask_for_none(logs):
    assert judged(logs=logs) == ([], [])
