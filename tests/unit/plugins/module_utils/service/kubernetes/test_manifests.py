# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes._discovery import Resource
from ansible_collections.windrose.airflow.plugins.module_utils._errors import (
    ApiError,
    DefinitionError,
    FieldConflictError,
    OvertakenError,
)
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import owner
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.owner import Owner
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes import manifests
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.manifests import Manifests

SERVED = {
    "ConfigMap": True,
    "Namespace": False,
    "Role": True,
    "Secret": True,
    "RoleBinding": True,
    "Job": True,
    "CustomResourceDefinition": False,
}


def thing(kind="ConfigMap", name="a", namespace="n", api_version="v1", **fields):
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


class FakeClient:
    """A server that keeps whole objects: an apply replaces them."""

    def __init__(self, *present):
        self.store = {}
        self.version = 0
        self.calls = []
        self.fail = {}
        self.before_rehearsal = lambda definition: None
        self.before_deletion = lambda name: None
        self.before_writing = lambda name: None
        for item in present:
            self._put(item)

    def _put(self, item):
        self.version += 1
        key = (item["kind"], item["metadata"]["name"])
        uid = self.store[key]["metadata"]["uid"] if key in self.store else f"{key} {self.version}"
        self.store[key] = {
            **item,
            "metadata": {**item["metadata"], "uid": uid, "resourceVersion": str(self.version)},
        }
        return copy.deepcopy(self.store[key])

    def resource(self, api_version, kind):
        return Resource(api_version, kind, kind, SERVED[kind]) if kind in SERVED else None

    def get(self, api_version, kind, name, namespace=None):
        return copy.deepcopy(self.store.get((kind, name)))

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        yield [item for key, item in copy.deepcopy(self.store).items() if key[0] == kind], 0

    def list_metadata(self, api_version, kind, namespace, label_selector):
        wanted = dict(pair.split("=") for pair in label_selector.split(","))
        found = [item for key, item in self.store.items() if key[0] == kind]
        return [
            {"metadata": item["metadata"]} for item in found
            if wanted.items() <= (item["metadata"].get("labels") or {}).items()
        ]  # fmt: skip

    def apply(self, definition, dry_run=False):
        key = (definition["kind"], definition["metadata"]["name"])
        if key in self.fail:
            raise self.fail[key]
        if dry_run:
            self.before_rehearsal(definition)
            metadata = self.store.get(key, {"metadata": {"uid": "0", "resourceVersion": "0"}})["metadata"]
            given = {name: metadata[name] for name in ("uid", "resourceVersion")}
            return {**definition, "metadata": {**definition["metadata"], **given}}
        self.before_writing(definition["metadata"]["name"])
        version = definition["metadata"].get("resourceVersion")
        if version and (key not in self.store or version != self.store[key]["metadata"]["resourceVersion"]):
            raise ApiError("Could not apply", key[1], "the server answered 409", "", status=409)
        self.calls.append(("apply", *key))
        return self._put(definition)

    def delete(self, api_version, kind, name, namespace, propagation="Background", resource_version=None, uid=None):
        self.before_deletion(name)
        self.propagation = propagation
        metadata = self.store[kind, name]["metadata"] if (kind, name) in self.store else {}
        given = {"resourceVersion": resource_version, "uid": uid}
        if metadata and any(value not in (None, metadata[field]) for field, value in given.items()):
            raise ApiError("Could not delete", name, "the server answered 409", "", status=409)
        self.calls.append(("delete", kind, name))
        return self.store.pop((kind, name), None) is not None

    def await_kind(self, api_version, kind, timeout_seconds):
        self.calls.append(("await", kind))


@pytest.fixture(autouse=True)
def no_waits(monkeypatch):
    waits = []
    monkeypatch.setattr(manifests, "wait_until_ready", lambda client, targets, *rest: waits.append(("ready", targets)))
    monkeypatch.setattr(manifests, "wait_until_gone", lambda client, targets, *rest: waits.append(("gone", targets)))
    return waits


def run(client, *definitions, state="present", check_mode=False, wait=True):
    service = Manifests(client, list(definitions), check_mode, wait)
    return service.present() if state == "present" else service.absent()


def operations(result):
    return [item["operation"] for item in result["objects"]]


def test_only_what_differs_is_written():
    client = FakeClient(thing(name="same", data={"x": "1"}), thing(name="other", data={"x": "1"}))
    wanted = [thing(name="other", data={"x": "2"}), thing(name="new"), thing(name="same", data={"x": "1"})]
    assert (
        operations(run(client, *wanted, check_mode=True)) == ["updated", "created", "unchanged"] and client.calls == []
    )
    assert operations(run(client, *wanted)) == ["updated", "created", "unchanged"]
    assert sorted(client.calls) == [("apply", "ConfigMap", "new"), ("apply", "ConfigMap", "other")]
    assert operations(run(client, *wanted)) == ["unchanged"] * 3 and len(client.calls) == 2


def test_a_decision_rests_on_one_state_of_the_object():
    client = FakeClient(thing(data={"x": "1"}))
    meddling = iter([{"x": "2"}])

    def meddle(definition):
        for data in meddling:
            client._put(thing(data=data))

    client.before_rehearsal = meddle
    assert operations(run(client, thing(data={"x": "2"}))) == ["unchanged"] and client.calls == []


def test_an_object_may_vanish_between_two_looks():
    client = FakeClient(thing(data={"x": "1"}))
    client.before_rehearsal = lambda definition: client.store.clear()
    assert operations(run(client, thing(data={"x": "1"}))) == ["created"]


def test_check_mode_needs_no_namespace():
    client = FakeClient()
    client.fail["ConfigMap", "a"] = ApiError("", "", "namespaces not found", "", status=404)
    assert operations(run(client, thing(), check_mode=True)) == ["created"]


@pytest.mark.parametrize(
    ("error", "with_role", "raised"),
    [
        (ApiError("", "", 'roles "r" not found', "", status=404), True, False),
        (ApiError("", "", 'roles "r" not found', "", status=404), False, True),
        (ApiError("", "", "may not", "", status=403, verb="create"), True, True),
        (ApiError("", "", "invalid", "", status=422), True, True),
    ],
)
def test_a_rehearsal_overlooks_only_what_comes_earlier_in_the_list(error, with_role, raised):
    client = FakeClient(thing("Namespace", "n", None))
    client.fail["RoleBinding", "b"] = error
    definitions = [thing("RoleBinding", "b")] + ([thing("Role", "r")] if with_role else [])
    if raised:
        with pytest.raises(ApiError):
            run(client, *definitions, check_mode=True)
    else:
        assert operations(run(client, *definitions, check_mode=True)) == ["created", "created"]


def test_a_failure_tells_what_was_written_before():
    client = FakeClient()
    client.fail["RoleBinding", "b"] = ApiError("Could not apply", "b", "no", "", status=422)
    with pytest.raises(ApiError) as caught:
        run(client, thing("RoleBinding", "b"), thing("Role", "r"))
    assert caught.value.fields["changed"] is True
    assert [(item["name"], item["operation"]) for item in caught.value.fields["objects"]] == [("r", "created")]


def test_a_conflict_is_found_before_anything_is_written():
    client = FakeClient(thing(name="theirs"))
    client.fail["ConfigMap", "theirs"] = ApiError("", "", "conflict", "", status=409)
    with pytest.raises(ApiError):
        run(client, thing("Namespace", "n", None), thing(name="theirs", data={"x": "1"}))
    assert client.calls == []


def test_objects_are_written_in_order_and_deleted_in_the_opposite_one(no_waits):
    client, definitions = (
        FakeClient(),
        [thing(), thing("RoleBinding"), thing("Role"), thing("Namespace", namespace=None)],
    )
    run(client, *definitions)
    kinds = ["Namespace", "Role", "RoleBinding", "ConfigMap"]
    assert [kind for unused_verb, kind, unused_name in client.calls] == kinds
    client.calls.clear()
    assert (
        operations(run(client, *definitions, state="absent", check_mode=True)) == ["deleted"] * 4 and client.calls == []
    )
    assert operations(run(client, *definitions, state="absent")) == ["deleted"] * 4
    assert [kind for unused_verb, kind, unused_name in client.calls] == kinds[::-1]
    assert [verb for verb, unused_targets in no_waits] == ["ready"] + ["gone"] * 4
    assert operations(run(client, *definitions, state="absent")) == ["absent"] * 4


def test_a_pod_that_was_replaced_is_a_change(monkeypatch):
    client = FakeClient(thing())
    monkeypatch.setattr(manifests, "wait_until_ready", lambda client, targets, seconds, progress, note, spared: note("Pod n/db-0"))
    result = run(client, thing())
    assert (result["changed"], result["replaced_pods"], operations(result)) == (True, ["Pod n/db-0"], ["unchanged"])


def test_waiting_is_a_choice(no_waits):
    client = FakeClient()
    run(client, thing(), wait=False)
    run(client, thing(), state="absent", wait=False)
    assert no_waits == []


def test_nodes_that_were_not_waited_for_are_told(monkeypatch):
    spared = {"object": "DaemonSet n/pull", "node": "n1", "reason": "cordoned"}
    monkeypatch.setattr(manifests, "wait_until_ready", lambda *arguments: arguments[-1].append(spared))
    assert run(FakeClient(), thing())["spared_nodes"] == [spared]


def test_what_others_made_under_the_same_name_may_stay():
    own, others = thing(name="own"), thing(name="others")
    client = FakeClient(own, others)
    for name, manager in (("own", "windrose.airflow"), ("others", "kubectl")):
        client.store["ConfigMap", name]["metadata"]["managedFields"] = [{"manager": manager, "operation": "Apply"}]
    service = Manifests(client, [own, others, thing(name="missing")], only_applied=True)
    assert operations(service.absent()) == ["deleted", "absent", "absent"]
    assert client.calls == [("delete", "ConfigMap", "own")]


def test_a_job_is_never_changed(no_waits):
    client = FakeClient(thing("Job", spec={"x": 1}))
    assert operations(run(client, thing("Job", spec={"x": 2}))) == ["unchanged"] and client.calls == []
    assert no_waits[0][1][0]["spec"] == {"x": 1}


def test_what_is_being_deleted_is_awaited_and_made_again(no_waits):
    dying = thing("Namespace", "n", None)
    dying["metadata"]["deletionTimestamp"] = "now"
    client = FakeClient(dying)
    definition = thing("Namespace", "n", None)
    assert operations(run(client, definition, check_mode=True)) == ["created"] and no_waits == []
    assert operations(run(client, definition, wait=False)) == ["created"]
    assert [verb for verb, unused_targets in no_waits] == ["gone"]
    assert operations(run(FakeClient(dying), definition, state="absent")) == ["absent"]


def test_what_is_in_a_namespace_that_is_being_deleted_is_made_again():
    dying = thing("Namespace", "n", None)
    dying["metadata"]["deletionTimestamp"] = "now"
    definitions = [thing(), thing("Namespace", "n", None)]
    assert operations(run(FakeClient(dying, thing()), *definitions, check_mode=True)) == ["created", "created"]
    client = FakeClient(dying, thing())
    assert operations(run(client, *definitions)) == ["created", "created"]
    assert [kind for unused_verb, kind, unused_name in client.calls] == ["Namespace", "ConfigMap"]


@pytest.mark.parametrize(("wait", "propagation"), [(True, "Foreground"), (False, "Background")])
def test_waiting_for_a_removal_means_what_it_owns_too(wait, propagation):
    client = FakeClient(thing())
    run(client, thing(), state="absent", wait=wait)
    assert client.propagation == propagation


KIND = thing(
    "CustomResourceDefinition", "widgets.g.org", None,
    spec={"group": "g.org", "names": {"kind": "Widget"}, "scope": "Cluster", "versions": [{"name": "v1"}]},
)  # fmt: skip
WIDGET = thing("Widget", "w", None, "g.org/v1", spec={"size": 1})


def test_a_kind_and_its_objects_come_in_one_list():
    client = FakeClient()
    assert operations(run(client, WIDGET, KIND, check_mode=True)) == ["created", "created"]
    assert operations(run(client, WIDGET, KIND)) == ["created", "created"]
    assert [call[:2] for call in client.calls] == [
        ("apply", "CustomResourceDefinition"),
        ("await", "Widget"),
        ("apply", "Widget"),
    ]


def test_an_object_of_a_kind_that_changes_is_judged_here_first_and_by_the_server_later(monkeypatch):
    monkeypatch.setitem(SERVED, "Widget", False)
    client = FakeClient(KIND, WIDGET)
    changed = {**copy.deepcopy(KIND), "spec": {**KIND["spec"], "more": True}}
    client.fail["Widget", "w"] = ApiError("", "", "field not declared in schema", "", status=500)
    bigger = {**WIDGET, "spec": {"size": 2}}
    assert operations(run(client, bigger, changed, check_mode=True)) == ["updated", "updated"]
    assert operations(run(client, WIDGET, changed, check_mode=True)) == ["unchanged", "updated"]
    client.fail.clear()
    assert operations(run(client, bigger, changed)) == ["updated", "updated"]


@pytest.mark.parametrize(
    ("definition", "told"),
    [(thing("Nonesuch"), "does not serve kind Nonesuch"), (thing(namespace=None), "it has no metadata.namespace")],
)
def test_what_has_no_place_is_refused(definition, told):
    with pytest.raises(DefinitionError, match=told):
        run(FakeClient(), definition)


def test_the_namespace_of_a_kind_without_one_is_dropped():
    client = FakeClient()
    result = run(client, thing("Namespace", "n", "superfluous"))
    assert result["objects"][0]["namespace"] is None and "namespace" not in client.store["Namespace", "n"]["metadata"]


def test_an_unknown_kind_is_absent():
    assert operations(run(FakeClient(), thing("Nonesuch"), state="absent")) == ["absent"]


OWNER = Owner("platform", "n")


def owned(client, *definitions, prune=True, kept=(), state="present", check_mode=False):
    service = Manifests(
        client, list(definitions), check_mode, owner=OWNER, prune=prune, prune_kept=kept)  # fmt: skip
    return service.present() if state == "present" else service.absent()


def by_name(result):
    return {item["name"]: item["operation"] for item in result["objects"]}


def places(client):
    record = client.store.get(("ConfigMap", OWNER.record_name))
    return {kind for unused_version, kind, unused_namespace in owner.recorded(record)}


def test_what_is_no_longer_named_goes():
    client = FakeClient(thing(name="foreign"))
    assert by_name(owned(client, thing(name="a"), thing("Role", "r"))) == {
        "a": "created", "r": "created", OWNER.record_name: "created"}  # fmt: skip
    assert places(client) == {"ConfigMap", "Role"}
    calls = list(client.calls)
    assert not owned(client, thing(name="a"), thing("Role", "r"))["changed"] and client.calls == calls
    for check_mode in (True, False):
        result = owned(client, thing(name="a"), check_mode=check_mode)
        assert by_name(result)["r"] == "deleted" and result["changed"]
        assert (("Role", "r") in client.store) is check_mode
    assert places(client) == {"ConfigMap"} and ("ConfigMap", "foreign") in client.store
    calls = list(client.calls)
    assert not owned(client, thing(name="a"))["changed"] and client.calls == calls


def test_the_record_comes_before_what_it_is_to_find():
    client = FakeClient()
    owned(client, thing("Role", "r"), thing("Namespace", "n", None))
    assert [name for unused_call, unused_kind, name in client.calls] == ["n", OWNER.record_name, "r"]


def test_without_pruning_the_record_only_grows():
    client = FakeClient()
    owned(client, thing("Role", "r"), prune=False)
    owned(client, thing(name="a"), prune=False)
    assert places(client) == {"ConfigMap", "Role"} and ("Role", "r") in client.store


def test_what_holds_data_is_kept_and_reported_until_it_is_named():
    client = FakeClient()
    owned(client, thing("Secret", "s"), thing(name="a"))
    result = owned(client, thing(name="a"))
    assert not result["changed"] and [item["name"] for item in result["kept"]] == ["s"]
    assert places(client) == {"ConfigMap", "Secret"}
    result = owned(client, thing(name="a"), kept=[{"kind": "Secret", "name": "s", "namespace": "n"}])
    assert by_name(result)["s"] == "deleted" and ("Secret", "s") not in client.store


def test_a_shortening_of_the_record_that_was_cut_off_is_made_up_for():
    client = FakeClient()
    owned(client, thing("Role", "r"), thing(name="a"))
    del client.store["Role", "r"]
    assert owned(client, thing(name="a"), check_mode=True)["changed"]
    assert owned(client, thing(name="a"))["changed"] and places(client) == {"ConfigMap"}
    assert not owned(client, thing(name="a"))["changed"]


def test_absent_and_prune_leave_nothing_of_the_owner():
    client = FakeClient(thing(name="foreign"))
    owned(client, thing("Role", "r"), thing(name="a"))
    assert by_name(owned(client, thing(name="a"), state="absent")) == {"a": "deleted", "r": "deleted"}
    assert list(client.store) == [("ConfigMap", "foreign")]
    assert not owned(client, thing(name="a"), state="absent")["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_belongs_to_another_owner_is_left_alone(state):
    theirs = Owner("other", "n").labelled(thing(name="a"))
    client = FakeClient(theirs)
    with pytest.raises(DefinitionError, match="belongs to owner n/other"):
        owned(client, thing(name="b"), thing(name="a"), state=state)
    assert client.calls == []


def test_a_failure_tells_what_is_left_to_do():
    client = FakeClient()
    client.fail["RoleBinding", "b"] = ApiError("Could not apply", "b", "no", "Correct it.", status=422)
    with pytest.raises(ApiError) as caught:
        run(client, thing("RoleBinding", "b"), thing("Role", "r"), thing(name="a"))
    assert [item["name"] for item in caught.value.fields["not_written"]] == ["b", "a"]
    assert "1 of 3 objects were done; not done: RoleBinding n/b, ConfigMap n/a. Running again" in str(caught.value)


def meddling(client, moment, name, step):
    """Let another run do something right before the next write or deletion of a name."""

    def happen(found):
        if found == name:
            setattr(client, moment, lambda unused: None)
            step()

    setattr(client, moment, happen)


def test_what_another_owner_took_over_meanwhile_is_not_pruned():
    client = FakeClient()
    owned(client, thing("Role", "r"), thing(name="a"))
    theirs = Owner("other", "n").labelled(thing("Role", "r"))
    meddling(client, "before_deletion", "r", lambda: client._put(theirs))
    with pytest.raises(OvertakenError, match="Did not delete Role n/r: another run or somebody else labelled or applied it"):
        owned(client, thing(name="a"))
    assert ("Role", "r") in client.store and places(client) == {"ConfigMap", "Role"}


@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_was_made_anew_meanwhile_is_not_deleted(state):
    client = FakeClient()
    owned(client, thing("Role", "r"), thing(name="a"))

    def make_anew():
        client._put(client.store.pop(("Role", "r")))

    meddling(client, "before_deletion", "r", make_anew)
    with pytest.raises(OvertakenError, match="made another one of its name since this run looked"):
        owned(client, thing(name="a"), state=state)
    assert ("Role", "r") in client.store


def test_what_is_gone_or_going_by_then_is_gone():
    client = FakeClient(thing("Role", "r"), thing("Role", "s"))
    meddling(client, "before_deletion", "r", lambda: client.store.pop(("Role", "r")))
    assert operations(run(client, thing("Role", "r"), thing("Role", "s"), state="absent")) == ["deleted"] * 2
    assert client.store == {}


FAILED_JOB = thing("Job", "j", status={"conditions": [{"type": "Failed", "status": "True"}]})


def test_a_failed_job_that_another_run_replaced_is_waited_for(no_waits):
    client = FakeClient(FAILED_JOB)

    def replace():
        del client.store["Job", "j"]
        client._put(thing("Job", "j", status={"active": 1}))

    meddling(client, "before_deletion", "j", replace)
    assert operations(run(client, thing("Job", "j"))) == ["unchanged"]
    assert client.calls == [] and [targets[0]["status"] for unused_verb, targets in no_waits] == [{"active": 1}]


def test_a_failed_job_is_replaced():
    client = FakeClient(FAILED_JOB)
    assert operations(run(client, thing("Job", "j"))) == ["created"]
    assert client.calls == [("delete", "Job", "j"), ("apply", "Job", "j")]


def add_place(client, kind):
    found = {tuple(place) for place in owner.recorded(client.store["ConfigMap", OWNER.record_name])}
    client._put(OWNER.record(found | {("v1", kind, "n")}))


def test_what_another_run_adds_to_the_record_stays_in_it():
    client = FakeClient()
    owned(client, thing(name="a"))
    meddling(client, "before_writing", OWNER.record_name, lambda: add_place(client, "Secret"))
    owned(client, thing(name="a"), thing("Role", "r"))
    assert places(client) == {"ConfigMap", "Role", "Secret"}


@pytest.mark.parametrize(("wanted", "left"), [([thing(name="a")], {"ConfigMap"}), ([], set())])
def test_a_record_that_another_run_extends_is_not_shortened_until_the_next_run(wanted, left):
    client = FakeClient()
    owned(client, thing(name="a"), thing("Role", "r"))
    meddling(client, "before_deletion", "r", lambda: add_place(client, "Secret"))
    state = "present" if wanted else "absent"
    owned(client, *wanted, state=state)
    assert places(client) == {"ConfigMap", "Role", "Secret"}
    assert owned(client, *wanted, state=state)["changed"] and places(client) == left


def test_a_record_that_cannot_be_written_is_reported():
    client = FakeClient()
    client.fail["ConfigMap", OWNER.record_name] = FieldConflictError("Could not apply", "it", "kubectl owns it", "Look.", 409)
    with pytest.raises(FieldConflictError):
        owned(client, thing(name="a"))
