# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the answers of Airflow's REST API mean. Pure: no I/O.

Shapes: ``v2-rest-api-generated.yaml`` of Airflow 3.3.2. A log is a list of messages, as ``FileTaskHandler`` reads it.
"""

from __future__ import annotations

import datetime
import difflib
import json
import re

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import plain_text

FINISHED_RUN_STATES = ("success", "failed")
SILENT_TASK_STATES = ("skipped", "removed", "upstream_failed")
HEALTHY = "healthy"
NEAREST = 3
SHOWN_IMPORT_ERRORS = 3
TAIL_LINES = 20
# The group with which Airflow opens every log: where it looked for it, and what went wrong there.
SOURCES_BEGIN = "::group::Log message source details"
GROUP_END = "::endgroup::"
FOLD_MARK = re.compile(r"::(?:end)?group::")
LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


def new_run_id(now, suffix):
    """:returns: a run id that is also a valid label value, so that the pods of the run can be selected by it.

    :param now: a datetime.
    :param suffix: a few characters that keep two runs of one second apart.
    """
    return f"manual__windrose-{now:%Y%m%dT%H%M%S}-{suffix}"


def pod_selector(run_id):
    """:returns: the label selector of the pods that KubernetesExecutor starts for a run.

    Airflow replaces a label value that Kubernetes would refuse by a hash; then the selector leaves the run out, and
    `is_pod_of` decides by the annotations, which are never changed.
    """
    selector = "kubernetes_executor=True"
    return f"{selector},run_id={run_id}" if LABEL_VALUE.fullmatch(run_id) else selector


def is_pod_of(pod, dag_id, run_id, task=None):
    """:returns: whether a pod belongs to a run and, where given, to the newest try of a task instance."""
    found = pod["metadata"].get("annotations") or {}
    wanted = {"dag_id": dag_id, "run_id": run_id}
    if task is not None:
        wanted.update(task_id=task["task_id"], try_number=str(task["try_number"]))
        if task["map_index"] >= 0:
            wanted["map_index"] = str(task["map_index"])
    return all(found.get(name) == value for name, value in wanted.items())


def ended_badly(pod):
    """:returns: how a container of a pod ended, such as ``OOMKilled, exit code 137``; None where none ended badly."""
    for status in (pod.get("status") or {}).get("containerStatuses") or []:
        ended = (status.get("state") or {}).get("terminated") or {}
        if ended.get("exitCode"):
            return f"{ended.get('reason') or 'Error'}, exit code {ended['exitCode']}"
    return None


def is_token_refused(status, body):
    """Tell whether an answer refuses the token itself, and not what its owner wants to do.

    Airflow answers 401 where a token has expired or is missing, and 403 with a text of its own where it has not signed it
    (`resolve_user_from_token` of airflow/api_fastapi/core_api/security.py in Airflow 3.2 and 3.3).

    :param status: the HTTP status.
    :param body: the body, as bytes.
    """
    return status == 401 or (status == 403 and plain_text.of_answer(body) == "Invalid JWT token")


def unhealthy(health, required):
    """:returns: {required component: its status} of those that are not healthy."""
    found = {name: (health.get(name) or {}).get("status") or "unknown" for name in required}
    return {name: status for name, status in found.items() if status != HEALTHY}


def nearest(dag_id, known):
    """:returns: the known DAG ids that look most like the wanted one, the best first."""
    return difflib.get_close_matches(dag_id, known, NEAREST, 0.5)


def import_error_texts(dag_id, errors):
    """List the import errors, those of a file named like the DAG first.

    :returns: list of ``file: last line of the stack trace``, a few at most.
    """
    ordered = sorted(errors, key=lambda error: dag_id not in error["filename"])
    return [_import_error_text(error) for error in ordered[:SHOWN_IMPORT_ERRORS]]


def import_errors_of(dag, errors):
    """:returns: those of the import errors that the file of a DAG has, or a file in it where it is an archive.

    :param dag: the DAG, as Airflow reports it.
    :param errors: all import errors.
    """
    place = dag["relative_fileloc"]
    return [
        error
        for error in errors
        if error["bundle_name"] == dag["bundle_name"] and (error["filename"] == place or error["filename"].startswith(f"{place}/"))
    ]


def import_error_report(error):
    """:returns: an import error with the last lines of its stack trace, each on a line of its own."""
    lines = plain_text.without_dumps(error["stack_trace"].strip()).splitlines()[-TAIL_LINES:]
    return f": {_last_line(error['stack_trace'])}; last lines of the stack trace:" + "".join(f"\n    {line}" for line in lines)


def _import_error_text(error):
    return f"{error['filename']}: {_last_line(error['stack_trace'])}"


def _last_line(text):
    lines = plain_text.without_dumps(text).strip().splitlines() or ["?"]
    return plain_text.shortened(lines[-1].strip())


def parse_log(body, content_type):
    """Read one answer of the log endpoint.

    :param body: bytes: JSON with ``content`` and ``continuation_token``, or NDJSON with one message a line.
    :returns: (messages, continuation token or None); a message is a dict with at least ``event``.
    """
    if "ndjson" in content_type:
        return [_message(json.loads(line)) for line in body.splitlines() if line.strip()], None
    answer = json.loads(body)
    return [_message(item) for item in answer["content"]], answer.get("continuation_token")


def parse_pod_log(text):
    """Read what a task's pod has printed: a message a line, as JSON (`execute_workload` of the Task SDK), or lines of any program.

    :returns: list of messages; each is a dict with at least ``event``.
    """
    return [_message(line) for line in text.splitlines()]


def _message(item):
    if isinstance(item, dict):
        return item
    try:
        record = json.loads(item)
    except (ValueError, TypeError):
        record = None
    return record if isinstance(record, dict) and "event" in record else {"event": str(item)}


def plain_messages(messages):
    """:returns: the messages of a log without the data that was printed into them."""
    return [
        {
            **message,
            "event": _plain(message.get("event")),
            "error_detail": [{**error, "exc_value": _plain(error.get("exc_value"))} for error in _error_details(message)],
        }
        for message in messages
    ]


def _plain(text):
    return plain_text.without_dumps(str(text or ""))


def reason(messages):
    """:returns: the exception that a log ends with, in one line; empty where it has none.

    :param messages: the messages of the log. The first of a message's exceptions is the one that was raised, and those after it
        are what it came from (`ExceptionDictTransformer` of structlog).
    """
    for message in reversed(messages):
        for error in _error_details(message):
            return plain_text.shortened(" ".join(_exception(error).split()))
    return ""


def split_log(messages):
    """Separate the lines of a task from what Airflow says about where it found them.

    :returns: (sources, lines).
    """
    sources, lines, in_sources = [], [], False
    for message in messages:
        event = str(message.get("event") or "")
        if event == SOURCES_BEGIN:
            in_sources = True
        elif in_sources and event == GROUP_END:
            in_sources = False
        elif in_sources:
            sources.append(event)
        else:
            lines += "\n".join([event, *map(_exception, _error_details(message))]).splitlines()
    return sources, [line for line in lines if line.strip() and not FOLD_MARK.match(line)]


def _error_details(message):
    return [error for error in message.get("error_detail") or [] if isinstance(error, dict)]


def _exception(error):
    return f"{error.get('exc_type')}: {error.get('exc_value')}"


def moment(text):
    """:returns: the datetime of a timestamp, or None."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def seconds_between(begin, end):
    """:returns: seconds between two datetimes, at least 0, to a hundredth; None where one is missing."""
    return round(max((end - begin).total_seconds(), 0), 2) if begin and end else None


def run_name(run):
    """:returns: how a run is called in messages."""
    return f"run {run['dag_run_id']} of DAG {run['dag_id']}"


def task_name(task):
    """:returns: how a task instance is called in messages."""
    return task["task_id"] if task["map_index"] < 0 else f"{task['task_id']}[{task['map_index']}]"


def task_report(task, log_tail):
    """:returns: what the module returns about a task instance."""
    begin = moment(task["start_date"])
    return {
        "task_id": task["task_id"],
        "map_index": task["map_index"],
        "state": task["state"] or "none",
        "try_number": task["try_number"],
        "hostname": task["hostname"] or "",
        "seconds_queued": seconds_between(moment(task["queued_when"]), begin),
        "seconds_running": seconds_between(begin, moment(task["end_date"])),
        "log_tail": log_tail,
    }


def run_phases(run, tasks):
    """Split a finished run: queued until its first task started, running from there to its end.

    :returns: {queued: seconds, running: seconds}; None where Airflow recorded no time.
    """
    starts = [moment(task["start_date"]) for task in tasks if task["start_date"]]
    first = min(starts) if starts else None
    return {
        "queued": seconds_between(moment(run["queued_at"]), first),
        "running": seconds_between(first, moment(run["end_date"])),
    }


def describe(run, tasks):
    """:returns: the state of a run in one line, for the progress."""
    states = ", ".join(f"{task_name(task)} {task['state'] or 'waits'}" for task in tasks[:8])
    more = f" and {len(tasks) - 8} more" if len(tasks) > 8 else ""
    return f"run {run['state']}: {states}{more}" if tasks else f"run {run['state']}"


def stuck(tasks, now, limit):
    """:returns: the task instances that have been queued for more than `limit` seconds."""
    return [
        task
        for task in tasks
        if task["state"] == "queued" and (seconds_between(moment(task["queued_when"]), now) or 0) > limit
    ]
