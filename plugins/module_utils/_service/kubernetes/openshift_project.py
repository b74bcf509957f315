# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks OpenShift for projects that are missing."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import manifests

API_VERSION = "project.openshift.io/v1"
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
FORBIDDEN, CONFLICT = 403, 409
# Where OpenShift keeps what a request says in fields of its own.
_ANNOTATIONS = {"display_name": "openshift.io/display-name", "description": "openshift.io/description"}


class OpenShiftProjects:
    """Projects that are to be there.

    :param client: an OpenShiftClient.
    :param projects: list of dicts with ``name``, ``display_name`` and ``description``; empty texts are not looked at.
    :param check_mode: predict, but write nothing.
    """

    def __init__(self, client, projects, check_mode=False):
        self._client = client
        self._projects = projects
        self._check_mode = check_mode

    def present(self):
        """Ask for what is missing, and change what differs.

        :returns: dict with ``changed``, ``projects`` and ``diff``.
        :raises WindroseError: a project cannot be created.
        """
        outcomes = [self._bring(project) for project in self._projects]
        return {
            "changed": any(operation != UNCHANGED for operation, _before, _after in outcomes),
            "projects": [
                {"name": project["name"], "operation": operation}
                for project, (operation, _before, _after) in zip(self._projects, outcomes)
            ],
            "diff": [
                manifests.difference(before, after, f"Project {project['name']}")
                for project, (operation, before, after) in zip(self._projects, outcomes)
                if operation != UNCHANGED
            ],
        }

    def _bring(self, project):
        """:returns: (operation, the project before or None, the project after)."""
        live = self._read(project["name"])
        wanted = {_ANNOTATIONS[option]: project[option] for option in _ANNOTATIONS if project[option]}
        definition = {
            "apiVersion": API_VERSION, "kind": "Project",
            "metadata": {"name": project["name"], "annotations": wanted},
        }  # fmt: skip
        if live is None:
            self._request(project)
            return CREATED, None, definition
        if live["metadata"].get("deletionTimestamp"):
            raise ApiError(
                "Could not use", f"Project {project['name']}", "it is being deleted",
                "Run again once it is gone, or choose another name.")  # fmt: skip
        after = manifests.overlay(live, definition)
        if after == live:
            return UNCHANGED, live, live
        if not self._check_mode:
            self._client.merge(definition)
        return UPDATED, live, after

    def _read(self, name):
        try:
            return self._client.get(API_VERSION, "Project", name)
        except ApiError as error:
            # To whom a project does not belong, OpenShift does not say whether it exists.
            if error.status == FORBIDDEN:
                return None
            raise

    def _request(self, project):
        if self._check_mode:
            return
        request = {
            "apiVersion": API_VERSION, "kind": "ProjectRequest", "metadata": {"name": project["name"]},
            "displayName": project["display_name"], "description": project["description"],
        }  # fmt: skip
        try:
            self._client.create(request, repeatable=True)
        except ApiError as error:
            if error.status == CONFLICT:
                if self._read(project["name"]) is not None:
                    # The request was repeated because its answer was lost, or another run of the same user was faster.
                    return
                error.cause = "it exists, and the user of this kubeconfig may not see it"
                error.remedy = "Let its administrator add that user, or choose another name."
            elif error.status == FORBIDDEN:
                error.remedy = "Let a cluster administrator add the user to the role self-provisioner, or make the project."
            raise
