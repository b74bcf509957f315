# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every image that is built from packages, and for Airflow's locks."""

from __future__ import annotations

import re

import pytest

NAMES = ["airflow", "git_server", "pgbouncer", "postgresql", "registry", "statsd_exporter"]
LOCKS = ["pip", "requirements", "requirements-providers"]
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


def test_the_exporter_is_labelled_with_its_pin(images):
    modules = (images.parent / "tools" / "statsd_exporter" / "go.mod").read_text(encoding="utf-8")
    version = re.search(r"prometheus/statsd_exporter v(\S+)", modules).group(1)
    assert f'image.version="{version}"' in (images / "statsd_exporter" / "Dockerfile").read_text(encoding="utf-8")


def test_airflow_is_labelled_with_its_pin(images, lock):
    version = pins(lock("requirements"))["apache-airflow-core"]
    assert f"ARG AIRFLOW_VERSION={version}\n" in (images / "airflow" / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_and_names_no_index(lock, name):
    for line in lock(name):
        assert re.match(r"[\w.-]+(\[[^]]*])?==\S+( ; .*)?\s+--hash=sha256:[0-9a-f]{64}", line), line
        assert "://" not in line


def test_more_providers_change_no_version(lock):
    few, many = pins(lock("requirements")), pins(lock("requirements-providers"))
    assert {name: many.get(name) for name in few} == few
