# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hypothesis runs the properties of the unit tests."""

from __future__ import annotations

from hypothesis import settings

# A machine that pauses for a quarter of a second is no defect of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
