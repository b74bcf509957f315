# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of revisions that were begun and never ended: which they are, and that they go, and nothing else."""

from __future__ import annotations

import json

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._release import ledger, leftovers
from ansible_collections.windrose.airflow.plugins.module_utils._release.revisions import Revision

NAMESPACE = "data"
OWN = {leftovers.NAME_ANNOTATION: "demo", leftovers.NAMESPACE_ANNOTATION: NAMESPACE}


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ([], []),
        (["deployed"], []),
        (["superseded", "failed", "deployed"], []),
        (["pending-install"], [1]),
        (["superseded", "deployed", "pending-upgrade"], [2, 3]),
        (["superseded", "deployed", "failed", "pending-rollback"], [2, 3, 4]),
        (["superseded", "uninstalling"], [2]),
        (["superseded", "uninstalled"], []),
    ],
)
def test_revisions_that_may_leave_objects_behind(statuses, wanted):
    history = [Revision(number, status, f"v{number}", "") for number, status in enumerate(statuses, 1)]
    assert [revision.number for revision in leftovers.unfinished(history)] == wanted


@pytest.mark.parametrize("identity", [("apps/v1", "Deployment", "data", "web"), ("v1", "Namespace", "", "data")])
def test_an_identity_can_be_read_back(identity):
    assert leftovers.identity_of(leftovers.text_of(identity)) == identity


def config_map(name, **annotations):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": NAMESPACE, "annotations": annotations},
    }


def left(demo):
    """Make what a killed run left: objects of its revision, one of which is not the release's own.

    :returns: the manifest of that revision.
    """
    made = [config_map("mine", **OWN), config_map("kept", **OWN, **{"helm.sh/resource-policy": "keep"}), config_map("foreign")]
    for definition in made:
        demo.api.put(definition)
    return {"manifest": "\n---\n".join(map(json.dumps, made))}


def config_maps(demo):
    return {item["metadata"]["name"] for item in demo.api.list("v1", "ConfigMap", NAMESPACE)} - {"demo-ledger", "demo-settings"}


@pytest.mark.parametrize("status", ["pending-upgrade", "failed"])
def test_what_the_wanted_values_lack_is_removed(demo, notes, status):
    demo.release()
    demo.helm.keep("demo", 2, status, left(demo))
    assert demo.release({"replicas": 3})["operation"] == "recovered"
    assert config_maps(demo) == {"kept", "foreign"}
    assert "deleting v1 ConfigMap data/mine, which an earlier run left" in notes
    assert "leftovers" not in ledger.entries(demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE))[-1]
    assert not demo.release({"replicas": 3})["changed"] and demo.api.writes == []


def test_a_rollback_after_an_interrupted_one_removes_what_the_target_lacks(demo):
    """helm takes the interrupted rollback for the revision before, and that has what the target has."""
    demo.release()
    demo.helm.keep("demo", 2, "deployed", left(demo))
    demo.helm.keep("demo", 3, "failed")
    assert demo.roll_back(1)["operation"] == "rolled_back"
    assert config_maps(demo) == {"kept", "foreign"}
    assert not demo.roll_back(1)["changed"]


def test_a_removal_takes_them_along(demo):
    demo.release()
    demo.helm.keep("demo", 2, "pending-upgrade", left(demo))
    demo.remove()
    assert config_maps(demo) == {"kept", "foreign"}


def test_a_run_that_is_killed_before_it_removed_them_leaves_word(demo):
    """The Secret that told of them is gone by then, and helm calls the new revision deployed."""
    demo.release()
    demo.helm.keep("demo", 2, "pending-upgrade", left(demo))

    def refuse(write):
        if write == ("delete", "ConfigMap", "mine"):
            raise ApiError("Could not delete", "it", "the server answered 503", "Wait.", 503, "")

    demo.api.before_write = refuse
    with pytest.raises(ApiError):
        demo.release({"replicas": 3})
    assert demo.helm.statuses()[2] == "deployed" and "mine" in config_maps(demo)
    demo.api.before_write = lambda write: None
    again = demo.release({"replicas": 3}, check=True)
    assert (again["operation"], again["reason"]) == (
        "recovered", "an earlier run was to remove what revisions before it left behind, and did not")
    demo.release({"replicas": 3})
    assert config_maps(demo) == {"kept", "foreign"}
    assert not demo.release({"replicas": 3})["changed"]


def test_a_revision_that_cannot_be_read_does_not_keep_a_run_from_recovering(demo):
    demo.release()
    demo.helm.keep("demo", 2, "pending-upgrade", left(demo))
    secret = demo.helm.stored()[2]
    demo.api.put({**secret, "data": {"release": "bm9uc2Vuc2U="}})
    assert demo.release()["operation"] == "recovered"
