# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod of the Airflow image: can this pod find and reach the addresses that Airflow needs?

It gets them in the environment variable ENDPOINTS as a JSON list, and prints one JSON list of the outcomes. It is alone in that
pod, so it imports nothing but what comes with Python. No address that it prints holds a user or a password.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

REACHABLE, UNRESOLVED, UNREACHABLE, UNKNOWN = "reachable", "unresolved", "unreachable", "unknown"
CONNECT_TIMEOUT_SECONDS = 5
# The network of a new pod may need some seconds until its policies and routes are in place.
ATTEMPTS = 3
PAUSE_SECONDS = 2
DEFAULT_PORTS = {
    "amqp": 5672, "amqps": 5671, "http": 80, "https": 443, "mysql": 3306, "postgres": 5432, "postgresql": 5432,
    "redis": 6379, "rediss": 6379, "sentinel": 26379,
}  # fmt: skip


def hosts_of(url):
    """Read the hosts of a URL.

    :param url: the URL of a database, a broker or a store; passwords may hold characters that should have been quoted.
    :returns: list of (host, port); empty where it names none, and where an unquoted @ leaves open which one it names.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        return []
    # Celery calls its results db+postgresql://.
    default = next((DEFAULT_PORTS[part] for part in scheme.lower().split("+") if part in DEFAULT_PORTS), None)
    found = []
    # Celery takes several URLs of a broker (https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html).
    for one in rest.split(f";{scheme}://"):
        for part in _authority(one).split(","):
            match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?", part, re.ASCII)
            if match and (match[2] or default):
                found.append((match[1].strip("[]"), int(match[2] or default)))
    return found


def _authority(rest):
    """Find what names the hosts.

    :param rest: a URL without its scheme. SQLAlchemy takes a password with an unquoted /, ? or #.
    :returns: hosts and ports; empty where it cannot be distinguished from a part of a password.
    """
    authority, tail = re.match(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()
    before, at, after = tail.rpartition("@")
    if not at:
        return authority.rpartition("@")[2]
    if "@" in authority or re.search(r"[?&]\w+=", before):
        return ""
    return re.split(r"[/?#]", after, maxsplit=1)[0]


def endpoint_url(connection):
    """Read the address that an Airflow connection names as well as its host: ``endpoint_url`` of its extra options.

    That of the one service is asked for first, as the provider of Amazon does (apache-airflow-providers-amazon, AwsConnectionWrapper).

    :param connection: the connection as JSON or as a URI.
    :returns: a URL, or an empty text.
    """
    try:
        extra = json.loads(connection).get("extra") or {}
    except (ValueError, AttributeError):
        options = dict(urllib.parse.parse_qsl(connection.rpartition("?")[2]))
        extra = options.get("__extra__") or options
    try:
        extra = json.loads(extra) if isinstance(extra, str) else extra
        services = extra.get("service_config") or {}
        return str((services.get("s3") or {}).get("endpoint_url") or extra.get("endpoint_url") or "")
    except (ValueError, AttributeError):
        return ""


def addresses_of(endpoint, environment):
    """:returns: list of (host, port) of an endpoint, any of which will do; empty where it names none."""
    value = environment.get(endpoint.get("environment") or "", "")
    found = hosts_of(endpoint_url(value) if endpoint.get("is_connection") else value)
    if not found and endpoint.get("host"):
        found = [(endpoint["host"], endpoint["port"])]
    return found


def proxy_of(endpoint, host):
    """:returns: (host, port) of the proxy that what speaks HTTP takes to a host; None where it goes there by itself."""
    proxies = urllib.request.getproxies()
    named = proxies.get("https") or proxies.get("http") or ""
    found = hosts_of(named if "://" in named else f"http://{named}") if endpoint.get("is_http") else []
    return found[0] if found and not urllib.request.proxy_bypass(host) else None


def _ask_proxy(connection, host, port):
    connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    answer = connection.recv(200).decode("ascii", "replace").split("\r\n", maxsplit=1)[0]
    # A proxy that requires credentials was reached, and the URL of it may hold them.
    if not re.match(r"HTTP/1\.[01] (2\d\d|407)", answer):
        raise OSError(f"the proxy answered: {answer}")


def attempt(endpoint, host, port):
    """Connect once.

    :returns: (state, message).
    """
    proxy = proxy_of(endpoint, host)
    target = proxy or (host, port)
    told = f" through the proxy {target[0]}:{target[1]}" if proxy else ""
    try:
        socket.getaddrinfo(target[0], target[1], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return UNRESOLVED, f"{error}{told}"
    try:
        with socket.create_connection(target, CONNECT_TIMEOUT_SECONDS) as connection:
            if proxy:
                _ask_proxy(connection, host, port)
    except OSError as error:
        return UNREACHABLE, f"{error}{told}"
    return REACHABLE, told.strip()


def outcome(endpoint, environment):
    """Find out about one endpoint.

    :returns: dict with ``name``, ``host``, ``port``, ``state`` and ``message``.
    """
    found = addresses_of(endpoint, environment)
    if not found:
        has_value = bool(environment.get(endpoint.get("environment") or ""))
        message = "it names no host, or an @ in it is not written as %40" if has_value else "it is missing or empty"
        return {"name": endpoint["name"], "host": "", "port": 0, "state": UNKNOWN, "message": message}
    last = {}
    for number in range(ATTEMPTS):
        for host, port in found:
            state, message = attempt(endpoint, host, port)
            last = {"name": endpoint["name"], "host": host, "port": port, "state": state, "message": message}
            if state == REACHABLE:
                return last
        if number < ATTEMPTS - 1:
            time.sleep(PAUSE_SECONDS)
    return last


def main():
    endpoints = json.loads(os.environ["ENDPOINTS"])
    with ThreadPoolExecutor(max_workers=max(1, len(endpoints))) as pool:
        outcomes = list(pool.map(lambda endpoint: outcome(endpoint, os.environ), endpoints))
    sys.stdout.write(f"{json.dumps(outcomes)}\n")


if __name__ == "__main__":
    main()
