# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import fingerprint, lease, ledger
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease

NAMESPACE = "data"


def test_create_change_and_nothing_to_do(demo):
    predicted = demo.release(check=True)
    assert (predicted["operation"], predicted["revision"], demo.api.writes) == ("installed", 1, [])
    made = demo.release()
    assert (made["operation"], made["revision"], made["chart_version"]) == ("installed", 1, "0.1.0")
    # The Lease is the first that is written and the last.
    assert demo.api.writes[0] == ("create", "Lease", "demo-release")
    assert demo.api.writes[-1] == ("delete", "Lease", "demo-release")
    for check in (True, False):
        kept = demo.release(check=check)
        assert (kept["changed"], kept["operation"], kept["fingerprint"]) == (False, "unchanged", made["fingerprint"])
        assert demo.api.writes == []
    changed = demo.release({"replicas": 2}, diff=True)
    assert (changed["operation"], changed["revision"], changed["changed_values"]) == ("upgraded", 2, ["replicas"])
    assert demo.helm.commands == ["upgrade", "upgrade"]
    assert demo.ledger() == [(1, "installed", "deployed"), (2, "upgraded", "deployed")]


def test_the_ledger_says_who_applied_what(demo):
    demo.release({"password": "THE-SECRET"}, migration_head="29ce7909c52b")
    config_map = demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE)
    (entry,) = ledger.entries(config_map)
    assert {name: entry[name] for name in ("by", "chart", "image", "migration_head", "reason")} == {
        "by": "alice@one",
        "chart": "demo-0.1.0",
        "image": "apache/airflow:3.2.2",
        "migration_head": "29ce7909c52b",
        "reason": "there is no such release",
    }
    key = base64.b64decode(demo.api.get("v1", "Secret", "demo-fingerprint", NAMESPACE)["data"]["hmac-key"])
    assert entry["values_hmac"] == fingerprint.values_hmac(key, {"password": "THE-SECRET"})
    assert entry["chart_digest"].startswith("sha256:") and "THE-SECRET" not in str(config_map)


def test_the_ledger_survives_others_who_write_to_it(demo):
    demo.release()
    others = iter(range(3))

    def interfere(write):
        if write[1:] == ("ConfigMap", "demo-ledger") and next(others, None) is not None:
            live = demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE)
            demo.api.put({**live, "data": {**live["data"], "note": "kept"}})

    demo.api.before_write = interfere
    demo.release({"replicas": 2})
    assert demo.ledger() == [(1, "installed", "deployed"), (2, "upgraded", "deployed")]
    assert demo.api.get("v1", "ConfigMap", "demo-ledger", NAMESPACE)["data"]["note"] == "kept"


def test_what_is_written_without_an_answer_is_written_once(demo):
    every = {(verb, kind) for verb in ("create", "replace") for kind in ("ConfigMap", "Secret", "Lease")}
    for values, operation in (({}, "installed"), ({"replicas": 2}, "upgraded")):
        demo.api.lost = set(every)
        assert demo.release(values)["operation"] == operation
        assert len(every - demo.api.lost) >= 2
        assert not demo.release(values)["changed"]
    assert demo.ledger() == [(1, "installed", "deployed"), (2, "upgraded", "deployed")]


def test_nothing_seen_before_the_lease_is_acted_upon(demo):
    """Another run does the same work while this one waits for its Lease: there is nothing left to do."""

    def be_faster(write):
        if write == ("create", "Lease", "demo-release"):
            demo.api.before_write = lambda write: None
            demo.release()
            demo.api.writes.clear()

    demo.api.before_write = be_faster
    late = demo.release()
    assert (late["changed"], late["operation"]) == (False, "unchanged")
    assert demo.helm.commands == ["upgrade"]
    assert {kind for unused_verb, kind, unused_name in demo.api.writes} == {"Lease"}


def test_another_run_at_work_is_named(demo):
    other = Lease(demo.api, NAMESPACE, "demo", lease.Holder("bob@two"), 0, demo.notes)
    with other.held(), pytest.raises(ReleaseError, match="bob@two has been at work"):
        demo.release()
    assert demo.helm.commands == []
    # What changes nothing need not wait.
    demo.release()
    with other.held():
        assert not demo.release()["changed"]


def test_a_missing_secret_is_reported_before_anything_is_written(demo):
    with pytest.raises(ReleaseError, match="holds no Secret metadata, more"):
        demo.release(secrets=["more", "metadata"])
    assert demo.api.writes == []
    assert demo.release(secrets=["metadata"], check=True)["operation"] == "installed"


def test_a_changed_secret_is_annotated_where_it_is_read(demo):
    demo.secret("metadata", connection="one")
    demo.secret("extra", token="one")
    arguments = {
        "values": {"data": {"metadataSecretName": "metadata"}, "executor": "LocalExecutor"},
        "secrets": ["metadata"],
        "secret_annotations": [{"secret": "extra", "paths": ["statsd.podAnnotations"]}],
    }
    demo.release(**arguments)
    first = demo.helm.values
    assert set(first["scheduler"]["podAnnotations"]) == {"windrose.airflow/metadata-hmac"}
    assert set(first["statsd"]["podAnnotations"]) == {"windrose.airflow/extra-hmac"}
    assert arguments["values"] == {"data": {"metadataSecretName": "metadata"}, "executor": "LocalExecutor"}
    assert not demo.release(**arguments)["changed"]

    demo.secret("extra", token="two")
    changed = demo.release(**arguments, diff=True)
    # The annotations are the module's own; no value of the user's has changed.
    assert (changed["operation"], changed["changed_values"]) == ("upgraded", [])
    second = demo.helm.values
    assert second["scheduler"] == first["scheduler"] and second["statsd"] != first["statsd"]


def test_what_was_deleted_or_edited_is_put_back(demo):
    demo.release()
    demo.lose("Deployment", "demo-web")
    demo.edit("ConfigMap", "demo-settings", data={"greeting": "edited"})
    reason = (
        "the cluster lacks Deployment data/demo-web, and somebody changed ConfigMap data/demo-settings (data.greeting)"
    )
    predicted = demo.release(check=True, diff=True)
    assert (predicted["operation"], predicted["reason"], demo.api.writes) == ("recovered", reason, [])
    assert predicted["diff"]["before"] == (
        "Deployment data/demo-web: the object deleted\nConfigMap data/demo-settings: data.greeting edited\n"
    )
    repaired = demo.release()
    assert (repaired["operation"], repaired["reason"], repaired["revision"]) == ("recovered", reason, 2)
    assert (
        repaired["drift"]
        == predicted["drift"]
        == [
            {"object": "Deployment data/demo-web", "state": "deleted", "fields": []},
            {"object": "ConfigMap data/demo-settings", "state": "edited", "fields": ["data.greeting"]},
        ]
    )
    assert demo.release()["drift"] == []


@pytest.mark.parametrize(("drift", "told"), [("report", ["Deployment data/demo-web"]), ("ignore", [])])
def test_drift_may_be_left_alone(demo, drift, told):
    demo.release()
    demo.lose("Deployment", "demo-web")
    kept = demo.release(drift=drift)
    assert (kept["changed"], [each["object"] for each in kept["drift"]]) == (False, told)
    assert demo.api.writes == [] and demo.waits[-1] == []


def test_what_an_autoscaler_set_stays(demo):
    demo.release()
    live = demo.api.get("apps/v1", "Deployment", "demo-web", NAMESPACE)
    owner = {"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    demo.edit("Deployment", "demo-web", spec={"replicas": 5}, metadata={**live["metadata"], "managedFields": [owner]})
    kept = demo.release()
    assert (kept["changed"], kept["drift"]) == (False, [])


def test_a_pod_that_was_replaced_is_a_change(demo):
    demo.release()
    demo.meanwhile = [lambda: demo.replaced_pods.append("Pod data/demo-0")]
    done = demo.release()
    assert (done["changed"], done["operation"], done["replaced_pods"]) == (True, "unchanged", ["Pod data/demo-0"])
