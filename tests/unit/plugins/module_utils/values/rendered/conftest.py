# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered objects, as small as they may be."""

from __future__ import annotations

import copy

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import kubernetes_definitions
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered import schema
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.objects import RenderedObjects
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import Origins
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.told import findings

LABELS = {"tier": "airflow", "release": "airflow"}
CONTEXT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def merged(below, above):
    """:returns: a map with another laid over it."""
    result = copy.deepcopy(below)
    for key, value in above.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and isinstance(result.get(key), dict) else value
    return result


class Make:
    """Makes definitions that nothing is wrong with; what is given is laid over them."""

    @staticmethod
    def container(name="scheduler", **more):
        """:returns: a container."""
        return merged({"name": name, "image": "airflow:3", "securityContext": CONTEXT}, more)

    def spec(self, **more):
        """:returns: the spec of a pod."""
        context = {"runAsNonRoot": True, "runAsUser": 50000, "seccompProfile": {"type": "RuntimeDefault"}}
        return merged({"securityContext": context, "containers": [self.container()], "serviceAccountName": "airflow-scheduler"}, more)

    def workload(self, kind="Deployment", component="scheduler", spec=None, **more):
        """:returns: a Deployment or StatefulSet."""
        labels = {**LABELS, "component": component}
        plain = {
            "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": f"airflow-{component}", "labels": labels},
            "spec": {
                "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": self.spec(**(spec or {}))},
            },
        }  # fmt: skip
        if kind == "StatefulSet":
            plain["spec"]["serviceName"] = f"airflow-{component}"
        return merged(plain, more)

    def task_pod(self, **more):
        """:returns: a pod template of tasks."""
        base = self.container("base", volumeMounts=[{"name": "config", "mountPath": "/opt/airflow/airflow.cfg"}])
        return merged({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "placeholder", "labels": {**LABELS, "component": "worker"}},
            "spec": {**self.spec(containers=[base], serviceAccountName="airflow-worker"), "restartPolicy": "Never",
                     "volumes": [{"name": "config", "configMap": {"name": "airflow-config"}}]},
        }, more)  # fmt: skip

    @staticmethod
    def config_map(template, key="pod_template_file.yaml", name="airflow-config"):
        """:returns: a ConfigMap that holds a pod template, or a text in its place."""
        text = template if isinstance(template, str) else yaml.safe_dump(template)
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {key: text}}

    @staticmethod
    def plain(kind, name, api_version="v1", **more):
        """:returns: an object without anything."""
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **more}


@pytest.fixture
def make():
    """Makes definitions."""
    return Make()


@pytest.fixture
def told():
    """Callable (rule, definitions, values, further arguments) that returns {path: severity, problem and remedy} of what the rule finds."""

    def found(rule, definitions, values=None, *more):
        schemas = [argument for argument in more if isinstance(argument, schema.KubernetesSchema)]
        others = [argument for argument in more if argument not in schemas]
        objects, result = RenderedObjects.of_manifest(yaml.safe_dump_all(definitions)), {}
        for finding in findings(rule(objects, *schemas, Origins(values or {}), *others)):
            text = f"{finding.severity}: {finding.problem}. {finding.remedy}."
            result[finding.path] = f"{result[finding.path]}\n{text}" if finding.path in result else text
        return result

    return found


@pytest.fixture(scope="session")
def kubernetes_schema():
    """The kinds of Kubernetes."""
    return schema.KubernetesSchema(kubernetes_definitions.definitions(schema.KUBERNETES))
