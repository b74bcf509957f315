# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod templates that worker profiles become. Pure: no I/O.

Each is the chart's own pod template of tasks with the profile laid over it, so that nothing of what the chart puts
there is lost. A DAG picks one with
``executor_config={"pod_template_file": "/opt/airflow/pod_templates/<name>.yaml"}``.
"""

from __future__ import annotations

import json

from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import Setting, path_of
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import (
    SPOT_TOLERATIONS,
    image_of,
)

VARIABLES = {}
DIRECTORY = "/opt/airflow/pod_templates"
VOLUME = "pod-templates"
_SPEC = {
    "node_selector": "nodeSelector", "tolerations": "tolerations", "priority_class": "priorityClassName",
    "service_account": "serviceAccountName",
}  # fmt: skip
# The chart makes its own template of the same file, or of podTemplate where that is set.
_TEMPLATE = """\
{{- $text := tpl (.Values.podTemplate | default (.Files.Get "files/pod-template-file.kubernetes-helm-yaml")) . -}}
{{- range fromJsonArray `%s` }}
{{- $pod := fromYaml $text }}
{{- if not $pod.spec }}{{ fail "The chart has no pod template to lay worker profiles over." }}{{ end }}
{{- range $key, $value := .spec }}{{ $_ := set $pod.spec $key $value }}{{ end }}
{{- range $key, $value := .container }}{{ $_ := set (first $pod.spec.containers) $key $value }}{{ end }}
{{- $tolerations := concat ($pod.spec.tolerations | default list) .tolerations | uniq }}
{{- if $tolerations }}{{ $_ := set $pod.spec "tolerations" $tolerations }}{{ end }}
{{- range $field, $entries := .metadata }}
{{- $_ := set $pod.metadata $field (merge $entries (get $pod.metadata $field | default dict)) }}
{{- end }}
{{ .name }}.yaml: |
  {{- toYaml $pod | nindent 2 }}
{{- end }}
"""


def settings(specification):
    """:returns: the list of Setting of this topic."""
    profiles = specification["worker_profiles"]
    if not profiles or not specification.has_task_pods:
        return []
    variable, name = named("worker_profiles"), f"{specification.release}-{VOLUME}"
    overlays = [_overlay(profile, specification) for profile in profiles]
    # A backquote ends the text that helm reads the profiles from.
    data = _TEMPLATE % json.dumps(overlays, sort_keys=True).replace("`", "\\u0060")
    return [
        Setting(("extraConfigMaps", name, "data"), data, variable, "One pod template for each profile"),
        *pod_templates_are_no_hook(name, variable),
        *_mounts(profiles, name, variable),
    ]


def _overlay(profile, specification):
    # The chart's own template is the default profile.
    kept = {} if profile["default"] else given(profile)
    container = {"resources": kept["resources"]} if "resources" in kept else {}
    if "image" in kept:
        container["image"] = ":".join(image_of(profile, specification))
    return {
        "name": profile["name"],
        "metadata": {field: kept[field] for field in ("labels", "annotations") if field in kept},
        "spec": {key: kept[option] for option, key in _SPEC.items() if option in kept},
        "container": container,
        "tolerations": SPOT_TOLERATIONS if kept.get("spot") else [],
    }


def pod_templates_are_no_hook(name, variable):
    """Make the ConfigMap part of the release: as a hook, the chart's default, it would outlive it."""
    path = ("extraConfigMaps", name, "useHelmHooks")
    return [Setting(path, False, variable, "It belongs to the release", pinned=True)]


def _mounts(profiles, name, variable):
    volumes = [{"name": VOLUME, "configMap": {"name": name}}]
    # One by one, because the chart mounts its own template into the same directory.
    mounts = [
        {
            "name": VOLUME, "mountPath": f"{DIRECTORY}/{profile['name']}.yaml", "subPath": f"{profile['name']}.yaml",
            "readOnly": True,
        }
        for profile in profiles
    ]  # fmt: skip
    why = "The executor reads the pod templates"
    return [
        Setting(path_of("scheduler.extraVolumes"), volumes, variable, why),
        Setting(path_of("scheduler.extraVolumeMounts"), mounts, variable, why),
    ]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []
