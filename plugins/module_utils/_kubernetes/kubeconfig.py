# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubeconfigs: merged, reduced to one context and made self-contained, as pure functions over parsed documents.

The rules are client-go's, because helm and kubectl read the same files: of entries with one name the first file wins,
and a relative path is relative to the file that it stands in
(https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files).
"""

from __future__ import annotations

import base64
import binascii
import os

from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"

_LISTS = {"clusters": "cluster", "contexts": "context", "users": "user"}
_INLINED = {"certificate-authority", "client-certificate", "client-key"}
_KEPT_AS_PATH = {"tokenFile"}


def _error(subject, cause, remedy):
    return KubeconfigError("Could not use", subject, cause, remedy)


def _located(entry, directory):
    entry = dict(entry)
    for name in _INLINED | _KEPT_AS_PATH:
        if entry.get(name):
            entry[name] = os.path.join(directory, entry[name])
    plugin = entry.get("exec")
    # A bare command name is searched in PATH; only one with a separator is a path.
    if isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        entry["exec"] = {**plugin, "command": os.path.join(directory, plugin["command"])}
    return entry


def merge(documents):
    """Merge kubeconfig documents.

    :param documents: list of (path, parsed document), in the order of ``$KUBECONFIG``.
    :returns: dict with ``current-context`` and, for clusters, contexts and users, a dict by name.
    :raises KubeconfigError: a document is not a kubeconfig.
    """
    merged = {"current-context": "", "clusters": {}, "contexts": {}, "users": {}}
    for path, document in documents:
        if document is None:
            continue
        try:
            merged["current-context"] = merged["current-context"] or document.get("current-context") or ""
            for plural, singular in _LISTS.items():
                for item in document.get(plural) or []:
                    located = _located(item.get(singular) or {}, os.path.dirname(os.path.abspath(path)))
                    merged[plural].setdefault(item["name"], located)
        except (AttributeError, KeyError, TypeError) as error:
            raise _error(
                f"kubeconfig {path}",
                "it does not have the shape of a kubeconfig",
                "Check with: kubectl config view --kubeconfig <file>.",
            ) from error
    return merged


def select(merged, context, source):
    """Reduce a merged kubeconfig to one context.

    :param merged: the answer of :func:`merge`.
    :param context: the context's name; None takes the current one.
    :param source: where the kubeconfig came from, for messages.
    :returns: a kubeconfig document with one context, one cluster and at most one user.
    :raises KubeconfigError: the context, its cluster or its user is missing.
    """
    name = context or merged["current-context"]
    known = ", ".join(sorted(merged["contexts"])) or "none"
    if not name:
        raise _error(source, f"it has no current context (contexts in it: {known})", "Set the parameter context.")
    if name not in merged["contexts"]:
        raise _error(
            f"context {name} of {source}",
            f"there is no such context (contexts in it: {known})",
            "Correct the parameter context.",
        )
    chosen = merged["contexts"][name]
    cluster_name, user_name = chosen.get("cluster"), chosen.get("user")
    if not merged["clusters"].get(cluster_name, {}).get("server"):
        raise _error(
            f"context {name} of {source}",
            f"its cluster '{cluster_name}' is missing or has no server",
            "Fetch the kubeconfig again from the cluster's provider.",
        )
    if user_name and user_name not in merged["users"]:
        raise _error(
            f"context {name} of {source}",
            f"its user '{user_name}' is missing",
            "Fetch the kubeconfig again from the cluster's provider.",
        )
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": chosen}],
        "clusters": [{"name": cluster_name, "cluster": merged["clusters"][cluster_name]}],
        "users": [{"name": user_name, "user": merged["users"][user_name]}] if user_name else [],
    }


def embed(config, read_file):
    """Replace paths of certificates and keys by their contents; ``tokenFile`` stays a path, because tokens rotate.

    :param config: the answer of :func:`select`.
    :param read_file: callable from a path to bytes; raises OSError.
    :raises KubeconfigError: a file cannot be read.
    """

    def inlined(entry):
        result = {}
        for name, value in entry.items():
            if name not in _INLINED:
                result[name] = value
            elif value and not entry.get(f"{name}-data"):
                try:
                    result[f"{name}-data"] = base64.b64encode(read_file(value)).decode()
                except OSError as error:
                    raise _error(
                        f"context {config['current-context']}",
                        f"its {name} {value} cannot be read ({error.strerror})",
                        "Correct the path in the kubeconfig.",
                    ) from error
        return result

    return {
        **config,
        "clusters": [{**item, "cluster": inlined(item["cluster"])} for item in config["clusters"]],
        "users": [{**item, "user": inlined(item["user"])} for item in config["users"]],
    }


def in_cluster(environment, read_file):
    """Describe the way from a pod to its own cluster as a kubeconfig document.

    :param environment: the process environment.
    :param read_file: callable from a path to bytes; raises OSError.
    :returns: the document, or None outside of a pod.
    """
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        return None
    try:
        authority = read_file(f"{SERVICE_ACCOUNT_DIRECTORY}/ca.crt")
    except OSError:
        return None
    address = f"[{host}]" if ":" in host else host
    cluster = {
        "server": f"https://{address}:{port}",
        "certificate-authority-data": base64.b64encode(authority).decode(),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "in-cluster",
        "contexts": [{"name": "in-cluster", "context": {"cluster": "in-cluster", "user": "in-cluster"}}],
        "clusters": [{"name": "in-cluster", "cluster": cluster}],
        "users": [{"name": "in-cluster", "user": {"tokenFile": f"{SERVICE_ACCOUNT_DIRECTORY}/token"}}],
    }


def authority_of(config):
    """Return the PEM bundle of an embedded document's cluster, or None where the system's authorities are used."""
    data = config["clusters"][0]["cluster"].get("certificate-authority-data")
    try:
        return base64.b64decode(data, validate=True) if data else None
    except (binascii.Error, ValueError) as error:
        raise _error(
            f"context {config['current-context']}",
            f"its certificate-authority-data is not valid base64 ({error})",
            "Fetch the kubeconfig again from the cluster's provider.",
        ) from error
