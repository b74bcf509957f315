# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._release import lease

ALICE = lease.Holder("alice@one, process 1 (aa)", "0123456789abcdef/1/2")
BOB = lease.Holder("bob@two, process 1 (bb)")
AT = "2026-03-01T12:00:00.000000Z"


def lease_of(holder=ALICE, renewed=AT, duration=30, **metadata):
    """A Lease as the API server answers it."""
    made = lease.claim("airflow", "data", holder, renewed)
    made["metadata"] = {**made["metadata"], "uid": "u", "resourceVersion": "7", **metadata}
    made["spec"]["leaseDurationSeconds"] = duration
    return made


def test_a_claim_names_its_holder():
    made = lease.claim("airflow", "data", ALICE, AT)
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == ("airflow-release", "data")
    assert "resourceVersion" not in made["metadata"]
    assert made["spec"] == {
        "holderIdentity": ALICE.name,
        "leaseDurationSeconds": 30,
        "acquireTime": AT,
        "renewTime": AT,
        "leaseTransitions": 0,
    }
    assert lease.holder_of(made) == ALICE


def test_a_claim_on_another_ones_lease_holds_for_what_was_read_only():
    made = lease.claim("airflow", "data", BOB, AT, lease_of())
    assert made["metadata"]["resourceVersion"] == "7" and made["spec"]["leaseTransitions"] == 1
    assert lease.holder_of(made) == BOB


def test_a_renewal_changes_the_time_only():
    before = lease_of(managedFields=[{}], labels={"theirs": "x"})
    after = lease.renewal(before, "later")
    assert after["spec"] == {**before["spec"], "renewTime": "later"}
    assert after["metadata"] == {name: value for name, value in before["metadata"].items() if name != "managedFields"}


@pytest.mark.parametrize("spec", [None, {}, {"holderIdentity": None}, {"holderIdentity": ""}])
def test_a_lease_without_a_holder_is_free(spec):
    empty = {**lease_of(), "spec": spec}
    assert lease.holder_of(empty) is None
    assert lease.state(empty, lease.sighted(empty, 5, False), 5) == lease.FREE


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, lease.HELD), (30, lease.HELD), (30.1, lease.EXPIRED), (900, lease.EXPIRED)]
)
def test_a_lease_expires_when_it_was_seen_unchanged_for_its_duration(seconds, state):
    sighting = lease.sighted(lease_of(), 100, False)
    later = lease.sighted(lease_of(), 100 + seconds, False, sighting)
    assert lease.state(lease_of(), later, 100 + seconds) == state


@pytest.mark.parametrize(
    "changed", [lease_of(renewed="2020-01-01T00:00:00.000000Z"), lease_of(holder=BOB), lease_of(uid="another")]
)
def test_every_change_starts_the_time_anew_whatever_the_holders_clock_says(changed):
    sighting = lease.sighted(changed, 140, False, lease.sighted(lease_of(), 100, False))
    assert sighting.since == 140
    assert lease.state(changed, sighting, 140) == lease.HELD


def test_the_holder_says_how_long_its_lease_lasts():
    short = lease_of(duration=5)
    assert lease.state(short, lease.sighted(short, 0, False), 6) == lease.EXPIRED


def test_a_process_that_has_ended_gives_its_lease_up_after_a_moment():
    first = lease.sighted(lease_of(), 100, True)
    assert lease.state(lease_of(), first, 100) == lease.HELD
    second = lease.sighted(lease_of(), 101, True, first)
    assert lease.state(lease_of(), second, 101) == lease.GONE
    # It only looked so.
    third = lease.sighted(lease_of(), 102, False, second)
    assert lease.state(lease_of(), third, 102) == lease.HELD


@given(st.lists(st.tuples(st.floats(0.1, 60), st.booleans()), max_size=30))
def test_nobody_takes_the_lease_of_a_holder_that_renews_in_time(steps):
    """Whatever the pauses: what is taken was unchanged for longer than its duration, by the taker's clock."""
    now = changed = 0.0
    renewals, sighting = 0, None
    for pause, renews in steps:
        now += pause
        if renews:
            renewals, changed = renewals + 1, now
        current = lease_of(renewed=str(renewals))
        sighting = lease.sighted(current, now, False, sighting)
        if lease.state(current, sighting, now) == lease.EXPIRED:
            assert now - changed > 30


def test_a_holder_gives_up_before_anybody_may_take_its_lease():
    assert lease.RENEW_SECONDS < lease.GIVE_UP_SECONDS < lease.DURATION_SECONDS


def test_a_timestamp_is_a_micro_time_of_the_one_zone_that_kubernetes_knows():
    moment = datetime.datetime(2026, 3, 1, 17, 0, 0, 42, datetime.timezone(datetime.timedelta(hours=5)))
    assert lease.timestamp(moment) == "2026-03-01T12:00:00.000042Z"
