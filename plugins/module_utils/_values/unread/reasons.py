# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why nothing reads a key, where that can be known from other values. Pure: no I/O.

It says why, and not whether: that is for the rendered text to tell.
"""

from __future__ import annotations

import dataclasses
import fnmatch

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    has_celery,
    has_task_pods,
    is_on,
    text_at,
    value_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import reason_tables as tables

_PRESENT = {tables.CELERY: has_celery, tables.KUBERNETES: has_task_pods}
# What the chart's templates take for not set; a flag that is false is set.
_UNSET = (None, "", {}, [])


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why nothing reads a key.

    :param why: in words, a clause without full stop.
    :param remedy: what to write instead, without the final full stop.
    """

    why: str
    remedy: str


UNKNOWN = Reason("", "Remove it")


class Reasons:
    """The reasons that one set of values has.

    :param values: all values of the release, laid over the chart's defaults.
    :param raw: the raw values.
    :param settings: the list of `Setting` below these, also of those that say what the chart's default says.
    :param airflow_version: such as 3.3.2.
    """

    def __init__(self, values, raw, settings, airflow_version):
        self._values = values
        self._raw = raw
        self._settings = {dotted(setting.path): setting for setting in settings}
        self._is_airflow_3 = not str(airflow_version).startswith("2.")

    def of(self, path):
        """:param path: the path of a key, a tuple.

        :returns: the `Reason`, or None where none is known.
        """
        for look in (self._webserver, self._both_workers, self._executor, self._preceded, self._off):
            reason = look(path)
            if reason:
                return reason
        return None

    def _webserver(self, path):
        if not self._is_airflow_3 or not any(_covers(pattern, path) for pattern in tables.WEBSERVER):
            return None
        return Reason("Airflow 3 has no webserver", "Remove it; keys of the API server are below apiServer")

    def _both_workers(self, path):
        """Keys of both kinds of workers: each kind's own precede them."""
        if path[0] != "workers" or len(path) < 2 or path[1] in ("celery", "kubernetes"):
            return None
        kinds = [kind for kind, needed in (("celery", tables.CELERY), ("kubernetes", tables.KUBERNETES)) if _PRESENT[needed](self._values)]
        own = [dotted(("workers", kind, path[1])) for kind in kinds]
        own = [key for key in own if value_at(self._values, key) not in _UNSET]
        return Reason(f"{own[0]} is set, and precedes it", f"Remove it, or write it as {own[0]}") if own else None

    def _executor(self, path):
        patterns = [pattern for pattern in tables.EXECUTORS if _covers(pattern, path)]
        if not patterns:
            return None
        needed = tables.EXECUTORS[max(patterns, key=len)]
        if _PRESENT[needed](self._values):
            return None
        executor = text_at(self._values, "executor")
        return Reason(f"it is for {needed}, and executor is {executor}", f"Remove it, or choose an airflow_executor with {needed}")

    def _preceded(self, path):
        for pattern, winners in tables.PRECEDED.items():
            if not _covers(pattern, path):
                continue
            for winner in (winner.format(path[0]) for winner in winners):
                if value_at(self._values, winner) not in _UNSET:
                    return Reason(f"{winner} is set, and precedes it", self._instead(winner))
        return None

    def _instead(self, winner):
        if "securityContexts" in winner:
            return f"Remove it, or write what it says below {winner}"
        setting = self._settings.get(winner)
        if setting is None:
            return "Remove it"
        return f"Remove it. {setting.why}" if setting.variable == COLLECTION else f"Remove it: {setting.variable} decides"

    def _off(self, path):
        for length in range(1, len(path)):
            for name in ("enabled", "create"):
                switch = dotted((*path[:length], name))
                if value_at(self._values, switch) is False and switch != dotted(path):
                    return self._switched_off((switch,))
        for pattern, switches in tables.SWITCHES.items():
            if _covers(pattern, path) and dotted(path) not in switches and not any(is_on(self._values, switch) for switch in switches):
                return self._switched_off(switches)
        return None

    def _switched_off(self, switches):
        first = switches[0]
        why = f"{' and '.join(switches)} {'are' if len(switches) > 1 else 'is'} false"
        setting = self._settings.get(first)
        is_own = value_at(self._raw, first) is not None
        if is_own or not setting and first not in tables.VARIABLES:
            return Reason(why, f"Remove it, or set {first} to true")
        if setting and setting.variable == COLLECTION:
            return Reason(why, f"Remove it. {setting.why}")
        return Reason(why, f"Remove it, or switch that on by {setting.variable if setting else tables.VARIABLES[first]}")


def _covers(pattern, path):
    """:returns: whether a pattern stands for a path, or for what a path is below of."""
    parts = pattern.split(".")
    return len(path) >= len(parts) and all(fnmatch.fnmatchcase(str(key), part) for key, part in zip(path, parts))
