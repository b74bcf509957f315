# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import dataclasses
import gzip
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import revisions

STATES = st.sampled_from(["deployed", "superseded", "failed", "uninstalling", "uninstalled", *revisions.PENDING])


def secret(number, status, release=None, **labels):
    """The Secret that helm 4.3.1 writes for a revision."""
    content = gzip.compress(json.dumps(release or {}).encode())
    return {
        "metadata": {
            "name": f"sh.helm.release.v1.airflow.v{number}",
            "labels": {"name": "airflow", "owner": "helm", "status": status, "version": str(number), **labels},
        },
        "data": {"release": base64.b64encode(base64.b64encode(content)).decode()},
    }


def history(*states, fingerprint="wanted"):
    secrets = [
        secret(number, status, **revisions.labels(fingerprint, number)) for number, status in enumerate(states, 1)
    ]
    return revisions.revisions(secrets)


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        ((), revisions.RevisionPlan("installed", 1, "there is no such release")),
        (("deployed",), revisions.RevisionPlan("unchanged", 1)),
        (("superseded", "deployed"), revisions.RevisionPlan("unchanged", 2)),
        (("deployed", "failed"), revisions.RevisionPlan("recovered", 3, "revision 2 is failed")),
        (("failed",), revisions.RevisionPlan("recovered", 2, "revision 1 is failed")),
        (("superseded",), revisions.RevisionPlan("recovered", 2, "revision 1 is superseded")),
        (("uninstalled",), revisions.RevisionPlan("installed", 2, "the release was uninstalled")),
        (("pending-upgrade", "deployed"), revisions.RevisionPlan("unchanged", 2)),
        (
            ("pending-install",),
            revisions.RevisionPlan(
                "recovered", 1, "revision 1 was left in state pending-install", ("sh.helm.release.v1.airflow.v1",)
            ),
        ),
        (
            ("deployed", "pending-upgrade"),
            revisions.RevisionPlan(
                "recovered", 2, "revision 2 was left in state pending-upgrade", ("sh.helm.release.v1.airflow.v2",)
            ),
        ),
        (
            ("superseded", "pending-rollback"),
            revisions.RevisionPlan(
                "recovered", 2, "revision 2 was left in state pending-rollback", ("sh.helm.release.v1.airflow.v2",)
            ),
        ),
        (
            ("superseded", "uninstalling"),
            revisions.RevisionPlan("recovered", 1, "an uninstallation was interrupted", uninstall_first=True),
        ),
    ],
)
def test_plan(states, wanted):
    plan = revisions.plan(history(*states), "wanted")
    assert dataclasses.replace(plan, stale=tuple(revision.secret_name for revision in plan.stale)) == wanted


def test_plan_upgrades_where_the_fingerprint_differs():
    plan = revisions.plan(history("deployed", fingerprint="before"), "wanted")
    assert (plan.operation, plan.revision) == ("upgraded", 2)


def test_plan_upgrades_where_the_fingerprint_is_not_known_yet():
    assert revisions.plan(history("deployed", fingerprint=""), None).operation == "upgraded"


def test_plan_brings_back_what_was_removed():
    plan = revisions.plan(history("deployed"), "wanted", "the cluster lacks Deployment airflow/web")
    assert plan == revisions.RevisionPlan("recovered", 2, "the cluster lacks Deployment airflow/web")


ROLLBACKS = [
    (("superseded", "deployed"), 1, False, "", ("rolled_back", 3, 1)),
    (("superseded", "deployed"), 2, True, "", ("unchanged", 2, 0)),
    # A rollback to revision 1 before, whose Secret helm has dropped since.
    (("failed", "deployed"), 1, True, "", ("unchanged", 2, 0)),
    (("superseded", "deployed"), 2, True, "the cluster lacks it", ("rolled_back", 3, 2)),
    (("deployed", "failed"), 1, True, "", ("rolled_back", 3, 1)),
    (("deployed", "pending-upgrade"), 1, True, "", ("rolled_back", 2, 1)),
    (("superseded", "deployed", "pending-rollback"), 1, False, "", ("rolled_back", 3, 1)),
]


@pytest.mark.parametrize(("states", "number", "same", "trouble", "wanted"), ROLLBACKS)
def test_rollback_plan(states, number, same, trouble, wanted):
    plan = revisions.rollback_plan("airflow", history(*states), number, same, trouble)
    assert (plan.operation, plan.revision, plan.target) == wanted
    assert (plan.reason == "") == (plan.operation == "unchanged")


def test_a_rollback_drops_what_an_interrupted_one_left():
    plan = revisions.rollback_plan("airflow", history("superseded", "deployed", "pending-rollback"), 1, False, "")
    assert (plan.revision, [revision.secret_name for revision in plan.stale]) == (3, ["sh.helm.release.v1.airflow.v3"])


@pytest.mark.parametrize(
    ("states", "number", "message"),
    [
        ((), 1, "there is no such release. Install it first."),
        (("deployed",), 2, "helm keeps no such revision that was applied, only 1 .deployed.. Choose a revision"),
        (("failed", "deployed"), 1, "only 1 .failed., 2 .deployed."),
        (("pending-install",), 1, "only 1 .pending-install."),
    ],
)
def test_rollback_plan_refuses_what_was_never_applied(states, number, message):
    with pytest.raises(ReleaseError, match=f"Could not roll back release airflow to revision {number}: .*{message}"):
        revisions.rollback_plan("airflow", history(*states), number, False)


@pytest.mark.parametrize(
    ("now", "before", "another"),
    [
        ((), (), False),
        ((), ("deployed",), False),
        (("deployed",), (), True),
        (("deployed",), ("deployed",), False),
        (("superseded", "deployed"), ("deployed",), True),
        (("deployed",), ("pending-install",), True),
        (("uninstalling",), ("deployed",), False),
        (("uninstalled",), ("uninstalling",), False),
        # A run dropped what a killed one had left, and got no further.
        (("deployed",), ("deployed", "pending-upgrade"), False),
    ],
)
def test_what_came_since_a_look(now, before, another):
    assert revisions.is_another(history(*now), history(*before)) is another


def test_another_release_may_have_the_same_numbers():
    first, second = ([revisions.Revision(1, "deployed", "v1", "same", uid)] for uid in ("a", "b"))
    assert revisions.is_another(second, first) and not revisions.is_another(first, first)
    touched = [dataclasses.replace(first[0], resource_version="2")]
    assert not revisions.is_another(touched, first)


@pytest.mark.parametrize(
    ("number", "status", "fingerprint", "same"),
    [
        (2, "deployed", "f", True),
        (2, "failed", "f", True),
        (2, "pending-upgrade", "f", True),
        (2, "uninstalling", "f", False),
        (2, "superseded", "f", False),
        (2, "deployed", "g", False),
        (3, "deployed", "f", False),
    ],
)
def test_an_attempt_is_known_by_number_and_fingerprint(number, status, fingerprint, same):
    assert revisions.is_same_attempt(revisions.Revision(number, status, "v", fingerprint), 2, "f") is same


def test_a_revision_that_inherited_its_fingerprint_has_none():
    inherited = secret(3, "deployed", **revisions.labels("wanted", 2))
    assert revisions.revisions([inherited])[0].fingerprint == ""


@given(st.lists(STATES, max_size=6))
def test_plan_never_keeps_a_release_that_is_not_deployed(states):
    stored = history(*states)
    plan = revisions.plan(stored, "wanted")
    left = [revision for revision in stored if revision not in plan.stale]
    if plan.operation == "unchanged":
        assert states[-1] == "deployed" and plan.revision == len(states)
    elif plan.uninstall_first:
        assert states[-1] == "uninstalling" and plan.revision == 1
    else:
        # helm refuses to work on a release whose newest revision is pending.
        assert not left or left[-1].status not in revisions.PENDING
        assert plan.revision == len(left) + 1


def test_deployed_is_the_newest():
    secrets = [secret(10, "deployed"), secret(9, "deployed"), secret(11, "failed")]
    assert revisions.deployed_revision(revisions.revisions(secrets)).number == 10
    assert revisions.deployed_revision(revisions.revisions([secret(1, "failed")])) is None


def test_stored_release():
    release = {
        "chart": {"metadata": {"version": "1.22.0", "appVersion": "3.2.2"}},
        "config": {"a": 1},
        "manifest": "---\n",
    }
    assert revisions.stored_release(secret(1, "deployed", release)) == revisions.StoredRelease(
        {"a": 1}, "---\n", "1.22.0", "3.2.2"
    )


@pytest.mark.parametrize(
    ("info", "origin"),
    [
        (None, 0),
        ({"description": "Upgrade complete"}, 0),
        ({"description": "Rollback to 12"}, 12),
        ({"description": "Rollback to 12 and more"}, 0),
        ({"description": "as Alice asked", "rollback_revision": 3}, 3),
    ],
)
def test_stored_release_knows_which_revision_it_came_from(info, origin):
    release = {"chart": {"metadata": {"name": "airflow"}}, "info": info}
    found = revisions.stored_release(secret(1, "deployed", release))
    assert (found.origin, found.chart_name) == (origin, "airflow")


def test_revisions_made_from_the_same_are_the_same():
    base = revisions.StoredRelease({"a": 1}, "---", "1", "2", "airflow", applied_at="now")
    assert base.is_same_as(revisions.StoredRelease({"a": 1}, "---", "1", "other", "airflow", 7, "then"))
    for other in (({"a": 2}, "---", "1"), ({"a": 1}, "", "1"), ({"a": 1}, "---", "2")):
        assert not base.is_same_as(revisions.StoredRelease(*other, "2", "airflow"))


def test_stored_release_without_values():
    release = {"chart": {"metadata": {"version": "1.22.0"}}}
    assert revisions.stored_release(secret(1, "deployed", release)) == revisions.StoredRelease({}, "", "1.22.0", "")


@pytest.mark.parametrize("content", [b"", b"%%%", base64.b64encode(b"no json")])
def test_stored_release_refuses_other_content(content):
    broken = {"data": {"release": base64.b64encode(content).decode()}}
    with pytest.raises(ValueError):
        revisions.stored_release(broken)


MANIFEST = """---
# Source: airflow/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  text: |
    kind: Deployment
---
# Source: airflow/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
--- # with a remark
{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "triggerer", "namespace": "other"}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
"""


def test_workloads():
    assert revisions.workloads(MANIFEST, "airflow") == [
        ("apps/v1", "Deployment", "airflow", "web"),
        ("apps/v1", "StatefulSet", "other", "triggerer"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=4))
def test_values_text_is_the_same_for_yaml_and_json(values):
    text = revisions.values_text(values)
    assert json.loads(text) == values
    assert yaml.safe_load(text) == values
