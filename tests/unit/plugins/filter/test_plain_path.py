# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.filter.plain_path import plain_path


def test_a_relative_path_is_one_of_the_folder(tmp_path):
    assert plain_path("values.yml", str(tmp_path)) == {"path": f"{tmp_path}/values.yml", "refused": ""}


def test_a_relative_path_stays_in_the_folder(tmp_path):
    named, other = tmp_path / "named", tmp_path / "other"
    named.mkdir()
    other.mkdir()
    (named / "link").symlink_to(other)
    assert plain_path("link/values.yml", str(named))["refused"].startswith(
        f"Could not write {named}/link/values.yml: by a symbolic link it leads to {other}, which is not in {named}.")
    assert plain_path("../other/values.yml", str(named))["refused"].startswith(f"Could not write {named}/../other/values.yml: it goes back")
    assert plain_path(f"{named}/link/values.yml", str(named))["refused"] == ""


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout"])
def test_a_device_is_refused(tmp_path, path):
    found = plain_path(path, str(tmp_path))
    assert found["path"] == path
    assert found["refused"].startswith(f"Could not write {path}: it is ")


def test_the_home_folder_is_written_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert plain_path("~/values.yml", "/elsewhere") == {"path": f"{tmp_path}/values.yml", "refused": ""}
