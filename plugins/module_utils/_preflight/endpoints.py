# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses that Airflow needs, read from the specification. Pure: no I/O.

An endpoint is what the module preflight_probe takes: its ``name`` is the variable that it comes from.
"""

from __future__ import annotations

import re
import urllib.parse

from ansible_collections.windrose.airflow.plugins.module_utils._probe.connect import DEFAULT_PORTS
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics import authentication, dag_delivery, logs
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given

HTTPS_PORT = 443
GIT_PORTS = {**DEFAULT_PORTS, "git": 9418, "ssh": 22}
# The key of every Secret that holds the URL of a database or a broker, in both charts.
URL_KEY = "connection"
# user@host:path, as ssh and git take it (git-fetch(1), GIT URLS).
_SSH_SHORT = re.compile(r"(?:[-\w.]+@)?([-\w.]+):(?!//)")


def endpoints(environment):
    """Name every address that a run with this specification needs, and that is there before the release.

    :param environment: an `Environment`.
    :returns: list of dicts with ``name``, and ``host`` and ``port`` or ``secret``; no two of one name.
    """
    found = [*_databases(environment), *_queues(environment), *_repositories(environment), *_log_store(environment)]
    found += _identity_provider(environment)
    return [{"is_http": False, "is_connection": False, **endpoint} for endpoint in found]


def _secret(variable, name):
    return {"name": variable, "secret": {"name": name, "key": URL_KEY}}


def _databases(environment):
    specification = environment.specification
    name = environment.text("airflow_database_secret_name", f"{environment.release}-metadata")
    migration = environment.text("airflow_database_migration_secret_name", name)
    found = [_secret("airflow_database_migration_secret_name", migration)] if migration != name else []
    # With PgBouncer, this Secret leads to what comes with the release.
    if not specification["pgbouncer"]["enabled"]:
        found.insert(0, _secret("airflow_database_secret_name", name))
    return found


def _queues(environment):
    specification = environment.specification
    # Redis of the chart comes with the release, and so does PgBouncer, which the results go through.
    names = [] if specification["redis"]["enabled"] else ["broker_secret_name"]
    names += [] if specification["pgbouncer"]["enabled"] else ["result_backend_secret_name"]
    return [
        _secret(named(name), specification[name])
        for name in names
        if specification.has_celery and specification[name]
    ]


def _repositories(environment):
    specification = environment.specification
    method = dag_delivery.method(specification)
    if method == dag_delivery.GIT_SYNC:
        urls = {named("dag_delivery", "git_sync", "repository"): specification["dag_delivery"]["git_sync"]["repository"]}
    elif method == dag_delivery.BUNDLES:
        urls = {
            named(f"dag_bundles[{place}]", "repository"): bundle["repository"]
            for place, bundle in enumerate(specification["dag_bundles"])
        }
    else:
        return []
    found = []
    for variable, url in urls.items():
        address = _address_of_repository(url or "")
        if address:
            found.append({"name": variable, **address})
    return found


def _address_of_repository(url):
    """:returns: dict with ``host``, ``port`` and ``is_http``; None for files, and for what is not an address."""
    short = _SSH_SHORT.match(url)
    if "://" not in url:
        return {"host": short[1], "port": GIT_PORTS["ssh"]} if short else None
    return _address_of_url(url)


def _address_of_url(url):
    """:returns: as above, of a URL."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or GIT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or not port:
        return None
    return {"host": parts.hostname, "port": port, "is_http": parts.scheme in ("http", "https")}


def _identity_provider(environment):
    options, method = environment.specification["auth"], environment.specification["auth"]["method"]
    names = {
        authentication.OPENID_CONNECT: "discovery_url" if options["openid_connect"]["discovery_url"] else "issuer",
        authentication.KEYCLOAK: "server_url",
    }
    if method not in names:
        return []
    address = _address_of_url(options[method][names[method]] or "")
    return [{"name": named("auth", method, names[method]), **address}] if address else []


def _log_store(environment):
    specification = environment.specification
    chosen, options = logs.store(specification), specification["logs"]
    hosts = {
        # The name of a bucket leads to the region that it is in.
        logs.S3: lambda bucket: f"{bucket}.s3.amazonaws.com",
        logs.GCS: lambda bucket: "storage.googleapis.com",
        logs.AZURE_BLOB: lambda account: account,
    }
    place = urllib.parse.urlsplit(options["url"] or "").netloc
    if chosen not in hosts or not place:
        return []
    endpoint = {"name": named("logs", "url"), "host": hosts[chosen](place), "port": HTTPS_PORT, "is_http": True}
    if chosen == logs.S3 and given(options["connection_secret"]):
        # Stores that speak S3 elsewhere are named in the connection.
        endpoint = {**endpoint, "secret": dict(options["connection_secret"]), "is_connection": True}
    return [endpoint]
