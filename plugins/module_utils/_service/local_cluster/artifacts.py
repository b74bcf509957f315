# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds what the cache lacks, several at a time, and proves what the cache holds."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import file_lock
from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster import holder
from ansible_collections.windrose.airflow.plugins.module_utils._local_cluster.artifacts import (
    checksum_list,
    fingerprint,
    key,
)

KEPT_LINES = 40
SHARED_LOCK = ".lock"
TOTAL = re.compile(r"^::total (\d+)((?: \S+)*)$")
NOISE = re.compile(r"^\s*$")


class ArtifactError(WindroseError):
    """An artifact could not be built."""


class Board:
    """What each artifact under construction is doing, shown as one line."""

    def __init__(self, progress):
        self._progress = progress
        self._lock = threading.Lock()
        self._states = {}

    def set(self, name, text):
        """Show a state for one artifact; None takes it off the board."""
        with self._lock:
            if text is None:
                self._states.pop(name, None)
            else:
                self._states[name] = text
            self._progress.step(" | ".join(f"{name} {state}" for name, state in self._states.items()))


class Commands:
    """The build commands that are at work, so that the failure of one need not wait for the end of the others."""

    def __init__(self):
        self._lock = threading.Lock()
        self._started = []
        self.cause = None

    def start(self, argv, **options):
        """:returns: the running process, a group of its own with all that it starts; None once the commands were stopped."""
        with self._lock:
            if self.cause:
                return None
            process = subprocess.Popen(argv, start_new_session=True, **options)
            self._started.append(process)
            return process

    def stop(self, cause):
        """Kill what runs, and let nothing more start. Half-built artifacts are never taken for whole ones.

        :param cause: the exception that ends the builds. The first is kept: the failures of what is killed here are none.
        """
        with self._lock:
            self.cause = self.cause or cause
            for process in self._started:
                # The number of one that has ended may be another program's by now.
                if process.poll() is None:
                    # Whoever waits for it may have seen its end at this very moment.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)


class ArtifactService:
    """Artifacts of one cache folder.

    :param cache: the cache folder; artifacts are kept in its subfolder `artifacts`.
    :param checkout: the folder that commands run in, and that inputs are named relative to.
    :param progress: a `Progress`.
    :param environment: the environment of the build commands.
    :param about: callable that returns what other runs are told that wait for an artifact of this one, as `holder.about` does.
    """

    def __init__(self, cache, checkout, progress, environment, about=None):
        self._about = about or dict
        self._checkout = checkout
        self._cache = cache
        self._root = os.path.join(cache, "artifacts")
        self._board = Board(progress)
        self._environment = environment

    def path(self, artifact):
        """:returns: the folder that holds, or will hold, the artifact."""
        # The way to the cache is not part of the key; the names of other artifacts in it are, with their own keys.
        command = [argument.replace(f"{self._root}/", "") for argument in artifact["argv"]]
        paths = [os.path.join(self._checkout, argument) for argument in command if argument]
        inputs = [path for path in paths if os.path.exists(path) and not self._root.startswith(path)]
        artifact_key = key(inputs, command)
        return os.path.join(self._root, f"{artifact['name']}-{artifact_key}")

    def state(self, path):
        """:returns: `present`, `missing` or `broken`, judged by sizes and times, and by checksums where those moved."""
        if not os.path.isdir(path):
            return "missing"
        try:
            with open(f"{path}.fingerprint", encoding="utf-8") as stream:
                if stream.read() == fingerprint(path):
                    return "present"
        except FileNotFoundError:
            pass
        return "present" if self.prove(path) else "broken"

    def prove(self, path):
        """:returns: whether the content is what the checksum list beside it says; a proof is remembered."""
        try:
            with open(f"{path}.sha256", encoding="utf-8") as stream:
                right = stream.read() == checksum_list(path)
        except OSError:
            return False
        if right:
            self._write(f"{path}.fingerprint", fingerprint(path))
        return right

    def ensure(self, artifacts, concurrency, check_mode):
        """Build what is missing or broken.

        :param artifacts: list of {name, argv, environment, remedy, shared_folder}, the last of which may be left out.
        :param concurrency: how many builds may run at once.
        :param check_mode: only say what would be built.
        :returns: {changed, paths: {name: folder}, built: [names], broken: [names]}.
        :raises ArtifactError: naming the artifact, its command and its last lines.
        :raises PlainPathError: where the cache cannot be written to.
        """
        _plain_paths.check_folder(self._root, self._cache)
        paths = {artifact["name"]: self.path(artifact) for artifact in artifacts}
        states = {name: self.state(path) for name, path in paths.items()}
        wanted = [artifact for artifact in artifacts if states[artifact["name"]] != "present"]
        if not check_mode:
            os.makedirs(self._root, exist_ok=True)
            for path in paths.values():
                for kept in (f"{path}.lock", f"{path}.sha256", f"{path}.fingerprint"):
                    _plain_paths.check_file(kept, below=self._root)
        if wanted and not check_mode:
            self._build_all(wanted, paths, concurrency)
        if not check_mode:
            for path in paths.values():
                self._mark_used(path)
        return {
            "changed": bool(wanted),
            "paths": paths,
            "built": [artifact["name"] for artifact in wanted],
            "broken": sorted(name for name, state in states.items() if state == "broken"),
        }

    def _build_all(self, artifacts, paths, concurrency):
        commands = Commands()
        with concurrent.futures.ThreadPoolExecutor(max_workers=concurrency) as pool:
            running = [pool.submit(self._build, artifact, paths[artifact["name"]], commands) for artifact in artifacts]
            try:
                for future in concurrent.futures.as_completed(running):
                    future.result()
            except BaseException as error:
                commands.stop(error)
                for future in running:
                    future.cancel()
                raise commands.cause

    @staticmethod
    def _mark_used(path):
        # What was used last is what `make down` keeps.
        with open(f"{path}.lock", "a", encoding="utf-8") as lock:
            os.utime(lock.fileno())

    def _build(self, artifact, path, commands):
        name = artifact["name"]
        self._board.set(name, "waits its turn")
        lock = None
        try:
            lock = file_lock.acquire(f"{path}.lock", self._about, lambda found: self._wait(name, found, commands))
            if self.state(path) != "present":
                self._build_locked(artifact, path, commands)
        except BaseException as error:
            # Here, not where the results are read: this thread would start the next build before that is reached.
            commands.stop(error)
            raise
        finally:
            self._board.set(name, None)
            if lock is not None:
                os.close(lock)

    def _wait(self, name, found, commands):
        if commands.cause:
            raise commands.cause
        self._board.set(name, f"waits for its lock, {holder.told(found)}")

    def _build_locked(self, artifact, path, commands):
        prefix = os.path.join(self._root, f".{os.path.basename(path)}-")
        # What a killed run left of this artifact: the lock says that nobody is at work on it.
        for stale in (path, f"{path}.sha256", f"{path}.fingerprint"):
            self._remove(stale)
        for stale in glob.glob(f"{glob.escape(prefix)}*"):
            self._clear(stale)
        work = tempfile.mkdtemp(prefix=os.path.basename(prefix), dir=self._root)
        try:
            output = os.path.join(work, "output")
            os.mkdir(output)
            self._run(artifact, {"OUTPUT": output, "WORK": work}, commands)
            self._write(f"{path}.sha256", checksum_list(output))
            self._write(f"{path}.fingerprint", fingerprint(output))
            os.replace(output, path)
        finally:
            self._clear(work)

    def _run(self, artifact, folders, commands):
        environment = {**self._environment, **artifact["environment"], **folders}
        tail = collections.deque(maxlen=KEPT_LINES)
        lines, total, beginnings = 0, None, ("",)
        self._board.set(artifact["name"], "starts")
        with self._shared(artifact.get("shared_folder")) as inherited:
            process = commands.start(
                artifact["argv"], cwd=self._checkout, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", pass_fds=inherited)
        if process is None:
            raise ArtifactError("Building", f"artifact {artifact['name']}", "another build failed before.", artifact["remedy"])
        with process:
            for line in process.stdout:
                if NOISE.match(line):
                    continue
                if found := TOTAL.match(line):
                    lines, total, beginnings = 0, int(found.group(1)), tuple(found.group(2).split()) or ("",)
                    continue
                lines += line.startswith(beginnings)
                tail.append(line.rstrip())
                counted = f"{lines}/{total} " if total else ""
                self._board.set(artifact["name"], counted + line.strip()[:60])
        if process.returncode:
            raise ArtifactError(
                "Building", f"artifact {artifact['name']}",
                f"`{' '.join(artifact['argv'])}` ended with {process.returncode}; its last lines:\n" + "\n".join(tail),
                artifact["remedy"],
            )

    @contextlib.contextmanager
    def _shared(self, folder):
        """:returns: the descriptors that a command inherits: the lock of what it shares with other builds lasts as long as the command."""
        if not folder:
            yield ()
            return
        _plain_paths.check_folder(folder, self._cache)
        os.makedirs(folder, exist_ok=True)
        lock = os.path.join(folder, SHARED_LOCK)
        _plain_paths.check_file(lock, below=folder)
        descriptor = file_lock.share(lock)
        try:
            yield (descriptor,)
        finally:
            os.close(descriptor)

    @staticmethod
    def _clear(work):
        # Commands may outlive a run that was killed for a while, and write there. What they add, the next build clears away.
        shutil.rmtree(work, ignore_errors=True)

    @staticmethod
    def _write(path, text):
        _plain_paths.check_file(path)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)

    @staticmethod
    def _remove(path):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.remove(path)
