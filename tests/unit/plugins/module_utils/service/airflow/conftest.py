# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Airflow whose dag-processor works as that of Airflow 3 does, a step at each look at the DAG."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError

# What the file of the DAG may hold: a DAG whose runs fail, one whose runs succeed, and what cannot be imported.
GOOD, BETTER, BROKEN = "good", "better", "broken"
FILE = {"bundle_name": "team", "relative_fileloc": "canary.py"}


class Airflow:
    """What the bundle holds, what is being parsed, and what was parsed last.

    refuses: an error that asking for the file to be parsed raises.
    asked: how often that was done.
    cleared: the content on which runs were started again.
    """

    def __init__(self):
        self.bundle, self.begun, self.known = GOOD, None, GOOD
        self.refuses, self.asked, self.cleared, self.runs = None, 0, [], {}
        self._wanted, self._results, self._error = False, 0, None

    def dag(self, dag_id):
        found = {
            "dag_id": dag_id, **FILE, "is_stale": self._error is not None, "has_import_errors": self._error is not None,
            "last_parsed_time": f"good {self._good}", "file_token": f"token of {dag_id}", "is_paused": False,
        }  # fmt: skip
        self._work()
        return found if self.known is not None else None

    _good = 0

    def parse_again(self, dag):
        assert dag["file_token"] == f"token of {dag['dag_id']}"
        if self.refuses:
            raise self.refuses  # pylint: disable=raising-bad-type
        self.asked, self._wanted = self.asked + 1, True

    def import_errors(self):
        trace = f"Traceback\n  File canary.py\nSyntaxError: {BROKEN}"
        return [{**FILE, "timestamp": f"bad {self._error}", "stack_trace": trace, "filename": FILE["relative_fileloc"]}] if self._error else []

    def dag_ids(self):
        return ["canary"]

    def health(self):
        return {}

    def finish(self, content):
        """A parsing ends whose file had that content."""
        self._results += 1
        if content == BROKEN:
            self._error = self._results
        else:
            self.known, self._error, self._good = content, None, self._results

    def _work(self):
        # A file is parsed once at a time, and the bundle is refreshed before.
        if self.begun is not None:
            self.finish(self.begun)
            self.begun = None
        elif self._wanted:
            self._wanted, self.begun = False, self.bundle

    def run(self, dag_id, run_id):
        return self.runs.get(run_id)

    def clear(self, dag_id, run_id):
        self.cleared.append(self.known)
        self.runs[run_id]["state"] = "success" if self.known == BETTER else "failed"

    def trigger(self, dag_id, run_id, conf):
        self.runs[run_id] = {"dag_id": dag_id, "dag_run_id": run_id, "state": "success", "queued_at": None, "end_date": None}
        return self.runs[run_id]

    def tasks(self, dag_id, run_id):
        failed = self.runs[run_id]["state"] == "failed"
        return [{
            "task_id": "load", "map_index": -1, "state": "failed" if failed else "success", "try_number": 1, "hostname": "load-0",
            "queued_when": None, "start_date": None, "end_date": None,
        }]  # fmt: skip

    def log(self, dag_id, run_id, task):
        detail = [{"exc_type": "ApiException", "exc_value": '(409) {"kind": "Status", "reason": "Conflict", "message": "in use"}'}]
        return [{"event": "Task failed with exception", "error_detail": detail}]


@pytest.fixture
def airflow():
    return Airflow()


@pytest.fixture
def forbidden():
    """The error of a request that the user has no right to."""
    cause = "the api-server answered 403: Forbidden"
    return AirflowApiError("Could not have parsed again", "the file of DAG canary", cause, "Give user jane a role", http_status=403)
