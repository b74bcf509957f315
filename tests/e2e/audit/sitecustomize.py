# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every Python process of a run starts, writes and removes, noted for the leak test.

Python imports this before anything else where this folder is on PYTHONPATH. It needs no rights and no tool, and sees a file
before it is gone. Processes of other programs are seen when Python starts them.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import threading

FOLDER = os.environ.get("WINDROSE_AUDIT")
WRITING = os.O_WRONLY | os.O_RDWR
# Events that start a program, and where they have its arguments and its environment (docs.python.org, Audit events table).
STARTS = {"subprocess.Popen": (1, 3), "os.exec": (1, 2), "os.posix_spawn": (1, 2), "os.spawn": (2, 3), "os.system": (0, None)}
_busy = threading.local()


def _text(value):
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _texts(values):
    return [_text(value) for value in values] if isinstance(values, (list, tuple)) else [_text(values)]


def _note(**facts):
    line = json.dumps(facts).encode("utf-8", "surrogatepass") + b"\n"
    note = os.open(os.path.join(FOLDER, f"{os.getpid()}.jsonl"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(note, line)
    os.close(note)


def _started(arguments, environment):
    environment = os.environ if environment is None else environment
    _note(argv=_texts(arguments), environ=[f"{_text(name)}={_text(value)}" for name, value in dict(environment).items()])


def _opened(path, flags):
    if isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & WRITING:
        _note(written=os.path.abspath(_text(path)))


def _removed(path, folder):
    """Keep what is about to be removed, with its mode: a temporary file is gone before anybody else can look."""
    path = _text(path)
    if isinstance(folder, int) and folder >= 0:
        path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
    if not os.path.abspath(path).startswith(os.environ.get("TMPDIR", "/nowhere") + os.sep):
        return
    state = os.lstat(path)
    if stat.S_ISREG(state.st_mode):
        kept = os.path.join(FOLDER, "removed", f"{os.getpid()}-{state.st_ino}-{state.st_mtime_ns}-{stat.S_IMODE(state.st_mode):o}")
        shutil.copyfile(path, kept)


def _heard(event, arguments):
    if getattr(_busy, "now", False) or (event not in STARTS and event not in ("open", "os.remove")):
        return
    _busy.now = True
    try:
        if event in STARTS:
            argv, environment = STARTS[event]
            _started(arguments[argv], None if environment is None else arguments[environment])
        elif event == "open":
            _opened(arguments[0], arguments[2])
        else:
            _removed(arguments[0], arguments[1])
    except OSError:
        # Whatever is wrong with the file is for the process itself to find.
        pass
    finally:
        _busy.now = False


if FOLDER:
    sys.addaudithook(_heard)
    _busy.now = True
    _started(sys.orig_argv, None)
    _busy.now = False
