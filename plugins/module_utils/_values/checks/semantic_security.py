# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of keys, security contexts, access rights, network policies and Jobs. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    has_celery,
    has_dag_processor,
    has_task_pods,
    integer_at,
    is_on,
    list_at,
    map_at,
    text_at,
    value_at,
    walk,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

# The key that names the Secret, the key for the secret itself, the variable that the chart makes, the Secret's own key.
_KEYS = (
    ("fernetKeySecretName", "fernetKey", "AIRFLOW__CORE__FERNET_KEY", "fernet-key"),
    ("apiSecretKeySecretName", "apiSecretKey", "AIRFLOW__API__SECRET_KEY", "api-secret-key"),
    ("jwtSecretName", "jwtSecret", "AIRFLOW__API_AUTH__JWT_SECRET", "jwt-secret"),
)


def key_secrets(values):
    """Keys that the chart makes are random at each rendering: every upgrade restarts Airflow, and ends all sessions.

    Sources: two renderings differ; https://airflow.apache.org/docs/helm-chart/stable/production-guide.html.

    :returns: list of findings; a key that is given inline is another check's business.
    """
    return [
        ValueFinding(
            name,
            "it is not set, so that the chart generates a new key at each rendering",
            f"Set {name} to the name of a Secret with the key {secret_key}",
        )
        for name, inline, variable, secret_key in _KEYS
        if not is_on(values, name)
        and not is_on(values, inline)
        and is_on(values, f"enableBuiltInSecretEnvVars.{variable}", True)
    ]


def container_contexts(values):
    """A context replaces the chart's own, which forbids privilege escalation and drops all capabilities.

    Sources: the chart's helpers; https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted.

    :returns: list of findings.
    """
    found = []
    for path, context in walk(values):
        names = path[-2:]
        # Giving a volume to another owner takes capabilities.
        if (
            names not in (("securityContexts", "container"), ("securityContexts", "containers"))
            or "persistence" in path
        ):
            continue
        if not isinstance(context, dict) or not context:
            continue
        missing = []
        if context.get("allowPrivilegeEscalation") is not False:
            missing.append("allowPrivilegeEscalation: false")
        if "ALL" not in list_at(context, "capabilities.drop"):
            missing.append("capabilities: {drop: [ALL]}")
        if missing:
            told = " and ".join(missing)
            found.append(
                ValueFinding(
                    dotted(path),
                    f"it replaces the chart's own context, and lacks {told}",
                    f"Add {told} to {dotted(path)}",
                )
            )
    return found


def api_server_traffic(values):
    """With network policies the api-server takes no traffic at all, not even from tasks, until ``from`` is set.

    Judged where tasks run in pods of their own: of a scheduler that runs them itself, another policy than the chart's
    may take care. Source: the chart's template of the policy.

    :returns: list of findings.
    """
    if not is_on(values, "networkPolicies.enabled") or not (has_celery(values) or has_task_pods(values)):
        return []
    if list_at(values, "apiServer.networkPolicy.ingress.from"):
        return []
    return [ValueFinding(
        "apiServer.networkPolicy.ingress.from",
        "it is empty, and with networkPolicies.enabled nothing can reach the api-server, not even tasks",
        "Set apiServer.networkPolicy.ingress.from to a podSelector of {tier: airflow, release: <release>} and one of "
        "the ingress controller",
    )]  # fmt: skip


def api_server_port(values):
    """Tasks call the api-server at the port of ``ports.apiServer``, whatever the Service listens on.

    Source: the chart's ConfigMap, which makes ``execution_api_server_url``.

    :returns: list of findings.
    """
    if "execution_api_server_url" in map_at(values, "config.core"):
        return []
    wanted = integer_at(values, "ports.apiServer", 8080)
    ports = [
        as_integer(entry.get("port")) for entry in list_at(values, "apiServer.service.ports") if isinstance(entry, dict)
    ]
    if not ports or wanted in ports or None in ports:
        return []
    return [ValueFinding(
        "apiServer.service.ports",
        f"it does not have the port {wanted}, at which tasks call the api-server",
        "Set ports.apiServer to the same port, or config.core.execution_api_server_url to the URL that tasks shall "
        "call",
    )]  # fmt: skip


def pod_log_reading(values):
    """The Role follows ``webserver.allowPodLogReading``, its binding ``apiServer.allowPodLogReading``; alone they fail.

    Source: the chart's templates of both.

    :returns: list of findings.
    """
    role, binding = (is_on(values, f"{name}.allowPodLogReading", True) for name in ("webserver", "apiServer"))
    if role == binding:
        return []
    return [ValueFinding(
        "apiServer.allowPodLogReading",
        "it differs from webserver.allowPodLogReading: the one makes the binding, the other the Role that it binds",
        "Set both to the same",
    )]  # fmt: skip


def openshift_dag_processor(values):
    """The binding of OpenShift's constraints leaves the dag-processor out unless ``dagProcessor.enabled`` is written.

    Source: the chart's template of the binding.

    :returns: list of findings.
    """
    if (
        not is_on(values, "rbac.createSCCRoleBinding")
        or not has_dag_processor(values)
        or is_on(values, "dagProcessor.enabled")
    ):
        return []
    return [ValueFinding(
        "dagProcessor.enabled",
        "it is not set explicitly, so that rbac.createSCCRoleBinding leaves the dag-processor without its constraints",
        "Set dagProcessor.enabled to true",
    )]  # fmt: skip


def job_hooks(values):
    """As hooks, both Jobs start once the release is ready, and its pods are not ready before the database is migrated.

    Source: https://airflow.apache.org/docs/helm-chart/stable/index.html (with Argo CD, Flux, Rancher or Terraform).

    :returns: list of findings, for hooks that are asked for.
    """
    return [
        ValueFinding(
            f"{name}.useHelmHooks",
            "it makes a hook of the Job, which runs after everything else is ready, and everything else waits for it",
            f"Set {name}.useHelmHooks to false, or {name}.enabled to false",
        )
        for name in ("migrateDatabaseJob", "createUserJob")
        if value_at(values, f"{name}.useHelmHooks") is True and is_on(values, f"{name}.enabled", True)
    ]


def collector_configuration(values):
    """The chart's default configuration of the collector uses the exporter ``logging``, which later images do not have.

    Source: https://github.com/open-telemetry/opentelemetry-collector/blob/main/CHANGELOG.md, v0.111.0.

    :returns: list of findings.
    """
    on = is_on(values, "otelCollector.tracesEnabled") or is_on(values, "otelCollector.metricsEnabled")
    tag = text_at(values, "images.otelCollector.tag", "0.70.0")
    if not on or tag.startswith("0.70.0") or is_on(values, "otelCollector.config"):
        return []
    return [ValueFinding(
        "otelCollector.config",
        "it is not set although the image is another one, and the chart's configuration is for 0.70.0",
        "Set otelCollector.config to a configuration with the exporter debug instead of logging",
    )]  # fmt: skip
