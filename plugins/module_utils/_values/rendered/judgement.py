# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is wrong with what helm renders of chart values. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import (
    accounts,
    claims,
    needs,
    pod_rules,
    pod_security,
    pod_templates,
    references,
    schedules,
    schema,
    told,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import Origins

# What is handed out of the objects beside what is wrong with them. It is remembered in a file: none of it holds a secret.
ASKED = ("claims", "images", "secret_references", "ingress_classes", "addons")


def judged(manifest, chart_values, kubernetes_schema, context):
    """:param manifest: YAML documents, as ``helm template`` prints them.
    :param chart_values: the values, without the chart's defaults.
    :param kubernetes_schema: a `KubernetesSchema`.
    :param context: what is known of the environment. ``pod_security``: the level that the namespace enforces, empty where it is not
        known; ``are_contexts_given``: whether the platform gives pods the security contexts that they leave out;
        ``service_accounts``: names of those that the chart does not make, and that will be there.

    :returns: (list of `ValueFinding`, {one of `ASKED`: what the objects ask for, as `claims.claims` and `needs.needs` say it}).
    """
    every, origins = RenderedObjects.of_manifest(manifest), Origins(chart_values)
    found = schema.faults(every, kubernetes_schema, origins)
    # An object with a list in the place of a text has been refused already, and cannot be looked into.
    objects = every.formed(kubernetes_schema.is_formed)
    claimed = claims.claims(objects, origins)
    found += pod_rules.faults(objects, origins)
    found += pod_security.faults(objects, origins, context["pod_security"], context["are_contexts_given"])
    found += pod_templates.faults(objects, origins)
    found += accounts.faults(objects, origins, context["service_accounts"])
    found += references.faults(objects, origins)
    found += schedules.faults(objects, origins)
    found += claims.faults(claimed)
    return told.findings(found), {"claims": claimed, **needs.needs(objects)}
