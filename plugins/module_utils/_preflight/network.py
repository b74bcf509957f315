# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network policies of the role airflow_network_policies would cut off. Pure: no I/O.

They know a fixed set of components and flows. What an environment has beside these, the inventory may add as extra flows,
unless it is a component that has no policy at all. Addresses that only Secrets hold are tried by the probe.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import endpoints
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    has_celery,
    has_task_pods,
    integer_at,
    is_on,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import VARIABLE as OVERRIDES
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named

ENABLED = "airflow_network_policies_enabled"
FLOWS = "airflow_network_policies_extra_flows"
GIT_PORTS = "airflow_network_policies_git_ports"
DATABASE_PORT = "airflow_network_policies_database_port"
POSTGRESQL_PORT = 5432
# The defaults of the role.
_GIT_PORTS = [22, 443]
# {path in the chart values: (component, the port that its policy opens)}.
_PORTS = {
    "ports.apiServer": ("api-server", 8080),
    "ports.workerLogs": ("worker", 8793),
    "ports.triggererLogs": ("triggerer", 8794),
    "ports.statsdIngest": ("statsd", 9125),
    "ports.pgbouncer": ("pgbouncer", 6543),
}
_OFF = f"or set {ENABLED} to false and write policies of your own."


def network_policies(environment, _facts):
    """:returns: list of `PreflightFinding` about what the policies leave without a way."""
    values = environment.chart_values
    if values is None or (ENABLED in environment.variables and not environment.flag(ENABLED)):
        return []
    flows = [_Flow(entry) for entry in environment.listing(FLOWS) if isinstance(entry, dict)]
    return [
        *_components(values),
        *_celery(environment, values, flows),
        *_ports(values, flows),
        *_repositories(environment, flows),
    ]


class _Flow:
    """An entry of `airflow_network_policies_extra_flows`."""

    def __init__(self, entry):
        def texts(name):
            return [str(item) for item in entry.get(name) or []] if isinstance(entry.get(name), list) else []

        self._from, self._to = texts("from"), texts("to")
        self._leaves = bool(texts("to_cidrs") or texts("to_namespaces"))
        self._ports = {as_integer(port) for port in texts("ports")}

    def leaves(self, component, port=None):
        """:returns: whether a component may go by it to what is not one, on a port or, without one, on any."""
        return component in self._from and self._leaves and (port is None or port in self._ports)

    def leads(self, component, port, source=None):
        """:returns: whether it leads to a port of a component, from another one or, without one, from anywhere."""
        return component in self._to and port in self._ports and (source is None or source in self._from)


def _components(values):
    """A component without a policy is denied everything, and an extra flow cannot name it."""
    celery = has_celery(values)
    wanted = (
        (named("redis", "enabled"), "Redis", celery and is_on(values, "redis.enabled", True)),
        (named("flower", "enabled"), "Flower", celery and is_on(values, "flower.enabled")),
        (
            named("monitoring", "open_telemetry"), "The OpenTelemetry collector",
            is_on(values, "otelCollector.tracesEnabled") or is_on(values, "otelCollector.metricsEnabled"),
        ),
        (f"{OVERRIDES}.cleanup", "The cleanup of pods", has_task_pods(values) and is_on(values, "cleanup.enabled")),
        (f"{OVERRIDES}.databaseCleanup", "The cleanup of the database", is_on(values, "databaseCleanup.enabled")),
    )  # fmt: skip
    return [
        found("WA506", variable, f"{name} has no network policy, and everything is denied to pods without one.",
              f"Do without it, {_OFF}")
        for variable, name, is_wanted in wanted if is_wanted
    ]  # fmt: skip


def _celery(environment, values, flows):
    """Celery's broker and results: the scheduler writes to both, and so do the workers, which are no users of the database else."""
    if not has_celery(values) or is_on(values, "redis.enabled", True):
        return []
    lacking = [
        f"{component} to the broker" for component in ("scheduler", "worker")
        if not any(flow.leaves(component) for flow in flows)
    ]  # fmt: skip
    if not environment.specification["result_backend_secret_name"] and not _reaches_results(environment, flows):
        lacking.append("worker to the database, which keeps the results")
    if not lacking:
        return []
    problem = f"With {environment.specification['executor']}, the network policies lack the way from {' and from '.join(lacking)}."
    return [found("WA506", named("executor"), problem, f"Add these to {FLOWS}, {_OFF}")]


def _reaches_results(environment, flows):
    if environment.specification["pgbouncer"]["enabled"]:
        return any(flow.leads(*_PORTS["ports.pgbouncer"], source="worker") for flow in flows)
    if environment.has_own_database:
        return any(flow.leads("postgresql", POSTGRESQL_PORT, source="worker") for flow in flows)
    port = as_integer(environment.variables.get(DATABASE_PORT), POSTGRESQL_PORT)
    return any(flow.leaves("worker", port) for flow in flows)


def _ports(values, flows):
    """Overrides may let a component listen elsewhere."""
    moved = {path: integer_at(values, path, port) for path, (_component, port) in _PORTS.items()}
    return [
        found(
            "WA506", f"{OVERRIDES}.{path}",
            f"{component} listens on port {moved[path]}, and the network policies open {port}.",
            f"Leave the port out, add it to {FLOWS}, {_OFF}")
        for path, (component, port) in _PORTS.items()
        if moved[path] != port and not any(flow.leads(component, moved[path]) for flow in flows)
    ]  # fmt: skip


def _repositories(environment, flows):
    """Git servers; those that are asked by HTTP may be reached through a proxy, whose port is another one."""
    opened = environment.listing(GIT_PORTS) if GIT_PORTS in environment.variables else _GIT_PORTS
    opened = {as_integer(port) for port in opened}
    return [
        found(
            "WA506", endpoint["name"],
            f"The git server listens on port {endpoint['port']}, and the network policies open "
            f"{', '.join(map(str, sorted(filter(None, opened)))) or 'none'}.",
            f"Add the port to {GIT_PORTS}.")
        for endpoint in endpoints(environment)
        if endpoint["name"].startswith((named("dag_bundles"), named("dag_delivery"))) and not endpoint["is_http"]
        and endpoint["port"] not in opened and not any(flow.leaves("dag-processor", endpoint["port"]) for flow in flows)
    ]  # fmt: skip
