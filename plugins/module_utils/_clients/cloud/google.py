# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google Cloud: credentials, clients of its services, and what it refuses. google-auth finds credentials in Google's ways."""

from __future__ import annotations

import contextlib
import os
import re
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError

try:
    import google.auth
    import google.auth.exceptions
    import google.oauth2.service_account
    import requests
    from google.api_core import exceptions, gapic_v1, retry
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

# What google-auth asks for where a library does not say; rights are a matter of roles:
# https://cloud.google.com/docs/authentication#authorization-gcp
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_REASON = "to talk to Google Cloud"
_LOG_IN = "Give this machine credentials, for example with: gcloud auth application-default login."
_PERMISSION = re.compile(r"[Pp]ermission '([\w.-]+)'|[Rr]equired \"([\w.-]+)\" permission")


def load(module, library):
    """Import one of Google's client libraries, which bring google-auth and google-api-core along.

    :param module: the name to import, such as ``google.cloud.secretmanager_v1``.
    :param library: the name that pip knows it by.
    :returns: the module.
    :raises MissingLibraryError: it is not installed.
    """
    libraries.require(IMPORT_ERROR, library, _session.REQUIREMENTS, _REASON)
    return libraries.load(module, library, _session.REQUIREMENTS, _REASON)


class GoogleSession:
    """Clients of Google Cloud's services with one set of credentials.

    :param params: dict with the options of the fragment ``windrose.airflow.google``; what is left out, google-auth finds.
    :raises MissingLibraryError: google-auth or google-api-core is not installed.
    """

    def __init__(self, params):
        libraries.require(IMPORT_ERROR, "google-auth and google-api-core", _session.REQUIREMENTS, _REASON)
        self._params = params
        self._credentials = None
        self._clients = {}

    def client(self, client_class, endpoint=None, transport="rest"):
        """:returns: a client of a service, made once for each address. Call it, and the client, within `asking`.

        :param client_class: a class of one of Google's client libraries.
        :param endpoint: host of the service, where it is not the usual one.
        :param transport: ``rest`` goes through proxies and trusts the certificate authorities that requests trusts, which
            ``grpc`` does not always; some libraries have only that.
        """
        key = client_class, endpoint
        if key not in self._clients:
            self._clients[key] = client_class(
                credentials=self._found_credentials(), transport=transport,
                client_options={"api_endpoint": endpoint} if endpoint else None,
                client_info=gapic_v1.client_info.ClientInfo(user_agent=_session.USER_AGENT))  # fmt: skip
        return self._clients[key]

    @property
    def call_options(self):
        """What each call of a client is given: how long it may take, and what is tried again meanwhile."""
        busy = retry.if_exception_type(exceptions.TooManyRequests, exceptions.ServiceUnavailable)
        seconds = _session.READ_TIMEOUT_SECONDS
        return {"retry": retry.Retry(predicate=busy, timeout=seconds), "timeout": seconds}

    def _found_credentials(self):
        if self._credentials is None:
            # google.cloud and AWX name the file in this variable; that of google-auth is found by google-auth.
            file = self._params.get("service_account_file") or os.environ.get("GCP_SERVICE_ACCOUNT_FILE")
            self._credentials = _of_file(file) if file else google.auth.default(scopes=SCOPES)[0]
        return self._credentials

    @staticmethod
    @contextlib.contextmanager
    def asking(tried, subject, service, advice=None):
        """Tell what Google's libraries raise within the block as a CloudError; the parameters are those of `_session.Request`."""
        request = _session.Request(tried, subject, service, advice or {})
        reach = f"Check that this machine reaches {service}."
        try:
            yield
        except exceptions.GoogleAPIError as error:
            raise _refused(request, error) from error
        except google.auth.exceptions.TransportError as error:
            raise request.failed(CloudError.UNREACHABLE, "no answer", reach, error) from error
        except google.auth.exceptions.GoogleAuthError as error:
            raise request.failed(CloudError.CREDENTIALS, "", _LOG_IN, error) from error
        except requests.exceptions.RequestException as error:
            raise request.failed(CloudError.UNREACHABLE, "no answer", reach, error) from error


def _of_file(file):
    try:
        return google.oauth2.service_account.Credentials.from_service_account_file(file, scopes=SCOPES)
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else "it is not one"
        told = f"the key file of the service account {file} cannot be used: {detail}"
        raise google.auth.exceptions.DefaultCredentialsError(told) from error


def _refused(request, error):
    if isinstance(error, exceptions.RetryError):
        # It was busy for as long as a call may take; what it said last explains more.
        error = error.cause
    status, code = int(getattr(error, "code", None) or 0), type(error).__name__
    reason = _session.reason_of(status)
    permission = _PERMISSION.search(str(error))
    right = f"the permission {next(filter(None, permission.groups()))}" if permission else "the permission for it"
    remedies = {
        CloudError.CREDENTIALS: _LOG_IN,
        CloudError.DENIED: f"Give the identity a role with {right}, and enable the API in the project.",
        CloudError.MISSING: "Correct project, location and name.",
        CloudError.BUSY: "Run again later.",
        CloudError.REFUSED: "Look up the error in the documentation of Google Cloud.",
    }
    return request.failed(reason, f"Google answers {code}", remedies[reason], error)
