# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which charts are downloaded, kept and refused."""

from __future__ import annotations

import os
import tarfile

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._plain_paths import PlainPathError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release.chart import contents
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService

CHART = {"source": "official", "path": None, "name": "demo", "repository": "https://charts.test", "version": "1.2.3", "digest": None}


class Repository:
    """Stands in for helm's download, which takes a repository on the network."""

    def __init__(self, folder):
        self.content = "executor: KubernetesExecutor\n"
        self.folder = folder
        self.downloads = 0

    def pull(self, reference, repository, version, folder, timeout):
        assert (reference, repository, version) == ("demo", "https://charts.test", "1.2.3") and timeout > 0
        self.downloads += 1
        (self.folder / "values.yaml").write_text(self.content)
        (self.folder / "Chart.yaml").write_text("name: demo\nversion: 1.2.3\n")
        path = os.path.join(folder, "demo-1.2.3.tgz")
        with tarfile.open(path, "w:gz") as archive:
            archive.add(self.folder, arcname="demo")
        return path


@pytest.fixture(name="repository")
def fixture_repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    return Repository(folder)


@pytest.fixture(name="service")
def fixture_service(repository, tmp_path):
    return ChartService(str(tmp_path / "charts"), str(tmp_path), lambda: repository, Progress())


def test_a_chart_is_downloaded_once(service, repository):
    first = service.path(CHART)
    assert contents(first)["defaults"] == {"executor": "KubernetesExecutor"}
    assert service.path(CHART) == first and repository.downloads == 1
    assert sorted(os.listdir(os.path.dirname(first))) == [os.path.basename(first), f"{os.path.basename(first)}.sha256"]


@pytest.mark.parametrize("damage", ["content", "checksum"])
def test_a_damaged_chart_is_downloaded_again(service, repository, damage):
    path = service.path(CHART)
    if damage == "content":
        with open(path, "ab") as stream:
            stream.write(b"x")
    else:
        os.remove(f"{path}.sha256")
    assert contents(service.path(CHART))["name"] == "demo"
    assert repository.downloads == 2


def test_what_is_not_the_pinned_chart_is_refused_and_not_kept(service, tmp_path):
    with pytest.raises(ReleaseError, match="is pinned"):
        service.path({**CHART, "digest": "0" * 64})
    assert list((tmp_path / "charts").iterdir()) == []


def test_a_chart_of_this_machine_is_not_copied(service, repository, tmp_path):
    repository.pull("demo", "https://charts.test", "1.2.3", str(tmp_path), 1)
    chart = {**CHART, "source": "path", "path": str(repository.folder)}
    assert service.path(chart) == str(repository.folder)
    with pytest.raises(ReleaseError, match="is pinned"):
        service.path({**chart, "digest": "0" * 64})
    assert not (tmp_path / "charts").exists()


def test_a_chart_of_this_machine_that_is_not_there_is_reported_by_its_path(service, tmp_path):
    with pytest.raises(ReleaseError, match="Could not read chart .*/nonesuch: .*No such file"):
        service.path({**CHART, "source": "path", "path": str(tmp_path / "nonesuch")})


@pytest.mark.parametrize("place", ["folder", "package", "checksum", "version"])
def test_what_is_in_the_way_of_a_chart_is_left_alone(service, repository, tmp_path, place):
    kept, elsewhere = tmp_path / "charts", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if place == "folder":
        kept.touch()
    elif place != "version":
        path = service.path(CHART)
        os.remove(f"{path}.sha256")
        os.remove(path)
        os.symlink(elsewhere / "file", path if place == "package" else f"{path}.sha256")
    downloads = repository.downloads
    with pytest.raises(PlainPathError, match="Could not write "):
        service.path({**CHART, "version": "/../../elsewhere/1"} if place == "version" else CHART)
    assert list(elsewhere.iterdir()) == [] and repository.downloads == downloads


def test_that_a_chart_cannot_be_downloaded_is_told_apart_from_that_it_is_another_one(tmp_path):
    class Unreachable:
        def pull(self, *what):
            raise ReleaseError("Could not download", "chart demo", "no route to host", "Check the address")

    service = ChartService(str(tmp_path / "charts"), str(tmp_path), Unreachable, Progress())
    with pytest.raises(ReleaseError) as caught:
        service.path(CHART)
    assert caught.value.fields == {"is_chart_unreachable": True} and "no route to host" in str(caught.value)


def test_another_chart_than_the_pinned_one_is_there_and_refused(service):
    with pytest.raises(ReleaseError) as caught:
        service.path({**CHART, "digest": "0" * 64})
    assert "is_chart_unreachable" not in caught.value.fields
