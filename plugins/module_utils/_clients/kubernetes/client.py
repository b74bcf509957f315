# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only way to the Kubernetes API."""

from __future__ import annotations

import json
import os

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import (
    _configuration,
    _discovery,
    _transport,
    exec_credential,
)
from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes._reader import KubeReader
from ansible_collections.windrose.airflow.plugins.module_utils._errors import ApiError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import api_errors, kubeconfig
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.identity import ca_sha256, check, is_expected

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence _transport reports.
    pass

FIELD_MANAGER = "windrose.airflow"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class KubeClient(KubeReader):
    """Reads and writes objects of one cluster, as plain dicts. Safe for use by several threads.

    :param transport: a ``_transport.Transport``, or whatever has its ``request``, ``label`` and ``host``.
    :param config: the self-contained kubeconfig document of the one context.
    :param expected_cluster: dict with ``uid`` and ``ca_sha256``, or None; checked before the first write.
    :param cache: callable from the server's version to the path of the discovery cache, or to None.
    """

    def __init__(self, transport, config, expected_cluster=None, cache=lambda version: None):
        super().__init__(transport, cache)
        self._config = config
        self._expected_cluster = expected_cluster
        self._verified = False
        self.server = transport.host
        self.context = config["current-context"]

    @classmethod
    def from_parameters(cls, params, retry_seconds=_transport.RETRY_LIMIT_SECONDS):
        """Make a client from the parameters ``kubeconfig``, ``context`` and ``expected_cluster`` of a module.

        Nothing is sent yet.

        :param retry_seconds: for how long a server that is away, busy or failing is asked again.
        :raises MissingLibraryError: the kubernetes library is not installed.
        :raises KubeconfigError: the kubeconfig, the context or the credentials cannot be used.
        """
        _transport.require_library()
        config = _configuration.find(params.get("kubeconfig"), params.get("context"), os.environ)
        fingerprint = ca_sha256(kubeconfig.authority_of(config))
        transport = _transport.Transport(config, retry_seconds)

        def cache(version):
            return _discovery.cache_path(os.environ, transport.host, fingerprint, version)

        return cls(transport, config, params.get("expected_cluster"), cache)

    # Identity

    def identity(self):
        """Return ``uid``, that of the namespace kube-system, and ``ca_sha256``, over the trusted authorities."""
        namespace = self.get("v1", "Namespace", "kube-system") or {}
        return {
            "uid": namespace.get("metadata", {}).get("uid", ""),
            "ca_sha256": ca_sha256(kubeconfig.authority_of(self._config)),
        }

    def verify_identity(self):
        """Compare the cluster with ``expected_cluster``, once per client; without an expectation nothing is asked.

        :raises ClusterIdentityError: it is another cluster.
        """
        if self._verified or not is_expected(self._expected_cluster):
            return
        with self._lock:
            if not self._verified:
                check(self._expected_cluster, self.identity(), f"context {self.context} at {self.server}")
                self._verified = True

    def verified_kubeconfig(self):
        """Return YAML text of a kubeconfig with only this client's context, after the identity check.

        Certificates and keys are embedded. A program that the user logs in by is asked through the credential of this run,
        so that a long command can renew its token. It holds secrets: write it with mode 0600 only and remove it.
        """
        self.verify_identity()
        return yaml.safe_dump(exec_credential.handed_on(self._config, os.environ), sort_keys=False)

    # Reading

    def list_metadata(self, api_version, kind, namespace, label_selector):
        """Return all objects of a kind with nothing but their metadata, for kinds whose contents are large."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return []
        tried, subject = "Could not list", f"kind {kind} in namespace {namespace}"
        query = [("labelSelector", label_selector)]
        response = self._ask(
            self._transport.request, resource, tried, subject, "GET", None, namespace, query, accept=METADATA_LIST)
        if response.status == 404:
            self._refuse_unless_gone(api_version, kind, resource, subject)
            return []
        self._raise_unless_success(tried, subject, response)
        return [{"metadata": item["metadata"]} for item in json.loads(response.data).get("items") or []]

    # Writing

    def apply(self, definition, dry_run=False, force=False):
        """Create or change an object by server-side apply as field manager ``windrose.airflow``.

        :param definition: the wanted object; fields that an earlier apply set and that are missing now are removed.
        :param dry_run: let the server compute the answer without storing it.
        :param force: take fields over from other managers.
        :returns: the object as the server answers it.
        :raises FieldConflictError: other managers own fields; the error's field ``conflicts`` lists field and manager.
        """
        query = [("fieldManager", FIELD_MANAGER), ("force", str(force).lower()), ("fieldValidation", "Strict")]
        tried = "Could not check" if dry_run else "Could not apply"
        query += [("dryRun", "All")] if dry_run else []
        return self._write(tried, "PATCH", definition, query, "application/apply-patch+yaml", True, dry_run)

    def create(self, definition, repeatable=False):
        """Create an object; an ApiError with status 409 says that it exists already.

        Reviews, such as SelfSubjectAccessReview, change nothing and need no identity check.

        :param repeatable: whether the caller recognises, at status 409, an object that it made itself by a request whose
            answer was lost; then such a request is repeated.
        """
        harmless = definition["kind"].endswith("Review")
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        return self._write("Could not create", "POST", definition, query, "application/json", repeatable or harmless, harmless)

    def merge(self, definition):
        """Change the named fields of an existing object by a JSON merge patch, and own only these.

        With ``metadata.resourceVersion`` in the definition, an ApiError with status 409 says that the object changed.
        """
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        return self._write("Could not change", "PATCH", definition, query, "application/merge-patch+json", True, False)

    def replace(self, definition):
        """Replace an object as a whole.

        With ``metadata.resourceVersion`` in the definition, an ApiError with status 409 says that the object changed;
        one with status 404, that it is gone.
        """
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        return self._write("Could not replace", "PUT", definition, query, "application/json", True, False)

    def _write(self, tried, method, definition, query, content_type, repeatable, harmless):
        if not harmless:
            self.verify_identity()
        api_version, kind, metadata = definition["apiVersion"], definition["kind"], definition.get("metadata") or {}
        name, namespace = metadata.get("name"), metadata.get("namespace")
        subject = api_errors.name_of(kind, name or "", namespace)

        def send(resource):
            if resource is None:
                raise _discovery.unknown_kind(tried, subject, api_version, kind, self._transport.label)
            named = None if method == "POST" else name
            sent = {"body": definition, "content_type": content_type, "repeatable": repeatable}
            return self._ask(self._json, resource, tried, subject, method, named, namespace, query, **sent)

        known = self.resource(api_version, kind)
        try:
            return send(known)
        except ApiError as error:
            if error.status != 404 or known is None:
                raise
            # What an earlier run learnt of the kind may be outdated: its definition can be removed or replaced.
            self._discoverer().forget(api_version)
            fresh = self.resource(api_version, kind)
            if fresh == known:
                raise
        return send(fresh)

    def delete(self, api_version, kind, name, namespace=None, propagation="Background", resource_version=None, uid=None):
        """Delete an object.

        :param propagation: ``Background``, ``Foreground`` or ``Orphan``: what happens to the objects that it owns.
        :param resource_version: when given, an ApiError with status 409 says that the object changed.
        :param uid: when given, an ApiError with status 409 says that there is another object of this name by now.
        :returns: False when it did not exist.
        """
        resource = self.resource(api_version, kind)
        if resource is None:
            return False
        self.verify_identity()
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        # https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/#preconditions-v1-meta
        wanted = {"resourceVersion": resource_version, "uid": uid}
        preconditions = {name: value for name, value in wanted.items() if value is not None}
        if preconditions:
            options["preconditions"] = preconditions
        subject = api_errors.name_of(kind, name, namespace)
        sent = {"body": options, "content_type": "application/json", "missing": None}
        return self._ask(self._json, resource, "Could not delete", subject, "DELETE", name, namespace, **sent) is not None

    def port_forward(self, namespace, pod, port):
        """Open a connection to a port of a pod, after the identity check: what goes through it may write.

        :returns: a socket-like object; closing it ends the forwarding.
        """
        self.verify_identity()
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
        subject = f"port {port} of {api_errors.name_of('Pod', pod, namespace)}"
        return self._transport.forward("Could not forward", subject, path, port)
