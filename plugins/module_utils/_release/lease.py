# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may work on a release: what a Lease says, and when another process may take it. Pure: no I/O.

The rules are those of client-go's leader election (``k8s.io/client-go/tools/leaderelection``): a Lease has expired when
this process has seen it unchanged for its duration. The clock that the holder wrote is never compared with one's own.
"""

from __future__ import annotations

import dataclasses
import datetime

API_VERSION = "coordination.k8s.io/v1"
KIND = "Lease"
DURATION_SECONDS = 30
RENEW_SECONDS = 10
# A holder that could not renew stops this long before anybody else may take its Lease.
GIVE_UP_SECONDS = 20
# A process that has ended may have a request under way for a moment.
GONE_SECONDS = 1
PROCESS_ANNOTATION = "windrose.airflow/holder-process"

FREE, EXPIRED, GONE, HELD = "free", "expired", "gone", "held"


@dataclasses.dataclass(frozen=True)
class Holder:
    """One run of a module.

    :param name: who it is, for people: user, host, process and a random part that no other run has.
    :param process: what a process of the same machine recognises it by; empty where there is no such thing.
    """

    name: str
    process: str = ""


@dataclasses.dataclass(frozen=True)
class Sighting:
    """A Lease as it was when it last changed.

    :param record: what changes with each renewal.
    :param since: when this process saw it first, by its own clock.
    :param gone_since: since when the holder's process is known to have ended, by the same clock; None where it is not.
    """

    record: tuple
    since: float
    gone_since: float | None = None


def lease_name(release):
    """:returns: the name of a release's Lease."""
    return f"{release}-release"


def holder_of(lease):
    """:returns: the `Holder` of a Lease, None where it has none."""
    name = (lease.get("spec") or {}).get("holderIdentity")
    process = (lease["metadata"].get("annotations") or {}).get(PROCESS_ANNOTATION, "")
    return Holder(name, process) if name else None


def held_since(lease):
    """:returns: when the holder took the Lease, as it wrote it."""
    return (lease.get("spec") or {}).get("acquireTime") or "an unknown time"


def sighted(lease, now, gone, before=None):
    """Note how a Lease looks.

    :param now: this process's own clock.
    :param gone: whether the holder's process is known to have ended.
    :param before: the former `Sighting`.
    :returns: a `Sighting`; it keeps the time of the former one where nothing has changed since.
    """
    spec = lease.get("spec") or {}
    record = (lease["metadata"].get("uid"), spec.get("holderIdentity"), spec.get("renewTime"))
    if before is None or before.record != record:
        return Sighting(record, now, now if gone else None)
    return Sighting(record, before.since, (before.gone_since or now) if gone else None)


def state(lease, sighting, now):
    """Decide whether a Lease may be taken.

    :param sighting: the `Sighting` of this Lease.
    :param now: this process's own clock.
    :returns: FREE, EXPIRED or GONE, which may be taken; HELD, which may not.
    """
    if holder_of(lease) is None:
        return FREE
    if sighting.gone_since is not None and now - sighting.gone_since >= GONE_SECONDS:
        return GONE
    duration = (lease.get("spec") or {}).get("leaseDurationSeconds") or DURATION_SECONDS
    return EXPIRED if now - sighting.since > duration else HELD


def timestamp(moment):
    """:returns: an aware datetime as Kubernetes writes a MicroTime."""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def claim(release, namespace, holder, at, lease=None):
    """Make the definition by which a Lease is taken.

    :param holder: the `Holder` that takes it.
    :param at: the time, as `timestamp` writes it.
    :param lease: the Lease as it was read, None where there is none; the server refuses the claim where it has changed.
    """
    metadata = {
        "name": lease_name(release),
        "namespace": namespace,
        "labels": {"app.kubernetes.io/managed-by": "windrose.airflow", "app.kubernetes.io/instance": release},
        "annotations": {PROCESS_ANNOTATION: holder.process},
    }
    transitions = 0
    if lease is not None:
        metadata["resourceVersion"] = lease["metadata"]["resourceVersion"]
        transitions = ((lease.get("spec") or {}).get("leaseTransitions") or 0) + 1
    spec = {
        "holderIdentity": holder.name,
        "leaseDurationSeconds": DURATION_SECONDS,
        "acquireTime": at,
        "renewTime": at,
        "leaseTransitions": transitions,
    }
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def renewal(lease, at):
    """Make the definition by which the holder of a Lease keeps it.

    :param lease: the Lease as the server last answered it; the server refuses the renewal where it has changed since.
    :param at: the time, as `timestamp` writes it.
    """
    metadata = {name: value for name, value in lease["metadata"].items() if name != "managedFields"}
    spec = {**lease["spec"], "renewTime": at}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
