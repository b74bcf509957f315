# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: credentials
type: aggregate
short_description: One login in a run, where a kubeconfig's user logs in by a program
description:
  - EKS, GKE, AKS and others log in by a program (C(exec) in the kubeconfig, such as C(aws eks get-token)), which takes about a
    second. With this plugin the modules of this collection, and the C(helm) that they start, share what it answered until that
    expires or the API server refuses it. Without it each of them starts the program for itself.
  - The credential is kept in a folder of the run that only its user can enter, below E(XDG_RUNTIME_DIR) where there is one,
    and removed when the run ends. What a run that was killed has left is removed by the next one.
version_added: 1.0.0
author: windrose.airflow contributors (@windrose)
requirements:
  - enabled in the configuration, C(callbacks_enabled = windrose.airflow.credentials)
"""

import atexit
import contextlib
import fcntl
import glob
import os
import shutil
import stat
import tempfile

from ansible.plugins.callback import CallbackBase

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes.exec_credential import (
    FOLDER_VARIABLE,
)

PREFIX = "windrose-credentials-"
# Held by the process of a run for as long as it lives.
LOCK = "run.lock"


def _is_private(path):
    """:returns: whether a path is a folder of this user's own that nobody else can enter."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def places(environment):
    """Return the folders that the folder of a run may be in, the best one first.

    :param environment: the process environment. A run that cron starts has no ``XDG_RUNTIME_DIR``, and has to find what a run
        of the same user at a terminal has left.
    """
    candidates = [environment.get("XDG_RUNTIME_DIR") or "", f"/run/user/{os.geteuid()}"]
    private = [path for path in candidates if os.path.isabs(path) and _is_private(path)]
    return list(dict.fromkeys([*private, tempfile.gettempdir()]))


def _lock(folder):
    """:returns: the descriptor of a folder's lock; None where another process holds it, or has removed the folder.

    :raises OSError: there are no locks here.
    """
    path, descriptor = os.path.join(folder, LOCK), None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between the two, another run may have taken the folder for a left one.
        os.stat(path)
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        if isinstance(error, (BlockingIOError, FileNotFoundError)):
            return None
        raise
    return descriptor


def remove_left(folders):
    """Remove what runs that were killed have left.

    :param folders: the answer of `places`.
    """
    for path in folders:
        for folder in filter(_is_private, glob.glob(os.path.join(glob.escape(path), f"{PREFIX}*"))):
            # What cannot be looked at now is the next run's.
            with contextlib.suppress(OSError):
                descriptor = _lock(folder)
                if descriptor is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(descriptor)


class RunFolder:
    """The folder of one run, which is there from its making until `remove`, and is known to be left when its process is gone.

    :param place: the folder to make it in.
    :raises OSError: it cannot be made there.
    """

    def __init__(self, place):
        self._owner = os.getpid()
        self._descriptor = None
        while self._descriptor is None:
            self.path = tempfile.mkdtemp(prefix=PREFIX, dir=place)
            try:
                self._descriptor = _lock(self.path)
            except OSError:
                shutil.rmtree(self.path, ignore_errors=True)
                raise

    def remove(self):
        """Remove it, unless this is a process that was forked from the one that made it."""
        if self._descriptor is not None and os.getpid() == self._owner:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._descriptor)
            self._descriptor = None


class CallbackModule(CallbackBase):
    """Makes a folder for the credentials of a run and names it to the modules."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "windrose.airflow.credentials"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._folder = None

    def v2_playbook_on_start(self, playbook):
        folders = places(os.environ)
        remove_left(folders)
        # Without a folder, modules log in for themselves.
        with contextlib.suppress(OSError):
            self._folder = RunFolder(folders[0])
            # Modules with a local connection are children of this process and inherit the name.
            os.environ[FOLDER_VARIABLE] = self._folder.path
            # A run that is interrupted has no statistics.
            atexit.register(self._folder.remove)

    def v2_playbook_on_stats(self, stats):
        if self._folder is not None:
            os.environ.pop(FOLDER_VARIABLE, None)
            self._folder.remove()
            atexit.unregister(self._folder.remove)
            self._folder = None
