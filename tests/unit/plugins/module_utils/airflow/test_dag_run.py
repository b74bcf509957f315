# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples are answers of Airflow 3.2.2, shortened."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import dag_run

NOW = datetime.datetime(2026, 11, 22, 10, 46, tzinfo=datetime.timezone.utc)
SOURCES = [
    {"event": "::group::Log message source details"},
    {"event": "/opt/airflow/logs/dag_id=windrose_canary/run_id=once/task_id=load/attempt=1.log"},
    {"event": "::endgroup::"},
]
MESSAGES = [
    {"timestamp": "2026-11-22T10:45:48.308180Z", "event": "::group::Pre Execute", "level": "info", "logger": "task"},
    {"timestamp": "2026-11-22T10:45:48.326507Z", "event": "DAG bundles loaded: dags-folder", "level": "info"},
    {"timestamp": "2026-11-22T10:45:48.477956Z", "event": "::endgroup::", "level": "info", "logger": "task"},
    {
        "timestamp": "2026-11-22T10:45:48.479450Z",
        "event": "Task failed with exception",
        "level": "error",
        "error_detail": [
            {"exc_type": "ValueError", "exc_value": "boom\nbang", "exc_notes": [], "is_cause": False, "frames": []}
        ],
    },
    {"timestamp": "2026-11-22T10:45:48.480812Z", "event": "windrose canary: once task load", "logger": "task.stdout"},
]
RUN = {
    "dag_id": "windrose_canary",
    "dag_run_id": "once",
    "state": "success",
    "queued_at": "2026-11-22T10:45:46.663434Z",
    "end_date": "2026-11-22T10:45:54.037267Z",
}


def task(task_id="load", **fields):
    return {
        "task_id": task_id,
        "map_index": -1,
        "state": "success",
        "try_number": 1,
        "hostname": "load-abc",
        "queued_when": "2026-11-22T10:45:47.171390Z",
        "start_date": "2026-11-22T10:45:48.290754Z",
        "end_date": "2026-11-22T10:45:53.512777Z",
        **fields,
    }


def pod(**annotations):
    return {
        "metadata": {
            "name": "load-abc",
            "annotations": {
                "dag_id": "windrose_canary",
                "run_id": "once",
                "task_id": "load",
                "try_number": "1",
                **annotations,
            },
        }
    }


@given(st.datetimes())
def test_run_id_is_a_label_value_and_accepted_by_airflow(now):
    run_id = dag_run.new_run_id(now, "3fa2c1")
    assert dag_run.LABEL_VALUE.fullmatch(run_id)
    # The default of [scheduler] allowed_run_id_pattern.
    assert re.match(r"^[A-Za-z0-9_.~:+-]+$", run_id)
    assert f"run_id={run_id}" in dag_run.pod_selector(run_id)


def test_selector_leaves_out_what_is_no_label_value():
    assert dag_run.pod_selector("manual__2026-11-22T10:45:46+00:00") == "kubernetes_executor=True"
    assert dag_run.pod_selector("a" * 64) == "kubernetes_executor=True"


@pytest.mark.parametrize(
    ("found", "wanted", "belongs"),
    [
        (pod(), None, True),
        (pod(), task(), True),
        (pod(run_id="other"), task(), False),
        (pod(), task(try_number=2), False),
        (pod(), task("extract"), False),
        (pod(map_index="3"), task(map_index=3), True),
        (pod(map_index="3"), task(map_index=4), False),
        ({"metadata": {"name": "load-abc"}}, task(), False),
    ],
)
def test_is_pod_of(found, wanted, belongs):
    assert dag_run.is_pod_of(found, "windrose_canary", "once", wanted) is belongs


@pytest.mark.parametrize(
    ("terminated", "wanted"),
    [
        ({"exitCode": 137, "reason": "OOMKilled"}, "OOMKilled, exit code 137"),
        ({"exitCode": 0, "reason": "Completed"}, None),
        (None, None),
    ],
)
def test_ended_badly(terminated, wanted):
    state = {"terminated": terminated} if terminated else {"running": {}}
    assert dag_run.ended_badly({"status": {"containerStatuses": [{"name": "base", "state": state}]}}) == wanted
    assert dag_run.ended_badly({"metadata": {}}) is None


def test_unhealthy():
    health = {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": None},
        "triggerer": {"status": None},
        "dag_processor": None,
    }
    assert dag_run.unhealthy(health, ["metadatabase"]) == {}
    assert dag_run.unhealthy(health, ["scheduler", "triggerer", "dag_processor"]) == {
        "scheduler": "unhealthy",
        "triggerer": "unknown",
        "dag_processor": "unknown",
    }


def test_nearest():
    assert dag_run.nearest("windrose_canari", ["load", "windrose_canary"]) == ["windrose_canary"]
    assert dag_run.nearest("windrose_canary", ["load"]) == []


def test_import_errors_of_a_file_named_like_the_dag_come_first():
    errors = [
        {"filename": name, "stack_trace": trace}
        for name, trace in (
            ("a.py", "Traceback\nValueError: no\n"),
            ("b.py", ""),
            ("c.py", "x"),
            ("sub/canary.py", "Traceback\nKeyError: 'x'\n"),
        )
    ]
    assert dag_run.import_error_texts("canary", errors) == [
        "sub/canary.py: KeyError: 'x'",
        "a.py: ValueError: no",
        "b.py: ?",
    ]


BROKEN = {
    "bundle_name": "team", "filename": "sub/canary.py", "timestamp": "2026-11-22T10:45:47Z",
    "stack_trace": "Traceback (most recent call last):\n  File \"canary.py\", line 3\nRuntimeError: {'status_code': 409, 'message': 'no'}\n",
}  # fmt: skip


def test_the_import_errors_of_a_dag_are_those_of_its_file_in_its_bundle():
    dag = {"bundle_name": "team", "relative_fileloc": "sub/canary.py"}
    others = [{**BROKEN, "bundle_name": "other"}, {**BROKEN, "filename": "canary.py"}, {**BROKEN, "filename": "sub/canary.pyx"}]
    assert dag_run.import_errors_of(dag, [*others, BROKEN]) == [BROKEN]
    packed = {**BROKEN, "filename": "dags.zip/canary.py"}
    assert dag_run.import_errors_of({**dag, "relative_fileloc": "dags.zip"}, [*others, packed]) == [packed]


def test_an_import_error_is_reported_with_the_last_lines_and_no_dump():
    assert dag_run.import_error_report(BROKEN).splitlines() == [
        ": RuntimeError: no; last lines of the stack trace:",
        "    Traceback (most recent call last):",
        '      File "canary.py", line 3',
        "    RuntimeError: no",
    ]


def test_log_as_json():
    body = json.dumps({"content": SOURCES + MESSAGES, "continuation_token": None}).encode()
    assert dag_run.parse_log(body, "application/json") == (SOURCES + MESSAGES, None)


def test_log_as_json_of_lines_with_more_to_come():
    body = json.dumps({"content": ["a line"], "continuation_token": "eyJ"}).encode()
    assert dag_run.parse_log(body, "application/json") == ([{"event": "a line"}], "eyJ")


def test_log_as_ndjson():
    body = "".join(json.dumps(message) + "\n" for message in MESSAGES).encode()
    assert dag_run.parse_log(body, "application/x-ndjson") == (MESSAGES, None)


def test_a_log_that_the_api_server_took_from_a_pod_is_no_json_either():
    body = json.dumps({"content": [json.dumps(MESSAGES[4])], "continuation_token": None}).encode()
    assert dag_run.parse_log(body, "application/json") == ([MESSAGES[4]], None)


def test_log_of_a_pod():
    text = json.dumps(MESSAGES[3]) + '\nplain words\n[1]\n{"no": "message"}\n'
    assert dag_run.parse_pod_log(text) == [MESSAGES[3], *({"event": line} for line in ("plain words", "[1]", '{"no": "message"}'))]


def test_messages_without_data():
    found = {"event": "Asked for {'kind': 'Pod'}", "error_detail": [{"exc_type": "E", "exc_value": '(409) {"message": "no"}'}, "a text"]}
    plain = dag_run.plain_messages([found, {"event": None}])
    assert dag_run.split_log(plain)[1] == ["Asked for {…}", "E: (409) no"]


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        (MESSAGES, "ValueError: boom bang"),
        ([{"event": "x", "error_detail": [{"exc_type": "B", "exc_value": "of a"}, {"exc_type": "A", "exc_value": "a"}]}], "B: of a"),
        ([MESSAGES[1]], ""),
        ([], ""),
    ],
)
def test_reason(messages, wanted):
    assert dag_run.reason(messages) == wanted


def test_split_log():
    sources, lines = dag_run.split_log(SOURCES + MESSAGES)
    assert sources == [SOURCES[1]["event"]]
    assert lines == [
        "DAG bundles loaded: dags-folder",
        "Task failed with exception",
        "ValueError: boom",
        "bang",
        "windrose canary: once task load",
    ]


def test_a_log_of_nothing_but_sources_has_no_lines():
    assert dag_run.split_log(SOURCES)[1] == []


def test_task_report():
    assert dag_run.task_report(task(), ["a line"]) == {
        "task_id": "load",
        "map_index": -1,
        "state": "success",
        "try_number": 1,
        "hostname": "load-abc",
        "seconds_queued": 1.12,
        "seconds_running": 5.22,
        "log_tail": ["a line"],
    }


def test_task_report_of_a_task_that_never_ran():
    report = dag_run.task_report(task(state=None, hostname=None, start_date=None, end_date=None, queued_when=None), [])
    assert (report["state"], report["hostname"], report["seconds_queued"], report["seconds_running"]) == (
        "none",
        "",
        None,
        None,
    )


def test_run_phases():
    assert dag_run.run_phases(RUN, [task(start_date=None), task()]) == {"queued": 1.63, "running": 5.75}
    assert dag_run.run_phases(RUN, []) == {"queued": None, "running": None}


def test_describe():
    mapped = [task("flaky", map_index=index, state="running") for index in range(9)]
    assert dag_run.describe(RUN, []) == "run success"
    assert dag_run.describe(RUN, [task(state=None)]) == "run success: load waits"
    assert dag_run.describe(RUN, mapped).endswith("flaky[7] running and 1 more")


def test_stuck():
    queued = task(state="queued", queued_when="2026-11-22T10:45:20Z")
    assert dag_run.stuck([queued, task(), task(state="queued", queued_when=None)], NOW, 30) == [queued]
    assert dag_run.stuck([queued], NOW, 41) == []
