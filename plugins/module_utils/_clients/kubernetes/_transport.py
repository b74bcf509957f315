# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one Kubernetes API server: configuration, authentication, time-outs and retries."""

from __future__ import annotations

import importlib.util
import json
import os
import ssl
import threading
import time
import traceback
import warnings

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import (
    _plain_connection,
    exec_credential,
)
from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import api_errors
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import exec_credential as protocol

try:
    import urllib3
except ImportError:
    IMPORT_ERROR = traceback.format_exc()
else:
    IMPORT_ERROR = None if importlib.util.find_spec("kubernetes") else "No module named 'kubernetes'"

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 30
# A server that never answered and refuses a connection is most likely a wrong address, and the user should hear so soon. One that
# is silent may only be overloaded, or the network lost a packet, so one attempt is no proof. One that answered before is restarting
# or overloaded; a control plane of one node needs about this long to come back.
FIRST_CONTACT_LIMIT_SECONDS = 5
FIRST_SILENCE_LIMIT_SECONDS = 15
RETRY_LIMIT_SECONDS = 30
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 4
# For so long what the server refuses counts as refused, after it said that it is ready.
READY_SECONDS = 5
CONNECTIONS = 8


def require_library():
    """Raise MissingLibraryError when the kubernetes library cannot be imported."""
    libraries.require(IMPORT_ERROR, "kubernetes", "requirements.txt")


def _library_client(config):
    """Let the kubernetes library read a self-contained kubeconfig document: certificates, tokens, proxies.

    :returns: its ApiClient.
    :raises OSError: a file cannot be read.
    :raises ValueError: the credentials cannot be loaded.
    """
    # Imported here because most credentials do not need it, and it takes as long to load as a module without work.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import kubernetes.client  # pylint: disable=import-outside-toplevel
        import kubernetes.config  # pylint: disable=import-outside-toplevel

    user = config["users"][0]["user"] if config["users"] else {}
    if user.get("tokenFile") and not user.get("token"):
        # The library would keep the line end of the file, which no HTTP header may hold.
        with open(user["tokenFile"], encoding="utf-8") as file:
            user = {**user, "token": file.read().strip()}
        config = {**config, "users": [{**config["users"][0], "user": user}]}
    configuration = kubernetes.client.Configuration()
    try:
        kubernetes.config.load_kube_config_from_dict(config, client_configuration=configuration)
    except kubernetes.config.ConfigException as error:
        raise ValueError(str(error)) from error
    configuration.connection_pool_maxsize = CONNECTIONS
    return kubernetes.client.ApiClient(configuration)


def _impersonation(config):
    user = config["users"][0]["user"] if config["users"] else {}
    pairs = [("Impersonate-User", user.get("as")), ("Impersonate-Uid", user.get("as-uid"))]
    pairs += [("Impersonate-Group", group) for group in user.get("as-groups") or []]
    return [(name, value) for name, value in pairs if value]


class _PortForwardMethod:
    """What the library's CoreV1Api sends, without a class for each kind of Kubernetes, which take 0.4 s to load."""

    def __init__(self, api_client, url, headers):
        self.api_client = api_client
        self._url = url
        self._headers = headers

    def call(self, _preload_content):
        """:returns: what the library opens in place of a request."""
        return self.api_client.call_api("GET", self._url, header_params=self._headers).response


class Transport:
    """Sends requests to the one server of a self-contained kubeconfig document.

    :param config: the answer of ``kubeconfig.embed``.
    :param retry_seconds: for how long from now on, at least, requests that fail are repeated; each is for a while.
    :raises KubeconfigError: the credentials cannot be loaded, for example because the user's program failed.
    """

    def __init__(self, config, retry_seconds=RETRY_LIMIT_SECONDS):
        require_library()
        self._given = config
        # The same with the credential that its user's program gave, where there is one.
        self._config = config
        self._source = exec_credential.CredentialSource(config, os.environ) if protocol.program_of(config) else None
        self._credential = None
        self._retry_until = time.monotonic() + retry_seconds
        self._answered = False
        self._ready_at = None
        self._interrupted_at = None
        self._reloading = threading.Lock()
        self.host = config["clusters"][0]["cluster"]["server"].rstrip("/")
        self.label = f"{self.host} (context {config['current-context']})"
        self._connect()

    def _connect(self, refused=None):
        if self._source is not None:
            self._credential = self._source.get(refused)
            self._config = protocol.resolved(self._given, self._credential)
        cluster = self._config["clusters"][0]["cluster"]
        user = self._config["users"][0]["user"] if self._config["users"] else {}
        try:
            if _plain_connection.is_plain(cluster, user, os.environ):
                self._pool = _plain_connection.pool_of(cluster, user, CONNECTIONS)
                authorization = _plain_connection.authorization_of(user)
                self._credentials = lambda: {"Authorization": authorization} if authorization else {}
            else:
                client = _library_client(self._config)
                self._pool = client.rest_client.pool_manager
                # Asking the configuration each time lets the library renew a token that is about to expire.
                self._credentials = lambda: {
                    setting["key"]: setting["value"]
                    for setting in client.configuration.auth_settings().values()
                    if setting["in"] == "header" and setting["value"]
                }
        except (OSError, ValueError) as error:
            raise KubeconfigError(
                "Could not load the credentials of",
                f"context {self._config['current-context']}",
                str(error),
                "Log in again with the cluster's provider, or correct the user of this context in the kubeconfig.",
            ) from error
        if cluster.get("insecure-skip-tls-verify"):
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def _headers(self, content_type, accept):
        headers = urllib3.HTTPHeaderDict({"User-Agent": "windrose.airflow", "Accept": accept})
        if content_type:
            headers["Content-Type"] = content_type
        headers.update(self._credentials())
        for name, value in _impersonation(self._config):
            headers.add(name, value)
        return headers

    def _send(self, method, path, query, body, content_type, accept, read_timeout, preload):
        return self._pool.request_encode_url(
            method,
            self.host + path,
            fields=query or None,
            headers=self._headers(content_type, accept),
            body=json.dumps(body).encode() if body is not None else None,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_SECONDS, read=read_timeout),
            retries=False,
            redirect=False,
            preload_content=preload,
        )

    def _renew(self, used, refused=None):
        with self._reloading:
            # Another thread may have renewed them while this one waited for the lock.
            if self._pool is used:
                self._connect(refused)

    def _current(self):
        """:returns: the pool to send with, and the credential that it was made for: None where no program gave one."""
        pool, credential = self._pool, self._credential
        if credential is not None and self._source.is_over(credential):
            self._renew(pool)
            pool, credential = self._pool, self._credential
        return pool, credential

    def _refused_early(self, sent):
        """Tell whether a request that was refused for want of a right should be sent again.

        An API server that starts refuses everybody everything until it has read the roles, and its answer does not differ
        from that to a user without the right. It says itself when it is ready (``informer-sync`` of ``/readyz``).

        :param sent: when the request was sent, of ``time.monotonic()``.
        """
        if self._ready_at is not None and self._ready_at <= sent <= self._ready_at + READY_SECONDS:
            return False
        try:
            status = self._send("GET", "/readyz", None, None, None, "*/*", READ_TIMEOUT_SECONDS, True).status
        except urllib3.exceptions.HTTPError:
            return True
        if status == 200:
            # The request may have been refused just before that: what comes back after it holds.
            self._ready_at = time.monotonic()
            return True
        if status < 500:
            # Not everybody may ask, and a proxy in front of a server may not pass it on: then only what this client saw itself
            # shows that the server restarted.
            return self._interrupted_at is not None and sent - self._interrupted_at <= RETRY_LIMIT_SECONDS
        return True

    def request(
        self, tried, subject, method, path, query=None, body=None, content_type=None, accept="application/json",
        repeatable=True, read_timeout=READ_TIMEOUT_SECONDS, preload=True,
    ):  # fmt: skip
        """Send one request, repeating it while the server is briefly away, busy or failing.

        :param tried: what is attempted, for the message of an error.
        :param subject: on which object, for the message of an error.
        :param query: list of (name, value) pairs.
        :param body: what is sent as JSON, or None.
        :param repeatable: whether a second arrival would do no harm; else only what surely never arrived is repeated.
        :param read_timeout: seconds between two pieces of the answer.
        :param preload: False leaves the body to be streamed by the caller, who closes the response.
        :returns: urllib3 response, whatever its status.
        :raises UnreachableError: no answer came within the limit.
        """
        started, pause, renewed = time.monotonic(), FIRST_PAUSE_SECONDS, False
        failure = None
        while True:
            wait, sent = pause, time.monotonic()
            pool, credential = self._current()
            try:
                response = self._send(method, path, query, body, content_type, accept, read_timeout, preload)
            except urllib3.exceptions.HTTPError as error:
                failure, response = error, None
                self._interrupted_at = sent
                again = self._may_repeat(error, repeatable)
            else:
                self._answered = True
                if response.status == 401 and not renewed:
                    # A token may have expired during a long wait; the kubeconfig's own means can give a new one.
                    renewed = True
                    response.close()
                    self._renew(pool, credential)
                    continue
                if response.status >= 500:
                    self._interrupted_at = sent
                again = (
                    response.status == 429
                    or (repeatable and response.status >= 500 and api_errors.is_transient(response.status, response.data))
                    or (response.status == 403 and api_errors.is_missing_right(response.data) and self._refused_early(sent))
                )
                wait = max(pause, _retry_after(response))
            if not again or time.monotonic() - started + wait > self._limit(started, failure):
                break
            if response is not None:
                response.close()
            time.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        if response is None:
            raise api_errors.unreachable(tried, subject, self.label, str(failure)) from failure
        return response

    def _limit(self, started, failure):
        if self._answered:
            return max(RETRY_LIMIT_SECONDS, self._retry_until - started)
        return FIRST_SILENCE_LIMIT_SECONDS if _is_silence(failure) else FIRST_CONTACT_LIMIT_SECONDS

    def forward(self, tried, subject, path, port):
        """Open a connection to a port behind a subresource ``portforward``.

        :param tried: what is attempted, for the message of an error.
        :param subject: on which object, for the message of an error.
        :param path: the path of the subresource.
        :param port: the number of the port.
        :returns: a socket-like object; closing it ends the forwarding.
        :raises UnreachableError: no connection came within the limit, or the server refused it.
        """
        # Imported here because only this needs websockets, which load slowly.
        import websocket  # pylint: disable=import-outside-toplevel
        from kubernetes.client.exceptions import ApiException  # pylint: disable=import-outside-toplevel
        from kubernetes.stream import portforward  # pylint: disable=import-outside-toplevel

        def opened():
            method = _PortForwardMethod(_library_client(self._config), f"{self.host}{path}?ports={port}", self._headers(None, "*/*"))
            return portforward(method.call)

        pool, credential = self._current()
        websocket.setdefaulttimeout(CONNECT_TIMEOUT_SECONDS)
        try:
            try:
                forwarder = opened()
            except ApiException as error:
                # The library says the status in the error that it met alone.
                if getattr(error.__context__, "status_code", None) != 401:
                    raise
                self._renew(pool, credential)
                forwarder = opened()
        except ApiException as error:
            raise api_errors.unreachable(tried, subject, self.label, str(error.reason)) from error
        finally:
            websocket.setdefaulttimeout(None)
        # From here on the other end may be quiet for as long as it likes.
        forwarder.websocket.settimeout(None)
        connection = forwarder.socket(port)
        connection.setblocking(True)
        return connection

    @staticmethod
    def _may_repeat(error, repeatable):
        if isinstance(error, urllib3.exceptions.LocationValueError):
            return False
        if isinstance(error, urllib3.exceptions.SSLError):
            # A proxy in front of a server that restarts accepts the connection and closes it immediately.
            return repeatable and isinstance(error.args[0] if error.args else None, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        never_sent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
        return repeatable or isinstance(error, never_sent) or _greets_for_too_long(error)


def _greets_for_too_long(failure):
    # The library counts this as an answer that took too long; only Python's own error shows that nothing was sent yet.
    return isinstance(failure, urllib3.exceptions.ReadTimeoutError) and "handshake" in str(failure.__cause__)


def _is_silence(failure):
    # The library counts a refused connection among those that took too long.
    refused = urllib3.exceptions.NewConnectionError
    return isinstance(failure, urllib3.exceptions.TimeoutError) and not isinstance(failure, refused)


def _retry_after(response):
    try:
        return min(float(response.headers.get("Retry-After", 0)), LONGEST_PAUSE_SECONDS)
    except ValueError:
        return 0


def lines(response):
    """Yield the JSON documents of a watch as they arrive and close the response at the end.

    :raises urllib3.exceptions.HTTPError: the connection broke or was silent for too long.
    """
    pending = b""
    try:
        for chunk in response.stream():
            *complete, pending = (pending + chunk).split(b"\n")
            for line in complete:
                if line.strip():
                    yield json.loads(line)
    finally:
        response.close()
