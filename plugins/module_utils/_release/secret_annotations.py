# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods read which Secret, and the annotations that restart them when it changes. Pure: no I/O.

A container keeps what it read when it started. In Airflow's charts (official 1.22.0 and bundled) values name Secrets:

- the fernet key, the metadata and result connections, the broker, the secret key of the API server, and those of
  ``secret``: all of Airflow's containers;
- the key that signs task tokens (``jwtSecretName``): API server and scheduler;
- what the environment of a component names (``env``): that component;
- the configuration and the statistics user of PgBouncer: PgBouncer;
- the credentials of git-sync: DAG processor, triggerer and Celery workers, with LocalExecutor also the scheduler.

Pods of KubernetesExecutor read their Secrets when a task starts, so they need no annotation. One would even do harm:
their template lies in a ConfigMap whose checksum all other pods carry.
"""

from __future__ import annotations

import copy
import hashlib
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError

PREFIX = "windrose.airflow/"
SUFFIX = "-hmac"
ANNOTATION = re.compile(re.escape(PREFIX) + r".+" + re.escape(SUFFIX))
# What Kubernetes allows for the part of an annotation's key behind the slash.
LONGEST_NAME = 63
DIGEST_DIGITS = 8

ANNOTATIONS = "podAnnotations"
BY_AIRFLOW = (("fernetKeySecretName",), ("apiSecretKeySecretName",), ("data", "metadataSecretName"))
BY_AIRFLOW_WITH_CELERY = (("data", "resultBackendSecretName"), ("data", "brokerUrlSecretName"))
BY_PGBOUNCER = (("pgbouncer", "configSecretName"), ("pgbouncer", "metricsExporterSidecar", "statsSecretName"))
BY_GIT_SYNC = (("dags", "gitSync", "sshKeySecret"), ("dags", "gitSync", "credentialsSecret"))


def annotation_key(secret_name):
    """:returns: the key of the annotation for a Secret; a name that is too long for a key is shortened by a hash."""
    if len(secret_name) + len(SUFFIX) > LONGEST_NAME:
        digest = hashlib.sha256(secret_name.encode()).hexdigest()[:DIGEST_DIGITS]
        secret_name = f"{secret_name[: LONGEST_NAME - len(SUFFIX) - len(digest) - 1]}-{digest}"
    return f"{PREFIX}{secret_name}{SUFFIX}"


class _Values:
    """Chart values over the chart's own."""

    def __init__(self, chart_values, defaults):
        self._sources = (chart_values, defaults)

    def find(self, *path):
        """:returns: the value at a path; None where neither says anything."""
        for found in self._sources:
            for name in path:
                found = found.get(name) if isinstance(found, dict) else None
            if found is not None:
                return found
        return None


def readers(chart_values, defaults):
    """Find out which pods read which Secret.

    :param chart_values: the values of a release of Airflow's chart; those of another chart name no Secret known here.
    :param defaults: the chart's own values.
    :returns: {name of a Secret: list of paths of the values that annotate the pods that read it}.
    """
    values = _Values(chart_values, defaults)
    celery = "Celery" in str(values.find("executor"))
    workers = _celery_workers(values, chart_values) if celery else []
    signers = [("apiServer", ANNOTATIONS), ("scheduler", ANNOTATIONS)]
    processors = [("dagProcessor", ANNOTATIONS), ("triggerer", ANNOTATIONS), *workers]
    airflow = signers + processors
    if celery and values.find("flower", "enabled"):
        airflow.append(("flower", ANNOTATIONS))
    parses = str(values.find("executor")).startswith("Local")

    named = {path: airflow for path in BY_AIRFLOW}
    named[("jwtSecretName",)] = signers
    if celery:
        named.update({path: airflow for path in BY_AIRFLOW_WITH_CELERY})
    if values.find("pgbouncer", "enabled"):
        named.update({path: [("pgbouncer", ANNOTATIONS)] for path in BY_PGBOUNCER})
    if values.find("dags", "gitSync", "enabled"):
        # Into a claim, one pod writes the DAGs for all.
        cloning = processors[:1] if values.find("dags", "persistence", "enabled") else processors
        named.update({path: cloning + (signers[1:] if parses else []) for path in BY_GIT_SYNC})
    found = [(values.find(*path), pods) for path, pods in named.items()]
    found += [(variable.get("secretName"), airflow) for variable in _mappings(values.find("secret"))]
    for component in airflow:
        found += [(_secret_of(variable), [component]) for variable in _mappings(values.find(*component[:-1], "env"))]
    return _merged(found)


def _secret_of(variable):
    """:returns: the name of the Secret that a variable of a container comes from, or None."""
    return _Values(variable, {}).find("valueFrom", "secretKeyRef", "name")


def _mappings(value):
    """Another chart may mean something else by a name: only a list of mappings is taken for what Airflow's means."""
    return value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else []


def _celery_workers(values, chart_values):
    """A worker set replaces the annotations of all workers by its own, and those replace the former key's."""
    shared, own = ("workers", ANNOTATIONS), ("workers", "celery", ANNOTATIONS)
    sets = _mappings(_Values(chart_values, {}).find("workers", "celery", "sets"))
    places = [
        ("workers", "celery", "sets", place, ANNOTATIONS) for place, item in enumerate(sets) if item.get(ANNOTATIONS)
    ]
    return [shared if values.find(*shared) and not values.find(*own) else own, *places]


def _merged(found):
    merged = {}
    for secret_name, pods in found:
        if isinstance(secret_name, str) and secret_name:
            places = merged.setdefault(secret_name, [])
            places += [path for path in pods if path not in places]
    return merged


def laid(chart_values, places, hmacs):
    """Lay the annotations over chart values.

    :param chart_values: the values; they stay as they are.
    :param places: {name of a Secret: paths of maps of annotations}, as `readers` returns them.
    :param hmacs: {name of a Secret: the HMAC of its content}; a Secret without one is left out.
    :returns: new chart values.
    :raises DefinitionError: what is at a path is not a map.
    """
    result = copy.deepcopy(chart_values)
    for secret_name, hmac in sorted(hmacs.items()):
        for path in places.get(secret_name, []):
            _map_at(result, path)[annotation_key(secret_name)] = hmac
    return result


def _map_at(values, path):
    for depth, step in enumerate(path, 1):
        if isinstance(values, list):
            values = values[step]
            continue
        if values.get(step) is None:
            values[step] = {}
        values = values[step]
        if not isinstance(values, list if depth < len(path) and isinstance(path[depth], int) else dict):
            raise DefinitionError(
                "Could not annotate",
                f"the pods that chart value {'.'.join(map(str, path))} is for",
                f"{'.'.join(map(str, path[:depth]))} is not a map",
                "Correct the chart values or the paths in secret_annotations.",
            )
    return values


def without(item):
    """:returns: chart values or an object without these annotations, and without the maps that held nothing else."""
    if isinstance(item, list):
        return [without(entry) for entry in item]
    if not isinstance(item, dict):
        return item
    kept = {}
    for name, value in item.items():
        if isinstance(name, str) and ANNOTATION.fullmatch(name):
            continue
        stripped = without(value)
        if stripped != {} or value == {}:
            kept[name] = stripped
    return kept
