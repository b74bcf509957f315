# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.filter.preflight_report_paths import preflight_report_paths


@pytest.mark.parametrize(
    ("asked", "stage", "files"),
    [
        ("out/prod", "preflight", {"json": "out/prod.json", "markdown": "out/prod.md"}),
        ("out/prod", "probe", {"json": "out/prod-probe.json", "markdown": "out/prod-probe.md"}),
        ("out/prod.json", "preflight", {"json": "out/prod.json"}),
        ("out/prod.md", "probe", {"markdown": "out/prod-probe.md"}),
        # No ending, but part of a name.
        ("out.d/prod.eu-1", "preflight", {"json": "out.d/prod.eu-1.json", "markdown": "out.d/prod.eu-1.md"}),
    ],
)
def test_the_ending_says_what_is_written(asked, stage, files):
    assert preflight_report_paths(asked, stage) == files
