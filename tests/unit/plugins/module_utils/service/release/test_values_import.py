# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a values file to a folder with an inventory, and what the check of the inventory says of it."""

from __future__ import annotations

import functools
import os
import pathlib

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._plain_paths import PlainPathError
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._release import chart
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values_import import ImportService
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.detection import ChartError
from ansible_collections.windrose.airflow.plugins.module_utils._values.importing.source import SourceError

ROOT = pathlib.Path(__file__).resolve().parents[6]
FILES = ROOT / "tests" / "fixtures" / "values_files"
NAMES = sorted(str(path.relative_to(FILES)) for path in FILES.rglob("*.yaml"))
BUNDLED = {"source": "bundled", "path": str(ROOT / "roles" / "airflow_release" / "files" / "chart"), "digest": None}
PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE")
OFFICIAL = {"source": "path", "path": PACKAGE, "digest": None}
SIMPLE = "executor: KubernetesExecutor\nscheduler: {replicas: 2}\nairflowPodAnnotations: {acme.test/a: '{{ .Release.Name }}'}\n"
# What the check finds in what was imported, by the file; all else passes, or is doubtful.
REFUSED = {
    "official-1.16.yaml": ["limits"],
    "cases/F09-duplicate-env-server-side.yaml": ["scheduler.env.0"],
    "cases/F11-cannot-render-annotation.yaml": ["airflowPodAnnotations.checksum/mails"],
    "cases/F19-no-dag-processor.yaml": ["airflow_components.dag_processor.replicas (dagProcessor.replicas)"],
    "cases/F25-root-init-container.yaml": ["dagProcessor.extraInitContainers.0.securityContext"],
}


class Loader(yaml.SafeLoader):
    """Reads an inventory as Ansible does."""


Loader.add_constructor("!unsafe", Loader.construct_yaml_str)


@pytest.fixture(name="one_reading", scope="module")
def fixture_one_reading():
    """Read each chart once: the official one takes a second."""
    contents = chart.contents
    chart.contents = functools.cache(contents)
    yield
    chart.contents = contents


@pytest.fixture(name="service")
def fixture_service(tmp_path, rendering):
    """Make a service: ``service(text, chart) -> ImportService``, for the folder `inventory`."""

    def service(text, wanted=None, destination="inventory"):
        source = tmp_path / "values.yaml"
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        charts = ChartService(None, str(tmp_path), None, Progress())
        parameters = {"source": str(source), "destination": str(tmp_path / destination), "chart": wanted or BUNDLED}
        return ImportService(charts, parameters, lambda parameters: ValuesService(charts, parameters, rendering))

    return service


def loaded(folder):
    """:returns: the variables of an inventory, by their names without prefix."""
    found = {}
    for path in sorted((folder / "group_vars" / "all").glob("*.yml")):
        found.update(yaml.load(path.read_text(encoding="utf-8"), Loader=Loader))
    return {name.removeprefix("airflow_"): value for name, value in found.items() if name.startswith("airflow_")}


def test_check_run_check_run(service, tmp_path):
    folder = tmp_path / "inventory"
    foretold = service(SIMPLE).run(check_mode=True)
    assert foretold["changed"] and foretold["diff"] and not folder.exists()
    assert service(SIMPLE).run(check_mode=False) == foretold
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for check_mode in (True, False):
        again = service(SIMPLE).run(check_mode)
        assert not again["changed"] and again["diff"] == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_with_anything_in_it_is_not_touched(service, tmp_path):
    service(SIMPLE).run(check_mode=False)
    for other in (SIMPLE.replace("2", "3"), SIMPLE):
        (tmp_path / "inventory" / "mine.yml").write_text("mine", encoding="utf-8")
        with pytest.raises(PlainPathError, match="it is not empty, and nothing in it is overwritten"):
            service(other).run(check_mode=False)
    assert loaded(tmp_path / "inventory")["components"] == {"scheduler": {"replicas": 2}}


def test_an_empty_folder_is_filled(service, tmp_path):
    (tmp_path / "inventory").mkdir()
    assert service(SIMPLE).run(check_mode=False)["changed"]


def test_a_folder_that_is_a_link_or_a_file_is_refused(service, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for destination in ("file", "../elsewhere/x"):
        with pytest.raises(PlainPathError, match="Could not write"):
            service(SIMPLE, destination=destination).run(check_mode=False)


def test_a_template_of_helm_is_a_text_to_ansible(service, tmp_path):
    service(SIMPLE).run(check_mode=False)
    text = (tmp_path / "inventory" / "group_vars" / "all" / "overrides.yml").read_text(encoding="utf-8")
    assert "acme.test/a: !unsafe '{{ .Release.Name }}'" in text
    assert loaded(tmp_path / "inventory")["values_overrides"]["airflowPodAnnotations"] == {"acme.test/a": "{{ .Release.Name }}"}


@pytest.mark.parametrize("text, told", [(b"\xff\xfe", "it is no text in UTF-8"), (b"- a", "it is not a map")])
def test_what_is_no_values_file_is_refused_and_nothing_is_written(service, tmp_path, text, told):
    with pytest.raises(SourceError, match=told):
        service(text).run(check_mode=False)
    assert not (tmp_path / "inventory").exists()


def test_another_chart_is_refused_and_nothing_is_written(service, tmp_path):
    with pytest.raises(ChartError):
        service("replicaCount: 1\nservice: {}\n").run(check_mode=False)
    assert not (tmp_path / "inventory").exists()


@pytest.mark.parametrize("source, told", [("absent.yaml", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, source, told):
    parameters = {"source": str(tmp_path / source), "destination": str(tmp_path / "inventory"), "chart": BUNDLED}
    with pytest.raises(SourceError, match=f"{told}.*Name a values file that this user may read"):
        ImportService(None, parameters, None).run(check_mode=False)


def test_without_a_chart_there_is_an_inventory_and_the_report_says_that_it_was_not_checked(tmp_path):
    class Unreachable:
        """No chart can be had."""

        def path(self, _chart):
            raise ReleaseError("Could not download", "the chart", "nothing answers", "Try again.")

    (tmp_path / "values.yaml").write_text(SIMPLE, encoding="utf-8")
    parameters = {"source": str(tmp_path / "values.yaml"), "destination": str(tmp_path / "inventory"), "chart": BUNDLED}
    result = ImportService(Unreachable(), parameters, None).run(check_mode=False)
    assert result["changed"] and result["findings"] == []
    assert "nothing was checked: Could not download the chart" in (tmp_path / "inventory" / "import.md").read_text(encoding="utf-8")


@pytest.mark.official_chart
@pytest.mark.skipif(not PACKAGE, reason="AIRFLOW_CHART_PACKAGE names no package of the official chart")
@pytest.mark.parametrize("name", NAMES)
def test_the_inventory_passes_the_check_or_fails_with_what_the_report_named(name, service, tmp_path, one_reading, rendering):
    result = service((FILES / name).read_text(encoding="utf-8"), OFFICIAL).run(check_mode=False)
    specification = loaded(tmp_path / "inventory")
    raw = specification.pop("values_overrides", {})
    parameters = {
        "specification": specification, "values_overrides": raw, "name": "airflow", "namespace": "airflow", "node_pools": [],
        "database_max_connections": None, "chart": OFFICIAL,
    }  # fmt: skip
    check = ValuesService(ChartService(None, str(tmp_path), None, Progress()), parameters, rendering)
    errors = [finding["subject"].rpartition("overrides.")[2] for finding in result["findings"] if finding["severity"] == "error"]
    assert errors == REFUSED.get(name, [])
    if errors:
        with pytest.raises(Exception) as refused:
            check.gather()
        assert refused.value.fields["findings"] == result["findings"]
    else:
        assert check.gather()["findings"] == result["findings"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "inventory").rglob("*") if path.is_file()}
    assert all(f"`{finding['subject']}`" in texts["import.md"] for finding in result["findings"])
    assert len(texts) > 5 and not any("not-to-be-written" in text for text in texts.values())
