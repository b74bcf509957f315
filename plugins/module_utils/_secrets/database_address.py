# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which database the URL in a Secret leads to. Pure: no I/O.

Users and passwords stay in the URL: nothing that is returned or raised here holds any of it but host, port and database.
"""

from __future__ import annotations

import base64
import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._probe.connect import hosts_of


def has_url(secret, key):
    """:returns: whether a Secret is there, and holds something under a key."""
    return bool(secret and _url(secret, key))


def address_in(secret, key):
    """Say which database a Secret leads to.

    :param secret: the Secret as read.
    :param key: its key that holds the URL.
    :returns: list of texts, host:port of each host and then the name of the database. Where the URL names no host for certain,
        the Secret's own version stands for what it says.
    :raises DefinitionError: the key is missing or empty.
    """
    metadata = secret["metadata"]
    url = _url(secret, key)
    if not url:
        raise DefinitionError(
            "Could not find the database of", f"Secret {metadata['namespace']}/{metadata['name']}",
            f"its key {key} is missing or empty", "Put the SQLAlchemy URL of the database there.",
        )  # fmt: skip
    hosts = hosts_of(url)
    if not hosts:
        return [metadata["uid"], metadata["resourceVersion"]]
    return [*(f"{host.lower()}:{port}" for host, port in hosts), _database(url)]


def _url(secret, key):
    return base64.b64decode((secret.get("data") or {}).get(key) or "").decode("utf-8", "replace").strip()


def _database(url):
    # Behind the last @ there is no password, or else hosts_of() would have found no host.
    address = url.partition("://")[2].rpartition("@")[2]
    return re.fullmatch(r"[^/?#]*/?([^?#]*).*", address, re.DOTALL)[1]
