# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm makes of chart values, on this machine alone."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm


class Rendering:
    """Renders charts for one release.

    :param open_helm: callable that returns an object with the method `render` of `HelmClient`; called only to render.
    :param name: the release's name.
    :param namespace: the release's namespace.
    """

    def __init__(self, open_helm, name, namespace):
        self._open_helm = open_helm
        self._name = name
        self._namespace = namespace

    @classmethod
    def by_helm(cls, helm_binary, temporary_folder, name, namespace):
        """:param helm_binary: name or path of helm.
        :param temporary_folder: a private folder, for the values while helm reads them.
        :param name: the release's name.
        :param namespace: the release's namespace.
        """
        return cls(lambda: helm.without_cluster(helm_binary, temporary_folder), name, namespace)

    def render(self, path, chart_values):
        """Render a chart as an upgrade would.

        :param path: the path of the chart.
        :param chart_values: the values, without the chart's defaults.
        :returns: YAML documents.
        :raises CommandError: where helm cannot be started.
        :raises ReleaseError: with helm's cause, where it renders nothing.
        """
        return self._open_helm().render(self._name, self._namespace, path, chart_values)
