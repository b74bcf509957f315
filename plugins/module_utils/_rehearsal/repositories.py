# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which repositories with DAGs are there, and which of their branches. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    SIMULATED,
    Row,
    listed,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import ALIKE
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import dag_delivery

VARIABLE = "airflow_rehearsal_repositories"
_STAND_IN = "a repository of the local git server"


def followed(specification):
    """:returns: list of {url, branch, subdirectory, asked_by}: what the DAGs of an environment come from."""
    method = dag_delivery.method(specification)
    if method == dag_delivery.GIT_SYNC:
        options = specification["dag_delivery"]["git_sync"]
        return [_followed(options, options["reference"], named("dag_delivery", "git_sync"))]
    bundles = specification["dag_bundles"] if method == dag_delivery.BUNDLES else []
    return [_followed(bundle, bundle["branch"], f"DAG bundle {bundle['name']}") for bundle in bundles]


def _followed(options, branch, asked_by):
    return {"url": options["repository"], "branch": branch, "subdirectory": options["subdirectory"] or "", "asked_by": asked_by}


def repositories(asked, declared):
    """Look for the declaration of every repository and branch.

    :param asked: what `followed` returns.
    :param declared: list of {url, branches}.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    known, users, rows, findings = {}, {}, [], []
    for entry in declared:
        known.setdefault(entry["url"], set()).update(entry["branches"])
    for entry in asked:
        users.setdefault((str(entry["url"]), str(entry["branch"])), set()).add(entry["asked_by"])
    for (url, branch), labels in sorted(users.items()):
        is_there = branch in known.get(url, ())
        row = (_STAND_IN, SIMULATED) if is_there else (NOTHING, NOT_CHECKED)
        rows.append(Row(f"repository {url}, branch {branch}", listed(labels), *row))
        verb = "follows" if len(labels) == 1 else "follow"
        if url not in known:
            findings.append(found("WR301", f"repository {url}", f"{listed(labels)} {verb} it, and it is not declared.", url, known))
        elif not is_there:
            problem = f"{listed(labels)} {verb} its branch {branch}, which is not declared."
            findings.append(found("WR302", f"repository {url}", problem, branch, known[url], ALIKE))
    return rows, findings + unused(VARIABLE, _idle(known, set(users)))


def _idle(known, followed_ones):
    """:returns: names of the repositories that nothing follows, and of the branches of the others."""
    urls = {url for url, unused_branch in followed_ones}
    return [
        name for url, branches in sorted(known.items())
        for name in ([f"{url}, branch {branch}" for branch in sorted(branches) if (url, branch) not in followed_ones] if url in urls else [url])
    ]  # fmt: skip
