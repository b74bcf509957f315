# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS: credentials, clients of its services, and what it refuses. boto3 finds credentials in all the ways that AWS has."""

from __future__ import annotations

import contextlib
import os
import re
import traceback

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud import _session
from ansible_collections.windrose.airflow.plugins.module_utils._errors import CloudError

try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None

_CREDENTIALS = "Give this machine valid AWS credentials; check with: aws sts get-caller-identity."
_UNKNOWN, _UNSIGNED = "AWS does not know the credentials", "AWS does not accept the credentials"
_EXPIRED = "the credentials have expired"
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_CREDENTIAL_CAUSES = {
    "UnrecognizedClientException": _UNKNOWN, "InvalidClientTokenId": _UNKNOWN, "InvalidAccessKeyId": _UNKNOWN,
    "AuthFailure": _UNKNOWN,
    "InvalidSignatureException": _UNSIGNED, "SignatureDoesNotMatch": _UNSIGNED, "IncompleteSignature": _UNSIGNED,
    "MissingAuthenticationToken": _UNSIGNED, "MissingAuthenticationTokenException": _UNSIGNED,
    "ExpiredTokenException": _EXPIRED, "ExpiredToken": _EXPIRED, "RequestExpired": _EXPIRED,
}  # fmt: skip
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError"})
# Those of botocore.retries.standard.ThrottledRetryableChecker that mean nothing else as well.
_THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
    "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded",
    "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
})  # fmt: skip
# ResourceNotFoundException, DBInstanceNotFound, InvalidGroup.NotFound, NoSuchEntity, NoSuchBucket …
_MISSING = re.compile(r"NotFound|^NoSuch|^404$")
_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


class AwsSession:
    """Clients of AWS's services with one set of credentials.

    :param params: dict with the options of the fragment ``windrose.airflow.aws``; what is left out, boto3 finds.
    :raises MissingLibraryError: boto3 is not installed.
    """

    def __init__(self, params):
        libraries.require(IMPORT_ERROR, "boto3", _session.REQUIREMENTS, "to talk to AWS")
        self._params = params
        self._boto3_session = None
        self._clients = {}

    def client(self, service):
        """:returns: boto3's client of a service, made once. Call it, and the client, within `asking`.

        :param service: boto3's name for it, such as ``secretsmanager``.
        """
        if service not in self._clients:
            if self._boto3_session is None:
                self._boto3_session = boto3.session.Session(profile_name=self._params.get("profile"))
            config = botocore.config.Config(
                connect_timeout=_session.CONNECT_TIMEOUT_SECONDS,
                read_timeout=_session.READ_TIMEOUT_SECONDS,
                retries={"total_max_attempts": _session.ATTEMPTS, "mode": "standard"},
                user_agent_extra=_session.USER_AGENT,
            )
            # boto3 itself reads AWS_DEFAULT_REGION only; AWS's command line and amazon.aws read this as well.
            region = self._params.get("region") or os.environ.get("AWS_REGION")
            self._clients[service] = self._boto3_session.client(
                service, region_name=region, endpoint_url=self._params.get("endpoint_url"), config=config)  # fmt: skip
        return self._clients[service]

    @staticmethod
    @contextlib.contextmanager
    def asking(tried, subject, service, advice=None):
        """Tell what boto3 raises within the block as a CloudError; the parameters are those of `_session.Request`."""
        request = _session.Request(tried, subject, service, advice or {})
        try:
            yield
        except botocore.exceptions.ClientError as error:
            raise _refused(request, error) from error
        except (botocore.exceptions.BotoCoreError, ValueError) as error:
            raise _unanswered(request, error) from error


def _refused(request, error):
    code = error.response.get("Error", {}).get("Code", "")
    by_status = _session.reason_of(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _CREDENTIAL_CAUSES:
        return request.failed(CloudError.CREDENTIALS, _CREDENTIAL_CAUSES[code], _CREDENTIALS, error, code)
    if code in _DENIED or by_status == CloudError.DENIED:
        named = _ACTION.search(str(error))
        action = named[1] if named else f"the action {error.operation_name}"
        remedy = f"Allow {action} to this identity; show it with: aws sts get-caller-identity."
        return request.failed(CloudError.DENIED, "access is denied", remedy, error, code)
    if code in _THROTTLED or by_status == CloudError.BUSY:
        cause = "AWS takes no more requests for now" if code in _THROTTLED else "AWS failed"
        return request.failed(CloudError.BUSY, cause, "Run again later.", error, code)
    if _MISSING.search(code) or by_status == CloudError.MISSING:
        return request.failed(CloudError.MISSING, "AWS does not have it", "Correct the name and region.", error, code)
    return request.failed(CloudError.REFUSED, "AWS refuses", "Look up the error in the documentation of AWS.", error, code)


def _unanswered(request, error):
    credentials = (
        botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.CredentialRetrievalError, botocore.exceptions.ProfileNotFound, botocore.exceptions.SSOError,
        botocore.exceptions.TokenRetrievalError,
    )  # fmt: skip
    if isinstance(error, credentials):
        return request.failed(CloudError.CREDENTIALS, "", _CREDENTIALS, error)
    if isinstance(error, botocore.exceptions.NoRegionError):
        return request.failed(CloudError.REFUSED, "", "Set region, or the environment variable AWS_REGION.", error)
    if isinstance(error, (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError)):
        remedy = f"Check that this machine reaches {request.service} in this region, and endpoint_url if it is set."
        return request.failed(CloudError.UNREACHABLE, "", remedy, error)
    return request.failed(CloudError.REFUSED, "", "Correct region, endpoint_url and what names it.", error)
