# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values that take over what other roles act on. Pure: no I/O.

A role that reads a variable does not see that a raw value says something else: the migration would run another image than the
release. So such a value is refused, and the variable is named. What the release alone acts on stays free; which that is, and
why, is in `override_limit_tables`.
"""

from __future__ import annotations

import copy
import dataclasses
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import override_limit_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import unread_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    added_variables,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import MISSING, at, leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, chart_values

# As the check of keys names the right one.
_LEADS_TO = re.compile(r"(?:Write|The nearest key is|The chart has this key as) ([\w.]+)")
_SWITCH = re.compile(r"\.(?:enabled|create)$")
_VERSION = "airflowVersion"
_NOTHING = (None, "", {}, [], MISSING)
_NAME_OF_VARIABLE = re.compile(r"\.\d+\.(?:name|envName)$")
# Stands for the name of an environment variable that is refused, so that the entries after it keep their places.
_REFUSED_NAME = "WINDROSE_REFUSED_{}"


def overridden(values, context):
    """Refuse raw values that say something else than what other roles go by.

    What says the same as the compiled value, or where none is compiled as the chart's own, takes over nothing.

    :param values: all values, with the raw ones laid over.
    :param context: ``overrides``: the raw values; ``settings``: the list of `Setting` below them, all of those that were
        compiled; ``defaults``: the chart's own values.
    :returns: list of findings.
    """
    if not context.get("overrides"):
        return []
    limits = _Limits(values, context)
    found = [limits.judged(path, value, at(values, path)) for path, value in leaves(context["overrides"])]
    found += [limits.of_variable(variable) for variable in added_variables(values)]
    # Of a map that is limited as a whole, each key is told once.
    return list(dict.fromkeys(finding for finding in found if finding))


def judged(findings, values, context):
    """Put what `overridden` tells before the rest.

    :param findings: what else is told of the values.
    :returns: sorted list of findings. Of a raw value that has to go, nothing else is told, of one that something else refuses no
        warning, and where the right key for one is limited, the remedy names the variable: what it said would be refused next.
    """
    limits = overridden(values, context)
    release = airflow_versions.release(str(values.get(_VERSION)))
    if release and release < (3,):
        # Of Airflow 2 the way up is told, as it is of the variable.
        limits = [limit for limit in limits if limit.path != _VERSION]
    raw, known = context.get("overrides") or {}, _Limits(values, context)
    findings = [known.followed(finding, at(raw, finding.path.split("."))) for finding in findings]
    # Without the switch, what is below the same key is off.
    refused = [_SWITCH.sub("", finding.path) for finding in limits if finding.severity == ERROR]
    kept = [
        finding for finding in findings
        if not any(finding.path == path or finding.path.startswith(f"{path}.") for path in refused)
    ]  # fmt: skip
    # Whoever has to change a value need not hear what may be meant by it.
    wrong = {finding.path for finding in kept if finding.severity == ERROR}
    return sorted({*kept, *(finding for finding in limits if finding.severity == ERROR or finding.path not in wrong)})


def lifted(values, context, told=()):
    """Make of the values what they are once all that `overridden` refuses is gone.

    What else is wrong can be looked for in them: of a broker that takes the place of the compiled one, the chart would say that there
    are two.

    :param told: list of findings on the values; variables whose names are refused there are gone, too.
    :returns: the values, changed where something is refused; every entry of a list stands where it stood.
    """
    found = [*overridden(values, context), *(finding for finding in told if _NAME_OF_VARIABLE.search(finding.path))]
    refused = [finding.path.split(".") for finding in found if finding.severity == ERROR]
    result, compiled = (copy.deepcopy(values), chart_values(context["settings"])) if refused else (values, {})
    for number, path in enumerate(refused):
        _lift(result, path, at(compiled, path), _REFUSED_NAME.format(number))
    return result


def _lift(level, path, compiled, name):
    *above, last = path
    for key in above:
        level = level[int(key)] if isinstance(level, list) else level.get(key) if isinstance(level, dict) else None
    if not isinstance(level, dict) or last not in level:
        return
    if above and above[-1].isdigit():
        level[last] = name
    elif compiled is MISSING:
        del level[last]
    else:
        level[last] = compiled


class _Limits:
    """What the raw values may not take over, with one specification."""

    def __init__(self, values, context):
        self._values = values
        self._settings = context.get("settings") or []
        self._compiled = chart_values(self._settings)
        self._defaults = context.get("defaults") or {}

    def judged(self, path, value, laid_over):
        """:param laid_over: what is at the path once the raw value is laid over.
        :returns: the finding, or None."""
        # An empty map adds nothing, and nothing acts on what is off.
        if value == {} and isinstance(laid_over, dict) or unread_secrets.is_off(self._values, dotted(path)):
            return None
        wanted = at(self._compiled, path)
        if isinstance(wanted, list) and not tables.limit_of(path)[1]:
            # Lists are merged, and what they lose is told by another check.
            return None
        wanted = at(self._defaults, path) if wanted is MISSING else wanted
        if _is_same(laid_over, wanted):
            return None
        return self._told(path, None, value)

    def followed(self, finding, value):
        """:param value: the raw value that the finding is on, or `MISSING`.
        :returns: the finding, with another remedy where its own leads to a key that all of such a value is refused at."""
        match = _LEADS_TO.fullmatch(finding.remedy)
        if not match or value is MISSING:
            return finding
        told = [self.judged(path, leaf, leaf) for path, leaf in leaves(value, tuple(match[1].split(".")))]
        is_refused = all(limit and limit.severity == ERROR for limit in told)
        return dataclasses.replace(finding, remedy=told[0].remedy) if is_refused else finding

    def of_variable(self, variable):
        """:returns: the finding on an environment variable that sets an option of Airflow, or None."""
        if not variable.option or _is_compiled(variable, self._compiled):
            return None
        path = ("config", *variable.option)
        wanted = at(self._compiled, path)
        if variable.value is not None and wanted is not MISSING and _is_same(variable.value, wanted):
            return None
        return self._told(path, variable.name_path, variable.value)

    def _told(self, path, place, value):
        """:param path: of the chart value. :param place: where that is written, if elsewhere."""
        limited, limit = tables.limit_of(path)
        if limit and limit.beside and at(self._compiled, limit.beside) is MISSING:
            limit = None
        if limit and limit.alias and value not in _NOTHING and _is_same_image(value, at(self._compiled, limit.alias)):
            return None
        setting = None if tables.is_free(path) else self._compiled_at(path)
        if limit and (setting is None or limit.severity == ERROR):
            return ValueFinding(dotted(place or limited), limit.problem, limit.remedy, limit.severity)
        readers = tables.ACTED_ON.get(_root(setting.variable)) if setting else None
        if not readers:
            return None
        problem = f"{readers} by {setting.variable}, and {tables.UNSEEN}"
        return ValueFinding(dotted(place or path), problem, f"Remove it, and set {setting.variable}")

    def _compiled_at(self, path):
        """:returns: a setting that is at, above or below a path."""
        for setting in self._settings:
            shared = min(len(setting.path), len(path))
            above = len(setting.path) < len(path)
            if setting.path[:shared] == path[:shared] and setting.variable != COLLECTION:
                if not above or at(self._compiled, path) is not MISSING:
                    return setting
        return None


def _root(variable):
    """:returns: the name of the variable alone, without options and entries; of several, of the first."""
    return variable.split(",")[0].split(".")[0].split("[")[0]


def _is_compiled(variable, compiled):
    """:returns: whether the collection itself has put a variable there."""
    entries = at(compiled, variable.list_path)
    names = [entry.get("name") or entry.get("envName") for entry in entries] if isinstance(entries, list) else []
    return variable.name in names


def _is_same_image(one, other):
    # What a name without a registry means: https://kubernetes.io/docs/concepts/containers/images/#image-names
    return str(one).removeprefix("docker.io/") == str(other).removeprefix("docker.io/")


def _is_same(one, other):
    if any(one is empty or one == empty for empty in _NOTHING) and any(other is empty or other == empty for empty in _NOTHING):
        return True
    if isinstance(one, (dict, list)) or isinstance(other, (dict, list)):
        return one == other
    # Options of Airflow are texts, and helm writes numbers and flags as texts, too.
    return one is not MISSING and other is not MISSING and str(one) == str(other)
