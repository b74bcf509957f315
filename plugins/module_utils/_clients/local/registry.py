# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container registry on loopback, through the Distribution API (https://distribution.github.io/distribution/spec/api/)."""

from __future__ import annotations

import http.client

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

ACCEPT = ", ".join((
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
))
TIMEOUT_SECONDS = 10


class RegistryError(WindroseError):
    """The registry did not answer."""


class RegistryClient:
    """:param address: host and port, such as localhost:5000; plain HTTP, so loopback only."""

    def __init__(self, address):
        self._address = address

    def holds(self, name, tag):
        """:returns: whether the registry holds a manifest of this name and tag."""
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("HEAD", f"/v2/{name}/manifests/{tag}", headers={"Accept": ACCEPT})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException) as error:
            raise RegistryError(
                "Asking", f"the registry at {self._address}", str(error),
                "See whether its container runs; `make run` starts it again.") from error
        finally:
            connection.close()
