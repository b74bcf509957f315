# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of Airflow that are set twice. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    EVERYWHERE,
    added_variables,
    variable_of,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import map_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import VARIABLE
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, chart_values

# Another check refuses this one.
_AUTH_MANAGER = ("config", "core", "auth_manager")


def options_set_twice(values, context):
    """A raw environment variable wins over ``config``, whose value is still what the compiled values show.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html.

    :param context: ``settings``: the list of `Setting` below the raw values; ``overrides``: the raw values.
    :returns: list of findings, which are warnings.
    """
    options = {
        variable_of(section, name): ("config", section, name)
        for section, below in map_at(values, "config").items() for name in (below if isinstance(below, dict) else ())}
    # These are meant to win.
    compiled = {variable.name for variable in added_variables(chart_values(context.get("settings") or []))}
    return [
        _told(variable, options[variable.name], context) for variable in added_variables(values)
        if variable.name in options and variable.name not in compiled and options[variable.name] != _AUTH_MANAGER
        and not _is_same(variable.value, values, options[variable.name])
    ]  # fmt: skip


def _is_same(value, values, path):
    _config, section, name = path
    return value is not None and str(value).strip().lower() == str(values["config"][section][name]).strip().lower()


def _told(variable, path, context):
    _config, section, name = path
    is_raw = name in map_at(map_at(context.get("overrides") or {}, "config"), section)
    source = VARIABLE if is_raw else _source(path, context)
    where = "" if variable.scope == EVERYWHERE else " in these containers alone"
    return ValueFinding(
        dotted(variable.name_path),
        f"{variable.name} wins over {dotted(path)}{where}, which {source} gives",
        f"Remove it, and write the value as {source if source.startswith('airflow_') and not is_raw else dotted(path)}",
        WARNING,
    )


def _source(path, context):
    variable = next((setting.variable for setting in context.get("settings") or () if setting.path == path), COLLECTION)
    return "this collection" if variable == COLLECTION else variable
