# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a cluster is what the preflight asks for, and asks the right to."""

from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import required_rights
from ansible_collections.windrose.airflow.plugins.module_utils._service.kubernetes.cluster_info import ClusterInfo
from ansible_collections.windrose.airflow.plugins.modules.cluster_info import GATHERED

NAMESPACE = "airflow"


class Cluster:
    """A cluster with nothing in it, that remembers what was listed."""

    def __init__(self):
        self.listed = set()

    def verify_identity(self):
        """It is the right one."""

    def identity(self):
        return {"uid": "1", "ca_sha256": ""}

    def server_version(self):
        return {"gitVersion": "v1.34.2", "major": "1", "minor": "34"}

    def served_groups(self):
        return ["v1"]

    def list(self, api_version, kind, namespace, field_selector=None):
        self.listed.add((api_version.rpartition("/")[0], f"{kind.lower()}{'es' if kind.endswith('s') else 's'}", namespace))
        return []

    def get(self, _api_version, _kind, _name):
        return None

    def create(self, _review):
        return {}


@pytest.mark.parametrize("choice", GATHERED)
def test_every_choice_is_read(choice):
    assert set(ClusterInfo(Cluster(), NAMESPACE).describe([choice])) - {"changed", "forbidden"}


def test_the_preflight_asks_for_the_right_to_list_all_that_is_listed():
    cluster = Cluster()
    ClusterInfo(cluster, NAMESPACE).describe(GATHERED)
    asked = {(*kind, None) for kind in required_rights.OWN_READS}
    asked |= {(*kind, NAMESPACE) for kind in required_rights.OWN_READS_OF_NAMESPACE}
    assert cluster.listed == asked
