# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets one run at a time work on a release, by a Lease that is renewed in the background."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import processes
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError, ReleaseError, WindroseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import lease

LOOK_SECONDS = 1
RETRY_SECONDS = 2
NOT_FOUND, CONFLICT = 404, 409


def _utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


class Lease:
    """The right to work on one release, for as long as a block lasts.

    :param kube: a `KubeClient`.
    :param namespace: the release's namespace.
    :param release: the release's name.
    :param holder: the `Holder` that this run is.
    :param timeout: how many seconds to wait while another run is at work.
    :param progress: a `Progress`.
    :param on_loss: called, from another thread, as soon as the Lease may have passed to another run.
    :param clock: callable that returns seconds that only ever grow.
    :param sleep: callable that waits a number of seconds.
    :param has_ended: callable that says of a `Holder.process` whether that process is known to have ended.
    """

    def __init__(
        self,
        kube,
        namespace,
        release,
        holder,
        timeout,
        progress,
        on_loss=lambda: None,
        clock=time.monotonic,
        sleep=time.sleep,
        has_ended=processes.has_ended,
    ):
        self._kube = kube
        self._namespace = namespace
        self._release = release
        self._holder = holder
        self._timeout = timeout
        self._progress = progress
        self._on_loss = on_loss
        self._clock = clock
        self._sleep = sleep
        self._has_ended = has_ended
        self._lease = None
        self._renewed_at = None
        self._ended = None
        self._loss = None

    def read(self):
        """:returns: the Lease as it is, whoever holds it; None where there is none."""
        return self._kube.get(lease.API_VERSION, lease.KIND, lease.lease_name(self._release), self._namespace)

    @contextlib.contextmanager
    def held(self):
        """Hold the Lease for as long as the block lasts; a block within a block changes nothing.

        :raises ReleaseError: another run is at work for longer than the time-out, or took over meanwhile.
        """
        if self._ended is not None:
            yield
            return
        self._acquire()
        self._ended = threading.Event()
        threads = [
            threading.Thread(target=step, args=(self._ended,), daemon=True)
            for step in (self._keep_renewing, self._keep_watching)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
            self.check()
        except WindroseError as error:
            # Whatever failed because helm was stopped, this is why.
            if self._loss is not None and not isinstance(error, _LostError):
                raise self._lost() from error
            raise
        finally:
            self._ended.set()
            threads[0].join(lease.GIVE_UP_SECONDS)
            self._release_it()
            self._ended = None

    def check(self):
        """Make sure that the Lease is still held; to be called before each write.

        :raises ReleaseError: another run may have taken over.
        """
        if self._ended is None:
            raise RuntimeError("nothing may be written for a release without its Lease")
        if self._loss is not None:
            raise self._lost()

    # Taking

    def _acquire(self):
        deadline, sighting = self._clock() + self._timeout, None
        while True:
            live = self.read()
            now, holder = self._clock(), live and lease.holder_of(live)
            if holder:
                sighting = lease.sighted(live, now, self._has_ended(holder.process), sighting)
            if not holder or lease.state(live, sighting, now) != lease.HELD:
                if self._take(live):
                    return
            elif now >= deadline:
                raise self._busy(live, holder)
            else:
                self._progress.step(
                    f"waiting for {holder.name}, at work on {self._release} since {lease.held_since(live)}"
                )
            self._sleep(LOOK_SECONDS)

    def _take(self, live):
        """:returns: whether this run has the Lease now, and not another one that was faster."""
        definition, started = self._claim(live), self._clock()
        try:
            taken = self._kube.create(definition, repeatable=True) if live is None else self._kube.replace(definition)
        except ApiError as error:
            if error.status != CONFLICT and (error.status != NOT_FOUND or live is None):
                raise
            # The request was repeated because its answer was lost, or another run was faster.
            taken = self.read()
            holder = taken and lease.holder_of(taken)
            if not holder or holder.name != self._holder.name:
                return False
        self._lease, self._renewed_at = taken, started
        return True

    def _claim(self, live):
        return lease.claim(self._release, self._namespace, self._holder, self._timestamp(), live)

    @staticmethod
    def _timestamp():
        return lease.timestamp(_utc_now())

    # Keeping

    def _keep_renewing(self, ended):
        pause = lease.RENEW_SECONDS
        while not ended.wait(pause) and self._loss is None:
            pause = lease.RENEW_SECONDS if self.renew() else RETRY_SECONDS

    def _keep_watching(self, ended):
        # A renewal may hang for longer than the Lease lasts, so another thread looks at the clock.
        while not ended.wait(LOOK_SECONDS) and self._loss is None:
            self.watch()

    def renew(self):
        """Renew the Lease once, or find that it is lost.

        :returns: False where the next attempt should come soon; if none succeeds, `watch` gives up in time.
        """
        started = self._clock()
        try:
            self._lease = self._kube.replace(lease.renewal(self._lease, self._timestamp()))
        except WindroseError as error:
            status = getattr(error, "status", 0)
            if status == CONFLICT:
                self._look_again()
            elif status == NOT_FOUND:
                self._lose("somebody deleted the Lease")
            return False
        self._renewed_at = started
        return True

    def watch(self):
        """Give up where no renewal has succeeded for too long."""
        silent = self._clock() - self._renewed_at
        if silent > lease.GIVE_UP_SECONDS:
            self._lose(f"the API server has not renewed the Lease for {silent:.0f} seconds")

    def _look_again(self):
        """A conflict: the Lease was taken, or somebody put a label on it, or the answer to a renewal got lost."""
        try:
            live = self.read()
        except WindroseError:
            return
        holder = live and lease.holder_of(live)
        if holder and holder.name == self._holder.name:
            self._lease = live
        else:
            self._lose(f"{holder.name} took the Lease over" if holder else "somebody emptied or deleted the Lease")

    def _lose(self, cause):
        ended = self._ended
        # A renewal that hung may end long after the block.
        if self._loss is None and ended is not None and not ended.is_set():
            self._loss = cause
            self._on_loss()

    # Giving back

    def _release_it(self):
        """Delete the Lease, unless another run has it; where that fails, it expires by itself."""
        with contextlib.suppress(WindroseError):
            while self._loss is None:
                try:
                    self._kube.delete(
                        lease.API_VERSION, lease.KIND, lease.lease_name(self._release), self._namespace,
                        resource_version=self._lease["metadata"]["resourceVersion"],
                    )  # fmt: skip
                    return
                except ApiError as error:
                    if error.status != CONFLICT:
                        raise
                live = self.read()
                holder = live and lease.holder_of(live)
                if not holder or holder.name != self._holder.name:
                    return
                # Somebody put a label on it.
                self._lease = live

    # Telling

    def _subject(self):
        return f"release {self._namespace}/{self._release}"

    def _busy(self, live, holder):
        since = lease.held_since(live)
        return ReleaseError(
            "Could not start working on",
            self._subject(),
            f"{holder.name} has been at work on it since {since}, and still was {self._timeout} seconds later",
            "Wait until that run has ended, then run again, or raise lease_timeout. A run that was killed holds the "
            f"release for at most {lease.DURATION_SECONDS} seconds longer",
            holder=holder.name,
        )  # fmt: skip

    def _lost(self):
        return _LostError(
            "Stopped working on",
            self._subject(),
            f"{self._loss}, so that another run may be at work on it; helm was stopped",
            "Wait until no other run is at work, then run again: a second run picks up where this one stopped",
        )


class _LostError(ReleaseError):
    """The Lease was lost."""
