# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of executors and of the workers that come with them. Pure: no I/O."""

from __future__ import annotations

import difflib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    DEFAULT_EXECUTOR,
    has_celery,
    has_local,
    has_task_pods,
    is_on,
    list_at,
    value_at,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

EXECUTORS = ("CeleryExecutor", "KubernetesExecutor", "LocalExecutor")
FORMER_EXECUTORS = {
    "CeleryKubernetesExecutor": "CeleryExecutor,KubernetesExecutor",
    "LocalKubernetesExecutor": "LocalExecutor,KubernetesExecutor",
    "SequentialExecutor": "LocalExecutor",
}
CELERY, KUBERNETES = "CeleryExecutor", "KubernetesExecutor"
# {what somebody asks for by true, or by a list that is not empty: the executor without which the chart renders nothing of it}
_NEEDED = {
    "cleanup.enabled": KUBERNETES,
    "flower.enabled": CELERY,
    "ingress.flower.enabled": CELERY,
    "workers.keda.enabled": CELERY,
    "workers.celery.keda.enabled": CELERY,
    "workers.hpa.enabled": CELERY,
    "workers.celery.hpa.enabled": CELERY,
    "workers.celery.sets": CELERY,
}
# A class of one's own, which Airflow imports.
_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def executor_names(values):
    """One executor or several with commas between them; those that join two, Airflow 3 does not have.

    Sources: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/executor/; the pattern of ``executor``
    in the chart's schema, which takes no blanks.

    :returns: list of findings.
    """
    executor = value_at(values, "executor", DEFAULT_EXECUTOR)
    if not isinstance(executor, str):
        return []
    if re.search(r"\s", executor):
        return [
            ValueFinding(
                "executor", "it holds blanks", "Write the executors with commas only: CeleryExecutor,KubernetesExecutor"
            )
        ]
    return [finding for name in executor.split(",") for finding in _judge_executor(name)]


def _judge_executor(name):
    if name in EXECUTORS or _CLASS.fullmatch(name):
        return []
    if name in FORMER_EXECUTORS:
        return [
            ValueFinding(
                "executor",
                f"it names {name}, which Airflow 3 does not have",
                f"Set executor to {FORMER_EXECUTORS[name]}",
            )
        ]
    near = difflib.get_close_matches(name, EXECUTORS, n=1)
    remedy = (
        f"Set executor to {near[0]}" if near else f"Set executor to {', '.join(EXECUTORS)} or the full path of a class"
    )
    return [ValueFinding("executor", "it names an executor that Airflow does not have", remedy)]


def needed_executors(values):
    """What is switched on, and the chart renders with another executor only.

    Source: the conditions in the chart's templates ``cleanup/``, ``flower/`` and ``workers/``; `CronJob cleanup` removes pods
    of tasks, which Celery and LocalExecutor do not start. Redis is not among them, as the chart's default switches it on.

    :returns: list of findings.
    """
    present = {CELERY: has_celery(values), KUBERNETES: has_task_pods(values)}
    return [
        ValueFinding(
            path,
            f"it is for {needed}, and the chart makes nothing of it with the executor that is chosen",
            f"Remove it, or choose an airflow_executor with {needed}",
        )
        for path, needed in _NEEDED.items()
        if value_at(values, path) and not present[needed]
    ]


def local_executor_volume(values):
    """With LocalExecutor, the workers' claim (100Gi, on by default) makes the scheduler a StatefulSet.

    Source: the chart's scheduler template.

    :returns: list of findings.
    """
    if not has_local(values) or not worker_value(values, "celery", "persistence.enabled", True):
        return []
    return [ValueFinding(
        "workers.celery.persistence.enabled",
        "it is true by default, and with LocalExecutor makes the scheduler a StatefulSet with a claim of 100Gi",
        "Set workers.celery.persistence.enabled to false",
    )]  # fmt: skip


def worker_disruption_budget(values):
    """The budget of Celery workers is rendered for any executor, and selects bare task pods too.

    Source: the chart's template of the budget;
    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors.

    :returns: list of findings.
    """
    if (
        has_celery(values)
        or not has_task_pods(values)
        or not worker_value(values, "celery", "podDisruptionBudget.enabled", False)
    ):
        return []
    return [ValueFinding(
        "workers.celery.podDisruptionBudget.enabled",
        "it makes a disruption budget that selects task pods, and may keep nodes from being drained",
        "Set workers.celery.podDisruptionBudget.enabled to false",
    )]  # fmt: skip


def task_service_account(values):
    """Without a name, task pods whose service account is not created run as the namespace's ``default``.

    Source: the chart's helper for names of service accounts.

    :returns: list of findings.
    """
    created = value_at(values, "workers.kubernetes.serviceAccount.create")
    if not has_task_pods(values) or created is not False or is_on(values, "workers.kubernetes.serviceAccount.name"):
        return []
    return [ValueFinding(
        "workers.kubernetes.serviceAccount.name",
        "it is not set, and none is created, so that task pods run as the service account default",
        "Set workers.kubernetes.serviceAccount.name to an existing one, or workers.kubernetes.serviceAccount.create to "
        "true",
    )]  # fmt: skip


def celery_broker(values):
    """Celery needs a broker: the chart's own Redis, or one that a Secret names; two ways together are refused.

    Source: the chart's check-values template, and its Redis secrets: a password that the chart makes is a hook, which
    is absent on upgrade and outlives the release.

    :returns: list of findings.
    """
    if not has_celery(values):
        return []
    named, given = is_on(values, "data.brokerUrlSecretName"), is_on(values, "data.brokerUrl")
    own_redis = is_on(values, "redis.enabled", True)
    if named and given:
        return [
            ValueFinding(
                "data.brokerUrl", "it is set together with data.brokerUrlSecretName", "Leave out data.brokerUrl"
            )
        ]
    if not own_redis and not named and not given:
        return [ValueFinding(
            "data.brokerUrlSecretName",
            "it is not set, and the chart's own Redis is off, so that Celery has no broker",
            "Set data.brokerUrlSecretName to a Secret with the broker's URL under the key connection, or redis.enabled "
            "to true",
        )]  # fmt: skip
    return _own_redis(values, named) if own_redis else []


def _own_redis(values, named):
    password_named, password_given = is_on(values, "redis.passwordSecretName"), is_on(values, "redis.password")
    if password_named and password_given:
        return [
            ValueFinding(
                "redis.password", "it is set together with redis.passwordSecretName", "Leave out redis.password"
            )
        ]
    if password_named and not named and not _has_broker_command(values):
        return [ValueFinding(
            "data.brokerUrlSecretName",
            "it is not set, and redis.passwordSecretName needs it",
            "Set data.brokerUrlSecretName to a Secret with redis://:password@host:6379/0 under the key connection",
        )]  # fmt: skip
    if not password_named and not password_given:
        return [ValueFinding(
            "redis.passwordSecretName",
            "it is not set, so that the chart generates a new password at each rendering and keeps the first one "
            "outside of the release",
            "Set redis.passwordSecretName and data.brokerUrlSecretName to Secrets of your own",
        )]  # fmt: skip
    return []


def _has_broker_command(values):
    names = [entry.get("name") for entry in list_at(values, "env") if isinstance(entry, dict)]
    return "AIRFLOW__CELERY__BROKER_URL_CMD" in names


def async_client_factory(values):
    """With a client of one's own the executor wants two, and does not start with one of them alone.

    Source: ``KubernetesExecutor.start`` of apache-airflow-providers-cncf-kubernetes 10.25.0. This collection switches
    ``async_pod_creation`` on from Airflow 3.3 on.

    :returns: list of findings.
    """
    section = "kubernetes_executor"
    is_async = str(option(values, section, "async_pod_creation")).strip().lower() in ("true", "t", "1")
    own, own_async = (option(values, section, name) for name in ("client_factory", "async_client_factory"))
    if not has_task_pods(values) or not is_async or not own or own_async:
        return []
    return [ValueFinding(
        "config.kubernetes_executor.async_client_factory",
        "it is not set beside client_factory, and with async_pod_creation the executor does not start without it",
        "Set config.kubernetes_executor.async_client_factory to the path of a function that returns the asynchronous "
        "client, or airflow_concurrency.async_pod_creation to false",
    )]  # fmt: skip
