# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local specification installs the official chart as well, and the bundled one takes over again.

AIRFLOW_CHART_PACKAGE names the official chart's package.
"""

from __future__ import annotations

import json
import os

import pytest
from project import changed

PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
OFFICIAL = ("-e", json.dumps({"airflow_chart_source": "path", "airflow_chart_path": PACKAGE}))


def charts(project):
    """:returns: the charts that the workloads say they are from."""
    workloads = project.objects("deployments,statefulsets", "--namespace", "airflow", "--selector", "release=airflow")
    return {item["metadata"]["labels"]["chart"] for item in workloads}


@pytest.mark.skipif(not PACKAGE, reason="AIRFLOW_CHART_PACKAGE names no package of the official chart")
def test_the_local_specification_installs_the_official_chart(project):
    (bundled,) = charts(project)
    assert changed(project.site(*OFFICIAL)) > 0
    assert charts(project) == {"airflow-1.22.0"}
    assert changed(project.site(*OFFICIAL)) == 0
    assert changed(project.site()) > 0
    assert charts(project) == {bundled}
    assert changed(project.site()) == 0
