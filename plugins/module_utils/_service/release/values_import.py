# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an inventory of a values file, checks it as any inventory is checked, and writes it into a folder of its own."""

from __future__ import annotations

import os

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError, WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import chart
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import ChartFacts
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing import (
    importer,
    inventory,
    report,
    source,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.source import SourceError

# A release may hold 1 MiB in all, its values among it.
LARGEST_BYTES = 4 * 1024 * 1024
_MODE = 0o644


class ImportService:
    """Imports one values file.

    :param charts: a `ChartService`.
    :param parameters: the parameters of the module `values_import`.
    :param check: callable that takes parameters of the module `values` and returns a `ValuesService` with them.
    """

    def __init__(self, charts, parameters, check):
        self._charts = charts
        self._parameters = parameters
        self._check = check

    def run(self, check_mode):
        """Import, check and write.

        :param check_mode: whether to write nothing.
        :returns: the result of the module.
        :raises SourceError: there is no values file.
        :raises ChartError: it is of a chart that is not imported.
        :raises PlainPathError: the folder is not free, or cannot be written to.
        """
        path, folder = self._parameters["source"], self._parameters["destination"]
        name = os.path.basename(path)
        values = source.read(self._text(path), path)
        facts, unchecked = self._facts()
        imported = importer.imported(values, path, facts)
        findings, unchecked = self._findings(imported.variables) if facts else ([], unchecked)
        files = {
            **inventory.files(imported.variables, os.path.basename(folder.rstrip("/")), name),
            inventory.REPORT: report.markdown(imported, name, findings, unchecked),
        }
        changed = self._write(folder, files, check_mode)
        return {
            "changed": changed,
            "chart_name": imported.detected.chart,
            "destination": folder,
            "files": sorted(files),
            "findings": findings,
            "report": report.lines(imported, findings, unchecked),
            "rows": [row.as_dict() for row in imported.rows],
            "tasks": imported.tasks,
            "diff": [
                {"before": "", "after": text, "before_header": f"{folder}/{file}", "after_header": f"{folder}/{file}"}
                for file, text in sorted(files.items())
            ] if changed else [],
        }  # fmt: skip

    @staticmethod
    def _text(path):
        try:
            if os.path.getsize(path) > LARGEST_BYTES:
                raise SourceError("Could not import", path, "it is larger than any release may be", "Name the values file alone.")
            with open(path, encoding="utf-8-sig") as stream:
                return stream.read()
        except UnicodeDecodeError as error:
            raise SourceError("Could not import", path, "it is no text in UTF-8", "Save it as one, or decrypt it first.") from error
        except OSError as error:
            raise SourceError("Could not import", path, error.strerror or str(error), "Name a values file that this user may read.") from error

    def _facts(self):
        """:returns: (`ChartFacts`, why there are none)."""
        try:
            return ChartFacts(**chart.contents(self._charts.path(self._parameters["chart"]))), ""
        except (ReleaseError, _plain_paths.PlainPathError) as error:
            return None, str(error)

    def _findings(self, variables):
        """:returns: (what the check finds, as dicts; why there was no check)."""
        specification = dict(variables)
        parameters = {
            "chart": self._parameters["chart"], "specification": specification,
            "values_overrides": specification.pop("values_overrides", {}), "name": "airflow", "namespace": "airflow",
            "node_pools": [], "database_max_connections": None,
        }  # fmt: skip
        try:
            return self._check(parameters).gather()["findings"], ""
        except WindroseError as error:
            return error.fields.get("findings", []), "" if "findings" in error.fields else str(error)

    def _write(self, folder, files, check_mode):
        """:returns: whether anything was, or would be, written."""
        # The first judges how all of the path is written, the second where its last part leads.
        for below in ("/", os.path.dirname(folder.rstrip("/"))):
            _plain_paths.check_folder(folder, below)
        there = sorted(
            os.path.relpath(os.path.join(place, name), folder) for place, _folders, names in os.walk(folder) for name in names)
        if there:
            if there == sorted(files) and all(self._holds(os.path.join(folder, name), text) for name, text in files.items()):
                return False
            raise _plain_paths.PlainPathError(
                "Could not write", folder, "it is not empty, and nothing in it is overwritten", "Name a folder that does not exist yet.")
        if not check_mode:
            os.makedirs(os.path.join(folder, inventory.VARIABLES_FOLDER), exist_ok=True)
            for name, text in files.items():
                _plain_paths.write(os.path.join(folder, name), text, _MODE, below=folder)
        return True

    @staticmethod
    def _holds(path, text):
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read() == text
