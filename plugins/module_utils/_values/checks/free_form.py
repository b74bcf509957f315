# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where chart values may hold keys that no list can name, and why. Pure: no I/O."""

from __future__ import annotations

import fnmatch
import functools

# Patterns of paths: `*` stands for one key or one entry of a list, `**` at the beginning for any keys, or none.
FREE_FORM = {
    "**.labels": "labels are the user's own",
    "**.matchLabels": "labels are the user's own",
    "**.namespaceLabels": "labels are the user's own",
    "**.nodeSelector": "labels of nodes are the cluster's own",
    "**.annotations": "annotations belong to whoever reads them",
    "**.*Annotations": "annotations belong to whoever reads them",
    "**.resources.limits": "device plugins add names of resources",
    "**.resources.requests": "device plugins add names of resources",
    "**.volumeAttributes": "each CSI driver has its own",
    "quotas": "device plugins add names of resources",
    "limits.*.default": "device plugins add names of resources",
    "limits.*.defaultRequest": "device plugins add names of resources",
    "limits.*.max": "device plugins add names of resources",
    "limits.*.maxLimitRequestRatio": "device plugins add names of resources",
    "limits.*.min": "device plugins add names of resources",
    "extraSecrets": "names of Secrets are the user's own",
    "extraConfigMaps": "names of ConfigMaps are the user's own",
    "dagProcessor.dagBundleConfigList.*.kwargs": "each class of DAG bundle has its own",
    "statsd.extraMappings.*": "the mappings are statsd_exporter's",
    "statsd.overrideMappings.*": "the mappings are statsd_exporter's",
    "ingress.*.precedingPaths.*": "the paths are Kubernetes', and the schema says nothing of them",
    "ingress.*.succeedingPaths.*": "the paths are Kubernetes', and the schema says nothing of them",
    "config": "sections of airflow.cfg are checked against those of Airflow and its providers",
    "config.*": "options of airflow.cfg are checked against those of Airflow and its providers",
    "global": "helm hands it to the charts that this one depends on",
}

# Keys that Kubernetes or KEDA has, the chart hands on, and neither its values.yaml nor its schema names.
MORE_KEYS = {
    "**.strategy": {"type", "rollingUpdate"},
    "**.strategy.rollingUpdate": {"maxSurge", "maxUnavailable"},
    "**.updateStrategy": {"type", "rollingUpdate"},
    "**.updateStrategy.rollingUpdate": {"maxUnavailable", "partition"},
    "**.podDisruptionBudget.config": {"maxUnavailable", "minAvailable", "unhealthyPodEvictionPolicy"},
    "**.horizontalPodAutoscalerConfig": {"behavior", "name"},
    "dags.gitSync.livenessProbe": {
        "exec", "grpc", "httpGet", "successThreshold", "tcpSocket", "terminationGracePeriodSeconds"},
}


@functools.cache
def _split(pattern):
    parts = pattern.split(".")
    return (True, tuple(parts[1:])) if parts[0] == "**" else (False, tuple(parts))


def _matches(path, pattern):
    anywhere, parts = _split(pattern)
    if len(path) < len(parts) or not anywhere and len(path) > len(parts):
        return False
    return all(fnmatch.fnmatchcase(str(key), part) for key, part in zip(path[-len(parts):], parts))


def reason(path):
    """:returns: why the keys below a path are free, a key of a list of them being a number; None where they are not."""
    return next((why for pattern, why in FREE_FORM.items() if _matches(path, pattern)), None)


def more_keys(path):
    """:returns: the keys below a path that the chart takes and does not name."""
    return set().union(*(keys for pattern, keys in MORE_KEYS.items() if _matches(path, pattern)))
