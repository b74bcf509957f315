# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError, WorkloadError
from ansible_collections.windrose.airflow.plugins.module_utils._release import lease, ledger
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.info import describe_release
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease

NAMESPACE = "data"


def test_roll_back_to_a_revision_once(demo):
    demo.release()
    demo.release({"replicas": 2})
    predicted = demo.roll_back(1, check=True)
    assert (predicted["changed"], predicted["operation"], predicted["revision"]) == (True, "rolled_back", 3)
    assert demo.api.writes == []
    done = demo.roll_back(1)
    assert (done["changed"], done["revision"], done["chart_version"]) == (True, 3, "0.1.0")
    assert done["reason"] == "revision 2 is deployed, and revision 1 is wanted"
    assert demo.api.get("apps/v1", "Deployment", "demo-web", NAMESPACE)["spec"]["replicas"] == 1
    # What revision 3 is made of, the ledger knows from revision 1.
    first, unused, third = ledger.entries(demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE))
    assert all(first[field] == third[field] for field in ("chart", "chart_digest", "image", "values_hmac"))
    for number in (1, 3):
        again = demo.roll_back(number)
        assert (again["changed"], again["operation"], again["revision"]) == (False, "unchanged", 3)
        assert demo.api.writes == []
    assert demo.release({"replicas": 2})["operation"] == "upgraded"


def test_a_pod_that_was_replaced_is_a_change_to_a_rollback_as_well(demo):
    demo.release()
    demo.meanwhile = [lambda: demo.replaced_pods.append("Pod data/demo-0")]
    done = demo.roll_back(1)
    assert (done["changed"], done["operation"], done["replaced_pods"]) == (True, "unchanged", ["Pod data/demo-0"])


def test_roll_back_to_what_was_a_rollback_itself(demo):
    demo.release()
    demo.release({"replicas": 2})
    demo.roll_back(1)
    demo.release({"replicas": 3})
    assert demo.roll_back(3)["revision"] == 5
    # Revision 5 came from 3, which came from 1.
    assert not demo.roll_back(1)["changed"]


def test_a_revision_that_helm_keeps_no_more_may_still_be_what_is_deployed(demo):
    demo.release()
    demo.release({"replicas": 2})
    demo.roll_back(1)
    demo.lose("Secret", "sh.helm.release.v1.demo.v1")
    assert not demo.roll_back(1)["changed"]
    demo.lose("Deployment", "demo-web")
    repaired = demo.roll_back(1)
    assert (repaired["operation"], repaired["reason"]) == (
        "rolled_back",
        "the cluster lacks Deployment data/demo-web",
    )


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        (9, "helm keeps no such revision that was applied, only 1 .deployed., 2 .failed."),
        (2, "helm keeps no such revision"),
    ],
)
def test_what_cannot_be_applied_again_is_refused(demo, revision, message):
    demo.release()
    demo.helm.keep("demo", 2, "failed")
    with pytest.raises(ReleaseError, match=message):
        demo.roll_back(revision)


def test_a_release_that_is_absent_cannot_be_rolled_back(demo):
    with pytest.raises(ReleaseError, match="there is no such release. Install it first"):
        demo.roll_back(1)


def test_a_release_of_plain_helm_can_be_rolled_back(demo):
    for replicas in (1, 2):
        demo.helm.upgrade("demo", NAMESPACE, "", {"replicas": replicas}, {}, 5)
    assert demo.roll_back(1)["revision"] == 3
    (entry,) = ledger.entries(demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE))
    assert (entry["chart"], entry["outcome"], "values_hmac" in entry) == ("demo-0.1.0", "deployed", False)


def test_remove_once_and_nothing_that_was_not_named(demo):
    demo.release()
    demo.secret("metadata", connection="one")
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "logs", "namespace": NAMESPACE}}
    demo.api.put(claim)
    assert demo.remove(check=True) == {"changed": True, "operation": "uninstalled", "purged": []}
    assert demo.api.writes == []
    assert demo.remove()["changed"]
    assert {key[1:] for key in demo.api.objects} == {
        ("Secret", NAMESPACE, "metadata"),
        ("PersistentVolumeClaim", NAMESPACE, "logs"),
    }
    for check in (True, False):
        assert demo.remove(check=check) == {"changed": False, "operation": "unchanged", "purged": []}
        assert demo.api.writes == []
    purge = [{"kind": "PersistentVolumeClaim", "name": name} for name in ("logs", "absent")]
    assert demo.remove(purge=purge, check=True)["purged"] == ["PersistentVolumeClaim data/logs"]
    assert demo.remove(purge=purge, wait=False)["purged"] == ["PersistentVolumeClaim data/logs"]
    assert {key[1:] for key in demo.api.objects} == {("Secret", NAMESPACE, "metadata")}
    assert not demo.remove(purge=purge)["changed"]


def test_a_removal_that_was_cut_short_is_finished(demo):
    demo.release()
    demo.helm.uninstall("demo", NAMESPACE, 5)
    assert demo.remove()["operation"] == "uninstalled"
    assert demo.api.objects == {}


def test_an_absent_release_is_described(demo):
    found = describe_release(demo.api, "demo", NAMESPACE, ["history", "drift"])
    assert (found.pop("status"), found.pop("history"), found.pop("drift")) == ("absent", [], [])
    assert set(found.values()) == {False, ""}


def test_a_release_is_described(demo):
    made = demo.release()
    demo.helm.fail["upgrade"] = "it cannot be"
    with pytest.raises(ReleaseError):
        demo.release({"replicas": 2})
    demo.helm.keep("demo", 3, "superseded")
    demo.lose("Deployment", "demo-web")
    demo.api.writes.clear()
    found = describe_release(demo.api, "demo", NAMESPACE, ["history", "drift"])
    assert demo.api.writes == []
    assert (found["status"], found["revision"], found["deployed_revision"]) == ("superseded", 3, 1)
    assert (found["chart_name"], found["chart_version"], found["app_version"]) == ("demo", "0.1.0", "3.2.2")
    assert (found["fingerprint"], found["applied_at"]) == (made["fingerprint"], "2026-03-01T12:00:00Z")
    assert found["drift"] == [{"object": "Deployment data/demo-web", "state": "deleted", "fields": []}]
    assert [(entry["revision"], entry.get("outcome"), entry["status"]) for entry in found["history"]] == [
        (1, "deployed", "deployed"),
        (2, "failed", "failed"),
        (3, None, "superseded"),
    ]
    assert "history" not in describe_release(demo.api, "demo", NAMESPACE, [])


def test_a_run_at_work_is_reported(demo):
    other = Lease(demo.api, NAMESPACE, "demo", lease.Holder("bob@two"), 0, demo.notes)
    with other.held():
        assert describe_release(demo.api, "demo", NAMESPACE, [])["holder"] == "bob@two"


def test_a_rollback_that_was_killed_when_helm_had_ended_is_noted(demo):
    demo.release()
    demo.release({"replicas": 2})
    demo.trouble = ["it was killed while it waited"]
    with pytest.raises(WorkloadError):
        demo.roll_back(1)
    assert demo.ledger()[-1] == (3, "rolled_back", "failed")
    assert not demo.roll_back(1)["changed"]
    assert demo.ledger()[-1] == (3, "rolled_back", "deployed")
    demo.roll_back(1)
    assert demo.api.writes == []
