# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is told of chart values, with where it was written and what to do. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    key_check,
    override_limits,
    semantics,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import (
    authentication,
    local_settings,
    openid_connect,
    pod_operator,
)


def context(chart_values, facts, settings, raw, log_store):
    """Put together what is known of chart values beside the values themselves.

    :param chart_values: the values, with the raw ones laid over, without the chart's defaults.
    :param facts: `ChartFacts` of the chart.
    :param settings: the list of `Setting` that was compiled, also of those that say what the chart's default says.
    :param raw: the raw values.
    :param log_store: the option ``store`` of ``airflow_logs``; None where it is not given.
    :returns: the context of `semantics.check_semantics`, but for what is known of the cluster.
    """
    by_path = {setting.path: setting.value for setting in settings}
    return {
        "overrides": raw,
        "settings": settings,
        "defaults": facts.defaults,
        "log_store": log_store,
        "auth_manager": by_path[authentication.AUTH_MANAGER],
        "login_file": by_path.get(openid_connect.LOGIN_FILE),
        "local_settings": by_path[local_settings.LOCAL_SETTINGS],
        "pod_launching": by_path.get(pod_operator.POD_LAUNCHING),
        "airflow_version": str(chart_values.get("airflowVersion") or facts.defaults.get("airflowVersion")),
    }


def check_values(chart_values, facts, known, attribution, rendered=None):
    """:param chart_values: the values, with the raw ones laid over, without the chart's defaults.
    :param facts: `ChartFacts` of the chart.
    :param known: a `context`, with what is known of the cluster.
    :param attribution: the `Attribution` of the values.
    :param rendered: callable that takes what was found in the values and returns the list of `ValueFinding` in what helm renders of
        them. It is called where keys and types are right: helm refuses the others as well. Of one place it tells nothing that was
        found without it.

    :returns: list of `ValueFinding`, sorted by the path of the chart value.
    """
    found = key_check.check_keys(chart_values, facts, known["airflow_version"])
    is_rendered = rendered and not found
    found += semantics.check_semantics(chart_values, known)
    found += elsewhere(rendered(found), found) if is_rendered else []
    # What is limited names a variable, and that is more than that the value may go.
    relieved = [attribution.relieved(finding) for finding in found]
    return [attribution.attributed(finding) for finding in override_limits.judged(relieved, chart_values, known)]


def elsewhere(findings, told):
    """:param findings: list of `ValueFinding`.
    :param told: list of those that are told anyway.
    :returns: list of the first, without those of places that the others are about.
    """
    paths = {finding.path for finding in told}
    return [finding for finding in findings if finding.path not in paths]
