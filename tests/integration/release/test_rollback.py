# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module release going back: after a failure, on request, and removed; and what is reported of it afterwards."""

from __future__ import annotations

import getpass

ENDLESS_SECONDS = 3600
NOWHERE = {"selector": {"windrose.test/nowhere": "true"}}


def test_a_revision_that_cannot_be_applied_is_rolled_back(demo, workload_chart):
    demo.release(workload_chart)
    broken = demo.release(workload_chart, {"image": ""}, on_failure="rollback", fails=True)
    assert "Could not apply release" in broken["msg"]
    assert "rolled back to revision 1, which works again as revision 3" in broken["msg"]
    assert (broken["rolled_back_to"], broken["revision"]) == (1, 3)
    assert demo.stored() == {1: "superseded", 2: "failed", 3: "deployed"}
    assert demo.attempts() == [
        (1, "installed", "deployed"), (2, "upgraded", "rolled back"), (3, "rolled_back", "deployed"),
    ]  # fmt: skip
    # The wanted values are tried again, not forgotten.
    assert demo.release(workload_chart, check=True)["operation"] == "upgraded"


def test_a_revision_whose_pods_cannot_start_is_rolled_back(demo, workload_chart):
    demo.release(workload_chart)
    hopeless = demo.release(workload_chart, NOWHERE, on_failure="rollback", wait_timeout=ENDLESS_SECONDS, fails=True)
    assert hopeless["reason"] == "Unschedulable" and hopeless["rolled_back_to"] == 1
    assert demo.stored() == {1: "superseded", 2: "superseded", 3: "deployed"}
    assert demo.get("apps/v1", "Deployment", "demo-web")["status"]["availableReplicas"] == 1


def test_a_revision_that_never_worked_is_not_what_to_go_back_to(demo, workload_chart):
    first = demo.release(workload_chart, NOWHERE, on_failure="rollback", wait_timeout=ENDLESS_SECONDS, fails=True)
    assert "not rolled back, because no earlier revision is known to have worked" in first["msg"]
    second = demo.release(
        workload_chart, {**NOWHERE, "replicas": 2}, on_failure="rollback", wait_timeout=ENDLESS_SECONDS, fails=True
    )
    assert "rolled_back_to" not in second
    assert demo.stored() == {1: "superseded", 2: "deployed"}
    # Repaired, it is noted as working.
    assert demo.release(workload_chart)["operation"] == "upgraded"
    assert [outcome for unused, unused_too, outcome in demo.attempts()] == ["failed", "failed", "deployed"]


def test_values_that_helm_refuses_roll_nothing_back(demo, config_chart):
    demo.release(config_chart)
    wrong = demo.release(config_chart, {"greeting": 5}, on_failure="rollback", fails=True)
    assert "greeting: got number, want string" in wrong["msg"]
    assert demo.stored() == {1: "deployed"}
    assert not demo.release(config_chart)["changed"]


def test_go_back_to_a_revision_once(demo, config_chart):
    for greeting in ("one", "two"):
        demo.release(config_chart, {"greeting": greeting})
    before = demo.versions()
    predicted = demo.roll_back(1, check=True)
    assert (predicted["changed"], predicted["operation"], predicted["revision"]) == (True, "rolled_back", 3)
    assert demo.versions() == before
    done = demo.roll_back(1)
    assert (done["changed"], done["revision"], done["chart_version"]) == (True, 3, "0.1.0")
    assert demo.greeting() == "one" and demo.stored() == {1: "superseded", 2: "superseded", 3: "deployed"}

    before = demo.versions()
    for check in (True, False):
        again = demo.roll_back(1, check=check, helm_binary="/nonexistent/helm")
        assert (again["changed"], again["operation"]) == (False, "unchanged")
    assert demo.versions() == before and demo.lease() is None

    demo.change("ConfigMap", "demo-settings", data={"greeting": "edited"})
    assert demo.roll_back(1)["reason"].startswith("somebody changed ConfigMap")
    assert demo.greeting() == "one"
    missing = demo.roll_back(9, fails=True)
    assert "helm keeps no such revision that was applied" in missing["msg"]
    assert demo.release(config_chart, {"greeting": "two"})["operation"] == "upgraded"


def test_history_says_who_made_what(demo, config_chart):
    demo.release(config_chart, {"greeting": "one"}, migration_head="29ce7909c52b")
    demo.release(config_chart, {"greeting": "two"})
    demo.roll_back(1)
    found = demo.info("history", "drift")
    assert (found["changed"], found["status"], found["revision"], found["deployed_revision"]) == (
        False,
        "deployed",
        3,
        3,
    )
    assert (found["chart_name"], found["chart_version"], found["app_version"]) == ("demo", "0.1.0", "3.2.2")
    # The revision came from helm, and not from a run of its own values.
    assert (found["fingerprint"], found["holder"], found["drift"]) == ("", "", [])
    first, second, third = found["history"]
    assert first["by"].startswith(f"{getpass.getuser()}@") and first["chart"] == "demo-0.1.0"
    assert (first["status"], second["status"], third["status"]) == ("superseded", "superseded", "deployed")
    assert first["migration_head"] == third["migration_head"] == "29ce7909c52b" and "migration_head" not in second
    assert first["values_hmac"] == third["values_hmac"] != second["values_hmac"]
    assert third["operation"] == "rolled_back" and third["outcome"] == "deployed"


def test_an_absent_release_is_no_error(demo):
    found = demo.info("history", "drift")
    assert (found["status"], found["revision"], found["history"], found["drift"]) == ("absent", 0, [], [])


def test_only_what_is_named_goes_with_the_release(demo, config_chart):
    demo.release(config_chart)
    for kind, name in (("PersistentVolumeClaim", "logs"), ("PersistentVolumeClaim", "kept"), ("Secret", "token")):
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
        metadata = {"name": name, "namespace": demo.namespace}
        body = {"stringData": {"a": "b"}} if kind == "Secret" else {"spec": spec}
        demo.cluster.client.create({"apiVersion": "v1", "kind": kind, "metadata": metadata, **body})
    purge = [{"kind": "PersistentVolumeClaim", "name": "logs"}, {"kind": "Secret", "name": "token"}]
    refused = demo.release(config_chart, purge=purge, fails=True)
    assert "state=absent" in refused["msg"]
    for check in (True, False):
        removed = demo.release(config_chart, state="absent", purge=purge, check=check)
        assert removed["purged"] == [
            f"PersistentVolumeClaim {demo.namespace}/logs", f"Secret {demo.namespace}/token",
        ]  # fmt: skip
    assert demo.get("v1", "PersistentVolumeClaim", "logs") is None and demo.get("v1", "Secret", "token") is None
    assert demo.get("v1", "PersistentVolumeClaim", "kept")
    assert demo.versions() == {} and demo.lease() is None
    assert not demo.release(config_chart, state="absent", purge=purge)["changed"]
