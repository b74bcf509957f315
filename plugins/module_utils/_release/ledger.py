# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger of a release: who applied what, when, and what became of it. Pure: no I/O.

It is a ConfigMap ``<release>-ledger`` with one entry a line, oldest first. Entries hold no secret: of the chart values
they keep an HMAC, and of errors nothing, because an error may quote what it complains about.

helm calls a revision deployed as soon as it is applied. The ledger does so only once somebody saw it work; before, it is
applied. Ledgers that were written before there was that word call both deployed: what they say is believed, because nothing
in them tells the two apart, and a revision that has worked for months must not be rolled back when a node is in trouble.
"""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils._release import revisions

DATA_KEY = "ledger.json"
LONGEST = 50

STARTED, APPLIED, DEPLOYED = "started", "applied", "deployed"
FAILED, ROLLED_BACK, INTERRUPTED = "failed", "rolled back", "interrupted"
FIELDS = (
    "revision",
    "operation",
    "reason",
    "outcome",
    "started_at",
    "ended_at",
    "by",
    "job",
    "chart",
    "chart_digest",
    "image",
    "values_hmac",
    "migration_head",
    "leftovers",
)
# What an entry of a rollback takes over from the revision that it goes back to.
CONTENT_FIELDS = ("chart", "chart_digest", "image", "values_hmac", "migration_head")
JOB_VARIABLES = ("AWX_JOB_ID", "TOWER_JOB_ID")


def ledger_name(release):
    """:returns: the name of a release's ledger."""
    return f"{release}-ledger"


def job(environment):
    """Name the job that this run is a part of.

    :param environment: the process environment; AWX sets ``JOB_ID`` and ``AWX_HOST`` for its jobs.
    :returns: ``AWX job 4711``, or an empty text.
    """
    names = [*JOB_VARIABLES, *(["JOB_ID"] if environment.get("AWX_HOST") else [])]
    number = next((environment[name] for name in names if environment.get(name)), "")
    return f"AWX job {number}" if number else ""


def image(chart_values, defaults=None):
    """Name the image of Airflow that chart values ask for.

    :param chart_values: the values of a release of Airflow's chart.
    :param defaults: the chart's own values.
    :returns: repository with digest or tag; empty where neither names any.
    """
    own, common = {}, {}
    for source in (defaults or {}, chart_values):
        found = (source.get("images") or {}).get("airflow") or {}
        for field in ("repository", "tag", "digest"):
            own[field] = found.get(field) or own.get(field)
            common[field] = source.get(f"defaultAirflow{field.capitalize()}") or common.get(field)
    repository = own["repository"] or common["repository"]
    digest, tag = own["digest"] or common["digest"], own["tag"] or common["tag"]
    if not repository:
        return ""
    return f"{repository}@{digest}" if digest else f"{repository}:{tag}" if tag else repository


def entries(config_map):
    """:returns: the entries of a ledger, oldest first; none where there is none, or what is there is no ledger."""
    try:
        found = json.loads(((config_map or {}).get("data") or {}).get(DATA_KEY) or "[]")
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("revision"), int)]


def text(found):
    """:returns: entries as the ledger keeps them, one a line."""
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in found) + "\n]\n"


def begun(found, entry):
    """Add an entry for a revision that is about to be applied.

    An entry that was still open is one of a run that was killed.

    :param found: the entries so far.
    :param entry: the new one: {field of `FIELDS`: value}.
    :returns: the newest `LONGEST` entries; where the new one is the last of them already, they are returned as they are.
    """
    new = {**{field: entry[field] for field in FIELDS if entry.get(field) not in (None, "", [])}, "outcome": STARTED}
    if found and found[-1] == new:
        return found
    closed = [{**old, "outcome": INTERRUPTED} if old.get("outcome") == STARTED else old for old in found]
    return [*closed, new][-LONGEST:]


def ended(found, revision, outcome, at):
    """Say what became of a revision.

    :param outcome: APPLIED, DEPLOYED, FAILED or ROLLED_BACK.
    :param at: when that was known.
    :returns: the entries, with the newest one of the revision changed.
    """
    place = next((place for place in reversed(range(len(found))) if found[place]["revision"] == revision), None)
    if place is None:
        return found
    changed = {**found[place], "outcome": outcome, "ended_at": at}
    ordered = {field: changed[field] for field in FIELDS if field in changed}
    return [*found[:place], ordered, *found[place + 1:]]


def leftovers(found):
    """:returns: what the newest run set out to remove and did not, as texts of `leftovers`."""
    return found[-1].get("leftovers", []) if found else []


def unfinished_reason(found):
    """:returns: why a release that looks as wanted is not; empty where nothing is left to remove."""
    return "an earlier run was to remove what revisions before it left behind, and did not" if leftovers(found) else ""


def cleared(found, revision):
    """:returns: the entries, with nothing left of the newest one of the revision."""
    entry = entry_of(found, revision)
    return [{name: value for name, value in old.items() if old is not entry or name != "leftovers"} for old in found]


def entry_of(found, revision):
    """:returns: the newest entry of a revision, None where there is none."""
    return next((entry for entry in reversed(found) if entry["revision"] == revision), None)


def outcome_of(found, revision):
    """:returns: what became of a revision, None where the ledger does not know it."""
    entry = entry_of(found, revision)
    return entry.get("outcome") if entry else None


def is_open(found, revision):
    """:returns: whether a run that was killed or failed, or did not wait, left it open whether a revision works.

    What the ledger does not know was made by other means, and is left alone.
    """
    return outcome_of(found, revision) not in (DEPLOYED, None)


def told_newest(history, found):
    """Say what there is of a release after somebody else has worked on it.

    :param history: the stored revisions, oldest first.
    :param found: the entries.
    :returns: a sentence for a message, without its full stop.
    """
    if not history:
        return "Meanwhile it was removed"
    newest = history[-1]
    author = (entry_of(found, newest.number) or {}).get("by") or "somebody"
    return f"Meanwhile {author} made revision {newest.number}, which is {newest.status}"


def last_working(history, found, before):
    """Find the revision to go back to.

    Whether one that helm has applied worked, the ledger knows; what it does not know was made by other means, and is taken at
    helm's word.

    :param history: the stored revisions, oldest first.
    :param found: the entries.
    :param before: the revision that does not work.
    :returns: a number, or None.
    """
    for revision in reversed(history):
        applied = revision.number < before and revision.status in revisions.APPLIED
        if applied and outcome_of(found, revision.number) in (DEPLOYED, None):
            return revision.number
    return None
