# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values that take the place of what is done to every pod, or of the right to start pods. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import value_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding


def other_local_settings(values, context):
    """The chart has one airflow_local_settings.py, and the collection completes every pod in it.

    :param context: ``local_settings``: what the specification writes; None where it is not known.
    :returns: list of findings.
    """
    path, wanted = "airflowLocalSettings", context.get("local_settings")
    if wanted is None or value_at(values, path, wanted) == wanted:
        return []
    problem = "it takes the place of the file that completes every pod as the namespace demands"
    return [ValueFinding(path, problem, "Move it to airflow_local_settings, which is put in front of that")]


def other_pod_launching(values, context):
    """Rights, tokens and network policies go by ``airflow_pod_operator``, for either source of service accounts.

    :param context: ``pod_launching``: whether the specification lets anything start pods; None where it does not decide.
    :returns: list of findings.
    """
    path, wanted = "allowPodLaunching", context.get("pod_launching")
    if wanted is None or value_at(values, path, wanted) == wanted:
        return []
    problem = "it contradicts airflow_pod_operator.enabled, which rights and network policies go by"
    return [ValueFinding(path, problem, f"Remove it, and set airflow_pod_operator.enabled to {str(not wanted).lower()}")]
