# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.storage import Claim
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.classes import (
    ingress_classes,
    storage_classes,
)
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row


def ingress(name):
    return [{"ingress_class": name, "used_by": ["Ingress a"]}]


def claim(name, what="logs"):
    return Claim("airflow_logs_claim_storage_class", what, name, "ReadWriteMany", "1Gi")


RULES = {"IngressClass": (ingress_classes, ingress, "WR501"), "StorageClass": (storage_classes, lambda name: [claim(name)], "WR502")}


@pytest.mark.parametrize("rule, asked, code", RULES.values(), ids=RULES)
def test_a_declared_class_is_simulated_and_another_one_found(rule, asked, code):
    (row,), findings = rule(asked("nginx"), ["nginx"])
    assert (row.state, findings) == ("simulated", []) and "of this name" in row.stand_in
    (row,), (finding, unused) = rule(asked("nginx"), ["ngnix"])
    assert (row.state, row.stand_in, finding.code, unused.code) == ("not checked", "nothing", code, "WR002")
    assert finding.subject == row.what and finding.remedy.endswith("Did you mean ngnix?")


@pytest.mark.parametrize("rule, asked, code", RULES.values(), ids=RULES)
def test_the_default_class_needs_no_declaration(rule, asked, code):
    (row,), findings = rule(asked(""), [])
    assert (row.what.split()[0], row.stand_in, row.state, findings) == ("default", "the local cluster's default", "simulated", [])


def test_volumes_of_one_class_are_one_thing():
    rows, (finding,) = storage_classes([claim("gp3"), claim("gp3", "DAGs"), claim("gp3")], [])
    assert rows == [Row("StorageClass gp3", "volume of DAGs and volume of logs", "nothing", "not checked")] and "are of it" in finding.problem
