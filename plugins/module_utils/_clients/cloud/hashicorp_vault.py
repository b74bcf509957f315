# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HashiCorp Vault, KV version 2, through hvac: it knows the ways to log in and the addresses of each engine."""

from __future__ import annotations

import os
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.kubeconfig import SERVICE_ACCOUNT_DIRECTORY
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

try:
    import hvac
    import hvac.exceptions
    import requests
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

_PATHS = "Correct path and mount; the engine at mount has to be KV version 2."
_RIGHTS = "Log in as somebody who has the capability read on {mount}/data/{path}."
_REMEDIES = {
    "InvalidPath": "Correct path, mount and auth_mount.",
    "InvalidRequest": "Correct role and the credentials to log in with.",
    "Unauthorized": _RIGHTS,
    "Forbidden": _RIGHTS,
    "VaultDown": "Unseal Vault, or wait until it answers again.",
}


class HashicorpVault:
    """Reads secrets, logged in once for each address and way to log in.

    :raises MissingLibraryError: hvac is not installed.
    """

    def __init__(self):
        libraries.require(IMPORT_ERROR, "hvac", _session.REQUIREMENTS, "for secrets in HashiCorp Vault")
        self._clients = {}

    def read(self, reference):
        """Read one secret.

        :param reference: dict with the options of the source ``hashicorp_vault``.
        :returns: the secret's keys and what they hold.
        :raises SecretSourceError: it cannot be read.
        """

        def refused(cause, remedy):
            return sources.refusal(sources.VAULT, reference, cause, remedy.format_map(reference))

        url = reference["url"] or os.environ.get("VAULT_ADDR")
        if not url:
            raise refused("nothing says where Vault is", "Set url, or the environment variable VAULT_ADDR.")
        try:
            answer = self._client(url, reference, refused).secrets.kv.v2.read_secret_version(
                reference["path"], reference["version"], reference["mount"], raise_on_deleted_version=True
            )
            return answer["data"]["data"]
        except hvac.exceptions.VaultError as error:
            name, told = type(error).__name__, ", ".join(map(str, error.errors or []))
            if name == "InvalidPath" and not told:
                version = f" in version {reference['version']}" if reference["version"] else ""
                raise refused(f"{url} has no such secret{version}, or it was deleted", _PATHS) from error
            cause = f"{url} answers {name}: {_session.quoted(told or 'no reason given')}"
            raise refused(cause, _REMEDIES.get(name, "Look at Vault's own log.")) from error
        except requests.exceptions.RequestException as error:
            remedy = "Check url, and that this machine reaches Vault and trusts its certificate (VAULT_CACERT)."
            raise refused(f"no answer from {url}: {_session.quoted(error)}", remedy) from error
        except (KeyError, TypeError) as error:
            raise refused(f"{url} did not answer as Vault does", _PATHS) from error

    def _client(self, url, reference, refused):
        names = ("namespace", "auth_method", "auth_mount", "role", "token_file")
        chosen = (url, *(reference[name] for name in names))
        if chosen not in self._clients:
            self._clients[chosen] = self._connected(url, reference, refused)
        return self._clients[chosen]

    def _connected(self, url, reference, refused):
        token = self._token(reference, refused) if reference["auth_method"] == "token" else ""
        client = hvac.Client(
            url=url,
            token=token,
            namespace=reference["namespace"] or os.environ.get("VAULT_NAMESPACE"),
            timeout=(_session.CONNECT_TIMEOUT_SECONDS, _session.READ_TIMEOUT_SECONDS),
        )
        if reference["auth_method"] == "kubernetes":
            account = _read_file(os.path.join(SERVICE_ACCOUNT_DIRECTORY, "token"), refused)
            client.auth.kubernetes.login(reference["role"], account, mount_point=reference["auth_mount"] or "kubernetes")
        elif reference["auth_method"] == "approle":
            role, secret = (os.environ.get(name) for name in ("VAULT_ROLE_ID", "VAULT_SECRET_ID"))
            if not role:
                raise refused("nothing says which AppRole to log in with", "Set VAULT_ROLE_ID and VAULT_SECRET_ID.")
            client.auth.approle.login(role, secret, mount_point=reference["auth_mount"] or "approle")
        return client

    @staticmethod
    def _token(reference, refused):
        if reference["token_file"]:
            return _read_file(reference["token_file"], refused)
        token = os.environ.get("VAULT_TOKEN")
        return token or _read_file(os.path.expanduser("~/.vault-token"), refused)


def _read_file(path, refused):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError as error:
        cause = f"there is nothing to log in with: {path} cannot be read ({error.strerror})"
        raise refused(cause, "Set VAULT_TOKEN, or name a file in token_file, or choose another auth_method.") from error
