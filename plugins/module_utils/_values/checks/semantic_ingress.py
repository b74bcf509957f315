# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitfalls of the Ingress and of the address that Airflow goes by. Pure: no I/O."""

from __future__ import annotations

import re
import urllib.parse

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    is_on,
    list_at,
    text_at,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding

_INGRESS = "ingress.apiServer"
_BASE_URL = "config.api.base_url"
# What controllers understand by it beyond a plain path differs.
_PLAIN_PATH = re.compile(r"/[\w./~-]*")


def base_url_of_ingress(values):
    """Airflow sends users to ``[api] base_url``, which is to lead to the Ingress, host and path.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#base-url.

    :returns: list of findings; what a template makes cannot be judged.
    """
    if not (is_on(values, f"{_INGRESS}.enabled") or is_on(values, "ingress.enabled")):
        return []
    hosts, url = _hosts(values), option(values, "api", "base_url")
    found = [] if hosts else [ValueFinding(
        f"{_INGRESS}.hosts", "it is empty, so that the Ingress takes the requests for every host of its controller",
        f"Set {_INGRESS}.hosts to the names that users type", WARNING,
    )]  # fmt: skip
    if not url:
        return [*found, ValueFinding(
            _BASE_URL, "it is not set although there is an Ingress, so that Airflow sends users to http://localhost:8080",
            f"Set {_BASE_URL} to the address that users type, or airflow_ingress in place of {_INGRESS}", WARNING,
        )]  # fmt: skip
    if not isinstance(url, str) or "{{" in url or any("{{" in host for host in hosts):
        return found
    return found + _elsewhere(values, hosts, url)


def _elsewhere(values, hosts, url):
    parts, path = urllib.parse.urlsplit(url), text_at(values, f"{_INGRESS}.path", "/") or "/"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return [ValueFinding(_BASE_URL, "it is not the address of a web server", "Write https://host/path")]
    if hosts and not any(_is_host_of(host, parts.hostname) for host in hosts):
        return [ValueFinding(
            _BASE_URL, f"its host is none of {_INGRESS}.hosts, so that Airflow sends users where the Ingress is not",
            f"Write the host of {_BASE_URL} into {_INGRESS}.hosts, too, or a host of these into {_BASE_URL}",
        )]  # fmt: skip
    if _PLAIN_PATH.fullmatch(path) and not f"{parts.path.rstrip('/')}/".startswith(f"{path.rstrip('/')}/"):
        return [ValueFinding(
            _BASE_URL, f"its path is not below {_INGRESS}.path, so that Airflow sends users where the Ingress is not",
            f"Write the path of {_INGRESS}.path into {_BASE_URL}",
        )]  # fmt: skip
    return []


def _hosts(values):
    """:returns: the hosts that the Ingress takes requests for: entries are texts or maps, and one may be given alone."""
    given = [entry.get("name") if isinstance(entry, dict) else entry for entry in list_at(values, f"{_INGRESS}.hosts")]
    return [host for host in given or [text_at(values, f"{_INGRESS}.host")] if isinstance(host, str) and host]


def _is_host_of(host, name):
    # A wildcard stands for one label: https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
    return host.lower() == name or (host.startswith("*.") and name.partition(".")[2] == host[2:].lower())
