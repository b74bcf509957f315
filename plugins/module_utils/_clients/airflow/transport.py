# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to an api-server of Airflow: an address, or a port that is forwarded to one of its pods."""

from __future__ import annotations

import http.client
import ssl
import urllib.parse

from ansible_collections.windrose.airflow.plugins.module_utils._errors import AirflowApiError, ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import readiness

TIMEOUT_SECONDS = 30
API_SERVER_PORT = 8080
API_SERVER_PORT_NAME = "api-server"


class AirflowUnreachableError(AirflowApiError):
    """No answer, or one that says to come back later."""


class AddressTransport:
    """HTTP to an address.

    :param api_url: the address under which the user interface is reached, with its path if there is one.
    :param ca_path: a file with the certificate authorities to trust in addition to the system's, or None.
    """

    def __init__(self, api_url, ca_path=None):
        self._address = urllib.parse.urlsplit(api_url)
        self._ca_path = ca_path
        self.prefix = self._address.path.rstrip("/")
        self.label = api_url
        if self._address.scheme not in ("http", "https") or not self._address.hostname:
            raise AirflowApiError(
                "Could not use",
                f"api_url {api_url}",
                "it is not an http or https address",
                "Give it as https://airflow.example.org",
            )

    def connect(self):
        """:returns: an http.client connection, not connected yet.

        :raises OSError: where the certificate authorities cannot be read.
        """
        if self._address.scheme == "http":
            return http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=TIMEOUT_SECONDS)
        context = ssl.create_default_context()
        if self._ca_path:
            context.load_verify_locations(self._ca_path)
        return http.client.HTTPSConnection(
            self._address.hostname, self._address.port, timeout=TIMEOUT_SECONDS, context=context
        )


class PortForwardTransport:
    """HTTP through the Kubernetes API to an api-server pod of a release; each connection chooses a ready pod again.

    :param kube: a `KubeClient`; it checks the cluster's identity before it forwards.
    :param namespace: the release's namespace.
    :param release_name: the release's name.
    """

    prefix = ""

    def __init__(self, kube, namespace, release_name):
        self._kube = kube
        self._namespace = namespace
        self._selector = f"component=api-server,release={release_name}"
        self.label = f"the api-server of release {namespace}/{release_name}"

    def connect(self):
        """:returns: an http.client connection over a forwarded port.

        :raises AirflowUnreachableError: where no pod is ready or the port cannot be forwarded.
        """
        try:
            pods = self._kube.list("v1", "Pod", self._namespace, label_selector=self._selector)
            ready = [pod for pod in pods if readiness.is_ready(pod) and not pod["metadata"].get("deletionTimestamp")]
            if not ready:
                raise AirflowUnreachableError(
                    "Could not reach",
                    self.label,
                    f"none of its {len(pods)} pods (labels {self._selector}) is ready",
                    "Release Airflow first: --tags release waits for its pods and reports what is wrong with them",
                )
            port = _container_port(ready[0])
            forwarded = self._kube.port_forward(self._namespace, ready[0]["metadata"]["name"], port)
        except ApiError as error:
            raise AirflowUnreachableError(error.tried, error.subject, error.cause, error.remedy) from error
        forwarded.settimeout(TIMEOUT_SECONDS)
        connection = http.client.HTTPConnection("localhost", port)
        connection.sock = forwarded
        return connection


def _container_port(pod):
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or []:
            if port.get("name") == API_SERVER_PORT_NAME:
                return port["containerPort"]
    return API_SERVER_PORT
