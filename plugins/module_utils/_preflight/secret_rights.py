# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights for what the role airflow_secrets reads and makes outside the Secrets of the namespace. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.right import CORE, MANAGE, right

EXTERNAL_SECRETS = "external-secrets.io"
_VARIABLES = ("airflow_secrets_sources", "airflow_secrets_registries", "airflow_secrets_additional")


def of_secrets(environment):
    """:returns: the rights to copy Secrets of other namespaces, and to have the External Secrets Operator make some."""
    sources = [source for name in _VARIABLES for source in _sources(environment.variables.get(name))]
    rights = [
        right(CORE, "secrets", ("get",), str(options.get("namespace") or environment.namespace), [str(options["name"])])
        for kind, options in sources
        if kind == "kubernetes_secret" and options.get("name")
    ]
    if any(kind == "external_secret" for kind, unused_options in sources):
        rights.append(right(EXTERNAL_SECRETS, "externalsecrets", MANAGE, environment.namespace))
    return rights


def _sources(value):
    """Yield (kind, options) of every source below a value."""
    if isinstance(value, list):
        for item in value:
            yield from _sources(item)
    elif isinstance(value, dict):
        for name, below in value.items():
            if name in ("kubernetes_secret", "external_secret") and isinstance(below, dict):
                yield name, below
            else:
                yield from _sources(below)
