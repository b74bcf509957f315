# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled chart, rendered by the real helm."""

from __future__ import annotations

import functools
import json
import pathlib
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHART = ROOT / "roles" / "airflow_release" / "files" / "chart"
FIXTURES = ROOT / "tests" / "fixtures" / "official_chart"


class StrictLoader(yaml.SafeLoader):
    """Refuses a mapping with the same key twice, as the Kubernetes API does and PyYAML does not."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _value in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        assert not repeated, f"keys given twice at {node.start_mark}: {sorted(repeated)}"
        return super().construct_mapping(node, deep)


class Chart:
    """Renders the bundled chart; every distinct set of values is rendered once per test session."""

    path = CHART
    fixtures = FIXTURES

    def __init__(self, helm: str):
        self._helm = helm
        self._run = functools.cache(self._run_uncached)

    def _run_uncached(self, values: str):
        return subprocess.run(
            [self._helm, "template", "af", str(CHART), "--namespace", "airflow", "--values", "-"],
            input=values, capture_output=True, text=True, timeout=60, check=False,
        )

    def render(self, values: dict | None = None) -> list[dict]:
        """All objects that helm renders with these values, in helm's order."""
        result = self._run(json.dumps(values or {}))
        assert result.returncode == 0, result.stderr
        return [document for document in yaml.load_all(result.stdout, Loader=StrictLoader) if document]

    def one(self, kind: str, name: str, values: dict | None = None) -> dict:
        """The one object of this kind and name; fails when there is none."""
        found = [item for item in self.render(values) if (item["kind"], item["metadata"]["name"]) == (kind, name)]
        assert len(found) == 1, f"{len(found)} objects {kind} {name}"
        return found[0]

    def pod_template(self, values: dict | None = None) -> dict:
        """The pod that Airflow starts tasks from, out of the ConfigMap."""
        text = self.one("ConfigMap", "af-config", values)["data"]["pod_template_file.yaml"]
        return yaml.load(text, Loader=StrictLoader)

    def refusal(self, values: dict) -> str:
        """The message with which helm refuses these values; fails when it renders them."""
        result = self._run(json.dumps(values))
        assert result.returncode != 0, "rendered, where a refusal was expected"
        return result.stderr


@pytest.fixture(scope="session")
def chart(helm_binary) -> Chart:
    """The bundled chart and helm."""
    return Chart(helm_binary)
