# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure: credentials, clients of its services, and what it refuses. azure-identity finds credentials in Azure's ways."""

from __future__ import annotations

import contextlib
import os
import re
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError

try:
    import azure.core.exceptions
    import azure.identity
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

_REASON = "to talk to Azure"
_LOG_IN = "Log in as an identity of the right tenant, for example with: az login."
# Of Azure Resource Manager, and of Key Vault.
_ACTION = re.compile(r"perform action '([\w./-]+)'|Action: '([\w./-]+)'")


def load(module, library):
    """Import one of Azure's client libraries.

    :param module: the name to import, such as ``azure.keyvault.secrets``.
    :param library: the name that pip knows it by.
    :returns: the module.
    :raises MissingLibraryError: it is not installed.
    """
    return libraries.load(module, library, _session.REQUIREMENTS, _REASON)


class AzureSession:
    """Clients of Azure's services with one set of credentials.

    :param params: dict with the options of the fragment ``windrose.airflow.azure``; what is left out, azure-identity finds.
    :param credential: what has ``get_token``, instead of what the parameters lead to.
    :param pipeline: further options of Azure's pipeline, such as ``transport``.
    :raises MissingLibraryError: azure-identity is not installed.
    """

    def __init__(self, params, credential=None, **pipeline):
        libraries.require(IMPORT_ERROR, "azure-identity", _session.REQUIREMENTS, _REASON)
        self._params = params
        self._credential = credential
        self._pipeline = pipeline
        self._clients = {}

    def client(self, client_class, **arguments):
        """:returns: a client of a service, made once for the same arguments. Call it, and the client, within `asking`.

        :param client_class: a class of one of Azure's client libraries.
        :param arguments: what it takes beside a credential, such as ``vault_url`` or ``subscription_id``.
        """
        key = client_class, tuple(sorted(arguments.items()))
        if key not in self._clients:
            options = {
                "connection_timeout": _session.CONNECT_TIMEOUT_SECONDS,
                "read_timeout": _session.READ_TIMEOUT_SECONDS,
                "retry_total": _session.ATTEMPTS - 1,
                "user_agent": _session.USER_AGENT,
                **self._pipeline,
            }
            self._clients[key] = client_class(credential=self.credential(), **arguments, **options)
        return self._clients[key]

    def credential(self):
        """:returns: what has ``get_token``: a service principal where its secret is in the environment, else the first of
        workload identity, managed identity and the logins of this machine that there is."""
        if self._credential is None:
            environment = os.environ
            # azure.azcollection and AWX have other names for two of these than azure-identity.
            tenant = self._params.get("tenant") or environment.get("AZURE_TENANT_ID") or environment.get("AZURE_TENANT")
            client_id = self._params.get("client_id") or environment.get("AZURE_CLIENT_ID")
            secret = environment.get("AZURE_CLIENT_SECRET") or environment.get("AZURE_SECRET")
            if tenant and client_id and secret:
                self._credential = azure.identity.ClientSecretCredential(tenant, client_id, secret, **self._pipeline)
            else:
                named = {"workload_identity_tenant_id": tenant, "managed_identity_client_id": client_id}
                given = {name: value for name, value in named.items() if value}
                self._credential = azure.identity.DefaultAzureCredential(**given, **self._pipeline)
        return self._credential

    @staticmethod
    @contextlib.contextmanager
    def asking(tried, subject, service, advice=None):
        """Tell what Azure's libraries raise within the block as a CloudError; the parameters are those of `_session.Request`."""
        request = _session.Request(tried, subject, service, advice or {})
        try:
            yield
        except azure.core.exceptions.HttpResponseError as error:
            raise _refused(request, error) from error
        except (azure.core.exceptions.ServiceRequestError, azure.core.exceptions.ServiceResponseError) as error:
            remedy = f"Check that this machine reaches {service}."
            raise request.failed(CloudError.UNREACHABLE, "no answer", remedy, error) from error
        except (azure.core.exceptions.AzureError, ValueError) as error:
            raise request.failed(CloudError.REFUSED, "Azure's library refuses", "Correct what names it.", error) from error


def _refused(request, error):
    # Without a status, no identity was found to ask with.
    reason = _session.reason_of(error.status_code or 401)
    action = _ACTION.search(str(error))
    right = f"the action {next(filter(None, action.groups()))}" if action else "this"
    remedies = {
        CloudError.CREDENTIALS: _LOG_IN,
        CloudError.DENIED: f"Give the identity a role that allows {right}.",
        CloudError.MISSING: "Correct subscription_id and the names.",
        CloudError.BUSY: "Run again later.",
        CloudError.REFUSED: "Look up the error in the documentation of Azure.",
    }
    code = getattr(getattr(error, "error", None), "code", None) or ""
    return request.failed(reason, "Azure refuses", remedies[reason], error, code)
