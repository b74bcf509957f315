# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import os
import tarfile

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release.chart import (
    chart_digest,
    check_digest,
    contents,
    metadata,
    reference,
)

METADATA = 'apiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: "3.2"\n'


def chart(folder, **files):
    for name, text in {"Chart.yaml": METADATA, "templates/a.yaml": "a", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def package(folder, target):
    with tarfile.open(target, "w:gz") as archive:
        archive.add(folder, arcname="demo")
    return target


def test_digest_of_a_folder_is_that_of_its_copy(tmp_path):
    first, second = chart(tmp_path / "first"), chart(tmp_path / "second")
    os.utime(second / "Chart.yaml", (1, 1))
    (second / "Chart.yaml").chmod(0o600)
    assert chart_digest(first) == chart_digest(second)


@pytest.mark.parametrize(
    "files",
    [
        {"templates/a.yaml": "b"},
        {"templates/b.yaml": ""},
        {"templates/a.yaml": "", "templates/b.yaml": "a"},
        {".helmignore": "x"},
    ],
)
def test_digest_of_a_folder_changes_with_any_file(tmp_path, files):
    assert chart_digest(chart(tmp_path / "first")) != chart_digest(chart(tmp_path / "second", **files))


def test_digest_tells_a_moved_border_between_name_and_content(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, name, text in ((first, "ab", "c"), (second, "a", "bc")):
        folder.mkdir()
        (folder / name).write_text(text)
    assert chart_digest(first) != chart_digest(second)


def test_digest_of_a_package_is_that_of_the_file(tmp_path):
    path = package(chart(tmp_path / "chart"), tmp_path / "demo.tgz")
    assert chart_digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_metadata_of_folder_and_package(tmp_path):
    folder = chart(tmp_path / "chart", **{"charts/sub/Chart.yaml": "name: sub\nversion: 9.9.9\n"})
    wanted = {"apiVersion": "v2", "name": "demo", "version": "1.2.3", "appVersion": "3.2"}
    assert metadata(folder) == wanted
    assert metadata(package(folder, tmp_path / "demo.tgz")) == wanted


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.mkdir(),
        lambda path: path.write_text("no archive"),
        lambda path: package(chart(path.parent / "c").joinpath("templates"), path),
        lambda path: chart(path, **{"Chart.yaml": "a: [\n"}),
    ],
)
def test_metadata_refuses_what_is_no_chart(tmp_path, make):
    path = tmp_path / "demo"
    make(path)
    with pytest.raises(ReleaseError, match="(?s)Could not read chart .*demo: .*Give the path"):
        metadata(path)


@pytest.mark.parametrize(
    ("repository", "wanted"),
    [
        ("https://airflow.apache.org/", ("airflow", "https://airflow.apache.org")),
        ("oci://registry.example.org/charts/", ("oci://registry.example.org/charts/airflow", None)),
        (None, ("airflow", None)),
    ],
)
def test_reference(repository, wanted):
    assert reference({"name": "airflow", "repository": repository}) == wanted


@pytest.mark.parametrize("pin", [None, "", "ab12", "sha256:AB12"])
def test_check_digest_accepts(pin):
    check_digest({"name": "airflow", "path": None, "digest": pin}, "ab12")


def test_check_digest_names_both_digests():
    with pytest.raises(
        ReleaseError, match="Refused chart airflow: its digest is sha256:ab12, and sha256:cd34 is pinned"
    ):
        check_digest({"name": "airflow", "path": None, "digest": "sha256:cd34"}, "ab12")


@pytest.mark.parametrize("packed", [False, True])
def test_contents_are_the_values_the_schema_and_the_names_of_subcharts(tmp_path, packed):
    files = {
        "Chart.yaml": METADATA + "dependencies:\n- {name: postgresql, version: 1.0.0}\n- {name: redis, alias: broker, version: 1.0.0}\n",
        "values.yaml": "a: {b: 1}\n",
        "values.schema.json": '{"type": "object"}',
        "charts/redis/values.yaml": "a: 2\n",
    }
    path = chart(tmp_path / "demo", **files)
    found = contents(package(path, tmp_path / "demo.tgz") if packed else path)
    assert found == {
        "name": "demo", "version": "1.2.3", "subcharts": ("postgresql", "broker"), "defaults": {"a": {"b": 1}}, "schema": {"type": "object"}}


def test_a_chart_may_have_neither_values_nor_schema(tmp_path):
    found = contents(chart(tmp_path / "demo"))
    assert (found["defaults"], found["schema"], found["subcharts"]) == ({}, None, ())
