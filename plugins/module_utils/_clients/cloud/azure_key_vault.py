# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Key Vault."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session, azure
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

_RIGHTS = "Give the identity the role Key Vault Secrets User on the vault, or an access policy with the permission get."
_URL = "Check vault_url (https://NAME.vault.azure.net), and that this machine reaches it."
_ADVICE = {
    CloudError.CREDENTIALS: (None, "Log in as an identity of the vault's tenant, for example with: az login."),
    CloudError.DENIED: (None, f"{_RIGHTS} The vault's firewall has to let this machine in, and the secret has to be enabled."),
    CloudError.MISSING: (None, "Correct name and version; a deleted secret has to be recovered first."),
    CloudError.UNREACHABLE: (None, _URL),
    "ValueError": (None, _URL),
}


class AzureKeyVault:
    """Reads secrets.

    :param make_session: callable from the parameters of an AzureSession to one.
    :raises MissingLibraryError: azure-keyvault-secrets or azure-identity is not installed.
    """

    def __init__(self, make_session=azure.AzureSession):
        self._library = azure.load("azure.keyvault.secrets", "azure-keyvault-secrets")
        self._sessions = _session.Sessions(make_session, ["client_id", "tenant"])
        # So that a missing library is reported before the first secret is asked for.
        self._sessions.of({})

    def read(self, reference):
        """Read one secret.

        :param reference: dict with the options of the source ``azure_key_vault``.
        :returns: bytes.
        :raises CloudError: it cannot be read.
        """
        session, place = self._sessions.of(reference), sources.place(sources.AZURE, reference)
        with session.asking("Could not read", place, "Azure Key Vault", _ADVICE):
            client = session.client(self._library.SecretClient, vault_url=reference["vault_url"])
            return (client.get_secret(reference["name"], reference["version"]).value or "").encode()
