# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that helm renders, and the pods in them. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import functools

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

# Where a kind has its pod. https://kubernetes.io/docs/concepts/workloads/.
_POD_PATHS = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), ("spec", "template")),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
_TEMPLATE_ENDINGS = (".yaml", ".yml")
# The file of the ConfigMap that Airflow makes the pods of tasks of. Source: the chart's ConfigMap and
# config.kubernetes_executor.pod_template_file.
TASK_TEMPLATE = "pod_template_file.yaml"


@dataclasses.dataclass(frozen=True)
class RenderedPod:
    """A pod that Kubernetes or Airflow makes.

    :param label: the object that it is made of, and of a ConfigMap the key.
    :param owner: the definition of that object.
    :param path: the path of the pod in it, as a tuple; empty where Airflow makes the pod.
    :param metadata: the pod's.
    :param spec: the pod's.
    :param is_of_tasks: whether Airflow makes the pods of tasks of it.
    """

    label: str
    owner: dict
    path: tuple
    metadata: dict
    spec: dict
    is_of_tasks: bool = False

    @property
    def component(self):
        """The label of the component that the pod is of, or None."""
        return mapping(self.metadata.get("labels")).get("component")

    def containers(self):
        """:returns: list of (field, place, container), init containers among them."""
        return [
            (field, place, container)
            for field in ("initContainers", "containers")
            for place, container in enumerate(entries(self.spec.get(field)))
        ]


class RenderedObjects:
    """Everything that one rendering makes.

    :param definitions: list of definitions.
    :param is_formed: callable that says whether the pod of a template may be looked into.
    """

    def __init__(self, definitions, is_formed=lambda template: True):
        self.definitions = definitions
        self._is_formed = is_formed

    @classmethod
    def of_manifest(cls, manifest):
        """:param manifest: YAML documents, as ``helm template`` prints them."""
        documents = yaml.load_all(manifest, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return cls([document for document in documents if isinstance(document, dict) and isinstance(document.get("kind"), str)])

    def formed(self, is_formed):
        """:param is_formed: callable that says whether an object has everywhere the types that it should have.
        :returns: those of the objects that have, with the pods of those pod templates that have.
        """
        return RenderedObjects([definition for definition in self.definitions if is_formed(definition)], is_formed)

    @functools.cached_property
    def pods(self):
        """list of `RenderedPod`, those of tasks last."""
        found = []
        for definition in self.definitions:
            path = _POD_PATHS.get(definition["kind"])
            template = at(definition, path) if path is not None else None
            if isinstance(template, dict):
                found.append(RenderedPod(
                    label(definition), definition, path, mapping(template.get("metadata")), mapping(template.get("spec"))))
        return found + [pod for pod in (self._task_pod(*texts) for texts in self.pod_templates) if pod]

    @functools.cached_property
    def pod_templates(self):
        """list of (ConfigMap, key, text) of what may be a pod template for tasks."""
        return [
            (definition, key, text)
            for definition in self.of_kind("ConfigMap")
            for key, text in sorted(mapping(definition.get("data")).items())
            if isinstance(text, str) and text.strip() and (
                key == TASK_TEMPLATE or (key.endswith(_TEMPLATE_ENDINGS) and "kind: Pod\n" in f"{text}\n"))
        ]

    def _task_pod(self, definition, key, text):
        document = template_of(text)
        if not isinstance(document, dict) or document.get("kind") != "Pod" or not self._is_formed(document):
            return None
        told = f"{key} of {label(definition)}"
        return RenderedPod(told, definition, (), mapping(document.get("metadata")), mapping(document.get("spec")), is_of_tasks=True)

    def of_kind(self, *kinds):
        """:returns: list of the definitions of these kinds."""
        return [definition for definition in self.definitions if definition["kind"] in kinds]

    def names(self, kind):
        """:returns: set of the names of the objects of a kind."""
        return {name_of(definition) for definition in self.of_kind(kind)}


def template_of(text):
    """:returns: the one document of a pod template; None where it is no YAML, or more than one document."""
    try:
        documents = [document for document in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if document]
    except yaml.YAMLError:
        return None
    return documents[0] if len(documents) == 1 else None


def label(definition):
    """:returns: kind and name of an object."""
    return f"{definition['kind']} {name_of(definition)}"


def name_of(definition):
    """:returns: the name of an object; empty where it has none."""
    return str(mapping(definition.get("metadata")).get("name") or "")


def at(document, path):
    """:returns: what stands at a path; None where it ends before."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def mapping(value):
    """:returns: a map as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def entries(value):
    """:returns: the maps of a list; none of anything else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
