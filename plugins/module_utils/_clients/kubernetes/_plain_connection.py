# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections whose credentials are certificates and tokens, which need nothing but TLS.

The kubernetes library makes the same connections and takes as long to load (0.15 s) as the rest of a module that finds
nothing to do. It stays what handles everything else: plugins, the logins of providers, proxies, port forwarding.
"""

from __future__ import annotations

import base64
import os
import ssl
import tempfile

try:
    import urllib3
    from urllib3.util.ssl_ import ALPN_PROTOCOLS, create_urllib3_context
except ImportError:
    # It comes with the kubernetes library, whose absence _transport reports.
    pass

CERTIFICATE, KEY, AUTHORITY = "client-certificate-data", "client-key-data", "certificate-authority-data"
UNVERIFIED, SERVER_NAME = "insecure-skip-tls-verify", "tls-server-name"
# Impersonation is a matter of headers, which the transport sends.
PLAIN_USER = frozenset({CERTIFICATE, KEY, "token", "tokenFile", "as", "as-uid", "as-groups"})
PLAIN_CLUSTER = frozenset({"server", AUTHORITY, UNVERIFIED, SERVER_NAME})
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def is_plain(cluster, user, environment):
    """Tell whether this module can make the connection.

    :param cluster: the cluster of a self-contained kubeconfig document.
    :param user: its user.
    :param environment: the process environment; a proxy may be named there.
    """
    proxies = [name for name in PROXIES if environment.get(name) or environment.get(name.upper())]
    return not proxies and cluster.keys() <= PLAIN_CLUSTER and {name for name in user if user[name]} <= PLAIN_USER


def pool_of(cluster, user, connections):
    """Open a pool of connections; nothing is sent yet.

    :param connections: how many are kept.
    :returns: a urllib3 PoolManager.
    :raises OSError: a certificate or key cannot be used.
    :raises ValueError: a certificate or key is not base64.
    """
    options = {"num_pools": 1, "maxsize": connections}
    if not cluster["server"].startswith("https:"):
        return urllib3.PoolManager(**options)
    context = create_urllib3_context(cert_reqs=ssl.CERT_NONE if cluster.get(UNVERIFIED) else ssl.CERT_REQUIRED)
    if cluster.get(UNVERIFIED):
        options["cert_reqs"] = ssl.CERT_NONE
    elif cluster.get(AUTHORITY):
        context.load_verify_locations(cadata=base64.b64decode(cluster[AUTHORITY]).decode())
    else:
        context.load_default_certs()
    if user.get(CERTIFICATE):
        _load_certificate(context, base64.b64decode(user[CERTIFICATE]), base64.b64decode(user.get(KEY) or ""))
    _settle_protocols(context)
    if cluster.get(SERVER_NAME):
        options["server_hostname"] = options["assert_hostname"] = cluster[SERVER_NAME]
    return urllib3.PoolManager(ssl_context=context, **options)


def _settle_protocols(context):
    # urllib3 sets them again for each connection. That frees what another thread's connection may be reading in the same moment,
    # whose greeting is then refused: https://github.com/python/cpython/issues/141012
    context.set_alpn_protocols(ALPN_PROTOCOLS)
    context.set_alpn_protocols = lambda protocols: None


def _load_certificate(context, certificate, key):
    # OpenSSL takes the pair from a file only; this one has mode 0600 and is gone before anything is sent.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)


def authorization_of(user):
    """:returns: the header Authorization, or None.

    :raises OSError: the file of the token cannot be read.
    """
    token = user.get("token")
    if not token and user.get("tokenFile"):
        with open(os.path.expanduser(user["tokenFile"]), encoding="utf-8") as file:
            # No HTTP header may hold the line end of the file.
            token = file.read().strip()
    return f"Bearer {token}" if token else None
