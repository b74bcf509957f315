# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins the end-to-end tests: removes what earlier runs left, and remembers what the machine looks like without us."""

from __future__ import annotations

import json
import os

from machine_state import CHECKOUT, prepare, snapshot

REMEMBERED = os.path.join(CHECKOUT, ".build", "machine_state.json")


def test_down_works_on_whatever_was_left(project):
    prepare(os.path.expanduser("~"))
    project.run("make", "down")
    os.makedirs(os.path.dirname(REMEMBERED), exist_ok=True)
    with open(REMEMBERED, "w", encoding="utf-8") as stream:
        json.dump(snapshot(), stream)
