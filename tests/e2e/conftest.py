# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import json

import pytest
from other_api_server import other_api_server
from project import Project, changed
from rehearsal import ENVIRONMENTS


@pytest.fixture(scope="session")
def project():
    """The project as a user sees it."""
    return Project()


@pytest.fixture(scope="session", name="local_up")
def fixture_local_up(project):
    """Make the local cluster with a number of simulated nodes: ``local_up(number) -> changed tasks``; none stay."""

    def run(number):
        return changed(project.run(
            "ansible-playbook", "playbooks/local_up.yml", "-i", "inventories/local",
            "-e", json.dumps({"airflow_local_cluster_simulated_nodes": number})))

    yield run
    run(0)


@pytest.fixture(scope="session", name="rehearsals")
def fixture_rehearsals(project):
    """{environment: what its rehearsal printed}, on a cluster that was made for them."""
    project.run("make", "down")
    return {name: project.run("make", "rehearse", f"ENV={name}") for name in ENVIRONMENTS}


@pytest.fixture(scope="session", name="other")
def fixture_other(project, tmp_path_factory):
    """An `OtherApiServer`: another cluster, with nothing in it."""
    with other_api_server(project, tmp_path_factory.mktemp("other")) as server:
        yield server
