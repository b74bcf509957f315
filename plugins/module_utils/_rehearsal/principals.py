# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the log store lets those in who write and read logs. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.endpoints import HTTPS_PORT
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.addresses import contacted, named
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import NOT_CHECKED, NOTHING, SIMULATED, Row, listed
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named as named_variable
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import identity
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given

_LOGS = named_variable("logs")
_VARIABLE = named_variable("identity")
# Tasks and triggers write logs, and the API server shows them.
_COMPONENTS = ("worker", "celery_worker", "triggerer", "api_server")


def principals(environment, declared):
    """Compare who writes and reads logs with whom the log store lets in.

    :param environment: an `Environment`.
    :param declared: list of {host, port, principals}; without principals everybody is let in.
    :returns: (list of `Row`, list of `PreflightFinding`). Both are empty where nothing outside of the cluster keeps logs, and where a
        connection opens the store.
    """
    if given(environment.specification["logs"]["connection_secret"]):
        return [], []
    let_in = {named(entry["host"], entry.get("port") or HTTPS_PORT): entry.get("principals") for entry in declared}
    stores = [named(endpoint["host"], endpoint["port"]) for endpoint in contacted(environment) if endpoint["name"].startswith(_LOGS)]
    rows, findings = [], []
    for store in stores:
        for principal, components in _of_components(environment.specification):
            is_let_in = principal in (let_in.get(store) or [])
            stand_in = (f"let in by {store}, with a key of the rehearsal", SIMULATED) if is_let_in else (NOTHING, NOT_CHECKED)
            rows.append(Row(f"identity of {listed(components)}", _VARIABLE, *stand_in))
            if let_in.get(store) and principal is not None and not is_let_in:
                problem = f"{listed(components)} {'is' if len(components) == 1 else 'are'} {principal or 'nobody'}, whom it does not let in."
                findings.append(found("WR402", f"address {store}", problem, principal, let_in[store]))
    return rows, findings


def _of_components(specification):
    """:returns: list of (principal, components that are it)."""
    every = identity.principals(specification)
    found_principals = {}
    for component in _COMPONENTS:
        if component in every:
            found_principals.setdefault(every[component], []).append(component)
    return list(found_principals.items())
