# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values that other values at another level beat, so that they are of no effect. Pure: no I/O.

The chart reads several keys for one thing, and takes the first that is not empty. Sources, where none is named: the helpers and
templates of the official chart 1.22.0, and the comments of its values.yaml.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    has_celery,
    has_task_pods,
    value_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ERROR, WARNING, ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.overrides import MISSING, at, leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import chart_values

_EMPTY = (None, "", {}, [])
_POD, _CONTAINER = "securityContexts.pod", "securityContexts.container"
# Their context does not fall back on the global one, but on a user of their own.
_WITH_OWN_USER = ("statsd", "pgbouncer", "redis")
_WITH_CONTEXT = (
    "scheduler", "triggerer", "dagProcessor", "workers", "flower", "cleanup", "createUserJob", "migrateDatabaseJob", *_WITH_OWN_USER,
)  # fmt: skip
_GIT_SYNC = "dags.gitSync"
_LOGS = "Remove it, or leave out airflow_logs.store"
# What is beaten, by what, and what to do; what follows a key follows the place to write it, too.
_MASKS = (
    ("securityContext", _POD, f"Write {_POD}"),
    ("uid", _POD, f"Write {_POD}.runAsUser"),
    ("gid", _POD, f"Write {_POD}.fsGroup"),
    *((f"{name}.securityContext", f"{name}.{_POD}", f"Write {name}.{_POD}") for name in _WITH_CONTEXT),
    *((f"{name}.uid", f"{name}.{_POD}", f"Write {name}.{_POD}.runAsUser") for name in _WITH_OWN_USER),
    (f"{_GIT_SYNC}.securityContext", f"{_GIT_SYNC}.{_CONTAINER}", f"Write {_GIT_SYNC}.{_CONTAINER}"),
    (f"{_GIT_SYNC}.uid", f"{_GIT_SYNC}.{_CONTAINER}", f"Write {_GIT_SYNC}.{_CONTAINER}.runAsUser"),
    (
        f"{_GIT_SYNC}.credentialsSecret", f"{_GIT_SYNC}.sshKeySecret",
        "Set airflow_dag_delivery.git_sync.credentials_secret, and leave out ssh_key_secret there",
    ),
    (f"{_GIT_SYNC}.sshKey", f"{_GIT_SYNC}.sshKeySecret", "Set airflow_dag_delivery.git_sync.ssh_key_secret"),
    ("logs.persistence.size", "logs.persistence.existingClaim", "Set airflow_logs_claim_size"),
    ("logs.persistence.storageClassName", "logs.persistence.existingClaim", "Set airflow_logs_claim_storage_class"),
    ("dags.persistence.size", "dags.persistence.existingClaim", "Set airflow_prerequisites_dags_claim.size"),
    (
        "dags.persistence.storageClassName", "dags.persistence.existingClaim",
        "Set airflow_prerequisites_dags_claim.storage_class",
    ),
    ("apiServer.replicas", "apiServer.hpa.enabled", "Write apiServer.hpa.minReplicaCount"),
    ("triggerer.replicas", "triggerer.keda.enabled", "Write triggerer.keda.minReplicaCount"),
    ("workers.celery.replicas", "workers.celery.hpa.enabled", "Write workers.celery.hpa.minReplicaCount"),
    ("workers.celery.replicas", "workers.celery.keda.enabled", "Write workers.celery.keda.minReplicaCount"),
    # Airflow goes by the folder first: airflow/config_templates/airflow_local_settings.py.
    ("elasticsearch.enabled", "config.logging.remote_base_log_folder", _LOGS),
    ("opensearch.enabled", "config.logging.remote_base_log_folder", _LOGS),
)  # fmt: skip
_OF_ALL = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "schedulerName")
# Maps of workers that are taken as a whole, at whatever level; of the others each key counts for itself.
_WHOLE = (
    "annotations", "podAnnotations", "persistentVolumeClaimRetentionPolicy", "pod", "container", "securityContext",
    "containerLifecycleHooks", "config", "advanced", "behavior", "resources", "nodeSelector", "affinity", "labels",
)  # fmt: skip


def masked(values, context):
    """Tell of raw values that a value at another level beats: an error where it is a compiled one, else a warning.

    :param values: all values, with the raw ones laid over.
    :param context: ``overrides``: the raw values; ``settings``: the list of `Setting` below them; ``defaults``: the chart's
        own values.
    :returns: list of findings.
    """
    raw, defaults = context.get("overrides") or {}, context.get("defaults") or {}
    compiled = chart_values(context.get("settings") or [])
    said = [path for path, value in leaves(raw) if value not in _EMPTY and value != at(defaults, path)]
    return [
        *[finding for path in said for finding in _by_table(values, path, raw)],
        *[finding for path in said for finding in _by_one_kind_of_worker(values, path, compiled)],
        *[finding for key in _OF_ALL if any(path[0] == key for path in said) for finding in _by_components(values, key, compiled)],
    ]


def _by_table(values, path, raw):
    for pattern, by, remedy in _MASKS:
        parts = tuple(pattern.split("."))
        if path[: len(parts)] == parts and value_at(values, by) not in (*_EMPTY, False):
            severity = ERROR if at(raw, by.split(".")) is MISSING else WARNING
            yield ValueFinding(dotted(path), f"{by} is set, too, and beats it", dotted((remedy, *path[len(parts):])), severity)


def _by_one_kind_of_worker(values, path, compiled):
    """What is set for one kind of workers takes the place of what is set for both."""
    if path[0] != "workers" or len(path) < 2 or path[1] in ("celery", "kubernetes"):
        return
    kinds = {"kubernetes": has_task_pods(values), "celery": has_celery(values)}
    there = [kind for kind, is_there in kinds.items() if is_there]
    decisive = path[1: next((place for place, key in enumerate(path, 1) if key in _WHOLE), len(path))]
    beating = [kind for kind in there if at(compiled, ("workers", kind, *decisive)) not in (*_EMPTY, MISSING)]
    if beating:
        told = " and ".join(dotted(("workers", kind, *decisive)) for kind in beating)
        places = " and ".join(dotted(("workers", kind, *path[1:])) for kind in there)
        yield ValueFinding(dotted(path), f"{told} is set, too, and beats it", f"Write {places}")


def _by_components(values, key, compiled):
    """What is set for a component takes the place of what is set for all."""
    pods = ["scheduler", "apiServer", "dagProcessor", "triggerer"]
    pods += ["workers.kubernetes"] if has_task_pods(values) else []
    pods += ["workers.celery"] if has_celery(values) else []
    own = [name for name in pods if at(compiled, (*name.split("."), key)) not in (*_EMPTY, MISSING)]
    if not own:
        return
    told = " and ".join(f"{name}.{key}" for name in own)
    severity = ERROR if len(own) == len(pods) else WARNING
    yield ValueFinding(key, f"{told} {'are' if len(own) > 1 else 'is'} set, too, and not merged with it", f"Write {told}", severity)
