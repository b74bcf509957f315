# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Airflow knows a DAG, as its bundle holds it now, and why not."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._airflow import dag_run
from ansible_collections.windrose.airflow.plugins.module_utils._clients.airflow.transport import AirflowUnreachableError
from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError, WaitTimeoutError
from ansible_collections.windrose.airflow.plugins.module_utils._service.airflow.dag_run_diagnosis import DagRunError
from ansible_collections.windrose.airflow.plugins.module_utils._service.explaining import Explaining

# The first result that comes in may be of a parsing that had begun before the bundle was refreshed. A file is parsed once at a
# time, so the second one is not (`DagFileProcessorManager._run_parsing_loop` of Airflow 3.2 and 3.3).
ENOUGH_RESULTS = 2
PROCESSOR_LOG = "the dag-processor's log shows what it found in the DAG bundles"


class DagParsing:
    """Follows what the dag-processor makes of one DAG.

    :param api: an `AirflowApiClient`.
    :param dag_id: the DAG.
    :param must_be_newest: whether a DAG that can be run has to be parsed again all the same, after its bundle is refreshed.
    """

    def __init__(self, api, dag_id, must_be_newest):
        self._api = api
        self._dag_id = dag_id
        self._must_be_newest = must_be_newest
        self._refused = None
        self._stamp = None
        self._results = 0

    def observe(self):
        """Look once, and ask for what is missing.

        :returns: (whether the DAG can be run, the DAG or None).
        :raises DagRunError: where its file cannot be imported, as its bundle holds it now.
        """
        dag = self._api.dag(self._dag_id)
        usable = bool(dag and not dag["is_stale"] and not dag["has_import_errors"])
        if dag is None or self._refused or (usable and not self._must_be_newest):
            return usable, dag
        if self._stamp is None:
            self._ask(dag)
            # Read after the request: what changes from here on is a result that came in later.
            self._stamp = self._stamp_of(self._api.dag(self._dag_id) or dag)
            return usable and bool(self._refused), dag
        stamp = self._stamp_of(dag)
        if stamp != self._stamp:
            self._stamp = stamp
            self._results += 1
            if self._results < ENOUGH_RESULTS:
                self._ask(dag)
        if self._results < ENOUGH_RESULTS:
            return False, dag
        if dag["has_import_errors"]:
            raise self._not_importable(dag)
        return usable, dag

    def say(self, dag):
        """:returns: what is waited for, in one line.

        :param dag: the DAG that was observed, or None.
        """
        if dag is None:
            return f"DAG {self._dag_id} is not known yet"
        if self._refused:
            return f"DAG {self._dag_id} is known, its file is not parsed well"
        return f"waits until the dag-processor has parsed the file of DAG {self._dag_id} again"

    def remark(self):
        """:returns: a sentence where it is not known that the newest version runs; else an empty text."""
        if not self._refused:
            return ""
        return f"What ran may be an older version of the DAG: {self._refused.subject} could not be parsed again, {self._refused.cause}."

    def late(self, dag, seconds):
        """:returns: the error that says why the DAG cannot be run yet.

        :param dag: the DAG that was observed last, or None.
        :param seconds: how long it was waited for.
        """
        if dag is None:
            return self._unknown(seconds)
        explaining = Explaining()
        if dag["has_import_errors"]:
            errors = explaining.read(self._api.import_errors, [])
            told = "; ".join(dag_run.import_error_texts(self._dag_id, dag_run.import_errors_of(dag, errors)))
            cause = f"after {seconds} seconds its file cannot be imported{f': {told}' if told else ''}"
            remedy = "Fix the file and deliver it again"
        elif dag["is_stale"]:
            cause = f"after {seconds} seconds it is no longer in bundle {dag['bundle_name']}; its file was {dag['relative_fileloc']}"
            remedy = "Deliver the file again, or correct dag_id"
        else:
            cause = f"the dag-processor has not parsed its file again within {seconds} seconds"
            remedy = "Give wait_timeout more seconds where it has much to parse"
        return explaining.complete(
            WaitTimeoutError("Stopped waiting for", f"DAG {self._dag_id}", cause, f"{remedy}; {PROCESSOR_LOG}")
        )

    def _ask(self, dag):
        try:
            self._api.parse_again(dag)
        except AirflowUnreachableError:
            raise
        except AirflowApiError as error:
            # Who may run a DAG need not have the right to change it. Then what Airflow knows has to do.
            self._refused = error

    def _stamp_of(self, dag):
        """:returns: what each result changes: the time of the last one that was well, and of the import error."""
        if not dag["has_import_errors"]:
            return dag["last_parsed_time"], None
        errors = dag_run.import_errors_of(dag, Explaining().read(self._api.import_errors, []))
        return dag["last_parsed_time"], [error["timestamp"] for error in errors]

    def _not_importable(self, dag):
        errors = dag_run.import_errors_of(dag, self._api.import_errors())
        told = "".join(dag_run.import_error_report(error) for error in errors)
        return DagRunError(
            "Could not run",
            f"DAG {self._dag_id}",
            f"its file {dag['relative_fileloc']} of bundle {dag['bundle_name']} cannot be imported{told}",
            "Fix the file, deliver it again, and run again",
        )

    def _unknown(self, seconds):
        explaining = Explaining()
        errors = dag_run.import_error_texts(self._dag_id, explaining.read(self._api.import_errors, []))
        known = explaining.read(self._api.dag_ids, None)
        alike = dag_run.nearest(self._dag_id, known or [])
        cause = f"Airflow does not know it after {seconds} seconds"
        if known is not None:
            cause += f"; alike are {', '.join(alike)}" if alike else f"; it knows {len(known)} DAGs, none alike"
        cause += f"; files that cannot be imported: {'; '.join(errors)}" if errors else ""
        remedy = "Fix the file and deliver it again" if errors else "Deliver the DAG's file"
        return explaining.complete(
            WaitTimeoutError(
                "Stopped waiting for",
                f"DAG {self._dag_id}",
                cause,
                f"{remedy}, or correct dag_id; {PROCESSOR_LOG}",
                known_dags=alike,
            )
        )
