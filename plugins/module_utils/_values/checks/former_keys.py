# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of older charts, of another chart and of common articles, and what replaces them. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import config_keys
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import former_key_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import DEFAULT_EXECUTOR, map_at


@dataclasses.dataclass(frozen=True)
class Situation:
    """What decides whether a key does harm.

    :param airflow_version: such as 3.2.2.
    :param chart_values: all values.
    :param is_official: whether the chart is the official one.
    """

    airflow_version: str
    chart_values: dict
    is_official: bool


@dataclasses.dataclass(frozen=True)
class FormerKey:
    """A key that something else replaces.

    :param problem: what is wrong with it.
    :param remedy: what to write instead.
    :param does_harm: callable that says, by the value and the `Situation`, whether it is wrong here.
    """

    problem: str
    remedy: str
    does_harm: Callable | None = None


def _never(_value, _situation):
    return False


def _is_on(value, _situation):
    return value is not False


def _is_another_airflow(value, situation):
    """Whether a tag begins with the version of another Airflow than the one that is installed."""
    tag, own = (re.match(r"v?(\d+)\.(\d+)", text) for text in (str(value), situation.airflow_version))
    return bool(tag and own and tag.groups() != own.groups())


def _is_one_namespace(value, situation):
    return "{{" not in str(value) and not situation.chart_values.get("multiNamespaceMode")


def _asks_for_many_namespaces(value, situation):
    return str(value).lower() == "true" and not situation.chart_values.get("multiNamespaceMode")


def _differs_from_executor(value, situation):
    return "{{" not in str(value) and value != situation.chart_values.get("executor", DEFAULT_EXECUTOR)


def _misses_task_pods(_value, situation):
    values = situation.chart_values
    if not situation.is_official or "Kubernetes" not in str(values.get("executor")):
        return False
    # By these options Airflow replaces the image of every pod template; the chart's default for them is the tag.
    options = map_at(values, "config.kubernetes_executor")
    if options.get("worker_container_tag") or "worker_container_tag" not in options:
        return "@" not in str(options.get("worker_container_tag"))
    return not values.get("podTemplate")


_TASK_PODS = "Remove it: workers.kubernetes and podTemplate say what task pods are like"
# Keys of the chart's root that no map of another kind has.
_TELLING = frozenset({
    "airflowVersion", "apiServer", "createUserJob", "dagProcessor", "dags", "data", "defaultAirflowRepository", "defaultAirflowTag",
    "executor", "images", "migrateDatabaseJob", "pgbouncer", "postgresql", "redis", "scheduler", "statsd", "triggerer", "webserver",
    "workers",
})
_WRITE = re.compile(r"Write ([\w.]+)")
_WEBSERVER = "Airflow 3 has no webserver, and the chart makes nothing of this"
_UNREAD = "Airflow 3 does not read it"
_API_SECRET = "Remove it; for a key of your own, set airflow_secrets_sources.api_secret_key"
_SMTP = "Write the connection smtp_default, as the variable AIRFLOW_CONN_SMTP_DEFAULT in secret"
_UNSERVED = "on Airflow 3 it does not reach the API server"
_STOPS = "it is of an older chart, and this one refuses to be rendered with it"
_NO_SERVER = "Remove it: airflow_database_mode says which server there is, and the release starts none"
_DIGEST = FormerKey(
    "it does not reach task pods, which run the tag",
    "Remove it, and set airflow_image_digest, which all pods and Jobs follow", does_harm=_misses_task_pods)
# What the chart knows, and what is wrong all the same. What is deprecated and does all of its work is not here.
REFUSED = {
    "webserver.*": FormerKey(_WEBSERVER, "Write apiServer.{0}"),
    "webserver.enabled": FormerKey(_WEBSERVER, "Remove it", does_harm=_is_on),
    # The role that lets the API server read the logs of pods depends on this one.
    "webserver.allowPodLogReading": FormerKey(_WEBSERVER, "Write apiServer.allowPodLogReading", does_harm=_never),
    "webserver.defaultUser": FormerKey("it is deprecated", "Write createUserJob.defaultUser"),
    "webserver.extraNetworkPolicies": FormerKey(_WEBSERVER, "Write apiServer.networkPolicy.ingress.from"),
    "webserver.securityContext": FormerKey(_WEBSERVER, "Write apiServer.securityContexts.pod"),
    "webserver.terminationGracePeriodSeconds": FormerKey(_WEBSERVER, "Remove it: the API server has no such key"),
    "webserver.webserverConfig": FormerKey(_UNSERVED, "Write apiServer.apiServerConfig"),
    "webserver.webserverConfigConfigMapName": FormerKey(_UNSERVED, "Write apiServer.apiServerConfigConfigMapName"),
    "webserverSecretKey": FormerKey(_UNREAD, _API_SECRET),
    "webserverSecretKeySecretName": FormerKey(_UNREAD, _API_SECRET),
    "webserverSecretAnnotations": FormerKey(_UNREAD, "Write apiSecretAnnotations"),
    "ingress.web.*": FormerKey(_WEBSERVER, tables.INGRESS),
    "ingress.web.enabled": FormerKey(_WEBSERVER, tables.INGRESS, does_harm=_is_on),
    "ingress.enabled": FormerKey(
        "it is deprecated: it makes an Ingress of every component at once", tables.INGRESS, does_harm=_is_on),
    "workers.resources": FormerKey(
        "it is deprecated: it reaches Celery workers and task pods alike, and neither once that one has its own",
        "Write workers.kubernetes.resources for task pods, workers.celery.resources for Celery workers"),
    "workers.persistence": FormerKey(
        "it is deprecated: task pods have no volume of their own, and with LocalExecutor the scheduler gets one",
        "Write workers.celery.persistence for Celery workers, and nothing for task pods"),
    "dags.gitSync.wait": FormerKey("git-sync 4 does not read it", "Write dags.gitSync.period, a text such as 60s"),
    "postgresql.postgresqlUsername": FormerKey(_STOPS, _NO_SERVER),
    "postgresql.postgresqlPassword": FormerKey(_STOPS, _NO_SERVER),
    "images.airflow.digest": _DIGEST,
    "defaultAirflowDigest": _DIGEST,
    "config.core.executor": FormerKey(
        "the chart takes the executor from another key", "Remove it, and set airflow_executor", does_harm=_differs_from_executor),
    "config.kubernetes_executor.namespace": FormerKey(
        "the chart gives task pods Secrets, a service account and rights in the namespace of the release alone",
        "Remove it, or set multiNamespaceMode", does_harm=_is_one_namespace),
    "config.kubernetes_executor.multi_namespace_mode": FormerKey(
        "alone it gives no right to start pods in other namespaces", "Write multiNamespaceMode",
        does_harm=_asks_for_many_namespaces),
    "config.kubernetes_executor.worker_container_tag": FormerKey(
        "task pods would run another Airflow than the components", "Remove it, and set airflow_image_tag, which task pods follow",
        does_harm=_is_another_airflow),
    "config.smtp.smtp_user": FormerKey(_UNREAD, _SMTP),
    "config.smtp.smtp_password": FormerKey(_UNREAD, _SMTP),
}


def replaced(path, known_here, known_anywhere, value, situation):
    """What is wrong with a key that something else replaces.

    :param path: its path, a tuple of keys.
    :param known_here: whether the chart has it; such keys are wrong only where they do harm.
    :param known_anywhere: whether the chart or the official one has it.
    :param value: its value.
    :param situation: the `Situation`.
    :returns: (problem, remedy), or None.
    """
    for table in ([_refused()] if known_anywhere else []) + ([] if known_here else [_unknown()]):
        former, names = _found(".".join(map(str, path)), table)
        if former and (not known_here or former.does_harm is None or former.does_harm(value, situation)):
            remedy = former.remedy.format(*names)
            return former.problem, _mended(remedy, situation) if "{0}" in former.remedy else remedy
    return None


def _mended(remedy, situation):
    """What a pattern leads to may not be there: not every component, and not every Airflow, has what the others have."""
    target = tuple(_WRITE.match(remedy).group(1).split("."))
    if target[0] != config_keys.CONFIG:
        return remedy if official_tree().has(target) else "Remove it, or see what the chart's values.yaml has instead"
    told = config_keys.wrong_option(*target[1:], None, {}, situation.airflow_version)
    if told:
        return told[1]
    return remedy if target[1:] in config_keys.known_options() else _TASK_PODS


def is_of_umbrella(key, value):
    """:returns: whether a map below a key that the chart does not have holds values of the chart itself, one level too deep."""
    if not isinstance(value, dict):
        return False
    return any(name in _TELLING and f"{key}.{name}" not in tables.COMMUNITY for name in value)


def of_umbrella(key):
    """:returns: (problem, remedy) of such a key."""
    return (
        "these are values for a chart of which this one is a part, and they stand one level too deep",
        f"Move all that stands below {key} one level up",
    )


def has_parts(path):
    """:returns: whether parts of a key, and not only the key as a whole, are replaced by something."""
    head = ".".join(map(str, path)) + "."
    return any(pattern.startswith(head) for pattern in (*REFUSED, *tables.COMMUNITY, *tables.ARTICLES))


def _found(name, table):
    exact, wild = table
    if name in exact:
        return exact[name], ()
    for pattern, former in wild:
        match = pattern.fullmatch(name)
        if match:
            return former, match.groups()
    return None, ()


def _table(entries):
    """Separate the patterns from the names: names are many times faster to look up."""
    wild = [
        (re.compile(re.escape(pattern).replace(r"\*", "([^.]+)")), former)
        for pattern, former in entries.items() if "*" in pattern]
    return {pattern: former for pattern, former in entries.items() if "*" not in pattern}, wild


@functools.cache
def _refused():
    return _table({
        **{pattern: FormerKey(tables.CONFIG_PROBLEM, remedy) for pattern, remedy in tables.CONFIG.items()}, **REFUSED})


@functools.cache
def _unknown():
    community = {pattern: FormerKey(tables.COMMUNITY_PROBLEM, remedy) for pattern, remedy in tables.COMMUNITY.items()}
    articles = {pattern: FormerKey(tables.ARTICLE_PROBLEM, remedy) for pattern, remedy in tables.ARTICLES.items()}
    return _table({**community, **articles})
