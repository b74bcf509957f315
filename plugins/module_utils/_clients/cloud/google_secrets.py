# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google Secret Manager, through Google's library: it finds credentials in all the ways that Google Cloud has."""

from __future__ import annotations

import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _secret_stores
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

try:
    import requests
    from google.api_core import exceptions, retry
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import secretmanager_v1
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

_LOG_IN = "Give this machine credentials, for example with: gcloud auth application-default login."
_REMEDIES = {
    400: "Correct project, name and version; a version that was disabled or destroyed cannot be read.",
    401: _LOG_IN,
    403: "Give the identity the role Secret Manager Secret Accessor on the secret, and enable the API in the project.",
    404: "Correct project, location, name and version.",
}


def connect(location):
    """Make a client of Google's library.

    :param location: the region of regional secrets, or None.
    """
    options = {"api_endpoint": f"secretmanager.{location}.rep.googleapis.com"} if location else None
    # REST goes through proxies and trusts the certificate authorities that requests trusts, and gRPC does not always.
    return secretmanager_v1.SecretManagerServiceClient(transport="rest", client_options=options)


def _again():
    busy = retry.if_exception_type(exceptions.ResourceExhausted, exceptions.ServiceUnavailable)
    return retry.Retry(predicate=busy, timeout=_secret_stores.READ_TIMEOUT_SECONDS)


class GoogleSecrets:
    """Reads secrets, one client for each location.

    :param make_client: callable from a location to a client of Google's library.
    :raises MissingLibraryError: google-cloud-secret-manager is not installed.
    """

    def __init__(self, make_client=connect):
        _secret_stores.require(IMPORT_ERROR, "google-cloud-secret-manager", "Google Secret Manager")
        self._make_client = make_client
        self._clients = {}

    def read(self, reference):
        """Read one secret.

        :param reference: dict with ``project``, ``location``, ``name`` and ``version``.
        :returns: bytes.
        :raises SecretSourceError: it cannot be read.
        """

        def refused(cause, remedy):
            return sources.refusal(sources.GOOGLE, reference, cause, remedy)

        location = reference["location"]
        region = f"/locations/{location}" if location else ""
        name = f"projects/{reference['project']}{region}/secrets/{reference['name']}/versions/{reference['version']}"
        try:
            if location not in self._clients:
                self._clients[location] = self._make_client(location)
            answer = self._clients[location].access_secret_version(
                name=name, retry=_again(), timeout=_secret_stores.READ_TIMEOUT_SECONDS
            )
        except GoogleAuthError as error:
            raise refused(_secret_stores.quoted(error), _LOG_IN) from error
        except exceptions.GoogleAPICallError as error:
            cause = f"Google answers {type(error).__name__}: {_secret_stores.quoted(error.message)}"
            raise refused(cause, _REMEDIES.get(error.code, "Run again later.")) from error
        except requests.exceptions.RequestException as error:
            remedy = "Check that this machine reaches secretmanager.googleapis.com."
            raise refused(f"no answer: {_secret_stores.quoted(error)}", remedy) from error
        return answer.payload.data
