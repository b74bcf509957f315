# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a helm release to the wanted state, and starts helm only where that changes something."""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._errors import OvertakenError, ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._release import (
    chart,
    drift,
    ledger,
    revisions,
    secret_annotations,
)
from ansible_collections.windrose.airflow.plugins.module_utils._release.fingerprint import (
    release_fingerprint,
    secret_hmac,
    values_hmac,
)
from ansible_collections.windrose.airflow.plugins.module_utils._service.parallel import at_once
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.confirmation import Confirmation, Judged
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.live import Comparison
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.work import ReleaseWork, Wanted
from ansible_collections.windrose.airflow.plugins.module_utils._values import differences

REPAIR, IGNORE = "repair", "ignore"


@dataclasses.dataclass(frozen=True)
class _Look:
    """What there is, and what is to be done about it.

    :param key: the key of the fingerprints, None where there is none yet.
    :param secrets: {name: data} of the Secrets that count; None for one that does not exist.
    :param entries: the entries of the ledger.
    :param fingerprint: the wanted fingerprint, None where it cannot be known yet.
    :param deployed: the `revisions.Revision` that is deployed, or None.
    :param content: its `revisions.StoredRelease`, where it was read.
    :param comparison: a `Comparison`, where it was made.
    """

    key: bytes | None
    secrets: dict
    entries: list
    fingerprint: str | None
    plan: revisions.RevisionPlan
    deployed: revisions.Revision | None
    content: revisions.StoredRelease | None = None
    comparison: Comparison | None = None

    @property
    def drifted(self):
        """:returns: what is not as it was released."""
        return self.comparison.differences if self.comparison else []


class ReleaseService:
    """One release that is to be present.

    :param tools: a `Tools`.
    :param params: the parameters of the module.
    """

    def __init__(self, tools, params):
        self._tools = tools
        self._params = params
        self._chart = params["chart"]
        self._chart_values = params["chart_values"]
        named = [*params["secrets"], *(entry["secret"] for entry in params["secret_annotations"])]
        self._secret_names = sorted(set(named))
        self._work = ReleaseWork(tools, params)
        self._store = self._work.store
        self._confirmation = Confirmation(tools.lease, self._work, self._work.rolls_back)

    def ensure_present(self, check_mode, diff_mode):
        """Install, upgrade or recover the release, or leave it as it is; then wait for its workloads.

        :param check_mode: only say what would be done.
        :param diff_mode: also return which values differ.
        :returns: the result of the module.
        :raises ReleaseError: with helm's cause, or because chart or secrets are not as they should be.
        :raises WorkloadError: where a pod cannot become ready.
        :raises OvertakenError: another run has changed the release to something else meanwhile.
        """
        identity, metadata = self._inspect_chart()
        look = self._look(identity, diff_mode, check_mode)
        if check_mode:
            return self._result(
                look, look.content if look.plan.operation == revisions.UNCHANGED else None, metadata, diff_mode
            )
        if look.plan.operation == revisions.UNCHANGED:
            look = self._confirm(look, identity, diff_mode)
            return self._result(look, look.content, metadata, diff_mode)
        chart_path = self._tools.charts.path(self._chart)
        with self._tools.lease.held():
            # Nothing that was seen before the Lease was held may be acted upon: another run may have changed it since.
            look = self._look(identity, diff_mode)
            if look.plan.operation == revisions.UNCHANGED:
                look = self._confirm(look, identity, diff_mode)
                content = look.content
            else:
                look = self._with_key(look, identity)
                content = self._work.apply(look.plan, self._wanted(look, chart_path))
        return self._result(look, content, metadata, diff_mode)

    # Looking

    def _inspect_chart(self):
        """:returns: (what identifies the chart in the fingerprint, what is known of Chart.yaml)."""
        path = self._chart["path"]
        if path:
            found = chart.metadata(path)
            digest = chart.chart_digest(path)
            chart.check_digest(self._chart, digest)
            return digest, found
        # A chart in a registry is not downloaded to find that nothing changed: its version stands for its content.
        reference, repository = chart.reference(self._chart)
        identity = [reference, repository, self._chart["version"], self._chart["digest"]]
        return identity, {"version": self._chart["version"] or ""}

    def _look(self, identity, diff_mode, check_mode=False):
        reads = [self._store.key, self._store.revisions, self._store.entries]
        reads += [lambda name=name: self._store.secret_data(name) for name in self._secret_names]
        key, history, entries, *found = at_once(reads)
        secrets = dict(zip(self._secret_names, found))
        missing = [name for name, data in secrets.items() if data is None]
        if missing and not check_mode:
            raise ReleaseError(
                "Could not fingerprint",
                self._store.subject,
                f"the namespace holds no Secret {', '.join(missing)}",
                "Create it first, or take it off the list of the release's secrets",
            )
        fingerprint = None if missing or key is None else self._fingerprint(key, identity, secrets)
        trouble = ledger.unfinished_reason(entries)
        plan, deployed = revisions.plan(history, fingerprint, trouble), revisions.deployed_revision(history)
        look = _Look(key, secrets, entries, fingerprint, plan, deployed)
        unchanged = plan.operation == revisions.UNCHANGED
        if deployed is None or not (unchanged or diff_mode):
            return look
        look = dataclasses.replace(look, content=self._store.content(deployed))
        if not unchanged or self._params["drift"] == IGNORE:
            return look
        comparison = self._work.live.compare(look.content.manifest, self._params["drift"] != REPAIR)
        if self._params["drift"] == REPAIR:
            plan = revisions.plan(history, fingerprint, drift.reason(comparison.differences))
        return dataclasses.replace(look, plan=plan, comparison=comparison)

    def _fingerprint(self, key, identity, secrets):
        return release_fingerprint(key, identity, self._chart_values, secrets)

    def _confirm(self, look, identity, diff_mode):
        """Wait until the deployed revision works.

        :returns: the `_Look` at what works.
        """
        workloads = look.comparison.workloads if look.comparison else None
        try:
            self._confirmation.confirm(Judged(look.deployed, look.entries, look.content, workloads))
        except OvertakenError:
            again = self._look(identity, diff_mode)
            # Another run may have brought about the very same, for example because it repaired something.
            if again.plan.operation != revisions.UNCHANGED or again.deployed == look.deployed:
                raise
            return self._confirm(again, identity, diff_mode)
        return look

    # Changing

    def _with_key(self, look, identity):
        if look.key is not None:
            return look
        self._tools.lease.check()
        key = self._store.create_key()
        return dataclasses.replace(look, key=key, fingerprint=self._fingerprint(key, identity, look.secrets))

    def _wanted(self, look, chart_path):
        contents = chart.contents(chart_path)
        facts = {
            "chart": f"{contents['name']}-{contents['version']}",
            "chart_digest": f"sha256:{chart.chart_digest(chart_path)}",
            "image": ledger.image(self._chart_values, contents["defaults"]),
            "values_hmac": values_hmac(look.key, self._chart_values),
            "migration_head": self._params["migration_head"],
        }
        return Wanted(
            chart_path=chart_path,
            chart_values=self._annotated(look, contents["defaults"]),
            labels=revisions.labels(look.fingerprint, look.plan.revision),
            facts=facts,
        )

    def _annotated(self, look, defaults):
        places = secret_annotations.readers(self._chart_values, defaults)
        for entry in self._params["secret_annotations"]:
            known = places.setdefault(entry["secret"], [])
            known += [tuple(path.split(".")) for path in entry["paths"]]
        hmacs = {name: secret_hmac(look.key, name, data) for name, data in look.secrets.items()}
        return secret_annotations.laid(self._chart_values, places, hmacs)

    # Telling

    def _result(self, look, content, metadata, diff_mode):
        changed = look.plan.operation != revisions.UNCHANGED
        return {
            "changed": changed or bool(self._tools.replaced_pods),
            "operation": look.plan.operation,
            "reason": look.plan.reason,
            "revision": look.plan.revision,
            "fingerprint": look.fingerprint or "",
            "chart_version": content.chart_version if content else metadata.get("version", ""),
            "app_version": content.app_version if content else str(metadata.get("appVersion", "")),
            "applied_at": content.applied_at if content else "",
            "drift": [each.as_result() for each in look.drifted],
            "replaced_pods": self._tools.replaced_pods,
            **(self._difference(look) if diff_mode and changed else {}),
        }

    def _difference(self, look):
        before = secret_annotations.without(look.content.chart_values) if look.content else {}
        found = differences.changes(before, self._chart_values)
        difference = differences.as_diff(found, f"values of {self._store.subject}")
        for drifted in look.drifted:
            fields = ", ".join(drifted.fields) or "the object"
            difference["before"] += f"{drifted.label}: {fields} {drifted.state}\n"
            difference["after"] += f"{drifted.label}: {fields} as released\n"
        return {"changed_values": sorted(found), "diff": difference}
