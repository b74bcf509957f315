# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The container engine, through Docker's own command. The only code of the collection that talks to it."""

from __future__ import annotations

import collections
import os
import subprocess
import tarfile
import threading

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

KEPT_LINES = 30


class DockerError(WindroseError):
    """The container engine refused, or a build failed."""


class DockerClient:
    """One container engine.

    :param binary: path of the `docker` command.
    :param host: the engine's address, such as unix:///run/docker.sock; the command's own default when empty.
    """

    def __init__(self, binary, host):
        self._binary = binary
        self._environment = dict(os.environ, DOCKER_BUILDKIT="0", DOCKER_CLI_HINTS="false")
        if host:
            self._environment["DOCKER_HOST"] = host

    def existing(self, references):
        """:returns: which of the image references the engine holds, as a set."""
        result = subprocess.run(
            [self._binary, "image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}}"],
            env=self._environment, capture_output=True, text=True, check=False)
        if result.returncode:
            raise DockerError("Listing", "the container engine's images", result.stderr.strip(),
                              "Check that the engine runs: `docker info`.")
        return set(references) & set(result.stdout.split())

    def build(self, references, context, arguments, on_line):
        """Build an image without network.

        :param references: the tags that the image gets.
        :param context: list of (path on this machine, path in the build context).
        :param arguments: build arguments.
        :param on_line: called with each line that the build prints.
        :raises DockerError: with the build's last lines.
        """
        argv = [self._binary, "build", "--network", "none", "--force-rm"]
        for reference in references:
            argv += ["--tag", reference]
        for name, value in sorted(arguments.items()):
            argv += ["--build-arg", f"{name}={value}"]
        self._stream([*argv, "-"], "Building", references[0], on_line, context)

    def push(self, reference, on_line):
        """Push an image to the registry that its reference names.

        :raises DockerError: with the push's last lines.
        """
        self._stream([self._binary, "push", reference], "Pushing", reference, on_line)

    def _stream(self, argv, tried, subject, on_line, context=None):
        tail = collections.deque(maxlen=KEPT_LINES)
        with subprocess.Popen(
            argv, env=self._environment, stdin=subprocess.PIPE if context else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:
            writer = threading.Thread(target=_write_context, args=(process.stdin, context or []), daemon=True)
            if context:
                writer.start()
            for raw in process.stdout:
                line = raw.decode(errors="replace").strip()
                if line:
                    tail.append(line)
                    on_line(line)
            if context:
                # Before the pipe is closed below it: a build that ends early breaks the pipe, which ends the writer.
                writer.join()
        if process.returncode:
            raise DockerError(tried, f"image {subject}", "its last lines:\n" + "\n".join(tail),
                              "Fix the cause and run the same command again.")


def _write_context(stream, context):
    try:
        with stream, tarfile.open(fileobj=stream, mode="w|", dereference=False) as archive:
            for source, destination in context:
                archive.add(source, destination, filter=_ownerless)
    except BrokenPipeError:
        # The build ended early; its own last lines say why.
        pass


def _ownerless(member):
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
