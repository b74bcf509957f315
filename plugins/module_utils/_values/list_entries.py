# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of chart values laid over lists, entry by entry. Pure: no I/O.

Entries are known by the keys that Kubernetes knows them by when it merges lists:
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy, and the listMapKeys of its OpenAPI.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import value_at

_KEYS = {
    "hostAliases": ("ip",),
    # To a HorizontalPodAutoscaler they are one list; two metrics of one resource would contradict each other.
    "metrics": ("type", "resource.name"),
    # The chart's own form: it makes an environment variable of each.
    "secret": ("envName",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
# Nothing distinguishes these, and a pod tolerates whatever one of them does.
_SETS = ("tolerations",)


def is_joined(below, above, field):
    """Say whether a list is laid over another entry by entry; otherwise it takes its place, as to helm.

    :param field: the key that both lists are at.
    """
    return not above or field in _SETS or all(identity(entry, field) for entry in (*below, *above))


def identity(entry, field):
    """:returns: what an entry is known by, a tuple of texts; None where it has no such key."""
    if field in _SETS:
        return (repr(entry),)
    # The chart takes the names of pull secrets and of hosts alone, too.
    if isinstance(entry, str) and field in ("imagePullSecrets", "hosts"):
        return (entry,)
    keys = ("mountPath",) if field.lower().endswith("volumemounts") else _KEYS.get(field, ("name",))
    found = tuple(value_at(entry, key) for key in keys) if isinstance(entry, dict) else (None,)
    return found if all(isinstance(part, str) for part in found) else None


def joined(below, above, field):
    """Lay a list over another.

    :returns: list of (entry, place in `above`, or None where it is one of `below`): those below in their order, each
        replaced by the one above of the same key, then the others above in theirs.
    """
    if not is_joined(below, above, field):
        return list(zip(above, range(len(above))))
    result, places = [(entry, None) for entry in below], {}
    for place, entry in enumerate(below):
        places.setdefault(identity(entry, field), []).append(place)
    for place, entry in enumerate(above):
        same = places.get(identity(entry, field))
        if same:
            result[same.pop(0)] = (entry, place)
        else:
            result.append((entry, place))
    return result
