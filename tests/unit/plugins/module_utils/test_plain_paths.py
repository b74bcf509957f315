# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to, and what is refused and left as it was."""

from __future__ import annotations

import errno
import os
import socket
import stat

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._plain_paths import (
    PlainPathError,
    absolute,
    check_file,
    check_folder,
    write,
)

DEVICE = "it is a device. Name a plain file; `cat` shows it on the terminal."


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """The folder that the user named."""
    folder = tmp_path / "named"
    folder.mkdir()
    return folder


@pytest.fixture(name="elsewhere")
def fixture_elsewhere(tmp_path):
    """A folder that nobody named, with a file."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "file").write_text("theirs", encoding="utf-8")
    return folder


def refusal(path, below=None):
    """:returns: why a file is refused; where it is not, it is written."""
    with pytest.raises(PlainPathError) as caught:
        write(str(path), "ours", below=below and str(below))
    assert str(caught.value).startswith(f"Could not write {path}: ")
    return str(caught.value).removeprefix(f"Could not write {path}: ")


def look(path):
    """:returns: what would change where a path were replaced."""
    found = os.lstat(path)
    return found.st_ino, found.st_mode, found.st_nlink


def make(kind, path, elsewhere):
    """Make something that is no plain file."""
    if kind == "folder":
        path.mkdir()
    elif kind == "named pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif kind == "link to a file":
        path.symlink_to(elsewhere / "file")
    elif kind == "link to nothing":
        path.symlink_to(elsewhere / "missing")
    elif kind == "link to itself":
        path.symlink_to(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/null")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("folder", "it is a folder. Move it away, or name another path."),
        ("named pipe", "it is a named pipe. Name a plain file; `cat` shows"),
        ("socket", "it is a socket. Name a plain file; `cat` shows"),
        ("link to a file", "it is a symbolic link to {elsewhere}/file. Move it away, or name another path."),
        ("link to nothing", "it is a symbolic link to {elsewhere}/missing. Move it away, or name another path."),
        ("link to itself", "it is a symbolic link to {path}. Move it away, or name another path."),
        ("link to a device", "it is a symbolic link to /dev/null. Name a plain file; `cat` shows"),
    ],
)
def test_what_is_no_plain_file_is_refused_and_stays(monkeypatch, tmp_path, elsewhere, kind, told):
    # The name of a socket has room for some hundred characters.
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x"
    make(kind, path.relative_to(tmp_path) if kind == "socket" else path, elsewhere)
    before = look(path)
    assert refusal(path).startswith(told.format(elsewhere=elsewhere, path=path))
    assert look(path) == before
    assert sorted(entry.name for entry in elsewhere.iterdir()) == ["file"]
    assert (elsewhere / "file").read_text(encoding="utf-8") == "theirs"


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
def test_a_device_is_refused(path):
    # Looked at and not written to: had the code failed, other programs of the machine would.
    with pytest.raises(PlainPathError) as caught:
        check_file(path)
    assert str(caught.value).startswith(f"Could not write {path}: {DEVICE}")


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_refused_whatever_is_behind_it(path):
    with pytest.raises(PlainPathError) as caught:
        check_file(path)
    assert "`cat` shows it on the terminal. Where the content is not wanted, run with --check, which writes nothing." in str(caught.value)


def test_a_plain_file_is_replaced_as_a_whole(folder):
    path = folder / "file"
    write(str(path), "first", 0o644)
    with open(path, encoding="utf-8") as reader:
        write(str(path), "second")
        assert reader.read() == "first"
    assert path.read_text(encoding="utf-8") == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["file"]


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_what_was_asked_for_whatever_the_mask(folder, mode):
    before = os.umask(0)
    try:
        write(str(folder / "file"), "text", mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "file").stat().st_mode) == mode


def test_a_relative_path_is_one_of_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    write("file", "text")
    assert (folder / "file").read_text(encoding="utf-8") == "text"


@pytest.mark.parametrize(("path", "found"), [("a/b", "/c/a/b"), ("/a/b", "/a/b"), ("~/b", "/home/me/b"), ("", "")])
def test_the_absolute_path_of_what_a_user_wrote(monkeypatch, path, found):
    monkeypatch.setenv("HOME", "/home/me")
    assert absolute(path, "/c") == found


def test_a_named_folder_may_be_reached_by_links(folder, tmp_path):
    (tmp_path / "home").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(folder)
    write(str(tmp_path / "home" / "named" / "one"), "text")
    write(str(tmp_path / "link" / "two"), "text")
    write(str(tmp_path / "home" / "link" / "three"), "text", below=str(tmp_path / "link"))
    check_folder(str(tmp_path / "link" / "a" / "b"), str(tmp_path / "link"))
    assert sorted(entry.name for entry in folder.iterdir()) == ["one", "three", "two"]


def test_a_link_below_the_named_folder_may_lead_to_another_place_in_it(folder):
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")
    write(str(folder / "link" / "file"), "text", below=str(folder))
    check_folder(str(folder / "link" / "inner"), str(folder))
    assert (folder / "real" / "file").exists()


@pytest.mark.parametrize("target", ["elsewhere", ".", "/", "named-not"])
def test_a_link_below_the_named_folder_may_not_lead_out_of_it(folder, elsewhere, tmp_path, target):
    (tmp_path / "named-not").mkdir()
    (folder / "link").symlink_to(tmp_path / target)
    found = os.path.realpath(tmp_path / target)
    for path in (folder / "link" / "new", folder / "link" / "file"):
        assert refusal(path, folder).startswith(f"by a symbolic link it leads to {found}, which is not in {folder}. Name the place")
    with pytest.raises(PlainPathError, match="by a symbolic link it leads to"):
        check_folder(str(folder / "link"), str(folder))
    with pytest.raises(PlainPathError, match="by a symbolic link it leads to"):
        check_folder(str(folder / "link" / "a" / "b"), str(folder))
    assert (elsewhere / "file").read_text(encoding="utf-8") == "theirs"


@pytest.mark.parametrize("written", ["../elsewhere/file", "inner/../../elsewhere/file"])
def test_a_path_that_goes_back_is_refused(folder, elsewhere, written):
    path = f"{folder}/{written}"
    (folder / "inner").mkdir()
    assert refusal(path) == f"it goes back by `..`. Write the path that is meant, perhaps {elsewhere}/file."
    assert refusal(path, folder).startswith("it goes back by `..`.")


def test_a_named_folder_may_be_written_with_dots(folder):
    write(f"{folder}/../named/file", "text", below=f"{folder}/../named")
    assert (folder / "file").exists()


def test_names_with_dots_in_them_are_names(folder):
    write(str(folder / "..values..yml"), "text")
    assert (folder / "..values..yml").exists()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("missing/file", "the folder {folder}/missing does not exist. Make it (`mkdir -p {folder}/missing`), or name another path."),
        ("plain/file", "{folder}/plain is a file, where a folder is needed. Move it away, or name another path."),
        ("dangling/file", "{folder}/dangling is a symbolic link to nowhere, where a folder is needed."),
        ("inner/", "it names a folder. Add the file's name."),
        ("x" * 300, os.strerror(errno.ENAMETOOLONG)),
        ("two\nlines", "it has a line break or a null character in it."),
        ("nu\0ll", "it has a line break or a null character in it."),
    ],
)
def test_a_path_that_cannot_be_is_refused(folder, path, told):
    (folder / "plain").touch()
    (folder / "dangling").symlink_to("nowhere")
    (folder / "inner").mkdir()
    with pytest.raises(PlainPathError) as caught:
        write(f"{folder}/{path}", "text")
    assert f": {told.format(folder=folder)}" in str(caught.value)


def test_an_empty_path_is_refused():
    with pytest.raises(PlainPathError, match="^Could not write to an empty path: it names nothing. Name a file."):
        check_file("")


def test_a_folder_without_rights_is_refused(folder, monkeypatch):
    # root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, rights: False)
    told = f"this user may not write to the folder {folder}. Change its rights, or name another path."
    assert refusal(folder / "file").startswith(told)
    with pytest.raises(PlainPathError, match="this user may not write"):
        check_folder(str(folder / "a"), str(folder))


def test_what_the_system_refuses_leaves_the_old_content(folder, monkeypatch):
    path = folder / "file"
    path.write_text("old", encoding="utf-8")

    def full(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    assert refusal(path) == "No space left on device. Make room or name another path."
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in folder.iterdir()] == ["file"]


def test_a_folder_that_is_missing_is_judged_by_where_it_would_be_made(folder):
    check_folder(str(folder / "a" / "b"), str(folder / "a"))
    (folder / "plain").touch()
    with pytest.raises(PlainPathError, match=f"{folder}/plain is a file, where a folder is needed"):
        check_folder(str(folder / "plain" / "b"), str(folder / "plain"))
    with pytest.raises(PlainPathError, match="/dev/null is a device, where a folder is needed"):
        check_folder("/dev/null/windrose-airflow/artifacts", "/dev/null/windrose-airflow")


def test_a_relative_folder_is_one_of_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    check_folder("not/yet", "not")
