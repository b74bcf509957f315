# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as files of this machine: a downloaded one is kept, and proved each time that it is used."""

from __future__ import annotations

import hashlib
import os
import tempfile

from ansible_collections.windrose.airflow.plugins.module_utils import _cache, _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import helm
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release.chart import (
    chart_digest,
    check_digest,
    pinned_digest,
    reading,
    reference,
)

DOWNLOAD_TIMEOUT_SECONDS = 120


class ChartService:
    """Finds charts, and downloads each version of one once.

    :param folder: the folder that keeps downloaded charts; None where there is no place for them.
    :param temporary_folder: where a chart is downloaded to where nothing is kept.
    :param open_helm: callable that returns an object with the method `pull` of `HelmClient`; called only to download.
    :param progress: a `Progress`.
    """

    def __init__(self, folder, temporary_folder, open_helm, progress):
        self._folder = folder or temporary_folder
        self._open_helm = open_helm
        self._progress = progress

    @classmethod
    def of_this_user(cls, environment, helm_binary, temporary_folder, progress):
        """:param environment: the process environment, which says where this user's cache is.
        :param helm_binary: name or path of helm.
        :param temporary_folder: a private folder.
        :param progress: a `Progress`.
        """
        cache = _cache.folder(environment)
        return cls(cache and os.path.join(cache, "charts"), temporary_folder,
                   lambda: helm.without_cluster(helm_binary, temporary_folder), progress)

    def path(self, chart):
        """The path of a chart, which is what the digest says where one is pinned.

        :param chart: {source, path, name, repository, version, digest}.
        :returns: the path of a folder or a package.
        :raises ReleaseError: where it is not the pinned one, or cannot be fetched.
        :raises PlainPathError: where it cannot be kept.
        """
        if chart["path"]:
            with reading(chart["path"]):
                digest = chart_digest(chart["path"])
            check_digest(chart, digest)
            return chart["path"]
        path = self._kept_path(chart)
        if not self._is_intact(path):
            self._download(chart, path)
        check_digest(chart, chart_digest(path))
        return path

    def _kept_path(self, chart):
        origin = [chart["repository"], chart["name"], chart["version"], pinned_digest(chart)]
        key = hashlib.sha256("\n".join(part or "" for part in origin).encode()).hexdigest()[:16]
        return os.path.join(self._folder, f"{chart['name']}-{chart['version']}-{key}.tgz")

    @staticmethod
    def _is_intact(path):
        try:
            with open(f"{path}.sha256", encoding="utf-8") as stream:
                return stream.read() == chart_digest(path)
        except OSError:
            return False

    def _download(self, chart, path):
        location, repository = reference(chart)
        _plain_paths.check_folder(os.path.dirname(path), os.path.dirname(self._folder))
        self._progress.step(f"helm downloads chart {location} {chart['version']}")
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        for kept in (path, f"{path}.sha256"):
            _plain_paths.check_file(kept, below=self._folder)
        with tempfile.TemporaryDirectory(prefix=".chart-", dir=self._folder) as folder:
            package = self._pulled(location, repository, chart["version"], folder)
            digest = chart_digest(package)
            check_digest(chart, digest)
            with open(f"{package}.sha256", "w", encoding="utf-8") as stream:
                stream.write(digest)
            # A run that is killed between the two leaves a chart without its checksum, which is downloaded again.
            os.replace(package, path)
            os.replace(f"{package}.sha256", f"{path}.sha256")

    def _pulled(self, *what):
        """:returns: the path of what helm downloads.

        :raises ReleaseError: with helm's cause, and ``is_chart_unreachable``, so that a caller may have another chart to fall back on.
        """
        pull = self._open_helm().pull
        try:
            return pull(*what, DOWNLOAD_TIMEOUT_SECONDS)
        except ReleaseError as error:
            error.fields["is_chart_unreachable"] = True
            raise
