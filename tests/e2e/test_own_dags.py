# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make run DAGS=…`: a DAG of one's own is broken, corrected and proved by a plain re-run.

Runs on the cluster that test_run.py made.
"""

from __future__ import annotations

import json

import pytest
from project import changed

NAMESPACE = "airflow"
DAG = "windrose_own"
GIT_SERVER = "windrose-airflow-git-server"
SOURCE = '''
from airflow.sdk import dag, task
from common import answer

@dag(dag_id="windrose_own", schedule=None, is_paused_upon_creation=False)
def windrose_own():
    @task
    def check():
        if answer() != 42:
            raise ValueError("answered " + str({"kind": "Status", "reason": "Wrong", "message": "not 42"}))
    check()

windrose_own()
'''


@pytest.fixture(scope="module", name="folder")
def fixture_folder(project, tmp_path_factory):
    """A folder of one's own that Airflow runs the DAGs of."""
    folder = tmp_path_factory.mktemp("my dags")
    before = running(project)
    project.run("make", "run", f"DAGS={folder}")
    after = running(project)
    # A container with the same name, made anew; everything else is what it was.
    assert [name for name in before if before[name] != after.get(name)] == [GIT_SERVER]
    yield folder
    # A later run keeps the folder that it was given, and this one goes with the tests.
    project.run("ansible-playbook", "playbooks/local_up.yml", "-i", "inventories/local", "-e", "airflow_local_cluster_dags_path=")


def running(project):
    """:returns: {name: identity} of what runs: the containers of the local cluster and the pods of Airflow, but for those of its tasks."""
    listed = project.docker("ps", "--no-trunc", "--format", "{{.Names}} {{.ID}}").split()
    pods = project.objects("pods", "--namespace", NAMESPACE, "--selector=!dag_id", "--field-selector=status.phase=Running")
    return {**dict(zip(listed[::2], listed[1::2])), **{pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in pods}}


def history(project):
    """:returns: the commits that the git server has published, the newest first."""
    return project.docker("exec", GIT_SERVER, "git", "--git-dir=/srv/git/dags.git", "log", "--format=%H").split()


def prove(project, check):
    """Type the command that runs the DAG; the same each time."""
    variables = json.dumps({"airflow_verify_dag_id": DAG})
    return project.run("ansible-playbook", "playbooks/verify.yml", "-i", "inventories/local", "-e", variables, check=check)


def test_a_dag_that_was_corrected_is_proved_by_running_again(project, folder):
    (folder / "common.py").write_text("def answer():\n    return 41\n", encoding="utf-8")
    (folder / "own.py").write_text(SOURCE, encoding="utf-8")
    failed = " ".join(prove(project, check=False).split())
    assert f"of DAG {DAG}: it failed: task check failed in pod windrose-own-check-" in failed
    assert "ValueError: answered Wrong: not 42; last log lines:" in failed
    assert "'kind':" not in failed and '"kind":' not in failed
    before = history(project)
    # What the DAG imports is corrected, the file of the DAG is as it was.
    (folder / "common.py").write_text("def answer():\n    return 42\n", encoding="utf-8")
    assert changed(prove(project, check=True)) == 1
    assert history(project)[1:] == before
    assert changed(prove(project, check=True)) == 0


def test_a_run_without_the_variable_keeps_the_folder(project, folder):
    before = running(project)
    assert changed(project.site("--tags", "local_cluster")) == 0
    assert running(project) == before
