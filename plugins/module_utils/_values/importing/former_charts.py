# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of older official charts in the words of chart 1.22.0 with Airflow 3. Pure: no I/O.

Which keys there were, and when they went, is in the release notes of the chart
(https://airflow.apache.org/docs/helm-chart/stable/release_notes.html); what takes their place is in its values.yaml.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.current_keys import takes
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import path_of

_WEBSERVER = "Airflow 3 has an API server in place of the webserver."
_NO_WEBSERVER = "Airflow 3 has no webserver, and its API server has no such key."
_LOGIN = "Who logs in, and how, is said by airflow_auth (docs/authentication.md)."
# Executors of Airflow 2, and what does the same today.
_EXECUTORS = {
    "CeleryKubernetesExecutor": "CeleryExecutor,KubernetesExecutor",
    "LocalKubernetesExecutor": "KubernetesExecutor",
    "SequentialExecutor": "LocalExecutor",
    "KubernetesExecutor,CeleryExecutor": "CeleryExecutor,KubernetesExecutor",
}
# Of 1.0 to 1.21: the former key, and the one that does the same.
RENAMED = {
    "webserver.securityContext": "apiServer.securityContexts.pod",
    "webserver.extraNetworkPolicies": "apiServer.networkPolicy.ingress.from",
    "webserver.defaultUser": "createUserJob.defaultUser",
    "securityContext": "securityContexts.pod",
    "scheduler.securityContext": "scheduler.securityContexts.pod",
    "triggerer.securityContext": "triggerer.securityContexts.pod",
    "dagProcessor.securityContext": "dagProcessor.securityContexts.pod",
    "workers.securityContext": "workers.securityContexts.pod",
    "flower.securityContext": "flower.securityContexts.pod",
    "redis.securityContext": "redis.securityContexts.pod",
    "statsd.securityContext": "statsd.securityContexts.pod",
    "cleanup.securityContext": "cleanup.securityContexts.pod",
    "dags.gitSync.securityContext": "dags.gitSync.securityContexts.container",
    "uid": "securityContexts.pod.runAsUser",
    "gid": "securityContexts.pod.fsGroup",
    "redis.uid": "redis.securityContexts.pod.runAsUser",
    "pgbouncer.uid": "pgbouncer.securityContexts.pod.runAsUser",
    "statsd.uid": "statsd.securityContexts.pod.runAsUser",
    "workers.allowPodLaunching": "allowPodLaunching",
    "scheduler.allowPodLaunching": "allowPodLaunching",
    "registry.connection.name": "registry.secretName",
}
_NAMES = "Everything around the release is called by its name, airflow_release_name."
# What has no place any more, and why.
GONE = {
    "fullnameOverride": _NAMES,
    "nameOverride": _NAMES,
    "useStandardNaming": _NAMES,
    "webserver.webserverConfig": _LOGIN,
    "webserver.webserverConfigConfigMapName": _LOGIN,
    "webserver.command": "It starts the webserver, which Airflow 3 does not have.",
    "webserver.args": "It starts the webserver, which Airflow 3 does not have.",
    "webserver.enabled": _WEBSERVER,
    "webserverSecretKey": "Airflow 3 does not read it: the role airflow_secrets makes airflow-api-secret-key.",
    "webserverSecretKeySecretName": "Airflow 3 does not read it: the role airflow_secrets makes airflow-api-secret-key.",
    "webserverSecretAnnotations": "Airflow 3 does not read the Secret.",
    "migrateDatabaseJob": "The role airflow_database migrates; the pods of its Job are described by airflow_job_pods.",
    "images.useDefaultImageForMigration": "The role airflow_database migrates, with Airflow's image.",
    "ports.airflowUI": "Airflow 3 has no webserver; the API server listens on ports.apiServer.",
    "fernetKeySecretAnnotations": "The role airflow_secrets makes the Secret.",
    "apiSecretAnnotations": "The role airflow_secrets makes the Secret.",
    "jwtSecretAnnotations": "The role airflow_secrets makes the Secret.",
}
_WORKERS = ("workers",)


def of_today(work):
    """Give values the paths that chart 1.22.0 has for them."""
    _ingress(work)
    for old, new in RENAMED.items():
        if work.has(old):
            work.rename(old, new, "The chart has another key for it now.")
    for path, why in GONE.items():
        if work.has(path):
            work.drop(path, why)
    _login_of_a_provider(work)
    _webserver(work)
    _executor(work)
    _workers(work)
    _git_sync_speaks_version_4(work)


def _ingress(work):
    enabled = work.value("ingress.enabled")
    leaf = work.left.leaf(path_of("ingress.enabled"))
    if leaf is not None and isinstance(enabled, bool):
        note = "This key made an Ingress of every component at once."
        work.left.remove(path_of("ingress.enabled"))
        for component in ("apiServer", "web", "flower") if work.value("flower.enabled") else ("apiServer", "web"):
            path = ("ingress", component, "enabled")
            if not work.left.has(path) and (component != "apiServer" or not work.has("ingress.web")):
                work.left.put(path, enabled, leaf.origin, note)
    if work.has("ingress.web"):
        work.rename("ingress.web", "ingress.apiServer", _WEBSERVER)


def _login_of_a_provider(work):
    for row in work.rows:
        if row.origin.endswith(("webserverConfig", "apiServerConfig")) and row.note == _LOGIN:
            work.task(f"Choose airflow_auth.method: {row.origin} of the file said who logs in, and is not taken over.")


def _webserver(work):
    for key in work.left.children(("webserver",)):
        old = ("webserver", key)
        if takes(("apiServer", key)):
            _shared_keys(work, old, ("apiServer", key))
        else:
            work.drop(old, _NO_WEBSERVER)


def _shared_keys(work, old, new):
    for path in work.left.below(old):
        place = (*new, *path[len(old):])
        if takes(place):
            work.rename(path, place, _WEBSERVER)
        else:
            work.drop(path, _NO_WEBSERVER)


def _executor(work):
    leaf = work.left.leaf(("executor",))
    if leaf and isinstance(leaf.value, str) and leaf.value in _EXECUTORS:
        work.left.put(("executor",), _EXECUTORS[leaf.value], leaf.origin, f"Airflow 3 has no {leaf.value}; this one does the same.")
    elif leaf and isinstance(leaf.value, str) and "{{" in leaf.value:
        work.drop("executor", "Which executor the template means is not known: choose airflow_executor.")


def executors(work, named=None):
    """:param named: the executor, where it is not among the values.
    :returns: (whether there are Celery workers, whether there are pods of tasks)."""
    executor = named or str(work.value("executor", work.get("executor", "CeleryExecutor")))
    return "Celery" in executor, "Kubernetes" in executor


def _workers(work):
    """Say of each kind of worker what `workers` says of both."""
    celery, task_pods = executors(work)
    _task_pods(work, task_pods)
    kinds = [kind for kind, is_there in (("celery", celery), ("kubernetes", task_pods)) if is_there]
    for key in work.left.children(_WORKERS):
        if key in ("celery", "kubernetes"):
            continue
        old = (*_WORKERS, key)
        wanted = [kind for kind in kinds if takes((*_WORKERS, kind, key))]
        note = f"The chart has it at workers.{' and workers.'.join(wanted)} now."
        if not wanted:
            work.drop(old, _unread(key, celery, task_pods))
            continue
        for kind in wanted[1:]:
            _copied(work, old, (*_WORKERS, kind, key), note)
        work.rename(old, (*_WORKERS, wanted[0], key), note)
    for kind, is_there in (("celery", celery), ("kubernetes", task_pods)):
        if not is_there and work.left.has((*_WORKERS, kind)):
            work.drop((*_WORKERS, kind), f"The executor starts no {'Celery workers' if kind == 'celery' else 'pods of tasks'}.")


def _task_pods(work, task_pods):
    """Leave out what is for pods of tasks alone, where there are none."""
    for path in ("podTemplate", "cleanup"):
        if work.has(path) and not task_pods:
            work.drop(path, "It is for pods of tasks, and the executor starts none.")


def _copied(work, old, new, note):
    for path in work.left.below(old):
        leaf, place = work.left.leaf(path), (*new, *path[len(old):])
        if not work.left.has(place):
            work.left.put(place, leaf.value, leaf.origin, note)


def _unread(key, celery, task_pods):
    if task_pods and not celery:
        table = {"replicas": "Each task has a pod of its own; airflow_concurrency.parallelism bounds their number."}
        return table.get(key, "Pods of tasks do not have it.")
    return "The executor starts no workers." if not celery else "Celery workers do not have it."


def _git_sync_speaks_version_4(work):
    tag = str(work.value("images.gitSync.tag", ""))
    if tag.startswith(("v3", "v2", "3.", "2.")):
        work.drop("images.gitSync", "Chart 1.22.0 runs git-sync 4, whose variables version 3 does not read.")


def airflow_of(work):
    """Tell which Airflow the values were for.

    :returns: the version as the file has it, such as 2.9.3; None where it has none.
    """
    for path in ("airflowVersion", "images.airflow.tag", "defaultAirflowTag"):
        text = work.value(path)
        if isinstance(text, str) and airflow_versions.release(text):
            return text
    return None
