# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.local import kubernetes_definitions
from ansible_collections.windrose.airflow.plugins.module_utils._errors import MissingLibraryError

POD = "io.k8s.api.core.v1.PodSpec"


@pytest.mark.parametrize("version", ["1.30", "1.34", "1.36"])
def test_every_supported_kubernetes_is_there_with_closed_objects_and_the_keys_of_lists(version):
    definitions = kubernetes_definitions.definitions(version)
    assert definitions[POD]["additionalProperties"] is False
    assert definitions[POD]["properties"]["volumes"]["x-kubernetes-list-map-keys"] == ["name"]


def test_the_library_says_which_it_is():
    assert kubernetes_definitions.library_version().startswith("1.")


def test_without_the_library_it_is_named_with_its_pin(monkeypatch):
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    monkeypatch.setitem(sys.modules, "kubernetes_validate.utils", None)
    with pytest.raises(MissingLibraryError, match="kubernetes-validate.*requirements.txt"):
        kubernetes_definitions.definitions("1.34")
    monkeypatch.setattr(kubernetes_definitions, "LIBRARY", "no-such-library-of-anybody")
    assert kubernetes_definitions.library_version() == ""
