# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection writes on this machine goes to plain files in plain folders, or is refused before anything is changed.

A file is replaced as a whole, so that a reader sees the old content or the new one. Done by root, that would replace a device such
as /dev/null as well.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

KINDS = {
    stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket",
}
# Where the names of standard output and of devices are; what is behind /dev/stdout may be a plain file.
DEVICES = ("/dev/", "/proc/")
# Of the folders that are named for devices, the one that is memory for files.
SHARED_MEMORY = "/dev/shm/"
TERMINAL_REMEDY = (
    "Name a plain file; `cat` shows it on the terminal. Where the content is not wanted, run with --check, which writes nothing.")
PLAIN_REMEDY = "Move it away, or name another path."


class PlainPathError(WindroseError):
    """A path is not fit to be written to; nothing was changed."""


def absolute(path, folder):
    """:param path: what the user wrote; ``~`` is the home folder.
    :param folder: the folder that a relative path is one of.

    :returns: the absolute path, otherwise as it was written.
    """
    return os.path.join(folder, os.path.expanduser(path)) if path else path


def check_file(path, below=None):
    """Refuse a path that is neither free nor a plain file's. How the user's own folder is reached does not matter.

    :param path: a path; a relative one is one of the current folder.
    :param below: the folder that the user named, which the path may not leave, not even by a link; the file's own where left out.
    :raises PlainPathError: saying what is wrong with it.
    """
    _check_spelling(path, below)
    if path.endswith(("/", "/.")):
        raise _refusal(path, "it names a folder", "Add the file's name.")
    parent = os.path.dirname(_from_root(path))
    if not os.path.lexists(parent):
        raise _refusal(path, f"the folder {parent} does not exist", f"Make it (`mkdir -p {parent}`), or name another path.")
    _check_parent(path, parent, below or parent)
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        raise _refusal(path, f"it is {_told(path, mode)}", TERMINAL_REMEDY if _is_device(path) else PLAIN_REMEDY)


def check_folder(path, below):
    """Refuse a path that is neither free nor a folder's that this user may write to, or that leads out of a named folder.

    :param path: a path; it need not exist, nor what it is in.
    :param below: the folder that the user named, which may be reached by links and may be one.
    :raises PlainPathError: saying what is wrong with it.
    """
    _check_spelling(path, below)
    existing = _from_root(path)
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    _check_parent(path, existing, below)


def write(path, text, mode=0o600, below=None):
    """Replace a plain file as a whole, or make it.

    :param path: an absolute path.
    :param text: its content.
    :param mode: its permissions.
    :param below: as `check_file` has it.
    :raises PlainPathError: where the path is refused or the system fails; the file is then as it was.
    """
    check_file(path, below)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(_from_root(path)), prefix=".windrose-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                os.fchmod(descriptor, mode)
                stream.write(text)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise _refusal(path, error.strerror or str(error), "Make room or name another path.") from error


def _check_spelling(path, below):
    if not path:
        raise _refusal("to an empty path", "it names nothing", "Name a file.")
    if "\0" in path or "\n" in path:
        raise _refusal(repr(path), "it has a line break or a null character in it", "Name another path.")
    own = path[len(below):] if below and path.startswith(below) else path
    if os.pardir in own.split(os.sep):
        # Behind a link, `..` is not what stands in front of it.
        raise _refusal(path, "it goes back by `..`", f"Write the path that is meant, perhaps {os.path.realpath(path)}.")


def _check_parent(path, folder, below):
    if not os.path.isdir(folder):
        subject = "it" if folder == path else folder
        raise _refusal(path, f"{subject} is {_told(folder, _mode(folder))}, where a folder is needed", PLAIN_REMEDY)
    named, found = os.path.realpath(below), os.path.realpath(folder)
    # What exists may be above the named folder, where that has still to be made.
    inside = f"{folder}/".startswith(f"{_from_root(below).rstrip('/')}/")
    if inside and os.path.commonpath([named, found]) != named:
        raise _refusal(
            path, f"by a symbolic link it leads to {found}, which is not in {below}",
            "Name the place that is meant by its absolute path, or replace the link by a folder.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refusal(path, f"this user may not write to the folder {folder}", "Change its rights, or name another path.")


def _from_root(path):
    return os.path.join(os.getcwd(), path)


def _mode(path):
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refusal(path, error.strerror or str(error), "Name another path.") from error


def _is_device(path):
    """Whether the path is a device or pipe, or a link to one."""
    if path.startswith(DEVICES) and not path.startswith(SHARED_MEMORY):
        return True
    with contextlib.suppress(OSError):
        return not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path)
    return False


def _told(path, mode):
    told = KINDS.get(stat.S_IFMT(mode), "something else")
    return f"{told} to {os.readlink(path)}" if stat.S_ISLNK(mode) else told


def _refusal(path, cause, remedy):
    return PlainPathError("Could not write", path, cause, remedy)
