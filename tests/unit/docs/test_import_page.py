# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports in docs/import.md are those that the importer writes."""

from __future__ import annotations

import os
import pathlib
import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.rendering import Rendering
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values_import import ImportService

ROOT = pathlib.Path(__file__).resolve().parents[3]
FILES = ROOT / "tests" / "fixtures" / "values_files"
PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
# The name of a file, what is in it, and the report.
SHOWN = re.findall(r"^### `([^`\n]+)`\n\n[^\n]+\n\n```yaml\n(.+?)^```\n\n```markdown\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE")


def test_the_page_shows_three_reports():
    assert len(SHOWN) == 3


@pytest.mark.parametrize("name, content", [shown[:2] for shown in SHOWN], ids=[shown[0] for shown in SHOWN])
def test_the_files_are_those_that_the_page_shows(name, content):
    lines = (FILES / name).read_text(encoding="utf-8").splitlines()
    assert content.splitlines() == [line for line in lines if not line.startswith(("#", "---"))]


@pytest.mark.official_chart
@pytest.mark.skipif(not PACKAGE, reason="AIRFLOW_CHART_PACKAGE names no package of the official chart")
@pytest.mark.parametrize("name, report", [(shown[0], shown[2]) for shown in SHOWN], ids=[shown[0] for shown in SHOWN])
def test_the_reports_are_those_of_the_files(name, report, tmp_path, helm_binary):
    folder = tmp_path / "inventory"
    parameters = {"source": str(FILES / name), "destination": str(folder), "chart": {"source": "path", "path": PACKAGE, "digest": None}}
    charts = ChartService(None, str(tmp_path), None, Progress())
    rendering = Rendering.by_helm(helm_binary, str(tmp_path), "airflow", "airflow")
    ImportService(charts, parameters, lambda parameters: ValuesService(charts, parameters, rendering)).run(check_mode=False)
    assert report == (folder / "import.md").read_text(encoding="utf-8")
