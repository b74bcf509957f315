# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""helm, the command. The only code of the collection that starts it."""

from __future__ import annotations

import collections
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from ansible_collections.windrose.airflow.plugins.module_utils import _helm_output, _release
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CommandError, ReleaseError

# These would send helm to another cluster, namespace or store than the ones that were verified.
STEERING_VARIABLES = (
    "KUBECONFIG",
    "HELM_NAMESPACE",
    "HELM_DRIVER",
    "HELM_DRIVER_SQL_CONNECTION_STRING",
    "HELM_DEBUG",
    "HELM_MAX_HISTORY",
)
STEERING_PREFIX = "HELM_KUBE"
SET_PARENT_DEATH_SIGNAL = 1
HISTORY_MAXIMUM = 10
# helm ends by itself at its own time-out; this much later it is taken for stuck.
GRACE_SECONDS = 60
QUICK_SECONDS = 60

CommandResult = collections.namedtuple("CommandResult", ["returncode", "stdout", "stderr"])


class ChildRunner:
    """Runs commands that die with this process.

    A helm that outlives its module would go on writing while the next run recovers the release from it.

    :param environment: the environment to hand on, without what would steer helm elsewhere.
    """

    def __init__(self, environment):
        self._environment = {
            name: value
            for name, value in environment.items()
            if name not in STEERING_VARIABLES and not name.startswith(STEERING_PREFIX)
        }
        # Loaded here, because between fork and exec nothing may allocate or import.
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def __call__(self, argv, timeout):
        """Run a command to its end.

        :param argv: program and arguments.
        :param timeout: seconds after which the command is killed.
        :returns: a `CommandResult` with text.
        :raises CommandError: where the command cannot be started or does not end.
        """
        parent = os.getpid()

        def die_with_parent():
            self._libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
            # The parent may have died before the request was in place.
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            done = subprocess.run(
                argv,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
                encoding="utf-8",
                errors="replace",
                preexec_fn=die_with_parent if self._libc else None,
            )
        except subprocess.TimeoutExpired as error:
            raise CommandError(
                "Could not finish",
                f"`{os.path.basename(argv[0])} {argv[1]}`",
                f"it did not end within {timeout} seconds and was killed",
                "Run again: a plain second run takes up where this one stopped",
            ) from error
        except OSError as error:
            raise CommandError(
                "Could not start",
                argv[0],
                error.strerror or str(error),
                "Check that the file is a program for this machine",
            ) from error
        return CommandResult(done.returncode, done.stdout, done.stderr)


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
    :param kubeconfig_path: a kubeconfig whose current context is the only one.
    :param folder: a private folder for the values while helm reads them.
    :raises CommandError: where there is no such program.
    """

    def __init__(self, run_command, binary, kubeconfig_path, folder):
        self._run_command = run_command
        self._binary = shutil.which(binary)
        self._kubeconfig_path = kubeconfig_path
        self._folder = folder
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
        result = self._run_command([self._binary, "version", "--template", "{{.Version}}"], QUICK_SECONDS)
        found = _helm_output.version(result.stdout) if result.returncode == 0 else None
        if found is None or found < _helm_output.OLDEST:
            raise CommandError(
                "Could not use",
                self._binary,
                f"it says it is {result.stdout.strip() or 'no helm'}",
                "Install helm 3.19 or newer",
            )
        return found

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
        ]
        if self.version()[0] >= 4:
            # helm 3 merges on the client and takes a field back from whoever edited it. helm 4 does so only if told,
            # and its own default depends on how the revision before was applied.
            argv += ["--server-side=true", "--force-conflicts"]
        with private_file(self._folder, "values", _release.values_text(chart_values)) as path:
            self._cluster_command([*argv, "--values", path], "Could not apply", f"release {namespace}/{name}", timeout)

    def uninstall(self, name, namespace, timeout, wait=True):
        """Remove the release and its history; wait until its objects are gone.

        :param timeout: seconds that helm may wait.
        :param wait: whether to wait.
        :raises ReleaseError: with helm's cause.
        """
        argv = ["uninstall", name, "--namespace", namespace, "--ignore-not-found", "--timeout", f"{timeout}s"]
        if wait:
            argv += ["--wait", "--cascade", "foreground"]
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

    def _cluster_command(self, argv, tried, subject, timeout):
        full = [self._binary, *argv, "--kubeconfig", self._kubeconfig_path]
        self._checked(self._run_command(full, timeout + GRACE_SECONDS), tried, subject)

    @staticmethod
    def _checked(result, tried, subject):
        if result.returncode:
            cause = _helm_output.cause(result.stderr) or f"helm ended with {result.returncode} and said nothing"
            raise ReleaseError(tried, subject, cause, _helm_output.remedy(cause))


@contextlib.contextmanager
def opened(kube, binary, folder):
    """A `HelmClient` for the cluster of a `KubeClient`, whose credentials lie in a file only meanwhile.

    :param kube: the `KubeClient`; it checks the cluster's identity first.
    :param binary: name or path of helm.
    :param folder: a private folder.
    """
    with private_file(folder, "kubeconfig", kube.verified_kubeconfig()) as path:
        yield HelmClient(ChildRunner(os.environ), binary, path, folder)
