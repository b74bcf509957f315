# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every image that is built from packages, and for Airflow's locks."""

from __future__ import annotations

import re

import pytest
import yaml

NAMES = ["addresses", "airflow", "git_server", "pgbouncer", "pgbouncer_exporter", "postgresql", "registry", "statsd_exporter"]
VERSIONS = ["3.2.2", "3.3.2"]
LOCKS = ["pip", *(f"{version}/{name}" for version in VERSIONS for name in ("requirements", "requirements-providers"))]
LABELS = {"title", "description", "version", "licenses", "source", "vendor"}


@pytest.fixture
def lock(images):
    def read(name):
        text = (images / "airflow" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
        return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return read


def pins(lines):
    """:returns: each project of a lock, without extras, and its version."""
    return dict(re.match(r"([\w.-]+)(?:\[[^]]*])?==(\S+)", line).groups() for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_starts_from_nothing_and_runs_without_privileges(images, name):
    text = (images / name / "Dockerfile").read_text(encoding="utf-8")
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", text, re.M))
    assert set(re.findall(r"^FROM (\S+)", text, re.M)) <= stages | {"scratch"}
    assert int(re.findall(r"^USER (\d+):\d+$", text, re.M)[-1]) > 0
    assert set(re.findall(r"org\.opencontainers\.image\.(\w+)=", text)) == LABELS
    assert "--mount" not in text


@pytest.mark.parametrize("name, module", [("statsd_exporter", "prometheus/statsd_exporter"), ("addresses", "versity/versitygw")])
def test_what_is_built_from_a_go_module_is_labelled_with_its_pin(images, name, module):
    modules = (images.parent / "tools" / module.rsplit("/", maxsplit=1)[1] / "go.mod").read_text(encoding="utf-8")
    version = re.search(rf"{module} v(\S+)", modules).group(1)
    assert f'image.version="{version}"' in (images / name / "Dockerfile").read_text(encoding="utf-8")


def test_each_version_of_airflow_that_is_tried_has_a_folder_of_locks(images):
    assert sorted(path.parent.name for path in (images / "airflow").glob("*/requirements.txt")) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_folder_of_locks_is_named_after_the_airflow_in_it(lock, version):
    for name in ("requirements", "requirements-providers"):
        assert pins(lock(f"{version}/{name}"))["apache-airflow-core"] == version


def test_the_image_without_arguments_is_of_the_version_that_inventories_get(images):
    defaults = images.parent / "roles" / "airflow_specification" / "defaults" / "main.yml"
    version = yaml.safe_load(defaults.read_text(encoding="utf-8"))["airflow_version"]
    assert f"ARG AIRFLOW_VERSION={version}\n" in (images / "airflow" / "Dockerfile").read_text(encoding="utf-8")


# Providers older than these crash the scheduler over orphaned pods (apache/airflow#67891) and patch finished pods for ever (#68683).
def test_the_default_has_a_kubernetes_provider_without_known_crashes(lock):
    version = pins(lock("3.3.2/requirements"))["apache-airflow-providers-cncf-kubernetes"]
    assert tuple(int(number) for number in version.split(".")) >= (10, 21)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_and_names_no_index(lock, name):
    for line in lock(name):
        assert re.match(r"[\w.-]+(\[[^]]*])?==\S+( ; .*)?\s+--hash=sha256:[0-9a-f]{64}", line), line
        assert "://" not in line


@pytest.mark.parametrize("version", VERSIONS)
def test_more_providers_change_no_version(lock, version):
    few, many = pins(lock(f"{version}/requirements")), pins(lock(f"{version}/requirements-providers"))
    assert {name: many.get(name) for name in few} == few
