# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment variables that chart values give to containers of Airflow. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, text_at, walk

# An option may also come from a command, or from a secrets backend:
# https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html
_OPTION = re.compile(r"AIRFLOW__([A-Z0-9_]+?)__([A-Z0-9_]+?)(?:_CMD|_SECRET)?")
# Whatever the template makes of it: the name of a variable stands behind "name:".
_NAME = re.compile(r"""\bname:\s*["']?([A-Za-z_]\w*)(?![\w.-])""")
# Containers of the user, whose environment is none of Airflow's.
_OTHER_CONTAINERS = ("extraContainers", "extraInitContainers")
EVERYWHERE = ()


@dataclasses.dataclass(frozen=True)
class Variable:
    """An environment variable.

    :param path: where its value is, a tuple of keys.
    :param name: its name.
    :param value: its value; None where a Secret or a template holds it.
    :param scope: the path of the component that it is for; `EVERYWHERE` for all.
    """

    path: tuple
    name: str
    value: object
    scope: tuple

    @property
    def option(self):
        """The (section, option) of Airflow that it sets; None where it sets none."""
        match = _OPTION.fullmatch(self.name)
        return (match[1].lower(), match[2].lower()) if match else None

    @property
    def list_path(self):
        """The path of the list that it is in."""
        return self.path[: next((place for place, key in enumerate(self.path) if isinstance(key, int)), len(self.path))]


def environment_variables(values):
    """:returns: list of `Variable` of all containers of Airflow, in the order of their paths."""
    found = [
        Variable(("secret", place, "envName"), str(entry.get("envName")), None, EVERYWHERE)
        for place, entry in enumerate(list_at(values, "secret"))
        if isinstance(entry, dict)
    ]
    found += [Variable(("extraEnv",), name, None, EVERYWHERE) for name in _NAME.findall(text_at(values, "extraEnv"))]
    for path, entries in walk(values):
        if path[-1:] != ("env",) or not isinstance(entries, list) or set(path) & set(_OTHER_CONTAINERS):
            continue
        for place, entry in enumerate(entries):
            if isinstance(entry, dict):
                found.append(Variable((*path, place, "value"), str(entry.get("name")), entry.get("value"), path[:-1]))
    return sorted(found, key=lambda variable: [str(key) for key in variable.path])
