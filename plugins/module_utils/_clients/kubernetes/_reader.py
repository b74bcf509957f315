# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading from the Kubernetes API."""

from __future__ import annotations

import json
import threading
import time

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _discovery, _watch
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import api_errors

PAGE_SIZE = 500
LOG_LIMIT_BYTES = 65536
KIND_PAUSE_SECONDS = 0.2


def _selectors(label_selector, field_selector):
    pairs = (("labelSelector", label_selector), ("fieldSelector", field_selector))
    return [(name, value) for name, value in pairs if value]


class KubeReader:
    """Reads objects of one cluster, as plain dicts. Safe for use by several threads.

    :param transport: a ``_transport.Transport``, or whatever has its ``request``, ``label`` and ``host``.
    :param cache: callable from the server's version to the path of the discovery cache, or to None.
    """

    def __init__(self, transport, cache=lambda version: None):
        self._transport = transport
        self._cache = cache
        self._lock = threading.RLock()
        self._version = None
        self._discovery = None

    def server_version(self):
        """Return the server's ``gitVersion``, ``major`` and ``minor``."""
        if self._version is None:
            answer = self._json("Could not read", "the server's version", "GET", "/version")
            self._version = {name: answer.get(name, "") for name in ("gitVersion", "major", "minor")}
        return self._version

    def resource(self, api_version, kind):
        """Return how the server serves a kind, or None when it does not (``path(name, namespace)``, ``namespaced``)."""
        return self._discoverer().find(api_version, kind)

    def served_groups(self):
        """Return the API groups that the server serves, each with its version, sorted: ``v1``, ``apps/v1`` …"""
        core = self._json("Could not list", "the API versions", "GET", "/api").get("versions") or []
        groups = self._json("Could not list", "the API groups", "GET", "/apis").get("groups") or []
        return sorted([*core, *(version["groupVersion"] for group in groups for version in group.get("versions") or [])])

    def await_kind(self, api_version, kind, timeout_seconds):
        """Wait until the server serves a kind whose CustomResourceDefinition is new; no watch reports that.

        :returns: False when it still does not after this many seconds.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            self._discoverer().forget(api_version)
            if self.resource(api_version, kind) is not None:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(KIND_PAUSE_SECONDS)

    def get(self, api_version, kind, name, namespace=None):
        """Return the object, or None when it, its namespace or its kind does not exist."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return None
        subject = api_errors.name_of(kind, name, namespace)
        return self._ask(self._json, resource, "Could not read", subject, "GET", name, namespace, missing=None)

    def list(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        """Return all objects of a kind, in one namespace or in all; an unknown kind has none."""
        return self._list(api_version, kind, namespace, label_selector, field_selector)[0]

    def pages(self, api_version, kind, namespace=None, label_selector=None, field_selector=None):
        """Yield (objects, how many there are beyond these) page by page, so that a reader may stop early.

        With a selector, the server does not say how many there are beyond; that is 0 then.
        """
        resource = self.resource(api_version, kind)
        if resource is None:
            return
        for items, metadata in self._pages(resource, api_version, kind, namespace, label_selector, field_selector):
            yield items, metadata.get("remainingItemCount") or 0

    def _list(self, api_version, kind, namespace, label_selector, field_selector):
        resource = self.resource(api_version, kind)
        if resource is None:
            return [], ""
        found, metadata = [], {}
        for items, metadata in self._pages(resource, api_version, kind, namespace, label_selector, field_selector):
            found += items
        return found, metadata.get("resourceVersion", "")

    def _pages(self, resource, api_version, kind, namespace, label_selector, field_selector):
        subject = f"kind {kind} in namespace {namespace}" if namespace else f"kind {kind}"
        token = None
        while True:
            query = _selectors(label_selector, field_selector) + [("limit", PAGE_SIZE)]
            query += [("continue", token)] if token else []
            page = self._ask(self._json, resource, "Could not list", subject, "GET", None, namespace, query, missing=None)
            if page is None:
                self._refuse_unless_gone(api_version, kind, resource, subject)
                return
            # Items of a list carry no type of their own.
            typed = [{"apiVersion": api_version, "kind": kind, **item} for item in page.get("items") or []]
            yield typed, page["metadata"]
            token = page["metadata"].get("continue")
            if not token:
                return

    def _refuse_unless_gone(self, api_version, kind, resource, subject):
        """Ask again how a kind is served whose collection is not found: its definition may be gone by now."""
        self._discoverer().forget(api_version)
        if self.resource(api_version, kind) == resource:
            raise ApiError(
                "Could not list", subject, f"{self._transport.label} serves the kind and does not find it",
                "Run again; if it stays, look at the API server that serves this group (kubectl get apiservices).", 404, "NotFound",
            )  # fmt: skip

    def watch(
        self,
        api_version,
        kind,
        namespace,
        label_selector=None,
        timeout_seconds=300,
        field_selector=None,
        announce=False,
    ):
        """Yield ``(type, object)``: first each present object as ``ADDED``, then every change as it happens.

        Types are ``ADDED``, ``MODIFIED`` and ``DELETED``. After an interruption that the server no longer remembers,
        the present objects come as ``ADDED`` again and what vanished meanwhile as ``DELETED``.

        :param timeout_seconds: the iteration ends after this many seconds.
        :param announce: also yield ``("SYNCED", {})`` when all present objects were yielded.
        """
        subject = f"kind {kind} in namespace {namespace}" if namespace else f"kind {kind}"
        resource = self.resource(api_version, kind)
        if resource is None:
            raise _discovery.unknown_kind("Could not watch", subject, api_version, kind, self._transport.label)
        selectors = _selectors(label_selector, field_selector)

        def open_stream(version, seconds, read_timeout):
            query = [*selectors, ("watch", "true"), ("allowWatchBookmarks", "true")]
            query += [("resourceVersion", version), ("timeoutSeconds", seconds)]
            response = self._ask(
                self._transport.request, resource, "Could not watch", subject, "GET", None, namespace, query,
                read_timeout=read_timeout, preload=False)  # fmt: skip
            if response.status != _watch.GONE:
                self._raise_unless_success("Could not watch", subject, response)
            return response

        def list_all():
            return self._list(api_version, kind, namespace, label_selector, field_selector)

        return _watch.Watch(list_all, open_stream).events(timeout_seconds, announce)

    def pod_log(self, namespace, name, container=None, tail_lines=20, previous=False):
        """Return the last lines of a container's log; empty when there is none (yet).

        :param previous: the log of the container's run before its last restart.
        """
        path = f"{self.resource('v1', 'Pod').path(name, namespace)}/log"
        query = [("tailLines", tail_lines), ("limitBytes", LOG_LIMIT_BYTES), ("previous", str(previous).lower())]
        query += [("container", container)] if container else []
        subject = f"the log of {api_errors.name_of('Pod', name, namespace)}"
        response = self._transport.request("Could not read", subject, "GET", path, query, accept="*/*")
        if response.status in (400, 404):
            return ""
        self._raise_unless_success("Could not read", subject, response)
        return response.data.decode("utf-8", "replace")

    def _discoverer(self):
        with self._lock:
            if self._discovery is None:
                self._discovery = _discovery.Discovery(
                    self._fetch_kinds, self._cache(self.server_version()["gitVersion"])
                )
            return self._discovery

    def _fetch_kinds(self, path):
        return self._json("Could not look up", f"the kinds of {path}", "GET", path, missing=None)

    def _ask(self, send, resource, tried, subject, method, name=None, namespace=None, query=None, **options):
        """Send a request about an object of a kind, or about its collection when no name is given.

        :param send: ``_json`` or the transport's ``request``.
        :returns: what ``send`` does.
        """
        return send(tried, subject, method, resource.path(name, namespace), query, **options)

    def _raise_unless_success(self, tried, subject, response, definition=None):
        if not 200 <= response.status <= 299:
            raise api_errors.from_answer(
                tried, subject, response.status, response.data, self._transport.label, definition
            )

    def _json(
        self, tried, subject, method, path, query=None, body=None, content_type=None, repeatable=True, missing=ApiError
    ):  # fmt: skip
        """Send a request and return the parsed answer; ``missing`` is returned for 404 unless it is ApiError."""
        response = self._transport.request(
            tried, subject, method, path, query, body=body, content_type=content_type, repeatable=repeatable
        )
        if response.status == 404 and missing is not ApiError:
            return missing
        self._raise_unless_success(tried, subject, response, body)
        try:
            return json.loads(response.data)
        except ValueError as error:
            raise ApiError(
                tried,
                subject,
                f"what {self._transport.label} answered is not JSON",
                "Check that the address in the kubeconfig is an API server's and not a proxy's or a login page's.",
                response.status,
            ) from error
