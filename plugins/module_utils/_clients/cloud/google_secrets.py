# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google Secret Manager."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session, google
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

_ADVICE = {
    CloudError.REFUSED: (None, "Correct project, name and version; a version that was disabled or destroyed cannot be read."),
    CloudError.DENIED: (
        None, "Give the identity the role Secret Manager Secret Accessor on the secret, and enable the API in the project."),
    CloudError.MISSING: (None, "Correct project, location, name and version."),
}  # fmt: skip


class GoogleSecrets:
    """Reads secrets.

    :param make_session: callable from the parameters of a GoogleSession to one.
    :raises MissingLibraryError: google-cloud-secret-manager is not installed.
    """

    def __init__(self, make_session=google.GoogleSession):
        self._library = google.load("google.cloud.secretmanager_v1", "google-cloud-secret-manager")
        self._sessions = _session.Sessions(make_session, ["service_account_file"])

    def read(self, reference):
        """Read one secret.

        :param reference: dict with the options of the source ``google_secret_manager``.
        :returns: bytes.
        :raises CloudError: it cannot be read.
        """
        location = reference["location"]
        region = f"/locations/{location}" if location else ""
        name = f"projects/{reference['project']}{region}/secrets/{reference['name']}/versions/{reference['version']}"
        # https://cloud.google.com/secret-manager/regional-secrets/access-regional-secret
        endpoint = f"secretmanager.{location}.rep.googleapis.com" if location else None
        session = self._sessions.of(reference)
        service = endpoint or "secretmanager.googleapis.com"
        with session.asking("Could not read", sources.place(sources.GOOGLE, reference), service, _ADVICE):
            client = session.client(self._library.SecretManagerServiceClient, endpoint)
            return client.access_secret_version(name=name, **session.call_options).payload.data
