# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that the program of a kubeconfig's user gives: what it is told, what it answers, how long that holds.

The protocol is that of client-go, because helm and kubectl start the same programs
(https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins,
https://kubernetes.io/docs/reference/config-api/client-authentication.v1/).
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
import re
from datetime import datetime, timezone

VERSION = "client.authentication.k8s.io/v1"
CLUSTER_EXTENSION = "client.authentication.k8s.io/exec"
# The fields of a kubeconfig's cluster that a program may ask for have the same names there.
_CLUSTER_FIELDS = (
    "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url", "disable-compression")
# What is not the program's to decide where the user says it himself: client-go and the kubernetes library agree.
_STRONGER = ("token", "tokenFile", "auth-provider")
# A request must not be under way with a token that ends meanwhile, and clocks differ a little. A token that lives for
# minutes only must not be over as soon as it is there.
MARGIN_SECONDS = 60
MARGIN_SHARE = 10
# Shells, Python (PEP 538) and the library readline set these on the way from one process to the next, and no login depends
# on them.
_PASSING_VARIABLES = frozenset({"_", "COLUMNS", "LC_CTYPE", "LINES", "OLDPWD", "PWD", "SHLVL"})
# Tokens as Google, AWS and everybody else (a JSON Web Token) write them.
_TOKEN = re.compile(r"ya29\.[\w.-]+|k8s-aws-v1\.[\w=-]+|eyJ[\w-]+(?:\.[\w-]*)+")
_MASK = "********"
_LONGEST_TEXT = 1500


@dataclasses.dataclass(frozen=True, repr=False)
class Credential:
    """What a program answered once.

    :param number: names this answer; two answers with the same content have different numbers.
    :param status: ``token``, ``clientCertificateData`` and ``clientKeyData``, as far as the program gave them.
    :param ends: seconds since 1970 after which it is not to be used; None where only the server can tell.
    :param processes: the numbers of the processes of other programs that were handed it.
    """

    number: str
    status: dict
    ends: float = None
    processes: tuple = ()

    def is_over(self, now):
        """Tell whether another one is needed.

        :param now: seconds since 1970.
        """
        return self.ends is not None and now >= self.ends


def program_of(config):
    """Return how a kubeconfig's user says to get a credential, or None where no program is asked.

    :param config: a kubeconfig document with one context.
    """
    user = config["users"][0]["user"] if config["users"] else {}
    return None if any(user.get(name) for name in _STRONGER) else user.get("exec")


def information(program, cluster):
    """Return what a program is told in the environment variable ``KUBERNETES_EXEC_INFO``.

    :param program: the answer of :func:`program_of`.
    :param cluster: the cluster of the same kubeconfig.
    """
    spec = {"interactive": False}
    if program.get("provideClusterInfo"):
        spec["cluster"] = {name: cluster[name] for name in _CLUSTER_FIELDS if name in cluster}
        for extension in cluster.get("extensions") or []:
            if extension["name"] == CLUSTER_EXTENSION:
                spec["cluster"]["config"] = extension["extension"]
    return {"apiVersion": program["apiVersion"], "kind": "ExecCredential", "spec": spec}


def key_of(config, environment, user):
    """Name the credential of one user of one cluster: whatever else the program could answer has another name.

    :param config: a kubeconfig document with one context.
    :param environment: what the program is started with; ``AWS_PROFILE`` and the like decide who logs in.
    :param user: the number of the operating system's user.
    """
    variables = sorted(item for item in environment.items() if item[0] not in _PASSING_VARIABLES)
    known = [config["clusters"], config["users"], variables, user]
    return hashlib.sha256(json.dumps(known, sort_keys=True, default=str).encode()).hexdigest()


def read_answer(text, program, now, number):
    """Read what a program printed.

    :param text: its standard output.
    :param program: the answer of :func:`program_of`.
    :param now: seconds since 1970.
    :param number: the `Credential`'s.
    :raises ValueError: it is no credential; the message quotes nothing of the text.
    """
    try:
        answer = json.loads(text)
        version, status = answer["apiVersion"], answer["status"]
        status = {name: status.get(name) for name in ("token", "clientCertificateData", "clientKeyData", "expirationTimestamp")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("what it printed is no ExecCredential with a status") from error
    if version != program["apiVersion"]:
        raise ValueError(f"it answered in {version}, and the kubeconfig says {program['apiVersion']}")
    expiration = status.pop("expirationTimestamp")
    status = {name: value for name, value in status.items() if value}
    if bool(status.get("clientCertificateData")) != bool(status.get("clientKeyData")):
        raise ValueError("it gave only one of clientCertificateData and clientKeyData, which belong together")
    if not status:
        raise ValueError("it gave neither a token nor a client certificate")
    return Credential(number, status, _end_of(expiration, now) if expiration else None)


def _end_of(expiration, now):
    try:
        # Python before 3.11 knows neither the Z nor fractions of nine digits.
        moment = datetime.fromisoformat(re.sub(r"\.\d+", "", expiration).upper().replace("Z", "+00:00")).timestamp()
    except (TypeError, ValueError) as error:
        raise ValueError("its expirationTimestamp is no time as of RFC 3339") from error
    lifetime = moment - now
    # What is over as soon as it comes was judged by a wrong clock: the server knows better, and refuses it if need be.
    return moment - min(MARGIN_SECONDS, lifetime / MARGIN_SHARE) if lifetime > 0 else None


def resolved(config, credential):
    """Return the kubeconfig document with a credential in the place of the program that gave it."""
    user = {name: value for name, value in config["users"][0]["user"].items() if name != "exec"}
    if "token" in credential.status:
        user["token"] = credential.status["token"]
    for field, name in (("clientCertificateData", "client-certificate-data"), ("clientKeyData", "client-key-data")):
        if field in credential.status:
            user[name] = base64.b64encode(credential.status[field].encode()).decode()
    return {**config, "users": [{**config["users"][0], "user": user}]}


def answer_of(credential):
    """Return the ExecCredential that hands a credential on."""
    status = dict(credential.status)
    if credential.ends is not None:
        # client-go itself asks again only when this moment is over, so it gets the one with the margin.
        status["expirationTimestamp"] = datetime.fromtimestamp(math.ceil(credential.ends), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"apiVersion": VERSION, "kind": "ExecCredential", "status": status}


def concealed(text, credential=None):
    """Blank tokens in what a program printed to say why it failed, and shorten it.

    :param credential: one whose token is known, or None.
    """
    for secret in (credential.status.values() if credential else ()):
        text = text.replace(secret, _MASK)
    text = _TOKEN.sub(_MASK, text).strip()
    return text if len(text) <= _LONGEST_TEXT else f"… {text[-_LONGEST_TEXT:]}"
