# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.openshift_project import (
    OpenShiftProjects,
)

TITLE, TEXT = "openshift.io/display-name", "openshift.io/description"


class OpenShift:
    """Projects as OpenShift serves them to users who see their own alone."""

    def __init__(self, own=(), foreign=(), provisioner=True, loses_answers=False):
        self.projects = {name: self._project(name, "", "") for name in own}
        self._foreign, self._provisioner, self._loses_answers = set(foreign), provisioner, loses_answers
        self.writes = []

    @staticmethod
    def _project(name, title, text):
        annotations = {TITLE: title, TEXT: text, "openshift.io/requester": "user"}
        metadata = {"name": name, "uid": "1", "annotations": annotations}
        return {"apiVersion": "project.openshift.io/v1", "kind": "Project", "metadata": metadata}

    def get(self, _api_version, _kind, name):
        if name not in self.projects:
            raise ApiError("Could not read", name, "forbidden", "", status=403)
        return copy.deepcopy(self.projects[name])

    def create(self, request, repeatable=False):
        name = request["metadata"]["name"]
        if not self._provisioner:
            raise ApiError("Could not create", name, "forbidden", "", status=403)
        if name in self._foreign:
            raise ApiError("Could not create", name, "exists", "", status=409)
        self.writes.append(request["kind"])
        self.projects[name] = self._project(name, request["displayName"], request["description"])
        if self._loses_answers:
            assert repeatable
            raise ApiError("Could not create", name, "exists", "", status=409)

    def merge(self, definition):
        self.writes.append(definition["kind"])
        metadata = definition["metadata"]
        self.projects[metadata["name"]]["metadata"]["annotations"].update(metadata["annotations"])


def run(server, *projects, check_mode=False):
    return OpenShiftProjects(server, list(projects), check_mode).present()


def project(name="airflow", display_name="", description=""):
    return {"name": name, "display_name": display_name, "description": description}


def operations(result):
    return {row["name"]: row["operation"] for row in result["projects"]}


def test_what_is_missing_is_asked_for_once():
    server = OpenShift(own=["airflow-dev"])
    wanted = [project("airflow-dev"), project("airflow-prod", "Airflow", "Runs DAGs")]
    predicted = run(server, *wanted, check_mode=True)
    assert operations(predicted) == {"airflow-dev": "unchanged", "airflow-prod": "created"} and server.writes == []
    made = run(server, *wanted)
    assert (operations(made), made["diff"]) == (operations(predicted), predicted["diff"])
    assert server.writes == ["ProjectRequest"]
    assert server.projects["airflow-prod"]["metadata"]["annotations"][TITLE] == "Airflow"
    again = run(server, *wanted)
    assert (again["changed"], again["diff"], server.writes) == (False, [], ["ProjectRequest"])


def test_a_request_that_was_repeated_finds_what_it_made():
    server = OpenShift(loses_answers=True)
    assert operations(run(server, project("airflow"))) == {"airflow": "created"}
    assert operations(run(server, project("airflow"))) == {"airflow": "unchanged"} and server.writes == ["ProjectRequest"]


def test_titles_of_projects_that_exist_are_set_and_others_left():
    server = OpenShift(own=["airflow"])
    wanted = project(display_name="Airflow")
    predicted = run(server, wanted, check_mode=True)
    assert operations(predicted) == {"airflow": "updated"} and server.writes == []
    result = run(server, wanted)
    assert result["diff"] == predicted["diff"]
    assert result["diff"][0]["after"]["metadata"]["annotations"][TITLE] == "Airflow"
    annotations = server.projects["airflow"]["metadata"]["annotations"]
    assert annotations == {TITLE: "Airflow", TEXT: "", "openshift.io/requester": "user"}
    assert not run(server, wanted)["changed"]
    assert not run(server, project())["changed"]


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (OpenShift(foreign=["airflow"]), "may not see it. Let its administrator add that user"),
        (OpenShift(provisioner=False), "Let a cluster administrator add the user to the role self-provisioner"),
    ],
)
def test_what_cannot_be_read_is_reported(server, told):
    with pytest.raises(ApiError, match=told):
        run(server, project())


def test_other_failures_are_reported_as_they_are():
    class Broken(OpenShift):
        def get(self, _api_version, _kind, name):
            raise ApiError("Could not read", name, "it is broken", "", status=500)

    with pytest.raises(ApiError, match="it is broken"):
        run(Broken(), project())


def test_a_project_on_its_way_out_is_not_used():
    server = OpenShift(own=["airflow"])
    server.projects["airflow"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(ApiError, match="it is being deleted. Run again once it is gone"):
        run(server, project())
