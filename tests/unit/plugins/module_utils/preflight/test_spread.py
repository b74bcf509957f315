# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and nodes for pods that have to be apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import spread

ZONE, HOSTNAME = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
OWN = {"matchLabels": {"component": "scheduler"}}
CORE, SUBJECT = {"pool": "core"}, "airflow_components.scheduler"
SIZE = {"cpu": "8", "memory": "32Gi", "pods": "100"}
# All but the scheduler run here.
OTHERS = {"name": "others", "labels": {"pool": "others"}, "allocatable": SIZE}
NO_NODES = {"nodes": None}


def pool(name="core", zones=("a", "b"), **options):
    """:returns: a pool that the scheduler may run on."""
    return {"name": name, "labels": CORE, "zones": list(zones), "allocatable": SIZE, **options}


def scheduler(replicas=3, pools=None, **placement):
    """:returns: variables with schedulers on pools."""
    return {
        "airflow_components": {"scheduler": {"replicas": replicas, "node_selector": CORE, **placement}},
        "airflow_node_pools": [OTHERS, *([pool()] if pools is None else pools)]}


def constraint(**options):
    """:returns: the placement of pods that have to be spread over zones."""
    rule = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": OWN, **options}
    return {"topology_spread_constraints": [{name: value for name, value in rule.items() if value is not None}]}


def apart(key=ZONE, kind="required", **options):
    """:returns: the placement of pods that keep their like away."""
    term = {"topologyKey": key, "labelSelector": OWN, **options}
    terms = [term] if kind == "required" else [{"weight": 1, "podAffinityTerm": term}]
    return {"affinity": {"podAntiAffinity": {f"{kind}DuringSchedulingIgnoredDuringExecution": terms}}}


def found(judged, variables, facts=None):
    """:returns: the subject of each finding about a spread, all others being out of place."""
    findings = judged(variables, NO_NODES if facts is None else facts)
    assert {finding.code for finding in findings} <= {"WA706"}, findings
    return [finding.subject for finding in findings]


@pytest.mark.parametrize(
    ("replicas", "placement", "is_found"),
    [
        (3, constraint(minDomains=3), True),
        (2, constraint(minDomains=3), False),
        (3, constraint(minDomains=2), False),
        (3, constraint(), False),
        (9, constraint(), False),
        (4, constraint(minDomains=3, maxSkew=2), False),
        (5, constraint(minDomains=3, maxSkew=2), True),
        (3, constraint(minDomains=3, topologyKey="acme.io/rack"), False),
        # Who is not counted is not in the way of others of its kind.
        (3, constraint(minDomains=3, labelSelector={"matchLabels": {"component": "triggerer"}}), False),
        (3, constraint(minDomains=3, labelSelector=None), False),
        (3, constraint(minDomains=3, labelSelector={"matchLabels": {"release": "airflow", "tier": "airflow"}}), True),
        (3, constraint(minDomains=3, labelSelector={"matchExpressions": [{"key": "component", "operator": "Exists"}]}), True),
        (3, constraint(minDomains=3, labelSelector={
            "matchExpressions": [{"key": "component", "operator": "NotIn", "values": ["scheduler"]}]}), False),
        (3, constraint(minDomains=3, labelSelector={
            "matchExpressions": [{"key": "component", "operator": "In", "values": ["scheduler", "worker"]}]}), True),
        (3, constraint(minDomains=3, labelSelector={"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}), True),
        # Kubernetes refuses minDomains here, and the rule is none that must hold.
        (3, constraint(minDomains=3, whenUnsatisfiable="ScheduleAnyway"), False),
        (3, apart(), True),
        (2, apart(), False),
        (3, apart(kind="preferred"), False),
        (3, apart(labelSelector={"matchLabels": {"component": "triggerer"}}), False),
        (3, apart(labelSelector={"matchLabels": {"team": "data"}}), False),
        (3, apart(namespaces=["other"]), False),
        (3, apart(namespaces=["other", "airflow"]), True),
        (3, apart(namespaceSelector={}), True),
        (3, apart(namespaceSelector={"matchLabels": {"team": "data"}}), False),
        (3, apart(mismatchLabelKeys=["pod-template-hash"]), False),
    ],
)  # fmt: skip
def test_two_zones(replicas, placement, is_found, judged):
    option = "affinity" if "affinity" in placement else "topology_spread_constraints"
    assert found(judged, scheduler(replicas, **placement)) == ([f"{SUBJECT}.{option}"] if is_found else [])


TAINT = {"key": "pool", "value": "core", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("pools", "is_found"),
    [
        ([pool(zones=["a", "b", "c"])], False),
        ([pool(zones=["a"]), pool("more", zones=["b"])], True),
        ([pool(zones=["a", "b"]), pool("more", zones=["b", "c"])], False),
        # Only the pools that it may run on count.
        ([pool(zones=["a", "b"]), pool("more", zones=["c"], labels={"pool": "tasks"})], True),
        ([pool(zones=["a", "b"]), pool("more", zones=["c"], taints=[TAINT])], True),
        ([pool(zones=["a", "b"]), pool("more", zones=["c"], taints=[{**TAINT, "effect": "PreferNoSchedule"}])], False),
        # Where one does not say its zones, nothing is known.
        ([pool(zones=[])], False),
        ([pool(zones=["a"]), pool("more", zones=[])], False),
        ([pool(zones=[], labels={**CORE, ZONE: "a"})], True),
    ],
)
@pytest.mark.parametrize("placement", [constraint(minDomains=3), apart()])
def test_the_zones_of_pools(pools, is_found, placement, judged):
    assert bool(found(judged, scheduler(3, pools, **placement))) is is_found


@pytest.mark.parametrize(
    ("nodes", "options", "is_found"),
    [
        (["a", "b", "c"], {}, False),
        (["a", "a", "b"], {"maximum_nodes": 3}, True),
        (["a", "b"], {"zones": []}, True),
        # The next node may come in a zone that is declared.
        (["a"], {"zones": ["a", "b", "c"]}, False),
        (["a"], {"zones": ["a", "b", "c"], "maximum_nodes": 2}, False),
        (["a"], {"zones": ["a", "b", "c"], "maximum_nodes": 1}, True),
        # A node in another zone is none of this pool, and takes pods all the same.
        (["c"], {"zones": ["a", "b"]}, False),
        (["c"], {"zones": ["a"]}, True),
        (["a", None], {"zones": []}, False),
    ],
)
def test_the_zones_of_nodes_count_where_there_are_any(nodes, options, is_found, judged, make_node):
    described = [
        make_node(f"node-{place}", labels={**CORE, **({ZONE: zone} if zone else {})}, allocatable=SIZE) for place, zone in enumerate(nodes)]
    facts = {"nodes": [make_node("other", labels={"pool": "others"}), *described]}
    assert bool(found(judged, scheduler(3, [pool(**options)], **constraint(minDomains=3)), facts)) is is_found


def test_without_the_label_a_spread_finds_no_place_and_an_anti_affinity_no_obstacle(judged, make_node):
    facts = {"nodes": [make_node(allocatable=SIZE, labels=CORE), make_node("other", labels={"pool": "others"})]}
    (finding,) = judged(scheduler(1, [], **constraint()), facts)
    assert finding.problem == (
        f"Of 1 pods of scheduler 0 can run: DoNotSchedule lets no pod on a node without the label {ZONE}, and node worker-1 has none.")
    assert found(judged, scheduler(3, [], **apart()), facts) == []
    assert found(judged, scheduler(3, [], **constraint(whenUnsatisfiable="ScheduleAnyway")), facts) == []


@pytest.mark.parametrize(
    ("numbers", "placement", "is_found"),
    [
        ([2], apart(HOSTNAME), True),
        ([3], apart(HOSTNAME), False),
        ([1, 1], apart(HOSTNAME), True),
        ([1, 2], apart(HOSTNAME), False),
        ([None], apart(HOSTNAME), False),
        ([1, None], apart(HOSTNAME), False),
        ([2], constraint(topologyKey=HOSTNAME, minDomains=3), True),
        ([3], constraint(topologyKey=HOSTNAME, minDomains=3), False),
        ([1], constraint(topologyKey=HOSTNAME), False),
    ],
)
def test_nodes_are_as_many_as_pools_may_have(numbers, placement, is_found, judged):
    pools = [pool(f"core-{place}", maximum_nodes=number) for place, number in enumerate(numbers)]
    assert bool(found(judged, scheduler(3, pools, **placement))) is is_found


def test_the_message_says_who_how_many_where_and_what_to_do(judged):
    (finding,) = judged(scheduler(3, **constraint(minDomains=3)), NO_NODES)
    assert finding.subject == f"{SUBJECT}.topology_spread_constraints"
    assert finding.problem == (
        "Of 3 pods of scheduler 2 can run: with fewer than 3 zones (minDomains) each of them takes 1 (maxSkew), "
        "and pool core has 2: a, b.")
    assert finding.remedy == (
        "Let the pool have more zones, lower minDomains or the number of pods, or leave minDomains out and set whenUnsatisfiable to "
        "ScheduleAnyway.")
    pools = [pool(zones=["a"], maximum_nodes=1), pool("more", zones=["a"], maximum_nodes=1)]
    (finding,) = judged(scheduler(3, pools, **apart(HOSTNAME)), NO_NODES)
    assert finding.problem == (
        "Of 3 pods of scheduler 2 can run: its podAntiAffinity lets one run for each node, "
        "and pool core and pool more have together at most 2 (maximum_nodes).")
    assert finding.remedy == (
        "Let the pool have more nodes, lower the number of pods, or write the rule as preferredDuringSchedulingIgnoredDuringExecution.")


def test_an_autoscaler_has_its_minimum(judged):
    placement = {"node_selector": CORE, **apart(labelSelector={"matchLabels": {"component": "api-server"}})}
    variables = {"airflow_components": {"api_server": placement}, "airflow_node_pools": [OTHERS, pool()]}
    scaled = {**variables, "airflow_autoscaling": {"api_server": {"minimum": 2, "maximum": 9}}}
    assert found(judged, scaled) == []
    scaled["airflow_autoscaling"] = {"api_server": {"minimum": 3, "maximum": 9}}
    assert found(judged, scaled) == ["airflow_components.api_server.affinity"]


def test_what_overrides_say_for_all_components_counts_for_those_without_their_own(judged):
    variables = {
        "airflow_components": {"scheduler": {"replicas": 3}, "triggerer": {"replicas": 3, **constraint(minDomains=1)}},
        "airflow_node_pools": [pool()],
        "airflow_values_overrides": {**{"topologySpreadConstraints": constraint(
            minDomains=3, labelSelector={"matchLabels": {"team": "data"}})["topology_spread_constraints"]}, "labels": {"team": "data"}}}
    assert found(judged, variables) == [f"{SUBJECT}.topology_spread_constraints"]


def scheduled(domains, each, least, pods):
    """:returns: how many pods the scheduler of Kubernetes places, one after the other, in domains that are empty at first."""
    counts = [0] * domains
    for _pod in range(pods):
        fewest = min(counts, default=0) if domains >= least else 0
        free = [place for place, count in enumerate(counts) if count + 1 - fewest <= each]
        if not free:
            break
        # Any of them may be taken; the fullest is the worst that can happen.
        counts[max(free, key=counts.__getitem__)] += 1
    return sum(counts)


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 6), st.integers(0, 30))
def test_room_is_what_the_rules_of_kubernetes_lead_to(domains, each, least, pods):
    limit = spread.room(domains, each, least)
    assert scheduled(domains, each, least, pods) == (pods if limit is None else min(pods, limit))
