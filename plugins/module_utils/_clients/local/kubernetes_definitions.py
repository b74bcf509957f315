# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of Kubernetes' kinds, from the files of the library kubernetes-validate.

That library validates one object at a time, reads all of its files for each, and ends at the first error; here all errors are wanted.
"""

from __future__ import annotations

import importlib.metadata

from ansible_collections.windrose.airflow.plugins.module_utils._clients import libraries

LIBRARY = "kubernetes-validate"
_PURPOSE = "to judge rendered objects as the API server does"


def definitions(version):
    """:param version: a version of Kubernetes, such as ``1.36``.
    :returns: {name: schema} of its OpenAPI document, in which objects take no other fields than their own.
    :raises MissingLibraryError: the library is not installed.
    """
    library = libraries.load("kubernetes_validate.utils", LIBRARY, "requirements.txt", _PURPOSE)
    return library.schema_contents(f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json", version)["$defs"]


def library_version():
    """:returns: the version of the library; empty where it is not installed."""
    try:
        return importlib.metadata.version(LIBRARY)
    except importlib.metadata.PackageNotFoundError:
        return ""
