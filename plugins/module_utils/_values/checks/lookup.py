# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading chart values of any shape, with the official chart's own rules of what applies where. Pure: no I/O.

What is not there, and what has a shape that the chart's schema refuses, reads as if it were not there: telling of wrong
types is the schema's business.
"""

from __future__ import annotations

import re

DEFAULT_EXECUTOR = "CeleryExecutor"
_EMPTY = (None, {}, [])
_PLAIN_INTEGER = re.compile(r"-?[0-9]{1,18}")


def value_at(values, path, default=None):
    """:param path: dotted names of keys, such as ``dags.gitSync.repo``.

    :returns: the value there; the default where there is none. A null is a value: it removes the chart's default.
    """
    for name in path.split("."):
        if not isinstance(values, dict) or name not in values:
            return default
        values = values[name]
    return values


def map_at(values, path):
    """:returns: the map at a dotted path; an empty one where there is none."""
    found = value_at(values, path)
    return found if isinstance(found, dict) else {}


def list_at(values, path):
    """:returns: the list at a dotted path; an empty one where there is none."""
    found = value_at(values, path)
    return found if isinstance(found, list) else []


def text_at(values, path, default=""):
    """:returns: the text at a dotted path, without blanks around it; the default where there is none."""
    found = value_at(values, path, default)
    return found.strip() if isinstance(found, str) else default


def is_on(values, path, default=False):
    """:returns: whether a template takes what is at a dotted path as true."""
    return bool(value_at(values, path, default))


def as_integer(value, default=None):
    """:returns: a whole number that is written as a number or as a text; the default for anything else."""
    if isinstance(value, bool):
        return default
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _PLAIN_INTEGER.fullmatch(value.strip()):
        return int(value)
    return default


def integer_at(values, path, default=None):
    """:returns: the whole number at a dotted path; the default where there is none."""
    return as_integer(value_at(values, path), default)


def walk(values):
    """Go through everything in values.

    :returns: iterator of (path as a tuple, value): of each map, each list and all that is in them.
    """
    waiting = [((), values)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend(((*path, name), below) for name, below in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, place), below) for place, below in enumerate(value))


def _executor(values):
    found = value_at(values, "executor", DEFAULT_EXECUTOR)
    return found if isinstance(found, str) else ""


def has_celery(values):
    """:returns: whether Celery workers are rendered; the chart looks for the names anywhere in ``executor``."""
    return "CeleryExecutor" in _executor(values)


def has_task_pods(values):
    """:returns: whether tasks may run as pods of their own."""
    return "KubernetesExecutor" in _executor(values)


def has_local(values):
    """:returns: whether tasks may run within the scheduler."""
    return "Local" in _executor(values)


def has_dag_processor(values):
    """:returns: whether DAGs are parsed by a component of their own; null means that they are."""
    wanted = value_at(values, "dagProcessor.enabled")
    return wanted is None or bool(wanted)


def worker_value(values, kind, path, default=None, group=None):
    """What applies to workers: their set wins over ``workers.celery`` or ``.kubernetes``, these over ``workers``.

    :param kind: ``celery`` or ``kubernetes``.
    :param group: the entry of ``workers.celery.sets``; None for the default workers.
    """
    for layer in (group or {}, map_at(values, f"workers.{kind}"), map_at(values, "workers")):
        found = value_at(layer, path)
        if found not in _EMPTY:
            return found
    return default


def celery_groups(values):
    """:returns: list of (path, entry of ``workers.celery.sets``); the default workers have an empty entry."""
    if not has_celery(values):
        return []
    groups = [("workers.celery", {})] if is_on(values, "workers.celery.enableDefault", True) else []
    for place, entry in enumerate(list_at(values, "workers.celery.sets")):
        if isinstance(entry, dict):
            groups.append((f"workers.celery.sets.{place}", entry))
    return groups
