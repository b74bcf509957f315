# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import record_jobs

EARLY, LATE, LATER = "2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z"


def job(image="airflow:1", name="airflow-migration", **fields):
    """:returns: the definition of a Job."""
    template = {"spec": {"containers": [{"name": "migration", "image": image}]}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "n", **fields}, "spec": {"template": template}}


def live(definition, condition=None, **status):
    """:returns: a Job as the API server answers it."""
    conditions = [{"type": condition, "status": "True"}] if condition else []
    return {**definition, "status": {"conditions": conditions, **status}}


def pod(ended=LATER, code=1, ready=False, where="containerStatuses", when="lastState"):
    """:returns: a pod with a container that ended."""
    conditions = [{"type": "Ready", "status": str(ready)}]
    return {
        "kind": "Pod", "metadata": {"name": "scheduler-1"},
        "status": {"conditions": conditions, where: [{when: {"terminated": {"exitCode": code, "finishedAt": ended}}}]},
    }


WANTED = record_jobs.named(job(), ["x"])
DONE = live(WANTED, "Complete", completionTime=LATE)


def test_the_name_ends_in_ten_digits_of_what_the_job_is_made_of():
    names = [record_jobs.named(job(), made_of)["metadata"]["name"] for made_of in (["a", "b"], ["a", "b"], ["ab"], ["b", "a"])]
    assert names[0] == names[1] and len(set(names)) == 3
    assert all(len(name) == len("airflow-migration-") + 10 for name in names)


def test_the_annotation_tells_pod_templates_apart_and_the_definition_stays_as_it_is():
    definition = job(annotations={"a": "b"})
    one, other = (record_jobs.named(item, [])["metadata"]["annotations"] for item in (definition, job("airflow:2")))
    assert one["a"] == "b" and one[record_jobs.TEMPLATE] != other[record_jobs.TEMPLATE]
    assert definition == job(annotations={"a": "b"})


def test_a_selector_names_all_labels():
    assert record_jobs.selector({"b": "2", "a": "1"}) == "a=1,b=2"


@pytest.mark.parametrize(
    ("found", "is_finished", "at"),
    [
        (live(job()), False, ""),
        (live(job(), "Failed"), True, ""),
        (live(job(), "Complete", completionTime=LATE), True, LATE),
        (live(job(), "Suspended"), False, ""),
    ],
)
def test_when_a_job_is_over(found, is_finished, at):
    assert (record_jobs.is_finished(found), record_jobs.finished_at(found)) == (is_finished, at)


@pytest.mark.parametrize(
    ("witness", "told"),
    [
        (pod(), True),
        (pod(where="initContainerStatuses"), True),
        (pod(when="state"), True),
        (pod(ended=EARLY), False),
        (pod(ended=LATE), False),
        (pod(code=0), False),
        (pod(ready=True), False),
        ({"kind": "Pod", "metadata": {"name": "new"}}, False),
    ],
)
def test_a_pod_that_failed_after_the_job_and_is_not_ready_speaks_against_it(witness, told):
    found = record_jobs.objection(WANTED, DONE, [], [pod(ready=True), witness])
    assert found == ("pod scheduler-1 is not ready, and has failed after it" if told else "")


@pytest.mark.parametrize(("at", "told"), [(LATER, True), (LATE, False), (EARLY, False), (None, False)])
def test_another_job_that_has_to_come_before_it_speaks_against_it(at, told):
    before = live(job(name="airflow-migration-1"), "Complete", **({"completionTime": at} if at else {}))
    found = record_jobs.objection(WANTED, DONE, [before], [])
    assert found == ("airflow-migration-1 has finished after it" if told else "")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (live(WANTED, active=1), False),
        (live(record_jobs.named(job("airflow:2"), ["x"]), active=1), True),
        (live(record_jobs.named(job("airflow:2"), ["x"]), active=1, ready=0), True),
        # It is at work.
        (live(record_jobs.named(job("airflow:2"), ["x"]), active=1, ready=1), False),
        (live(job(), active=1), True),
    ],
)
def test_a_job_that_has_not_started_is_replaced_where_its_pod_is_another_one(found, told):
    assert bool(record_jobs.objection(WANTED, found, [], [pod()])) is told
