# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager, through boto3: it finds credentials and signs requests in all the ways that AWS has."""

from __future__ import annotations

import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _secret_stores
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources

try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

ATTEMPTS = 3

_ACCESS = "Allow secretsmanager:GetSecretValue on the secret, and kms:Decrypt on the key that it is encrypted with."
_CREDENTIALS = "Give this machine valid AWS credentials; check with: aws sts get-caller-identity."
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
_CAUSES = {
    "ResourceNotFoundException": (
        "there is no such secret in this region, or no version with this stage", "Correct name, region and version_stage."),
    "InvalidRequestException": ("it cannot be read as it is", "Restore it if it is marked for deletion, or name another."),
    "DecryptionFailure": ("AWS could not decrypt it", _ACCESS),
    "AccessDeniedException": ("access is denied", _ACCESS),
    "UnrecognizedClientException": ("AWS does not know the credentials", _CREDENTIALS),
    "InvalidClientTokenId": ("AWS does not know the credentials", _CREDENTIALS),
    "InvalidSignatureException": ("AWS does not accept the credentials", _CREDENTIALS),
    "ExpiredTokenException": ("the credentials have expired", _CREDENTIALS),
}  # fmt: skip


def _remedy_without_answer(error):
    if isinstance(error, botocore.exceptions.NoRegionError):
        return "Set region, or the environment variable AWS_REGION."
    credentials = (
        botocore.exceptions.NoCredentialsError,
        botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.CredentialRetrievalError,
        botocore.exceptions.ProfileNotFound,
        botocore.exceptions.SSOError,
        botocore.exceptions.TokenRetrievalError,
    )
    if isinstance(error, credentials):
        return _CREDENTIALS
    return "Check that this machine reaches AWS Secrets Manager in this region, and endpoint_url if it is set."


class AwsSecrets:
    """Reads secrets, one client for each region and address.

    :raises MissingLibraryError: boto3 is not installed.
    """

    def __init__(self):
        _secret_stores.require(IMPORT_ERROR, "boto3", "AWS Secrets Manager")
        self._clients = {}

    def _client(self, region, endpoint_url):
        if (region, endpoint_url) not in self._clients:
            config = botocore.config.Config(
                connect_timeout=_secret_stores.CONNECT_TIMEOUT_SECONDS,
                read_timeout=_secret_stores.READ_TIMEOUT_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            )
            self._clients[region, endpoint_url] = boto3.session.Session().client(
                "secretsmanager", region_name=region, endpoint_url=endpoint_url, config=config
            )
        return self._clients[region, endpoint_url]

    def read(self, reference):
        """Read one secret.

        :param reference: dict with ``name``, ``version_stage``, ``region`` and ``endpoint_url``.
        :returns: bytes.
        :raises SecretSourceError: it cannot be read.
        """
        try:
            client = self._client(reference["region"], reference["endpoint_url"])
            answer = client.get_secret_value(SecretId=reference["name"], VersionStage=reference["version_stage"])
        except botocore.exceptions.ClientError as error:
            raise self._refused(reference, error) from error
        except (botocore.exceptions.BotoCoreError, ValueError) as error:
            cause, remedy = _secret_stores.quoted(error), _remedy_without_answer(error)
            raise sources.refusal(sources.AWS, reference, cause, remedy) from error
        return answer["SecretBinary"] if "SecretBinary" in answer else answer["SecretString"].encode()

    @staticmethod
    def _refused(reference, error):
        code = error.response.get("Error", {}).get("Code", "")
        known, remedy = _CAUSES.get(code, ("AWS refuses", "Look up the error code in the documentation of AWS."))
        cause = f"{known}: {_secret_stores.quoted(error)}"
        return sources.refusal(sources.AWS, reference, cause, remedy)
