# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pull secret holds, without its credentials. Pure: no I/O."""

from __future__ import annotations

import base64
import json

# The form of each type (https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets).
_FORMS = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}


def describe(name, secret):
    """Describe a Secret that pods name in ``imagePullSecrets``; the kubelet goes on without one that it cannot use.

    :param name: its name.
    :param secret: the Secret as the server answers it, or None where there is none.
    :returns: dict with ``name``, ``is_valid``, ``message``, and ``registries``, the addresses that it has credentials for.
    """
    if secret is None:
        return _described(name, "there is no such Secret")
    form = _FORMS.get(secret.get("type"))
    if form is None:
        return _described(name, f"its type is {secret.get('type')}, and not {next(iter(_FORMS))}")
    try:
        found = json.loads(base64.b64decode((secret.get("data") or {}).get(form) or "", validate=True))
        registries = sorted(found["auths"] if form == ".dockerconfigjson" else found)
    except (ValueError, KeyError, TypeError):
        return _described(name, f"what its key {form} holds is not a Docker configuration")
    return _described(name, "" if registries else "it has credentials for no registry", registries)


def _described(name, message, registries=()):
    return {"name": name, "is_valid": not message, "message": message, "registries": list(registries)}


def registry_of(image):
    """:returns: the registry of an image reference, as container runtimes read it: without one, it is Docker Hub."""
    first, separator, _rest = image.partition("/")
    return first if separator and ("." in first or ":" in first or first == "localhost") else "docker.io"


def has_credentials(registries, image):
    """Tell whether credentials for these registries may be used for an image.

    :param registries: addresses, as docker configurations hold them: with or without scheme, path and wildcards.
    :param image: an image reference.
    """
    wanted = registry_of(image)
    for registry in registries:
        host = registry.removeprefix("https://").removeprefix("http://").partition("/")[0]
        if host == wanted or (wanted == "docker.io" and host in ("index.docker.io", "registry-1.docker.io")):
            return True
        # *.acme.io means one label (k8s.io/kubernetes/pkg/credentialprovider/keyring.go).
        if host.startswith("*.") and wanted.partition(".")[2] == host[2:]:
            return True
    return False
