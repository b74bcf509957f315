# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw values that choose another auth manager than the specification. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, text_at, value_at
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

_OPTION, _VARIABLE = "config.core.auth_manager", "AIRFLOW__CORE__AUTH_MANAGER"
_REMEDY = "Remove it, and choose the auth manager with airflow_auth.method"


def other_auth_manager(values, context):
    """First user, migration and verify go by ``airflow_auth``, and fail with an auth manager that it does not name.

    :param context: ``auth_manager``: the class that the specification means; None where it is not known.
    :returns: list of findings.
    """
    wanted = context.get("auth_manager")
    if wanted is None:
        return []
    found = value_at(values, _OPTION, wanted)
    findings = [] if found == wanted else [_told(_OPTION)]
    for place, entry in enumerate(list_at(values, "env")):
        if isinstance(entry, dict) and entry.get("name") == _VARIABLE and text_at(entry, "value") != wanted:
            findings.append(_told(f"env.{place}.value"))
    return findings


def _told(path):
    return ValueFinding(path, "it is another auth manager than that of airflow_auth", _REMEDY)
