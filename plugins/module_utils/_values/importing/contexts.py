# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security contexts of components: to the chart each takes the place of the global one. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import Specification
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import security

_CONTEXTS = "securityContexts"
# Their images have other users, and the collection gives them contexts of their own, which an override adds to.
_OTHER_IMAGES = frozenset({"statsd", "redis", "pgbouncer", "otelCollector", "dags"})
_NOTE = "The namespace asks for it (Pod Security restricted), and the component's context takes the place of the global one."


def completed(work):
    """Add what Pod Security restricted asks for to the contexts of components, where the collection gives them none of its own."""
    specification, _findings = Specification.read(work.variables, compiler.VARIABLES)
    restricted = {"pod": security.pod_context(specification, 50000, 0), "container": security.container_context(specification)}
    for path in _places(work):
        context = work.left.value(path)
        if not isinstance(context, dict) or not context or path[0] in _OTHER_IMAGES:
            continue
        (origin, *_others) = work.left.origins(path)
        for key, value in restricted[path[-1]].items():
            if key not in context:
                work.left.put((*path, key), value, origin, _NOTE)


def _places(work):
    """:returns: the paths of all contexts of components, sorted."""
    found = set()
    for path in work.left.paths():
        for place, key in enumerate(path[:-1]):
            if key == _CONTEXTS and place > 0 and path[place + 1] in ("pod", "container"):
                found.add(path[: place + 2])
    return sorted(found)
