# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets that hold Airflow's own keys. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting, path_of

VARIABLES = {}


def settings(specification):
    """:returns: the list of Setting of this topic."""
    return keys_come_from_secrets_of_their_own(specification)


def keys_come_from_secrets_of_their_own(specification):
    """Name the Secret of every key.

    Those that the chart makes itself are new with each rendering, so that each upgrade restarts components and ends
    sessions; and the fernet key that it makes is a hook, which an upgrade never shows again.
    """
    release = specification.release
    secrets = {
        "fernetKeySecretName": f"{release}-fernet-key",
        "apiSecretKeySecretName": f"{release}-api-secret-key",
        "jwtSecretName": f"{release}-jwt-secret",
    }
    why = "The role airflow_secrets makes the key once and keeps it"
    return [Setting(path_of(path), secret, COLLECTION, why, pinned=True) for path, secret in secrets.items()]


def findings(_specification):
    """:returns: the list of ValueFinding of this topic."""
    return []
