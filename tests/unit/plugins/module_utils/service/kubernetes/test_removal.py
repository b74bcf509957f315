# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting what was judged, where somebody else is at work on it."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, OvertakenError
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.removal import delete_judged

APPLIED = {"manager": "windrose.airflow", "operation": "Apply", "time": "2026-03-01T12:00:00Z"}


class Server:
    """One object, whose deletion is refused where it is not what the request names."""

    def __init__(self):
        metadata = {"name": "web", "namespace": "n", "uid": "a", "resourceVersion": "1", "managedFields": [APPLIED]}
        self.live = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
        self.meanwhile = []

    def get(self, *unused):
        return copy.deepcopy(self.live)

    def delete(self, api_version, kind, name, namespace, propagation, resource_version, uid):
        assert (api_version, kind, name, namespace, propagation) == ("apps/v1", "Deployment", "web", "n", "Foreground")
        if self.meanwhile:
            self.change(**self.meanwhile.pop(0))
        if self.live is None:
            return False
        if (uid, resource_version) != tuple(self.live["metadata"][field] for field in ("uid", "resourceVersion")):
            raise ApiError("Could not delete", "it", "the server answered 409", "", status=409)
        self.live = None
        return True

    def change(self, gone=False, **metadata):
        version = str(int(self.live["metadata"]["resourceVersion"]) + 1)
        self.live = None if gone else {**self.live, "metadata": {**self.live["metadata"], "resourceVersion": version, **metadata}}


@pytest.fixture
def server():
    """The server, with the object on it."""
    return Server()


@pytest.mark.parametrize("meanwhile", [[], [{}], [{}, {}, {}, {}], [{"gone": True}], [{"annotations": {"bound": "yes"}}]])
def test_what_is_still_the_same_goes(server, meanwhile):
    server.meanwhile = meanwhile
    delete_judged(server, server.get(), "Foreground")
    assert server.live is None


def test_what_is_going_already_is_left_to_go(server):
    server.meanwhile = [{"deletionTimestamp": "now"}]
    delete_judged(server, server.get(), "Foreground")
    assert server.live["metadata"]["resourceVersion"] == "2"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"uid": "b"}, "deleted it and made another one of its name"),
        ({"labels": {"windrose.airflow/owner": "theirs"}}, "labelled or applied it"),
        ({"managedFields": [{**APPLIED, "time": "2026-03-01T12:00:09Z"}]}, "labelled or applied it"),
    ],
)
def test_what_another_run_has_made_or_applied_stays(server, change, told):
    server.meanwhile = [change]
    with pytest.raises(OvertakenError) as raised:
        delete_judged(server, server.get(), "Foreground")
    assert server.live["metadata"]["resourceVersion"] == "2"
    assert str(raised.value) == (
        f"Did not delete Deployment n/web: another run or somebody else {told} since this run looked. Find out whether it is "
        "in use again. Run again if it is to go."
    )


def test_who_writes_to_it_all_the_time_is_reported_in_the_end(server):
    server.meanwhile = [{}] * 9
    with pytest.raises(ApiError, match="answered 409"):
        delete_judged(server, server.get(), "Foreground")
