# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes the Secrets that pods read. Names alone: no content of a Secret comes here. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    REAL,
    SIMULATED,
    Row,
    listed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import ALIKE
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.needs import WHOLE

VARIABLE = "airflow_rehearsal_secrets_made_elsewhere"
# What there is in the rehearsal, and whether that is real.
_BY_CHART = ("the chart makes it", REAL)
_GENERATED = ("generated, as in any run", REAL)
_FETCHED = ("made up: no source is asked", SIMULATED)
_DECLARED = ("made up, with the declared keys", SIMULATED)
_LEFT_OUT = (f"{NOTHING}: it is optional", NOT_CHECKED)
_MISSING = (NOTHING, NOT_CHECKED)


def secrets(references, made, declared):
    """Look for what makes every key that is read.

    :param references: list of {secret, key, is_optional, is_made, used_by}, as `needs.needs` has them.
    :param made: list of {secret, name, is_fetched}: what the role airflow_secrets makes.
    :param declared: list of {name, keys}: what somebody else makes.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    makers = Makers(made, declared)
    grouped, findings = {}, []
    for reference in references:
        maker = makers.of(reference)
        keys, labels = grouped.setdefault((reference["secret"], maker), (set(), set()))
        keys.add(reference["key"])
        labels.update(reference["used_by"])
        if maker == _MISSING:
            findings.append(_missing(reference, makers))
    rows = [Row(_named(secret, keys), listed(labels), *maker) for (secret, maker), (keys, labels) in sorted(grouped.items())]
    read = {reference["secret"] for reference in references}
    return rows, merged(findings) + unused(VARIABLE, sorted(set(makers.declared) - read))


class Makers:
    """What makes which keys.

    :param made: as of `secrets`.
    :param declared: as of `secrets`.
    """

    def __init__(self, made, declared):
        self.made, self.declared = {}, {}
        for entry in made:
            fetched = self.made.setdefault(entry["secret"], {})
            fetched[entry["name"]] = entry["is_fetched"] or fetched.get(entry["name"], False)
        for entry in declared:
            self.declared.setdefault(entry["name"], set()).update(entry["keys"])

    def of(self, reference):
        """:returns: (what there is in the rehearsal, its state) of what is referred to."""
        made, declared, key = self.made.get(reference["secret"]), self.declared.get(reference["secret"]), reference["key"]
        if reference["is_made"]:
            return _BY_CHART
        if made and (key == WHOLE or key in made):
            return _FETCHED if made.get(key, any(made.values())) else _GENERATED
        if declared is not None and (key == WHOLE or key in declared):
            return _DECLARED
        return _LEFT_OUT if reference["is_optional"] else _MISSING

    def is_made_up(self, reference):
        """:returns: whether the rehearsal itself makes what is referred to."""
        return self.of(reference) in (_FETCHED, _DECLARED)

    def made_up_of(self, secret):
        """:returns: the keys of a Secret that the rehearsal itself makes."""
        made = self.made.get(secret, {})
        generated = {name for name, is_fetched in made.items() if not is_fetched}
        return {*made, *self.declared.get(secret, ())} - generated

    def keys_of(self, secret):
        """:returns: the keys of a Secret that are made or declared."""
        return {*self.made.get(secret, {}), *self.declared.get(secret, ())}

    @property
    def names(self):
        """The Secrets of which a key is made or declared."""
        return {*self.made, *self.declared}


def _missing(reference, makers):
    """:returns: the finding of what nothing makes."""
    secret, key, users = reference["secret"], reference["key"], sorted(reference["used_by"])
    verb = "needs" if len(users) == 1 else "need"
    if secret in makers.names:
        problem = f"{listed(users)} {verb} its key {key}, which is neither made by the run nor declared."
        return found("WR202", f"Secret {secret}, key {key}", problem, key, makers.keys_of(secret), ALIKE)
    problem = f"{listed(users)} {verb} it, and it is neither made by the run nor declared."
    return found("WR201", f"Secret {secret}", problem, secret, makers.names)


def merged(findings):
    """:returns: one finding of each subject: what several keys of a Secret lack is one thing."""
    return list({finding.subject: finding for finding in reversed(findings)}.values())[::-1]


def _named(secret, keys):
    named = sorted(keys - {WHOLE})
    return f"Secret {secret}: {', '.join(named)}" if named else f"Secret {secret}"
