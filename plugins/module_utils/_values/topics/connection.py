# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection of Airflow, as several topics hand it on. Pure: no I/O."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Connection:
    """An Airflow connection.

    :param id: its id.
    :param secret: {name, key} of the Secret that holds it, or None.
    :param definition: what it is where it holds no secret, as JSON text, or None.
    :param variable: the variable that it came from.
    :param why: what it is for.
    """

    id: str
    secret: dict | None
    definition: str | None
    variable: str
    why: str
