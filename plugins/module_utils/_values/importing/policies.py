# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network policies: those of the collection take the place of the chart's. Pure: no I/O."""

from __future__ import annotations

_RULES = (
    "apiServer.networkPolicy", "flower.networkPolicy", "flower.extraNetworkPolicies", "redis.extraNetworkPolicies",
    "pgbouncer.extraNetworkPolicies", "statsd.extraNetworkPolicies",
)  # fmt: skip
_INSTEAD = "The role airflow_network_policies writes the policies: airflow_network_policies_client_namespaces, _client_cidrs and _extra_flows."


def placed(work):
    """Leave the chart's policies out; the role airflow_network_policies denies all traffic but what Airflow needs."""
    if work.value("networkPolicies.enabled") is True:
        work.set("network_policies_enabled", True)
        work.told("networkPolicies.enabled", "airflow_network_policies_enabled")
    for path in _RULES:
        if work.has(path):
            work.drop(path, _INSTEAD)
            work.task("Say who may reach Airflow: airflow_network_policies_client_namespaces, airflow_network_policies_client_cidrs.")
