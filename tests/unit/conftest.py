# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hypothesis runs the properties of the unit tests, and where their helm is."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest
from hypothesis import settings

# A machine that pauses for a quarter of a second is no defect of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def helm_binary():
    """The path of helm: that in WINDROSE_HELM, else .local/bin/helm, else that on PATH.

    Without helm the tests fail: a skip would hide what the charts make of the values.
    """
    given = os.environ.get("WINDROSE_HELM")
    for candidate in [given] if given else [str(ROOT / ".local" / "bin" / "helm"), "helm"]:
        if found := shutil.which(candidate):
            return found
    pytest.fail("No helm found. Set WINDROSE_HELM to one, or put one at .local/bin/helm or on PATH.", pytrace=False)
