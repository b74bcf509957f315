# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and helm on a cluster whose user logs in by a program."""

from __future__ import annotations

import pytest
import yaml
from login_program import LoginProgram


@pytest.fixture
def program(tmp_path, cluster, monkeypatch):
    """A `LoginProgram` that gives the credentials of the cluster's user, in a run whose folder is there."""
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("WINDROSE_CREDENTIALS_FOLDER", str(tmp_path / "run"))
    program = LoginProgram(tmp_path / "program")
    config = yaml.safe_load(cluster.client.verified_kubeconfig())
    program.answer_as(config["users"][0]["user"], lifetime=3600)
    config["users"][0]["user"] = program.user()
    program.kubeconfig = str(tmp_path / "kubeconfig")
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config), encoding="utf-8")
    return program


def test_modules_and_helm_log_in_once(demo, config_chart, program):
    assert demo.release(config_chart, kubeconfig=program.kubeconfig)["changed"]
    assert demo.release(config_chart, {"greeting": "good day"}, kubeconfig=program.kubeconfig)["changed"]
    assert not demo.release(config_chart, {"greeting": "good day"}, kubeconfig=program.kubeconfig)["changed"]
    assert demo.get("v1", "ConfigMap", "demo-settings")["data"]["greeting"] == "good day"
    assert len(program.starts()) == 1
