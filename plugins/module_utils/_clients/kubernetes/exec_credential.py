# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the program that a kubeconfig's user logs in by, once for all processes of a run.

What it answered lies in the run's own folder, which the callback plugin `windrose.airflow.credentials` makes, names in the
environment and removes. Without such a folder each process starts the program for itself. This imports Python's own
library alone, because helm starts it in an interpreter that has no other.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import secrets
import stat
import subprocess
import sys
import time

from ansible_collections.windrose.airflow.plugins.module_utils import _plain_paths
from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import exec_credential as protocol

FOLDER_VARIABLE = "WINDROSE_CREDENTIALS_FOLDER"
# Standard input is closed, so nobody is asked anything; a login in a browser may take this long.
LIMIT_SECONDS = 120
_HANDED_ON_VARIABLE = "WINDROSE_EXEC_CREDENTIAL"
# Where Ansible puts a module and its module_utils into an archive, this is the archive.
_ROOT = str(pathlib.Path(__file__).parents[len(__name__.split(".")) - 1])
_START = f"import sys; sys.path.insert(0, {_ROOT!r}); from {__name__} import main; sys.exit(main())"


def _shared_path(config, environment):
    """:returns: where the processes of this run keep a credential; None where they share none."""
    folder = environment.get(FOLDER_VARIABLE)
    try:
        found = os.lstat(folder) if folder else None
    except OSError:
        return None
    # A task may become another user, who can neither read the folder nor is meant to.
    if found is None or not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        return None
    return os.path.join(folder, protocol.key_of(config, environment, os.geteuid()))


@contextlib.contextmanager
def _locked(path):
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # Ends with this process, however that ends.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class CredentialSource:
    """Gives the credential of one kubeconfig's user.

    :param config: a self-contained kubeconfig document whose user logs in by a program.
    :param environment: the process environment.
    :param path: where the processes of the run keep the credential; found by the environment when not given.
    :param clock: callable that returns the seconds since 1970.
    """

    def __init__(self, config, environment, path=None, clock=time.time):
        self._config = config
        self._program = protocol.program_of(config)
        self._environment = environment
        self._path = path or _shared_path(config, environment)
        self._clock = clock

    def is_over(self, credential):
        """Tell whether a credential has to be replaced."""
        return credential.is_over(self._clock())

    def get(self, refused=None, process=None):
        """Return a `Credential`: the one that the run has, or where it is over or refused the program's next answer.

        :param refused: the one that the server refused with 401, or None. Several processes that were refused the same one
            start the program once.
        :param process: the number of the process of another program that it is for, or None. Who asks again for what
            he has and what is not over was refused.
        :raises KubeconfigError: the program cannot be started, fails, or does not give a credential.
        """
        if self._path is None:
            return self._start(refused)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(_locked(self._path))
            except OSError:
                # The run was killed, and the next one has removed its folder: this process is all that is left of it.
                return self._start(refused)
            known = found = self._read()
            asks_again = found is not None and process is not None and process in found.processes
            if found is None or self.is_over(found) or asks_again or (refused is not None and found.number == refused.number):
                found = self._start(found or refused)
            if process is not None:
                found = dataclasses.replace(found, processes=(*found.processes, process))
            if found is not known:
                self._write(found)
            return found

    def _read(self):
        try:
            with open(self._path, encoding="utf-8") as stream:
                stored = json.load(stream)
            return protocol.Credential(**{**stored, "processes": tuple(stored["processes"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _write(self, credential):
        # What cannot be written is not shared; it is valid all the same.
        with contextlib.suppress(_plain_paths.PlainPathError):
            _plain_paths.write(self._path, json.dumps(dataclasses.asdict(credential)))

    def _start(self, former):
        program, cluster = self._program, self._config["clusters"][0]["cluster"]
        if not isinstance(program, dict) or not program.get("command") or not program.get("apiVersion"):
            raise self._error("its user's exec lacks command or apiVersion", "Fetch the kubeconfig again from the cluster's provider.")
        name = os.path.basename(program["command"])
        if program.get("interactiveMode") == "Always":
            raise self._error(
                f"{name} wants to ask at a terminal (interactiveMode: Always), and a module has none",
                "Use a way to log in that asks nothing, such as a service account or an instance's identity.")
        environment = {name: value for name, value in self._environment.items() if name != _HANDED_ON_VARIABLE}
        environment |= {item["name"]: str(item.get("value", "")) for item in program.get("env") or []}
        environment["KUBERNETES_EXEC_INFO"] = json.dumps(protocol.information(program, cluster))
        try:
            ended = subprocess.run(
                [program["command"], *map(str, program.get("args") or [])], env=environment, stdin=subprocess.DEVNULL,
                capture_output=True, encoding="utf-8", errors="replace", timeout=LIMIT_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise self._error(
                f"{name} did not end within {LIMIT_SECONDS} s",
                "Start it by hand: it may wait for an answer that nobody can give here.") from error
        except OSError as error:
            raise self._error(
                f"{program['command']} cannot be started ({error.strerror})",
                program.get("installHint") or "Install it, or correct the command in the kubeconfig.") from error
        if ended.returncode:
            said = protocol.concealed(ended.stderr, former) or "it said nothing"
            raise self._error(f"{name} ended with {ended.returncode}: {said}", "Log in again with the cluster's provider.")
        try:
            return protocol.read_answer(ended.stdout, program, self._clock(), secrets.token_hex(8))
        except ValueError as error:
            raise self._error(f"{name}: {error}", "Correct the user's exec in the kubeconfig, or update the program.") from error

    def _error(self, cause, remedy):
        return KubeconfigError("Could not load the credentials of", f"context {self._config['current-context']}", cause, remedy)


def handed_on(config, environment):
    """Return a kubeconfig document that lets another program, such as helm, use the credential of this run.

    :param config: a self-contained kubeconfig document.
    :param environment: the process environment.
    :returns: the document itself, where its user logs in by no program or this run shares nothing.
    """
    program = protocol.program_of(config)
    path = program and _shared_path(config, environment)
    if not path:
        return config
    entry = config["users"][0]
    # The other program hands it to ours in its environment, as it would hand on the variables of the program itself.
    own = {"current-context": config["current-context"], "clusters": config["clusters"], "users": [{"user": {"exec": program}}]}
    asking = {
        "apiVersion": protocol.VERSION, "command": sys.executable, "args": ["-I", "-S", "-c", _START], "interactiveMode": "Never",
        "env": [{"name": _HANDED_ON_VARIABLE, "value": json.dumps({"config": own, "path": path})}],
    }  # fmt: skip
    return {**config, "users": [{**entry, "user": {**entry["user"], "exec": asking}}]}


def main():
    """Print the run's credential for the program that started this one, as `handed_on` asks for it.

    :returns: the exit code.
    """
    source = CredentialSource(**json.loads(os.environ[_HANDED_ON_VARIABLE]), environment=os.environ)
    try:
        credential = source.get(process=os.getppid())
    except KubeconfigError as error:
        # helm's own output follows, and the whole of this is to be told from it.
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    sys.stdout.write(json.dumps(protocol.answer_of(credential)) + "\n")
    return 0
