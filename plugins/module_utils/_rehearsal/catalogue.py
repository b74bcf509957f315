# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding of a plan by its code. Pure: no I/O.

A code never changes its meaning, as those of the preflight.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import Entry
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import (
    ERROR,
    WARNING,
    PreflightFinding,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.nearest_key import NEAR_MISS, nearest

UNUSED = "WR002"
_DECLARE = "Declare it in {variable}, or correct what asks for it."
CATALOGUE = {
    "WR001": Entry(ERROR, "Environment is the local one", "Run it as it is: make run."),
    UNUSED: Entry(WARNING, "Declaration is not used", "Remove it, or correct its name."),
    "WR101": Entry(
        ERROR, "Image is not declared",
        "Declare it in airflow_rehearsal_images, with the image of the local cluster that stands in for it.",
    ),
    "WR201": Entry(
        ERROR, "Nothing makes the Secret",
        "Declare it in airflow_rehearsal_secrets_made_elsewhere with its keys, or let the role airflow_secrets make it.",
    ),
    "WR202": Entry(
        ERROR, "Nothing makes the key of the Secret", "Add the key to where the Secret is declared or made, or correct what reads it.",
    ),
    "WR203": Entry(ERROR, "Source of a Secret is refused", "Correct airflow_secrets_sources or airflow_secrets_additional."),
    "WR301": Entry(ERROR, "Repository is not declared", _DECLARE.format(variable="airflow_rehearsal_repositories")),
    "WR302": Entry(
        ERROR, "Branch is not declared", "Add it to the branches of the repository in airflow_rehearsal_repositories, or follow another one.",
    ),
    "WR401": Entry(ERROR, "Address is not declared", _DECLARE.format(variable="airflow_rehearsal_addresses")),
    "WR402": Entry(
        ERROR, "Address does not let the identity in",
        "Add it to the principals of the address in airflow_rehearsal_addresses, or correct airflow_identity.",
    ),
    "WR501": Entry(ERROR, "IngressClass is not declared", _DECLARE.format(variable="airflow_rehearsal_ingress_classes")),
    "WR502": Entry(ERROR, "StorageClass is not declared", _DECLARE.format(variable="airflow_rehearsal_storage_classes")),
    "WR601": Entry(
        ERROR, "Add-on is not declared", "Declare it in airflow_rehearsal_addons, or remove what needs it from airflow_autoscaling.",
    ),
}  # fmt: skip


def found(code, subject, problem, name="", known=(), alike=NEAR_MISS):
    """Make a finding.

    :param code: a code of the catalogue.
    :param subject: what it is about.
    :param problem: what is wrong.
    :param name: the name that is not known.
    :param known: the names that are.
    :param alike: how much of both must be the same, from 0 to 1. Long names of one environment begin alike; of others less is enough.
    :returns: a `PreflightFinding` whose remedy also tells the known name that is most like it, if there is one.
    """
    entry, near = CATALOGUE[code], nearest(name, known, alike)
    return PreflightFinding(code, entry.severity, subject, problem, f"{entry.remedy} Did you mean {near}?" if near else entry.remedy)


def unused(variable, names):
    """:returns: list of `PreflightFinding` of declared names that nothing asks for."""
    return [found(UNUSED, variable, f"{name} is declared, and nothing asks for it.") for name in names]
