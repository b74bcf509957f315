# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm makes of chart values on this machine alone, and what was found in it before."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm, kubernetes_definitions
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.verdicts import Verdicts
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.schema import (
    KUBERNETES,
    KubernetesSchema,
)


class Rendering:
    """Renders charts for one release.

    :param open_helm: callable that returns an object with the methods `render` and `identity` of `HelmClient`.
    :param verdicts: `Verdicts` of earlier runs.
    :param name: the release's name.
    :param namespace: the release's namespace.
    """

    def __init__(self, open_helm, verdicts, name, namespace):
        self._open_helm = open_helm
        self._verdicts = verdicts
        self._name = name
        self._namespace = namespace

    @classmethod
    def by_helm(cls, helm_binary, temporary_folder, name, namespace, cache=None):
        """:param helm_binary: name or path of helm.
        :param temporary_folder: a private folder, for the values while helm reads them.
        :param name: the release's name.
        :param namespace: the release's namespace.
        :param cache: the cache folder of this user; None where nothing is to be kept.
        """
        return cls(lambda: helm.without_cluster(helm_binary, temporary_folder), Verdicts(cache), name, namespace)

    def render(self, path, chart_values):
        """Render a chart as an upgrade would.

        :param path: the path of the chart.
        :param chart_values: the values, without the chart's defaults.
        :returns: YAML documents.
        :raises CommandError: where helm cannot be started.
        :raises RenderError: with helm's cause, where it renders nothing.
        """
        return self._open_helm().render(self._name, self._namespace, path, chart_values)

    @staticmethod
    def kubernetes_schema():
        """:returns: the `KubernetesSchema` that rendered objects are judged by.

        :raises MissingLibraryError: where the library that has it is not installed.
        """
        return KubernetesSchema(kubernetes_definitions.definitions(KUBERNETES))

    def remembered(self, inputs, judge):
        """What `judge` says of some inputs, or said of the same ones before.

        :param inputs: what the verdict depends on beside this release and the programs that are used, as JSON data.
        :param judge: callable that returns a verdict as JSON data; it may not hold a secret, as it is kept in a file.
        :returns: the verdict.
        :raises CommandError: where there is no helm.
        """
        known = [self._open_helm().identity(), kubernetes_definitions.library_version(), self._name, self._namespace]
        return self._verdicts.of([*known, *inputs], judge)
