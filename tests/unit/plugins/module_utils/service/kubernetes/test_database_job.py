# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The migration of whatever database a Secret leads to, on a cluster in memory."""

from __future__ import annotations

import base64
import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes._discovery import Resource
from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    ClusterIdentityError,
    DefinitionError,
    WaitTimeoutError,
    WorkloadError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.database_job import DatabaseJob

LABELS = {"app": "airflow", "component": "migration"}
URL = "postgresql://airflow:geheim@{host}:5432/{database}"
SCHEDULER = {"component": "scheduler"}


class FakeCluster:
    """Keeps objects, and lets a Job end as soon as it is there; each write is a second later."""

    def __init__(self):
        self.store, self.writes, self.seconds = {}, [], 0
        self.ends = "Complete"
        self.conflict, self.is_another = False, False

    def time(self):
        return f"2026-03-01T10:{self.seconds // 60:02}:{self.seconds % 60:02}Z"

    def put(self, item):
        self.seconds += 1
        key = (item["kind"], item["metadata"]["name"])
        metadata = {"uid": f"uid-{self.seconds}", **item["metadata"], "resourceVersion": str(self.seconds)}
        self.store[key] = {**copy.deepcopy(item), "metadata": metadata}
        return copy.deepcopy(self.store[key])

    def point_to(self, host="one", database="airflow", name="metadata", user="airflow"):
        """Let the Secret lead to a database."""
        url = URL.format(host=host, database=database).replace("airflow:", f"{user}:")
        data = {"connection": base64.b64encode(url.encode()).decode()}
        self.put({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "n"}, "data": data})

    def names(self):
        """:returns: the names of all Jobs."""
        return sorted(name for kind, name in self.store if kind == "Job")

    def verify_identity(self):
        if self.is_another:
            raise ClusterIdentityError("Refused", "the cluster", "it is another one", "")

    def resource(self, api_version, kind):
        return Resource(api_version, kind, kind, True)

    def get(self, api_version, kind, name, namespace=None):
        return copy.deepcopy(self.store.get((kind, name)))

    def list(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        wanted = dict(pair.split("=") for pair in (label_selector or "").split(",") if pair)
        return [
            copy.deepcopy(item) for key, item in self.store.items()
            if key[0] == kind and wanted.items() <= (item["metadata"].get("labels") or {}).items()]

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        yield self.list(api_version, kind, namespace, label_selector), 0

    def watch(self, api_version, kind, namespace=None, **unused):
        yield from (("ADDED", item) for item in self.list(api_version, kind))
        yield "SYNCED", None

    def apply(self, definition, dry_run=False):
        if dry_run:
            return definition
        self.writes.append(("apply", definition["metadata"]["name"]))
        status = {"active": 1}
        if self.ends:
            status = {"conditions": [{"type": self.ends, "status": "True"}], "completionTime": self.time()}
        return self.put({**definition, "status": status})

    def delete(self, api_version, kind, name, namespace, propagation="Background", resource_version=None):
        if self.conflict:
            raise ApiError("Could not delete", name, "it changed", "", status=409)
        self.writes.append(("delete", name))
        return self.store.pop((kind, name), None) is not None


@pytest.fixture(name="cluster")
def fixture_cluster():
    """A cluster with a Secret that leads to a database."""
    cluster = FakeCluster()
    cluster.point_to()
    return cluster


def definition(labels=None, image="airflow:1"):
    template = {"spec": {"containers": [{"name": "main", "image": image}]}}
    metadata = {"name": "airflow-migration", "namespace": "n", "labels": labels or LABELS}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": template}}


def job(cluster, check_mode=False, made_of=("airflow:1", "3.3.2"), image="airflow:1", labels=None, **options):
    options = {
        "made_of": list(made_of), "connection": {"secret": "metadata", "key": "connection"}, "after": {}, "witnesses": [{"component": "api-server"}, SCHEDULER],
        "wait_timeout": 60, **options}  # fmt: skip
    return DatabaseJob(cluster, definition(labels, image), options, Progress(), check_mode)


def run(cluster, **arguments):
    """:returns: the result without the difference; what check mode predicts is compared with what is done."""
    predicted, writes = job(cluster, True, **arguments).present(), len(cluster.writes)
    assert len(cluster.writes) == writes
    result = job(cluster, **arguments).present()
    assert predicted == result
    return {name: value for name, value in result.items() if name != "diff"}


def failing(name="airflow-scheduler-1", at="2026-03-01T11:00:00Z", ready="False"):
    ended = {"lastState": {"terminated": {"exitCode": 1, "finishedAt": at}}}
    status = {"conditions": [{"type": "Ready", "status": ready}], "containerStatuses": [ended]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": SCHEDULER}, "status": status}


def test_the_second_run_writes_nothing(cluster):
    first = run(cluster)
    assert (first["changed"], first["operation"], first["removed"]) == (True, "created", [])
    assert cluster.writes == [("apply", first["name"])]
    assert run(cluster) == {**first, "changed": False, "operation": "unchanged"}
    assert len(cluster.writes) == 1


@pytest.mark.parametrize("changed", [{"host": "two"}, {"database": "other"}])
def test_another_database_behind_the_same_secret_is_migrated(changed, cluster):
    first = run(cluster)
    cluster.point_to(**changed)
    second = run(cluster)
    assert (second["operation"], second["removed"]) == ("created", [first["name"]])
    assert cluster.names() == [second["name"]] != [first["name"]]


def test_another_user_or_another_secret_with_the_same_database_changes_nothing(cluster):
    first = run(cluster)
    cluster.point_to(user="somebody")
    assert not run(cluster)["changed"]
    cluster.point_to(name="direct")
    assert run(cluster, connection={"secret": "direct", "key": "connection"}) == {**first, "changed": False, "operation": "unchanged"}


def test_another_image_or_version_is_another_job_and_the_older_ones_go(cluster):
    names = [run(cluster, made_of=made_of)["name"] for made_of in (["a:1", "3.3.2"], ["a:2", "3.3.2"], ["a:2", "3.3.3"])]
    assert len(set(names)) == 3 and cluster.names() == [names[-1]]


def test_a_job_that_still_works_is_left_alone(cluster):
    cluster.put({**definition(), "metadata": {**definition()["metadata"], "name": "airflow-migration-0"}, "status": {"active": 1}})
    other = definition({**LABELS, "component": "first-user"})
    cluster.put({**other, "metadata": {**other["metadata"], "name": "other"}, "status": {"conditions": [{"type": "Failed", "status": "True"}]}})
    found = run(cluster)
    assert found["removed"] == [] and cluster.names() == sorted([found["name"], "airflow-migration-0", "other"])


def test_until_the_new_one_has_succeeded_the_last_one_stays_as_the_record(cluster):
    first = run(cluster)["name"]
    cluster.point_to("two")
    cluster.ends = "Failed"
    with pytest.raises(WorkloadError):
        job(cluster).present()
    assert first in cluster.names()
    cluster.ends = "Complete"
    found = run(cluster)
    assert (found["operation"], found["reason"], found["removed"]) == ("replaced", "it has failed", [first])
    assert cluster.names() == [found["name"]]


def test_a_restored_database_is_migrated_again(cluster):
    first = run(cluster)
    cluster.put(failing(ready="True"))
    assert not run(cluster)["changed"]
    cluster.put(failing())
    again = run(cluster)
    assert (again["name"], again["operation"]) == (first["name"], "replaced")
    assert again["reason"] == "pod airflow-scheduler-1 is not ready, and has failed after it"
    assert cluster.writes[1:] == [("delete", first["name"]), ("apply", first["name"])]
    # What the pod complained about is over.
    cluster.put(failing(at="2026-03-01T10:00:00Z"))
    assert not run(cluster)["changed"]


def test_without_witnesses_no_pod_is_asked(cluster):
    run(cluster)
    cluster.put(failing())
    assert not run(cluster, witnesses=[])["changed"]


def test_what_comes_after_a_migration_is_done_again_after_another_one(cluster):
    first_user = {"labels": {"component": "first-user"}, "made_of": ["first-user"], "after": LABELS, "witnesses": []}
    migration = run(cluster)
    assert run(cluster, **first_user)["operation"] == "created"
    assert not run(cluster, **first_user)["changed"]
    cluster.put(failing())
    run(cluster)
    again = run(cluster, **first_user)
    assert (again["operation"], again["reason"]) == ("replaced", f"{migration['name']} has finished after it")


def test_a_pod_that_cannot_start_is_not_waited_for_once_it_is_another_one(cluster):
    cluster.ends = None
    with pytest.raises(WaitTimeoutError):
        job(cluster, image="airflow:0", wait_timeout=0).present()
    names, cluster.ends = cluster.names(), "Complete"
    found = run(cluster)
    assert ([found["name"]], found["operation"]) == (names, "replaced")


def test_what_another_run_has_begun_is_waited_for(cluster):
    cluster.ends = "Failed"
    with pytest.raises(WorkloadError):
        job(cluster).present()
    (name,) = cluster.names()
    cluster.store["Job", name]["status"] = {"conditions": [{"type": "Complete", "status": "True"}], "completionTime": cluster.time()}
    cluster.put(failing())
    cluster.conflict = True
    assert job(cluster).present()["name"] == name and cluster.names() == [name]


def test_check_mode_does_not_need_the_secret_and_a_run_does(cluster):
    predicted = {"changed": True, "name": "", "operation": "created", "reason": "", "removed": [], "diff": []}
    cluster.store["Secret", "metadata"]["data"] = None
    assert job(cluster, True).present() == predicted
    with pytest.raises(DefinitionError, match="its key connection is missing or empty"):
        job(cluster).present()
    cluster.store.clear()
    assert job(cluster, True).present() == predicted
    with pytest.raises(DefinitionError, match="Secret n/metadata: there is no such Secret. Make it, with the SQLAlchemy URL"):
        job(cluster).present()


def test_of_another_cluster_no_secret_is_said_to_be_missing(cluster):
    cluster.store.clear()
    cluster.is_another = True
    with pytest.raises(ClusterIdentityError):
        job(cluster).present()


def test_neither_user_nor_password_is_told(cluster):
    cluster.point_to(user="somebody")
    told = str(job(cluster).present()) + str(cluster.store["Job", cluster.names()[0]])
    assert "geheim" not in told and "somebody" not in told


def test_all_jobs_of_the_kind_go(cluster):
    name = run(cluster)["name"]
    cluster.put({**definition(), "metadata": {**definition()["metadata"], "name": "airflow-migration-0"}, "status": {"active": 1}})
    assert job(cluster, True).absent()["removed"] == ["airflow-migration-0", name]
    assert job(cluster).absent()["changed"] and cluster.names() == []
    assert not job(cluster).absent()["changed"]
