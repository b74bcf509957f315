# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server asks of names and numbers beyond the types that its schema tells. Pure: no I/O.

Laid over the definitions of Kubernetes' OpenAPI document, so that one validator judges both. Sources:
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and `pkg/apis/core/validation` of Kubernetes 1.36.
"""

from __future__ import annotations

import copy

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
DNS_LABEL = {"pattern": f"^{_LABEL}$", "maxLength": 63}
DNS_SUBDOMAIN = {"pattern": rf"^{_LABEL}(\.{_LABEL})*$", "maxLength": 253}
_NAME = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)"
LABEL_VALUE = {"pattern": f"^{_NAME}?$", "maxLength": 63}
# An optional prefix, which is a domain, and a name of at most 63 characters.
QUALIFIED_NAME = {"pattern": rf"^({_LABEL}(\.{_LABEL})*/)?(?=.{{1,63}}$){_NAME}$"}
PORT = {"minimum": 1, "maximum": 65535}
_PORT_NAME = {"pattern": "^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 15}
_QUANTITY = {
    "type": ["string", "number"],
    "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?[0-9]+)?$",
}
_SELECTION = {"propertyNames": QUALIFIED_NAME, "additionalProperties": {"type": "string", **LABEL_VALUE}}

# {definition: {property: what is laid over it}}
_PROPERTIES = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "labels": _SELECTION, "annotations": {"propertyNames": QUALIFIED_NAME},
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector": {"matchLabels": _SELECTION},
    "io.k8s.api.core.v1.Container": {
        "name": DNS_LABEL, "imagePullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
    },
    "io.k8s.api.core.v1.ContainerPort": {
        "containerPort": PORT, "hostPort": {**PORT, "minimum": 0}, "name": _PORT_NAME, "protocol": {"enum": ["TCP", "UDP", "SCTP"]},
    },
    # Since Kubernetes 1.32 any printable character but an equals sign.
    "io.k8s.api.core.v1.EnvVar": {"name": {"pattern": "^[^=\\s](?:[^=\\n]*[^=\\s])?$"}},
    "io.k8s.api.core.v1.PodSpec": {
        "nodeSelector": _SELECTION, "restartPolicy": {"enum": ["Always", "OnFailure", "Never"]},
        "dnsPolicy": {"enum": ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]},
        "serviceAccountName": {"pattern": rf"^({_LABEL}(\.{_LABEL})*)?$"}, "terminationGracePeriodSeconds": {"minimum": 0},
    },
    "io.k8s.api.core.v1.Volume": {"name": DNS_LABEL},
    "io.k8s.api.core.v1.VolumeMount": {"mountPath": {"pattern": "^[^:]+$"}},
    "io.k8s.api.core.v1.Probe": {
        "periodSeconds": {"minimum": 1}, "timeoutSeconds": {"minimum": 1}, "failureThreshold": {"minimum": 1},
        "successThreshold": {"minimum": 1}, "initialDelaySeconds": {"minimum": 0},
    },
    "io.k8s.api.core.v1.Toleration": {"effect": {"enum": ["", "NoSchedule", "PreferNoSchedule", "NoExecute"]}},
    "io.k8s.api.core.v1.NodeSelectorRequirement": {"operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]}},
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": {
        "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
    },
    "io.k8s.api.core.v1.PreferredSchedulingTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "io.k8s.api.core.v1.WeightedPodAffinityTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "io.k8s.api.core.v1.TopologySpreadConstraint": {
        "maxSkew": {"minimum": 1}, "whenUnsatisfiable": {"enum": ["DoNotSchedule", "ScheduleAnyway"]},
    },
    "io.k8s.api.core.v1.SeccompProfile": {"type": {"enum": ["RuntimeDefault", "Unconfined", "Localhost"]}},
    "io.k8s.api.core.v1.PersistentVolumeClaimSpec": {
        "accessModes": {"items": {"enum": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]}},
    },
    "io.k8s.api.core.v1.ServicePort": {"port": PORT, "name": DNS_LABEL, "protocol": {"enum": ["TCP", "UDP", "SCTP"]}},
    "io.k8s.api.core.v1.ServiceSpec": {"type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]}},
    "io.k8s.api.apps.v1.DeploymentSpec": {"replicas": {"minimum": 0}, "revisionHistoryLimit": {"minimum": 0}},
    "io.k8s.api.apps.v1.DeploymentStrategy": {"type": {"enum": ["Recreate", "RollingUpdate"]}},
    "io.k8s.api.apps.v1.StatefulSetSpec": {
        "replicas": {"minimum": 0}, "revisionHistoryLimit": {"minimum": 0},
        "podManagementPolicy": {"enum": ["OrderedReady", "Parallel"]},
    },
    "io.k8s.api.apps.v1.StatefulSetUpdateStrategy": {"type": {"enum": ["OnDelete", "RollingUpdate"]}},
    "io.k8s.api.batch.v1.CronJobSpec": {"concurrencyPolicy": {"enum": ["Allow", "Forbid", "Replace"]}},
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": {"maxReplicas": {"minimum": 1}},
}  # fmt: skip
# What a text has to look like, in words.
WORDS = {
    DNS_LABEL["pattern"]: "lower-case letters, digits and hyphens, with a letter or digit at both ends",
    DNS_SUBDOMAIN["pattern"]: "lower-case letters, digits, hyphens and full stops, with a letter or digit at both ends",
    LABEL_VALUE["pattern"]: "at most 63 letters, digits, hyphens, underscores and full stops, with a letter or digit at both ends",
    QUALIFIED_NAME["pattern"]:
        "at most 63 letters, digits, hyphens, underscores and full stops, perhaps after a domain and a slash, as in example.com/team",
    _PORT_NAME["pattern"]: "at most 15 lower-case letters, digits and hyphens, with a letter among them",
    _QUANTITY["pattern"]: "a quantity, such as 500m or 512Mi",
}
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"

# What is asked of the names of objects. Names of RBAC's kinds may have any character that a path may.
_LABEL_NAMES = frozenset({"Service"})
_FREE_NAMES = frozenset({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})


def laid_over(definitions):
    """:param definitions: {name: schema} of Kubernetes' OpenAPI document.
    :returns: the same with bounds; the argument is not changed.
    """
    result = dict(definitions)
    for name, properties in _PROPERTIES.items():
        if name not in result:
            continue
        changed = copy.deepcopy(result[name])
        for key, bound in properties.items():
            if key in changed.get("properties", {}):
                changed["properties"][key] = {**changed["properties"][key], **bound}
        result[name] = changed
    result[QUANTITY] = _QUANTITY
    return result


def of_name(kind):
    """:param kind: a kind of Kubernetes.
    :returns: the schema of the names of its objects; None where they are free.
    """
    if kind in _FREE_NAMES:
        return None
    return DNS_LABEL if kind in _LABEL_NAMES else DNS_SUBDOMAIN
