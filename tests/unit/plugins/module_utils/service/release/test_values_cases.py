# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values files that people wrote, cut to what matters, with the official chart."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.official_chart


def test_logs_that_nothing_keeps_are_doubtful(official_findings):
    (told,) = official_findings({}, logs={})
    assert (told["severity"], told["subject"]) == ("warning", "airflow_logs")
    assert official_findings({}) == []
