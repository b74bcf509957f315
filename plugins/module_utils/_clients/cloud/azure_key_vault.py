# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Key Vault, through Azure's library: it finds credentials in all the ways that Azure has."""

from __future__ import annotations

import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _secret_stores
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

try:
    import azure.core.exceptions
    import azure.identity
    import azure.keyvault.secrets
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

RETRIES = 2
_RIGHTS = "Give the identity the role Key Vault Secrets User on the vault, or an access policy with the permission get."
_REMEDIES = {
    401: "Log in as an identity of the vault's tenant, for example with: az login.",
    403: f"{_RIGHTS} The vault's firewall has to let this machine in, and the secret has to be enabled.",
    404: "Correct name and version; a deleted secret has to be recovered first.",
}


def connect(vault_url):
    """Make a client of Azure's library for one vault."""
    return azure.keyvault.secrets.SecretClient(
        vault_url,
        azure.identity.DefaultAzureCredential(),
        connection_timeout=_secret_stores.CONNECT_TIMEOUT_SECONDS,
        read_timeout=_secret_stores.READ_TIMEOUT_SECONDS,
        retry_total=RETRIES,
    )


class AzureKeyVault:
    """Reads secrets, one client for each vault.

    :param make_client: callable from a vault's URL to a client of Azure's library.
    :raises MissingLibraryError: azure-keyvault-secrets or azure-identity is not installed.
    """

    def __init__(self, make_client=connect):
        _secret_stores.require(IMPORT_ERROR, "azure-keyvault-secrets and azure-identity", "Azure Key Vault")
        self._make_client = make_client
        self._clients = {}

    def read(self, reference):
        """Read one secret.

        :param reference: dict with ``vault_url``, ``name`` and ``version``.
        :returns: bytes.
        :raises SecretSourceError: it cannot be read.
        """

        def refused(cause, remedy):
            return sources.refusal(sources.AZURE, reference, cause, remedy)

        vault_url = reference["vault_url"]
        try:
            if vault_url not in self._clients:
                self._clients[vault_url] = self._make_client(vault_url)
            return (self._clients[vault_url].get_secret(reference["name"], reference["version"]).value or "").encode()
        except azure.core.exceptions.HttpResponseError as error:
            # Without a status, no identity was found to ask with.
            remedy = _REMEDIES.get(error.status_code or 401, "Look up the error in the documentation of Azure.")
            raise refused(f"Azure refuses: {_secret_stores.quoted(error.message)}", remedy) from error
        except (azure.core.exceptions.AzureError, ValueError) as error:
            remedy = "Check vault_url (https://NAME.vault.azure.net), and that this machine reaches it."
            raise refused(f"no answer: {_secret_stores.quoted(error)}", remedy) from error
