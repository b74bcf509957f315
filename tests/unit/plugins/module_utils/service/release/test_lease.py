# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release.lease import Holder, claim, holder_of
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.lease import Lease

ALICE = Holder("alice@one, process 1 (aa)", "one/1")
BOB = Holder("bob@two, process 2 (bb)", "two/2")
NAME = ("coordination.k8s.io/v1", "Lease", "data", "airflow-release")


class Clock:
    """A time that passes only where somebody waits."""

    def __init__(self):
        self.now = 1000.0
        self.while_waiting = lambda: None

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.while_waiting()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lease_of(api, clock, notes):
    """Make a Lease: ``lease_of(holder, timeout=60, ended=())``."""

    def make(holder, timeout=60, ended=(), on_loss=lambda: None):
        return Lease(
            api,
            "data",
            "airflow",
            holder,
            timeout,
            notes,
            on_loss,
            clock,
            clock.sleep,
            lambda process: process in ended,
        )

    return make


def test_it_is_there_for_as_long_as_the_block_lasts(api, lease_of):
    lease = lease_of(ALICE)
    with lease.held():
        assert holder_of(lease.read()) == ALICE
        lease.check()
    assert api.writes == [("create", "Lease", "airflow-release"), ("delete", "Lease", "airflow-release")]


def test_a_block_within_a_block_changes_nothing(api, lease_of):
    lease = lease_of(ALICE)
    with lease.held():
        with lease.held():
            lease.check()
        lease.check()
        assert NAME in api.objects
    assert len(api.writes) == 2 and NAME not in api.objects


def test_it_is_given_back_whatever_happens(api, lease_of):
    with pytest.raises(KeyError), lease_of(ALICE).held():
        raise KeyError
    assert NAME not in api.objects


def test_nothing_may_be_written_without_it(lease_of):
    with pytest.raises(RuntimeError):
        lease_of(ALICE).check()


def test_the_second_run_waits_for_the_first(api, clock, lease_of, notes):
    first, second, started = lease_of(ALICE), lease_of(BOB), clock.now
    block = first.held()

    def work():
        if clock.now - started < 45:
            first.renew()
        elif clock.now - started == 45:
            block.__exit__(None, None, None)

    block.__enter__()
    clock.while_waiting = work
    with second.held():
        assert holder_of(second.read()) == BOB
        # Longer than a Lease lasts, because it was renewed.
        assert clock.now - started == 45
    assert notes[0].startswith(f"waiting for {ALICE.name}, at work on airflow since 20")


def test_the_second_run_gives_up_and_names_the_first(api, clock, lease_of):
    with lease_of(ALICE).held():
        before = list(api.writes)
        started = clock.now
        with pytest.raises(ReleaseError) as raised, lease_of(BOB, timeout=5).held():
            pytest.fail("two runs at once")
        assert clock.now - started == 5
        assert api.writes == before
    assert str(raised.value).startswith(
        f"Could not start working on release data/airflow: {ALICE.name} has been at work on it since 20"
    )
    assert "and still was 5 seconds later. Wait until that run has ended" in str(raised.value)
    assert raised.value.fields["holder"] == ALICE.name


def killed(api, lease_of, holder):
    """Leave a Lease behind, as a killed run does."""
    with lease_of(holder).held():
        kept = api.get(*NAME[:2], NAME[3], NAME[2])
    api.put(kept)
    api.writes.clear()


@pytest.mark.parametrize(("ended", "seconds"), [((), 31), ((ALICE.process,), 1)])
def test_the_lease_of_a_killed_run_is_taken(api, clock, lease_of, ended, seconds):
    killed(api, lease_of, ALICE)
    started = clock.now
    lease = lease_of(BOB, ended=ended)
    with lease.held():
        assert holder_of(lease.read()) == BOB
        assert clock.now - started == seconds
    assert api.writes == [("replace", "Lease", "airflow-release"), ("delete", "Lease", "airflow-release")]


def test_an_emptied_lease_is_taken_at_once(api, clock, lease_of):
    api.put({"apiVersion": NAME[0], "kind": "Lease", "metadata": {"name": NAME[3], "namespace": "data"}, "spec": {}})
    started = clock.now
    with lease_of(BOB).held():
        assert clock.now == started


@pytest.mark.parametrize("left_behind", [False, True])
def test_of_two_that_try_at_once_one_is_refused_and_waits(api, lease_of, left_behind):
    if left_behind:
        killed(api, lease_of, Holder("carol", "gone/1"))

    def be_faster(unused_write):
        api.before_write = lambda write: None
        live = api.get(*NAME[:2], NAME[3], NAME[2])
        api.put(claim("airflow", "data", ALICE, "2026-03-01T12:00:00.000000Z", live))

    api.before_write = be_faster
    with pytest.raises(ReleaseError, match="alice@one"), lease_of(BOB, timeout=2, ended=("gone/1",)).held():
        pytest.fail("two runs at once")


@pytest.mark.parametrize("verb", ["create", "replace"])
def test_a_lease_that_was_taken_without_an_answer_is_held(api, clock, lease_of, verb):
    if verb == "replace":
        killed(api, lease_of, Holder("carol", "gone/1"))
    api.lost = {(verb, "Lease")}
    lease, started = lease_of(ALICE, ended=("gone/1",)), clock.now
    with lease.held():
        assert clock.now - started == (verb == "replace")
        assert lease.renew()
    assert api.lost == set() and NAME not in api.objects


def test_a_refusal_is_no_race(api, lease_of):
    def forbid(write):
        raise api.error(403, "Forbidden")

    api.before_write = forbid
    with pytest.raises(ApiError, match="answered 403"), lease_of(ALICE).held():
        pytest.fail("it was forbidden")


def test_a_namespace_that_is_missing_is_reported(api, lease_of):
    def missing(write):
        raise api.error(404)

    api.before_write = missing
    with pytest.raises(ApiError, match="answered 404"), lease_of(ALICE).held():
        pytest.fail("there is no such namespace")


def test_a_renewal_keeps_it(api, clock, lease_of):
    lease = lease_of(ALICE)
    with lease.held():
        first = lease.read()
        clock.now += 15
        assert lease.renew()
        clock.now += 15
        lease.watch()
        lease.check()
        assert lease.read()["spec"]["acquireTime"] == first["spec"]["acquireTime"]
        assert lease.read()["metadata"]["resourceVersion"] != first["metadata"]["resourceVersion"]


def test_a_lease_that_somebody_labelled_or_whose_renewal_got_no_answer_is_still_held(api, lease_of):
    lease = lease_of(ALICE)
    with lease.held():
        labelled = lease.read()
        labelled["metadata"]["labels"]["theirs"] = "x"
        api.put(labelled)
        assert not lease.renew()
        assert lease.renew()
        lease.check()
        assert lease.read()["metadata"]["labels"]["theirs"] == "x"


def taken_over(api):
    api.put(
        {**claim("airflow", "data", BOB, "2026-03-01T12:00:00.000000Z", api.get(*NAME[:2], NAME[3], NAME[2]))}
    )


def deleted(api):
    del api.objects[NAME]


def emptied(api):
    live = api.get(*NAME[:2], NAME[3], NAME[2])
    api.put({**live, "spec": {**live["spec"], "holderIdentity": ""}})


@pytest.mark.parametrize(
    ("loss", "cause"),
    [
        (taken_over, "bob@two, process 2 (bb) took the Lease over"),
        (deleted, "somebody deleted the Lease"),
        (emptied, "somebody emptied or deleted the Lease"),
    ],
)
def test_a_lost_lease_stops_helm_and_ends_the_run(api, lease_of, loss, cause):
    stopped = threading.Event()
    lease = lease_of(ALICE, on_loss=stopped.set)
    with pytest.raises(ReleaseError) as raised, lease.held():
        loss(api)
        api.writes.clear()
        lease.renew()
        assert stopped.is_set()
        # helm ended because it was killed; that is not the news.
        raise ReleaseError("Stopped", "`helm upgrade`", "killed", "Run again.")
    assert str(raised.value).startswith(f"Stopped working on release data/airflow: {cause}")
    # What belongs to another run is left alone.
    assert ("delete", "Lease", "airflow-release") not in api.writes


def test_a_run_whose_lease_was_lost_unseen_by_its_steps_fails_at_the_end(api, lease_of):
    lease = lease_of(ALICE)
    with pytest.raises(ReleaseError, match="took the Lease over"), lease.held():
        taken_over(api)
        lease.renew()


def test_a_lease_that_was_taken_without_notice_is_not_given_back(api, lease_of):
    with lease_of(ALICE).held():
        taken_over(api)
    assert holder_of(api.get(*NAME[:2], NAME[3], NAME[2])) == BOB


def test_an_api_server_that_is_away_for_long_means_the_loss(api, clock, lease_of):
    stopped = threading.Event()
    lease = lease_of(ALICE, on_loss=stopped.set)

    def away(write):
        raise api.error(503)

    with pytest.raises(ReleaseError, match="has not renewed the Lease for 21 seconds"), lease.held():
        api.before_write = away
        clock.now += 19
        assert not lease.renew()
        lease.watch()
        lease.check()
        clock.now += 2
        lease.watch()
        assert stopped.is_set()


def test_where_it_cannot_be_given_back_it_expires_by_itself(api, lease_of):
    def away(write):
        raise api.error(503)

    with lease_of(ALICE).held():
        api.before_write = away
    assert NAME in api.objects


def test_a_lease_that_somebody_labelled_is_given_back(api, lease_of):
    with lease_of(ALICE).held():
        labelled = api.get(*NAME[:2], NAME[3], NAME[2])
        labelled["metadata"]["labels"]["theirs"] = "x"
        api.put(labelled)
    assert NAME not in api.objects
