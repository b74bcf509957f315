# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the contents of keys from where they come from, all of them before anything is written."""

from __future__ import annotations

import base64

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError, combined
from ansible_collections.windrose.airflow.plugins.module_utils._secrets import sources


class KubernetesSecrets:
    """Secrets of the cluster that is written to.

    :param client: a KubeClient.
    """

    def __init__(self, client):
        self._client = client

    def read(self, reference):
        """:returns: the Secret's keys and their contents.

        :raises SecretSourceError: there is no such Secret.
        """
        live = self._client.get("v1", "Secret", reference["name"], reference["namespace"])
        if live is None:
            remedy = "Make it, or correct name and namespace."
            raise sources.refusal(sources.KUBERNETES, reference, "there is no such Secret", remedy)
        return {name: base64.b64decode(content) for name, content in (live.get("data") or {}).items()}


# The client of a store is imported when the first source names it: each loads a library that not everybody needs.
# pylint: disable=import-outside-toplevel


def _aws():
    from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud.aws_secrets import AwsSecrets

    return AwsSecrets()


def _vault():
    from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud.hashicorp_vault import HashicorpVault

    return HashicorpVault()


def _google():
    from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud.google_secrets import GoogleSecrets

    return GoogleSecrets()


def _azure():
    from ansible_collections.windrose.airflow.plugins.module_utils._clients.cloud.azure_key_vault import AzureKeyVault

    return AzureKeyVault()


def stores_of(client):
    """:returns: {kind of source: callable that makes what reads it}.

    :param client: a KubeClient.
    """
    return {
        sources.KUBERNETES: lambda: KubernetesSecrets(client),
        sources.AWS: _aws,
        sources.VAULT: _vault,
        sources.GOOGLE: _google,
        sources.AZURE: _azure,
    }


class SecretSources:
    """What the sources of some keys hold, each secret read once.

    :param stores: {kind of source: callable that makes what has ``read(reference)``}.
    :param namespace: the namespace of Secrets whose reference names none.
    """

    def __init__(self, stores, namespace):
        self._stores = stores
        self._namespace = namespace
        self._opened = {}
        self._answers = {}

    def read(self, keys):
        """Read what keys need, and see that each source has what is asked for.

        :param keys: list of dicts, as the module takes them.
        :raises WindroseError: all that is wrong, in one.
        """
        errors = []
        for source in [source for key in keys for source in sources.of_key(key)]:
            try:
                self.content(source)
            except WindroseError as error:
                errors.append(error)
        if errors:
            raise combined(errors)

    def content(self, source):
        """:returns: the bytes that a source gives."""
        kind, reference = sources.chosen(source)
        if kind == sources.VALUE:
            return reference.encode()
        if kind == sources.KUBERNETES and not reference["namespace"]:
            reference = {**reference, "namespace": self._namespace}
        answer = self._answer(kind, reference)
        if isinstance(answer, WindroseError):
            raise answer
        return sources.picked(kind, reference, answer)

    def _answer(self, kind, reference):
        address = sources.address(kind, reference)
        if address not in self._answers:
            try:
                if kind not in self._opened:
                    self._opened[kind] = self._stores[kind]()
                self._answers[address] = self._opened[kind].read(reference)
            except WindroseError as error:
                # A store that is down is asked once, however many keys it has.
                self._answers[address] = error
        return self._answers[address]
