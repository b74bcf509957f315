# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chart a values file is for, and below which of its keys that chart's values are. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import functools

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._values import chart_facts

OFFICIAL, COMMUNITY = "official", "community"
NAMES = {OFFICIAL: "the official chart (apache/airflow)", COMMUNITY: "the community chart (airflow-helm/charts)"}

# Keys at the top that the community chart has in its versions 7 and 8, and the official chart has not.
_COMMUNITY = frozenset({"web", "externalDatabase", "externalRedis"})
# Keys below its `airflow` that the official chart does not have at its top.
_COMMUNITY_AIRFLOW = frozenset({
    "image", "legacyCommands", "users", "usersTemplates", "usersUpdate", "connections", "connectionsTemplates", "connectionsUpdate",
    "variables", "variablesTemplates", "variablesUpdate", "pools", "poolsUpdate", "defaultNodeSelector", "defaultAffinity",
    "defaultTolerations", "defaultTopologySpreadConstraints", "defaultSecurityContext", "defaultContainerSecurityContext", "podAnnotations",
    "extraPipPackages", "protectedPipPackages", "extraContainers", "extraInitContainers", "extraVolumeMounts", "extraVolumes",
    "extraConfigmapMounts", "localSettings", "kubernetesPodTemplate", "dbMigrations", "sync", "initContainers",
})  # fmt: skip
# Keys at the top that both charts have.
_BOTH = frozenset({
    "scheduler", "workers", "triggerer", "flower", "logs", "dags", "ingress", "rbac", "pgbouncer", "postgresql", "redis",
})  # fmt: skip
# Keys at the top of charts of all kinds, which tell nothing.
_ANY = frozenset({
    "nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "labels", "ingress", "securityContext", "securityContexts",
    "nameOverride", "fullnameOverride", "env", "secret", "volumes", "volumeMounts", "rbac", "redis", "postgresql", "logs", "ports", "config",
    "extraEnv", "data", "images", "registry", "global", "uid", "gid", "workers", "limits", "quotas", "elasticsearch", "opensearch",
    "podTemplate", "schedulerName", "revisionHistoryLimit", "priorityClasses", "extraSecrets", "extraConfigMaps", "imagePullSecrets",
})  # fmt: skip
# Keys at the top of charts of Bitnami, that of Airflow among them.
_BITNAMI = frozenset({
    "auth", "worker", "loadExamples", "git", "ldap", "setupDBJob", "extraEnvVars", "extraEnvVarsCM", "extraEnvVarsSecret",
    "existingConfigmap", "configurationOverrides", "overrideConfiguration", "commonLabels", "commonAnnotations", "clusterDomain",
    "defaultInitContainers", "diagnosticMode",
})  # fmt: skip
# Keys at the top of older official charts that 1.22.0 does not have.
_FORMER = frozenset({"airflowHome", "allowPodLaunching", "limits", "quotas"})


class ChartError(WindroseError):
    """The values are of a chart that is not imported; nothing was written."""


@dataclasses.dataclass(frozen=True)
class Detected:
    """What a values file is for.

    :param chart: `OFFICIAL` or `COMMUNITY`.
    :param level: the keys of the file below which the chart's values are; empty where they are at its top.
    :param others: the keys beside that level, which are other charts' values.
    """

    chart: str
    level: tuple
    others: tuple

    @property
    def name(self):
        """What people call the chart."""
        return NAMES[self.chart]


@functools.cache
def _official():
    return frozenset(chart_facts.official_facts().defaults) | _FORMER


def detected(values, path):
    """Tell which chart a values file is for.

    :param values: its content.
    :param path: its path, for messages.
    :returns: `Detected`.
    :raises ChartError: it is another chart's.
    """
    if len(_BITNAMI & set(values)) > 1 or any(len(_BITNAMI & set(inner)) > 1 for inner in values.values() if isinstance(inner, dict)):
        raise _other(path, "these are values of a chart of Bitnami")
    if _is_community(values):
        return Detected(COMMUNITY, (), ())
    here = _known(values)
    # An umbrella chart has the values of each of its charts below the name, or the alias, of that chart.
    below = {key: inner for key, inner in values.items() if isinstance(inner, dict) and key not in here}
    for key, inner in sorted(below.items()):
        if _is_community(inner) and not here:
            return Detected(COMMUNITY, (key,), _others(values, key))
    best = max(sorted(below), key=lambda key: _score(below[key]), default=None)
    if best is not None and _is_airflow(best, below[best]) and _score(below[best]) > max(_score(values), 0):
        return Detected(OFFICIAL, (best,), _others(values, best))
    if values and (not here or not here - _ANY and len(here) < len(values)):
        raise _other(path, "it holds no keys of an Airflow chart")
    return Detected(OFFICIAL, (), ())


def _is_community(values):
    airflow = values.get("airflow")
    if not isinstance(airflow, dict):
        told, specific = _COMMUNITY & set(values), _BOTH & set(values) - _ANY
        # `web` beside keys of the official chart is a slip of somebody who has that.
        return bool(told) and (len(told) > 1 or bool(specific)) and not set(values) & (_official() - _BOTH - _ANY)
    config, environment = airflow.get("config"), airflow.get("extraEnv")
    is_told = bool(
        _COMMUNITY_AIRFLOW & set(airflow)
        or isinstance(config, dict) and any(str(key).startswith("AIRFLOW__") for key in config)
        or isinstance(environment, list)
    )
    if is_told and not (set(airflow) & (_official() - _BOTH - {"config", "extraEnv", "executor", "fernetKey", "webserverSecretKey"})):
        return True
    return bool((_COMMUNITY | _BOTH) & set(values)) and not set(airflow) & (_BOTH | {"webserver", "apiServer", "images", "data"})


def _known(values):
    return set(values) & _official()


def _score(values):
    known = _known(values)
    return len(known) + len(known - _ANY) - len(set(values) - known)


def _is_airflow(key, values):
    return bool(_known(values)) and "airflow" in str(key).lower() or len(_known(values) - _ANY) > 1


def _others(values, level):
    return tuple(sorted(key for key in values if key not in (level, "global")))


def _other(path, cause):
    remedy = f"Name a values file of {NAMES[OFFICIAL]}, 1.0 to 1.22, or of {NAMES[COMMUNITY]}, 7 or 8."
    return ChartError("Could not import", path, cause, remedy)
