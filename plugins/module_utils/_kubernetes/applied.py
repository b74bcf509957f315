# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Would applying a definition once more change anything? Judged by what the server noted at the last apply. Pure.

The server notes for each field manager which fields it owns, as ``fieldsV1``: a tree whose steps are names (``f:``), items
of a list found by their keys (``k:``) or values of a set (``v:``); what is owned as a whole has nothing below it
(https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management, format in
sigs.k8s.io/structured-merge-diff/fieldpath). Where exactly the fields of a definition are owned and hold what it says, an
apply changes nothing, and the server need not be asked. Another spelling of the same quantity, or a default inside of what
is owned as a whole, is not seen here: the answer is then no, and the server decides.
"""

from __future__ import annotations

import json

NAME, KEYS, VALUE = "f:", "k:", "v:"
SELF = "."
# What identifies an object is never owned.
_IDENTITY = ("apiVersion", "kind")
_IDENTITY_METADATA = ("name", "namespace")


def is_applied(definition, live, manager):
    """Tell whether applying a definition is sure to change neither the object nor who owns its fields.

    :param definition: the wanted object, normalised.
    :param live: the object as read, with its managed fields.
    :param manager: the field manager that applies it.
    :returns: False also where only the server can tell.
    """
    ours, others = [], []
    for entry in live["metadata"].get("managedFields") or []:
        is_ours = entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")
        (ours if is_ours else others).append(entry)
    wanted = {name: value for name, value in definition.items() if name not in _IDENTITY}
    metadata = {name: value for name, value in wanted.pop("metadata").items() if name not in _IDENTITY_METADATA}
    if metadata:
        wanted["metadata"] = metadata
    if not ours:
        # The server notes no manager that owns nothing.
        return not wanted
    return ours[0].get("apiVersion") == definition["apiVersion"] and _holds(
        wanted, live, ours[0].get("fieldsV1") or {}, [entry.get("fieldsV1") or {} for entry in others]
    )


def is_untouched(judged, live, manager):
    """Tell whether an object is still the one that was judged: not made anew, and neither labelled nor applied since.

    What controllers write to it, such as its status, is of no account.

    :param judged: the object as it was read before, with its managed fields.
    :param live: the object as read now.
    :param manager: the field manager that applies it.
    """
    before, now = judged["metadata"], live["metadata"]
    same = before["uid"] == now["uid"] and (before.get("labels") or {}) == (now.get("labels") or {})
    return same and _applications(judged, manager) == _applications(live, manager)


def _applications(item, manager):
    return [entry for entry in item["metadata"].get("managedFields") or [] if entry.get("manager") == manager]


def _holds(wanted, live, owned, others):
    """Tell whether a place holds what is wanted, and whether just this is owned there.

    :param owned: what the manager owns below this place.
    :param others: the same for each of the other managers that own something below it.
    """
    steps = [step for step in owned if step != SELF]
    if not steps:
        # With parts of their own, values are merged, and owning the place is not owning the parts.
        is_whole = SELF not in owned and not (wanted and isinstance(wanted, (dict, list)) and any(others))
        return is_whole and is_equal(wanted, live)
    form = steps[0][:2]
    if any(step[:2] != form for step in steps):
        return False
    if form == NAME:
        return _holds_names(wanted, live, owned, others)
    if form in (KEYS, VALUE) and isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(steps):
        return _holds_items(wanted, live, owned, others) if form == KEYS else _holds_values(wanted, live, steps)
    return False


def _below(trees, step):
    return [tree[step] for tree in trees if tree.get(step)]


def _holds_names(wanted, live, owned, others):
    if not isinstance(wanted, dict) or not isinstance(live, dict):
        return False
    steps = {NAME + str(name): name for name in wanted}
    return steps.keys() == owned.keys() - {SELF} and all(
        name in live and _holds(wanted[name], live[name], owned[step], _below(others, step)) for step, name in steps.items()
    )


def _holds_items(wanted, live, owned, others):
    """Lists whose items are found by keys; a key that a definition leaves out has the server's default."""
    places = []
    for step, below in owned.items():
        if step == SELF:
            continue
        keys = json.loads(step[len(KEYS):])
        here = [place for place, item in enumerate(wanted) if _has(item, keys, optional=True)]
        there = [place for place, item in enumerate(live) if _has(item, keys)]
        if len(here) != 1 or len(there) != 1:
            return False
        if not _holds_names(wanted[here[0]], live[there[0]], below, _below(others, step)):
            return False
        places.append((here[0], there[0]))
    return _is_in_order(places)


def _has(item, keys, optional=False):
    return isinstance(item, dict) and all(
        is_equal(item[name], value) if name in item else optional for name, value in keys.items()
    )


def _holds_values(wanted, live, steps):
    values = [json.loads(step[len(VALUE):]) for step in steps]
    places = []
    for value in values:
        here = [place for place, item in enumerate(wanted) if is_equal(item, value)]
        there = [place for place, item in enumerate(live) if is_equal(item, value)]
        if len(here) != 1 or len(there) != 1:
            return False
        places.append((here[0], there[0]))
    return _is_in_order(places)


def _is_in_order(places):
    """Tell whether each wanted item has one of its own, in the same order: an apply would bring another one back."""
    there = [live for unused_wanted, live in sorted(places)]
    return len({wanted for wanted, unused_live in places}) == len(places) and there == sorted(there)


def is_equal(one, other):
    """Compare what JSON holds; unlike Python's comparison, true is not 1, and null equals nothing."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(is_equal(value, other[name]) for name, value in one.items())
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(is_equal, one, other))
    if one is None or isinstance(one, bool) or isinstance(other, bool):
        return one is other and one is not None
    return one == other
