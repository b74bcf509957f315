# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.placement import placement

ZONE = "topology.kubernetes.io/zone"
SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}
POOL = {"name": "all", "labels": {"pool": "all"}, "maximum_nodes": 20, "zones": ["a"], "allocatable": {"cpu": "4", "memory": "16Gi", "pods": "100"}}
SOUND = {
    "airflow_database_mode": "external", "airflow_node_pools": [POOL],
    "airflow_worker_profiles": [{"name": "default", "default": True, "resources": SIZE}],
}  # fmt: skip
APART = {"labelSelector": {"matchLabels": {"component": "scheduler"}}, "topologyKey": ZONE}
SPREAD = {**APART, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2}


def scheduler(**options):
    return {"airflow_components": {"scheduler": {"replicas": 2, **options}}}


def tainted(*tolerations):
    return {"airflow_node_pools": [POOL, {**POOL, "name": "large", "labels": {"pool": "large"}, "taints": [
        {"key": "pool", "value": "large", "effect": "NoSchedule"}]}], "airflow_worker_profiles": [
            *SOUND["airflow_worker_profiles"], {"name": "large", "node_selector": {"pool": "large"}, "tolerations": list(tolerations)}]}


# {case: (what makes it so, what is found of it)}
CASES = {
    "sound": ({}, []),
    "a toleration is missing": (tainted(), ["WA701 airflow_worker_profiles[large]"]),
    "it is there": (tainted({"key": "pool", "operator": "Exists"}), []),
    "larger than each node": ({"airflow_worker_profiles": [
        {"name": "default", "default": True, "resources": {**SIZE, "requests": {"cpu": "4001m"}}}]}, [
            "WA702 airflow_worker_profiles[default]", "WA704 pool all"]),
    "fewer zones than there have to be": (scheduler(topology_spread_constraints=[SPREAD]), [
        "WA706 airflow_components.scheduler.topology_spread_constraints"]),
    "as many": (scheduler(topology_spread_constraints=[{**SPREAD, "minDomains": 1}]), []),
    "one for each zone": (scheduler(affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [APART]}}), [
        "WA706 airflow_components.scheduler.affinity"]),
    "a quota for half of the tasks": ({"airflow_prerequisites_quota": {"pods": 25}}, ["WA606 ResourceQuota airflow-quota"]),
    "a quota for all of them": ({"airflow_prerequisites_quota": {"pods": 45}}, []),
    "a limit range": ({"airflow_prerequisites_limit_range": {"max": {"memory": "1Gi"}}}, ["WA604 LimitRange airflow-limits"]),
    "no pool": ({**scheduler(topology_spread_constraints=[SPREAD]), "airflow_node_pools": []}, []),
    "what does not compile": ({**tainted(), "airflow_executor": "SequentialExecutor"}, []),
}  # fmt: skip


@pytest.mark.parametrize("variables, found", CASES.values(), ids=CASES)
def test_declared_figures_are_compared_with_each_other(variables, found):
    assert sorted(f"{finding.code} {finding.subject}" for finding in placement(Environment({**SOUND, **variables}))) == found


@pytest.mark.parametrize(("codes", "severity"), [([], "error"), (["WA606", "WR601"], "warning")])
def test_what_an_inventory_accepts_is_a_warning(codes, severity):
    variables = {"airflow_prerequisites_quota": {"pods": 25}, "airflow_preflight_accepted": codes}
    (finding,) = placement(Environment({**SOUND, **variables}))
    assert finding.severity == severity
