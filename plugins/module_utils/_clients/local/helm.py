# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""helm, the command. The only code of the collection that starts it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local.child_runner import ChildRunner
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError, ReleaseError, RenderError
from ansible_collections.windrose.airflow.plugins.module_utils._release import helm_output, revisions

HISTORY_MAXIMUM = 10
# helm ends by itself at its own time-out; this much later it is taken for stuck.
GRACE_SECONDS = 60
QUICK_SECONDS = 60
RENDER_SECONDS = 120
# As long as the client of our own waits for a server that is briefly away.
UNREACHABLE_LIMIT_SECONDS = 30
UNREACHABLE_PAUSE_SECONDS = 2


@contextlib.contextmanager
def private_file(folder, name, text):
    """A file that only this user can read, for as long as the block lasts.

    :param folder: the folder to put it in.
    :param name: how the file's name begins.
    :param text: its content.
    :returns: the path.
    """
    descriptor, path = tempfile.mkstemp(prefix=f"{name}-", dir=folder)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        yield path
    finally:
        os.unlink(path)


class HelmClient:
    """One helm binary, pointed at one verified cluster.

    :param run_command: callable (argv, timeout in seconds) that returns a `CommandResult`.
    :param binary: name or path of helm.
    :param kubeconfig_path: a kubeconfig whose current context is the only one; None for what needs no cluster.
    :param folder: a private folder for the values while helm reads them.
    :param clock: callable that returns seconds that only ever grow.
    :param sleep: callable that waits a number of seconds.
    :raises CommandError: where there is no such program.
    """

    def __init__(self, run_command, binary, kubeconfig_path, folder, clock=time.monotonic, sleep=time.sleep):
        self._run_command = run_command
        self._binary = shutil.which(binary)
        self._kubeconfig_path = kubeconfig_path
        self._folder = folder
        self._clock = clock
        self._sleep = sleep
        self._version = None
        if self._binary is None:
            raise CommandError(
                "Could not find",
                f"helm as `{binary}`",
                "there is no such program on the PATH",
                "Install helm, or set helm_binary to its path",
            )

    def version(self):
        """:returns: (major, minor).

        :raises CommandError: where it is older than what the collection supports, or not helm at all.
        """
        if self._version is not None:
            return self._version
        result = self._run_command([self._binary, "version", "--template", "{{.Version}}"], QUICK_SECONDS)
        found = helm_output.version(result.stdout) if result.returncode == 0 else None
        if found is None or found < helm_output.OLDEST:
            raise CommandError(
                "Could not use",
                self._binary,
                f"it says it is {result.stdout.strip() or 'no helm'}",
                "Install helm 3.19 or newer",
            )
        self._version = found
        return found

    def identity(self):
        """:returns: which helm this is, without starting it: it is another one where the file is."""
        found = os.stat(self._binary)
        return [os.path.realpath(self._binary), found.st_size, found.st_mtime_ns]

    def upgrade(self, name, namespace, chart_path, chart_values, labels, timeout):
        """Install the release, or upgrade it where it exists. Does not wait for workloads.

        :param chart_path: a chart on this machine.
        :param chart_values: the values; they replace those of the revision before.
        :param labels: {name: value}, kept with the revision.
        :param timeout: seconds that a hook may take.
        :raises ReleaseError: with helm's cause.
        """
        argv = [
            "upgrade",
            name,
            chart_path,
            "--install",
            "--namespace",
            namespace,
            "--reset-values",
            "--labels",
            ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
            "--history-max",
            str(HISTORY_MAXIMUM),
            "--hide-notes",
            "--timeout",
            f"{timeout}s",
            *self._applying_flags(),
        ]
        with private_file(self._folder, "values", revisions.values_text(chart_values)) as path:
            self._cluster_command([*argv, "--values", path], "Could not apply", f"release {namespace}/{name}", timeout)

    def rollback(self, name, namespace, revision, timeout):
        """Apply a former revision again, as a new one. Does not wait for workloads.

        :param revision: the number of the revision to go back to.
        :param timeout: seconds that a hook may take.
        :raises ReleaseError: with helm's cause.
        """
        argv = ["rollback", name, str(revision), "--namespace", namespace, "--history-max", str(HISTORY_MAXIMUM)]
        argv += ["--timeout", f"{timeout}s", *self._applying_flags()]
        subject = f"release {namespace}/{name} to revision {revision}"
        self._cluster_command(argv, "Could not roll back", subject, timeout)

    def _applying_flags(self):
        # helm 3 merges on the client and takes a field back from whoever edited it. helm 4 does so only if asked
        # to, and its own default depends on how the previous revision was applied.
        return ["--server-side=true", "--force-conflicts"] if self.version()[0] >= 4 else []

    def uninstall(self, name, namespace, timeout, wait=True):
        """Remove the release and its history; wait until its objects are gone.

        :param timeout: seconds that helm may wait.
        :param wait: whether to wait.
        :raises ReleaseError: with helm's cause.
        """
        argv = ["uninstall", name, "--namespace", namespace, "--ignore-not-found", "--timeout", f"{timeout}s"]
        if wait:
            # helm 4 waits otherwise by a watch that it ends before it has seen anything where the server is slow: it fails because an
            # object "still exists", or goes on while it does (https://github.com/helm/helm/pull/32608). It may miss a deletion, too, and
            # wait to the end (https://github.com/helm/helm/issues/31766).
            argv += ["--wait=legacy" if self.version()[0] >= 4 else "--wait", "--cascade", "foreground"]
        self._cluster_command(argv, "Could not uninstall", f"release {namespace}/{name}", timeout)

    def pull(self, reference, repository, version, folder, timeout):
        """Download a packaged chart.

        :param reference: the chart's name in the repository, or its oci:// address.
        :param repository: the repository's address; None for oci://.
        :param version: the chart's version; the newest where None.
        :param folder: an empty folder to put the package in.
        :param timeout: seconds that the download may take.
        :returns: the package's path.
        :raises ReleaseError: with helm's cause.
        """
        argv = [self._binary, "pull", reference, "--destination", folder]
        argv += ["--repo", repository] if repository else []
        argv += ["--version", version] if version else []
        self._checked(self._run_command(argv, timeout), "Could not download", f"chart {reference}")
        return os.path.join(folder, os.listdir(folder)[0])

    def render(self, name, namespace, chart_path, chart_values, kubernetes_version=None):
        """Render the chart as an upgrade would, on this machine alone.

        :param chart_path: a chart on this machine.
        :param chart_values: the values.
        :param kubernetes_version: the version of the cluster; where None, helm takes the one that it was built for.
        :returns: YAML documents.
        :raises RenderError: with helm's cause.
        """
        with private_file(self._folder, "values", revisions.values_text(chart_values)) as path:
            argv = [self._binary, "template", name, chart_path, "--namespace", namespace, "--is-upgrade"]
            argv += ["--kube-version", kubernetes_version] if kubernetes_version else []
            result = self._run_command([*argv, "--values", path], RENDER_SECONDS)
        if result.returncode:
            cause = self._cause(result)
            raise RenderError("Could not render", f"release {namespace}/{name}", cause, helm_output.remedy(cause), output=result.stderr)
        return result.stdout

    def _cluster_command(self, argv, tried, subject, timeout):
        full = [self._binary, *argv, "--kubeconfig", self._kubeconfig_path]
        deadline = self._clock() + UNREACHABLE_LIMIT_SECONDS
        # helm repeats nothing, but asks whether the server is there before it writes.
        while (result := self._run_command(full, timeout + GRACE_SECONDS)).returncode:
            if not helm_output.is_unreachable(result.stderr) or self._clock() >= deadline:
                break
            self._sleep(UNREACHABLE_PAUSE_SECONDS)
        self._checked(result, tried, subject)

    @staticmethod
    def _cause(result):
        return helm_output.cause(result.stderr) or f"helm ended with {result.returncode} and said nothing"

    def _checked(self, result, tried, subject):
        if result.returncode:
            cause = self._cause(result)
            raise ReleaseError(tried, subject, cause, helm_output.remedy(cause))


@contextlib.contextmanager
def opened(kube, binary, folder, run_command):
    """A `HelmClient` for the cluster of a `KubeClient`, whose credentials lie in a file only meanwhile.

    :param kube: the `KubeClient`; it checks the cluster's identity first.
    :param binary: name or path of helm.
    :param folder: a private folder.
    :param run_command: a `ChildRunner`.
    """
    with private_file(folder, "kubeconfig", kube.verified_kubeconfig()) as path:
        yield HelmClient(run_command, binary, path, folder)


def without_cluster(binary, folder):
    """A `HelmClient` for what needs no cluster: downloads and rendering.

    :param binary: name or path of helm.
    :param folder: a private folder.
    """
    return HelmClient(ChildRunner(os.environ), binary, None, folder)
