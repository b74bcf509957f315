# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pods are judged by the Pod Security level that the namespace is made to enforce."""

from __future__ import annotations

CASES = {
    "nothing said": {},
    "for all": {"airflow_prerequisites_pod_security": "baseline"},
    "for the namespace": {
        "airflow_prerequisites_pod_security": "baseline",
        "airflow_prerequisites_environments": [
            {"namespace": "other", "pod_security": "restricted"}, {"namespace": "airflow", "pod_security": "privileged"}],
    },
    "for others": {"airflow_prerequisites_environments": [{"namespace": "other", "pod_security": "privileged"}, {"namespace": "airflow"}]},
}  # fmt: skip
LEVELS = {"nothing said": "restricted", "for all": "baseline", "for the namespace": "privileged", "for others": "restricted"}
ENFORCED = (
    "(__airflow_prerequisites_environments | selectattr('namespace', 'equalto', airflow_namespace)"
    " | map(attribute='pod_security') | first)"
)


def test_it_is_that_of_the_namespace_with_and_without_the_defaults_of_its_role(evaluate):
    assert evaluate("airflow_specification", "__airflow_specification_pod_security", CASES) == LEVELS
    assert evaluate("airflow_prerequisites", f"[__airflow_specification_pod_security, {ENFORCED}]", CASES) == {
        case: [level, level] for case, level in LEVELS.items()}
