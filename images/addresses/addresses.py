# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers at which address, and what lighttpd is told about it: nothing here reads or writes a file."""

from __future__ import annotations

import json
import re

KINDS = ("git", "s3", "openid_connect", "other")
GIT_BACKEND = "/usr/local/bin/git-backend"
MODULES = ("mod_accesslog", "mod_alias", "mod_cgi", "mod_openssl", "mod_proxy", "mod_setenv")
UNDECLARED = "This is the stand-in of a rehearsal. No host of this name is declared on this port.\n"
NOTHING = "This is the stand-in of a rehearsal. It has nothing here.\n"
DISCOVERY = ".well-known/openid-configuration"
KEYS = "jwks"
# A part of a path that is a name, and neither the folder itself nor the one above it.
NAME = r"(?!\.{1,2}(?:/|$))[\w.~-]+"
PATTERNS = {
    "host": r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?",
    "issuer_path": rf"(?:/{NAME})*",
    "path": rf"{NAME}(?:/{NAME})*",
    "folder": NAME,
    "branch": r"[\w.][\w./-]*",
    "bucket": r"[a-z0-9][a-z0-9.-]*",
}


class Refused(Exception):
    """What is asked for cannot be served."""


def checked(name, value):
    """:returns: the value, if it is what may stand in a configuration and in a path"""
    if not isinstance(value, str) or not re.fullmatch(PATTERNS[name], value):
        raise Refused(f"addresses.json: {value!r} is no {name.replace('_', ' ')}.")
    return value


def host_entry(entry):
    """:returns: an entry of `hosts` with all its keys"""
    kind = entry.get("kind")
    if kind not in KINDS:
        raise Refused(f"addresses.json: the kind of {entry.get('host')} is {kind!r}, and not one of {', '.join(KINDS)}.")
    port = entry.get("port", 443)
    if not isinstance(port, int) or not 0 < port < 65536:
        raise Refused(f"addresses.json: {port!r} is no port.")
    return {"host": checked("host", entry.get("host")), "port": port, "kind": kind,
            "issuer_path": checked("issuer_path", entry.get("issuer_path", "").rstrip("/"))}


def parse(text):
    """Reads addresses.json.

    :returns: the same with all keys
    :raises Refused: naming what is wrong with it
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Refused(f"addresses.json: {error}.") from error
    addresses = {
        "hosts": [host_entry(entry) for entry in given.get("hosts", [])],
        "repositories": [
            {"path": checked("path", entry.get("path")), "folder": checked("folder", entry.get("folder")),
             "branches": [checked("branch", branch) for branch in entry.get("branches", [])]}
            for entry in given.get("repositories", [])],
        "buckets": [checked("bucket", bucket) for bucket in given.get("buckets", [])],
        "s3": given.get("s3"),
    }
    if not addresses["hosts"]:
        raise Refused("addresses.json: it names no hosts.")
    places = [(entry["host"], entry["port"]) for entry in addresses["hosts"]]
    for host, port in places:
        if places.count((host, port)) > 1:
            raise Refused(f"addresses.json: {host}:{port} is there more than once.")
    if any(entry["kind"] == "s3" for entry in addresses["hosts"]):
        for key in ("region", "access_key_file", "secret_key_file"):
            if not isinstance((addresses["s3"] or {}).get(key), str):
                raise Refused(f"addresses.json: s3 has no {key}.")
    return addresses


def virtual_domains(addresses):
    """A gateway takes the bucket from the names of hosts below one domain, so there is one for each.

    :returns: the domains that hosts of buckets are in, at least one; "" where no host is a bucket's
    """
    found = {domain_of(entry["host"], addresses["buckets"]) for entry in addresses["hosts"] if entry["kind"] == "s3"}
    return sorted(found - {""}) or [""]


def domain_of(host, buckets):
    """:returns: what follows the bucket in the name of the host, "" where it is no bucket's"""
    # Of the buckets `logs` and `logs.s3`, the longer one is meant where both would do.
    for bucket in sorted(buckets, key=len, reverse=True):
        if host.startswith(bucket + "."):
            return host[len(bucket) + 1:]
    return ""


def socket_of(domain, addresses, run):
    """:returns: the socket of the gateway of that domain; the first one also has the hosts that are no bucket's"""
    domains = virtual_domains(addresses)
    return str(run / f"s3-{domains.index(domain) if domain in domains else 0}.socket")


def issuer(entry):
    """:returns: the issuer of an identity provider"""
    port = "" if entry["port"] == 443 else f":{entry['port']}"
    return f"https://{entry['host']}{port}{entry['issuer_path']}"


def discovery(entry):
    """:returns: what OpenID Connect Discovery 1.0 asks for of a provider that logs nobody in"""
    url = issuer(entry)
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "userinfo_endpoint": f"{url}/userinfo",
        "jwks_uri": f"{url}/{KEYS}",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
    }


def documents(addresses):
    """:returns: the files that are served as they are, by their path below RUN"""
    files = {"pages/undeclared-404.html": UNDECLARED, "pages/nothing-404.html": NOTHING}
    for entry in addresses["hosts"]:
        if entry["kind"] == "openid_connect":
            files[f"pages/{entry['host']}-{entry['port']}.discovery"] = json.dumps(discovery(entry))
            files[f"pages/{entry['host']}-{entry['port']}.keys"] = json.dumps({"keys": []})
    return files


def host_settings(entry, addresses, configuration, state, run):
    """:returns: what lighttpd does for one host, as lines"""
    lines = [f'server.errorfile-prefix = "{run}/pages/nothing-"']
    if entry["kind"] == "git":
        lines += [
            f'alias.url = ("/" => "{GIT_BACKEND}/")',
            'cgi.assign = ("" => "")',
            f'setenv.set-environment = ("GIT_PROJECT_ROOT" => "{state}/git", "GIT_HTTP_EXPORT_ALL" => "1",'
            f' "GIT_TOKEN_FILE" => "{configuration}/git-token")',
        ]
    elif entry["kind"] == "s3":
        gateway = socket_of(domain_of(entry["host"], addresses["buckets"]), addresses, run)
        lines.append(f'proxy.server = ("" => (("host" => "{gateway}")))')
    elif entry["kind"] == "openid_connect":
        page, path = f"{run}/pages/{entry['host']}-{entry['port']}", entry["issuer_path"]
        lines.append(f'alias.url = ("{path}/{DISCOVERY}" => "{page}.discovery", "{path}/{KEYS}" => "{page}.keys")')
    return lines


def lighttpd(addresses, configuration, state, run):
    """:returns: the configuration of lighttpd, as text"""
    lines = [
        f"server.modules = ({', '.join(json.dumps(module) for module in MODULES)})",
        # It has to have one of its own beside those of the hosts.
        f'server.bind = "{run}/lighttpd.socket"',
        # There is no such folder, so that nothing is found in it.
        f'server.document-root = "{run}/nothing"',
        f'server.errorfile-prefix = "{run}/pages/undeclared-"',
        f'server.upload-dirs = ("{state}/uploads")',
        # What is signed for S3 is the path as it was sent.
        'server.http-parseopts = ("url-normalize" => "disable", "url-ctrls-reject" => "enable")',
        'mimetype.assign = (".html" => "text/plain", "" => "application/json")',
        'accesslog.filename = "/dev/stderr"',
        'accesslog.format = "%V:%p \\"%m %U\\" %>s"',
        f'ssl.pemfile = "{configuration}/tls.crt"',
        f'ssl.privkey = "{configuration}/tls.key"',
    ]
    for port in sorted({entry["port"] for entry in addresses["hosts"]}):
        lines += [f'$SERVER["socket"] == "0.0.0.0:{port}" {{', '  ssl.engine = "enable"']
        for entry in addresses["hosts"]:
            if entry["port"] == port:
                lines.append(f'  $HTTP["host"] == "{entry["host"]}" {{')
                lines += [f"    {line}" for line in host_settings(entry, addresses, configuration, state, run)]
                lines.append("  }")
        lines.append("}")
    return "\n".join(lines) + "\n"


def first_request(entry, addresses):
    """:returns: the path that a host is asked for to see whether it answers, and the statuses that say so"""
    if entry["kind"] == "git":
        repository = addresses["repositories"][0]["path"] if addresses["repositories"] else "nothing"
        # Without the token, so that no log has it.
        return f"/{repository}/info/refs?service=git-upload-pack", (200, 401) if addresses["repositories"] else (401, 404)
    if entry["kind"] == "s3":
        # Nobody has signed it.
        return "/", (403,)
    if entry["kind"] == "openid_connect":
        return f"{entry['issuer_path']}/{DISCOVERY}", (200,)
    return "/", (404,)
