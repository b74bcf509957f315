# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which image of the local cluster stands in for an image. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found, unused
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import (
    NOT_CHECKED,
    NOTHING,
    SIMULATED,
    Row,
    listed,
)

VARIABLE = "airflow_rehearsal_images"
# https://docs.docker.com/reference/cli/docker/image/tag/
DEFAULT_TAG = "latest"
# What is declared where the local cluster has no image like it.
NO_STAND_IN = "none"
_NONE = (f"{NOTHING}: declared so", NOT_CHECKED)


def images(asked, declared):
    """Look for the declaration of every image. Digests are not compared: whatever the digest, an image of this machine is run.

    :param asked: list of {image, used_by}.
    :param declared: list of {repository, tag, stand_in}; one without a tag is for all tags, and one with the tag goes before it.
    :returns: (list of `Row`, list of `PreflightFinding`).
    """
    users, rows, findings, used = {}, [], [], set()
    for entry in asked:
        users.setdefault(parts(entry["image"]), set()).update(entry["used_by"])
    names = [named(entry["repository"], entry.get("tag")) for entry in declared]
    for (repository, tag), labels in sorted(users.items()):
        covering = [name for name in (named(repository, tag), repository) if name in names]
        subject = f"image {named(repository, tag)}"
        if covering:
            used.add(covering[0])
            stand_in = declared[names.index(covering[0])]["stand_in"]
            told = _NONE if stand_in == NO_STAND_IN else (f"the image {stand_in} of the local cluster", SIMULATED)
            rows.append(Row(subject, listed(labels), *told))
            continue
        rows.append(Row(subject, listed(labels), NOTHING, NOT_CHECKED))
        problem = f"{listed(labels)} {'runs' if len(labels) == 1 else 'run'} it, and no declaration says what stands in for it."
        findings.append(found("WR101", subject, problem, named(repository, tag), names))
    return rows, findings + unused(VARIABLE, sorted(set(names) - used))


def parts(reference):
    """:returns: (repository, tag) of a reference to an image; the tag is empty where it has a digest alone."""
    name, unused_mark, digest = reference.partition("@")
    # A colon before the last slash is that of a registry's port.
    head, slash, tail = name.rpartition("/")
    last, unused_colon, tag = tail.partition(":")
    return f"{head}{slash}{last}", tag or ("" if digest else DEFAULT_TAG)


def named(repository, tag):
    """:returns: repository and tag as they are written in a reference."""
    return f"{repository}:{tag}" if tag else repository
