# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils import _argument_specs
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session, aws
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

_ACCESS = "Allow secretsmanager:GetSecretValue on the secret, and kms:Decrypt on the key that it is encrypted with."
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
_ADVICE = {
    CloudError.MISSING: (
        "there is no such secret in this region, or no version with this stage", "Correct name, region and version_stage."),
    CloudError.DENIED: (None, _ACCESS),
    "DecryptionFailure": ("AWS could not decrypt it", _ACCESS),
    "InvalidRequestException": ("it cannot be read as it is", "Restore it if it is marked for deletion, or name another."),
}  # fmt: skip


class AwsSecrets:
    """Reads secrets.

    :raises MissingLibraryError: boto3 is not installed.
    """

    def __init__(self):
        self._sessions = _session.Sessions(aws.AwsSession, _argument_specs.AWS)
        # So that a missing library is reported before the first secret is asked for.
        self._sessions.of({})

    def read(self, reference):
        """Read one secret.

        :param reference: dict with the options of the source ``aws_secrets_manager``.
        :returns: bytes.
        :raises CloudError: it cannot be read.
        """
        session = self._sessions.of(reference)
        with session.asking("Could not read", sources.place(sources.AWS, reference), "AWS Secrets Manager", _ADVICE):
            answer = session.client("secretsmanager").get_secret_value(
                SecretId=reference["name"], VersionStage=reference["version_stage"]
            )
        return answer["SecretBinary"] if "SecretBinary" in answer else answer["SecretString"].encode()
