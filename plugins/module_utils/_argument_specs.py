# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs that several modules share; ``plugins/doc_fragments`` documents the same parameters."""

from __future__ import annotations

CLUSTER = {
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
    "expected_cluster": {
        "type": "dict",
        "options": {
            "uid": {"type": "str"},
            "ca_sha256": {"type": "str"},
        },
    },
}

# The usual parameters of each cloud, by the names that amazon.aws, google.cloud and azure.azcollection have for them. None
# holds a key: the libraries of the clouds find credentials, and a parameter would pass through variables.
AWS = {
    "region": {"type": "str"},
    "profile": {"type": "str"},
    "endpoint_url": {"type": "str"},
}

GOOGLE = {
    "project": {"type": "str"},
    "service_account_file": {"type": "path"},
}

AZURE = {
    "subscription_id": {"type": "str"},
    "tenant": {"type": "str"},
    "client_id": {"type": "str"},
}

CACHE = {
    "cache": {"type": "path", "required": True},
    "checkout": {"type": "path", "required": True},
    "concurrency": {"type": "int", "default": 2},
}

_DOWNLOADED = ["name", "repository", "version"]
CHART = {
    "chart": {
        "type": "dict",
        "options": {
            "source": {"type": "str", "choices": ["path", "bundled", "official", "oci"], "default": "path"},
            "path": {"type": "path"},
            "name": {"type": "str"},
            "repository": {"type": "str"},
            "version": {"type": "str"},
            "digest": {"type": "str"},
        },
        "required_if": [
            ("source", "path", ["path"]),
            ("source", "bundled", ["path"]),
            ("source", "official", _DOWNLOADED),
            ("source", "oci", _DOWNLOADED),
        ],
    },
    "helm_binary": {"type": "path", "default": "helm"},
}

WAIT = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
}
