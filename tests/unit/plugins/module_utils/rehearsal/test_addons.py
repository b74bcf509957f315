# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.addons import addons
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row

HPA = "HorizontalPodAutoscaler airflow-api-server"


def asked(name="metrics-server", *users):
    return [{"addon": name, "used_by": list(users or [HPA])}]


@pytest.mark.parametrize(
    ("name", "stand_in", "state"), [("metrics-server", "metrics-server of the local cluster", "real"), ("keda", "nothing", "not checked")])
def test_what_is_declared_is_no_finding(name, stand_in, state):
    assert addons(asked(name), [name]) == ([Row(f"add-on {name}", HPA, stand_in, state)], [])


@pytest.mark.parametrize("name", ["metrics-server", "keda"])
def test_what_is_not_declared_is_refused_and_not_checked(name):
    (row,), (finding,) = addons(asked(name), [])
    assert (row.stand_in, row.state) == ("nothing", "not checked")
    assert (finding.code, finding.subject, finding.problem) == ("WR601", f"add-on {name}", f"{HPA} needs it, and it is not declared.")


def test_several_that_need_it_are_named_together():
    (finding,) = addons(asked("keda", "ScaledObject a", "ScaledObject b"), [])[1]
    assert finding.problem == "ScaledObject a and ScaledObject b need it, and it is not declared."


def test_what_nothing_needs_is_idle():
    rows, (finding,) = addons([], ["keda"])
    assert (rows, finding.code, finding.subject) == ([], "WR002", "airflow_rehearsal_addons")
