# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories for clusters of one's own: all of it is understood, and nothing is wrong with what it becomes."""

from __future__ import annotations

import functools
import itertools
import os
import pathlib

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import pods, rules
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.network import network_policies
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.paths import leaves
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.placeholders import kind_of
from ansible_collections.windrose.airflow.plugins.module_utils._progress import Progress
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.charts import ChartService
from ansible_collections.windrose.airflow.plugins.module_utils._service.release.values import ValuesService
from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, node_pools, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    key_check,
    semantics,
)

OFFICIAL_CHART = os.environ.get("AIRFLOW_CHART_PACKAGE", "")
NAMES = "query('varnames', '^airflow_')"
ASKED_FOR = (
    "{'specification': __airflow_specification_chart_inputs, 'overrides': airflow_values_overrides, "
    f"'variables': dict({NAMES} | zip(query('vars', *{NAMES})))}}"
)
REPLICATED = ("api_server", "scheduler", "dag_processor", "triggerer")
ENVIRONMENTS = ("dev", "staging", "prod")
# Add-ons, the namespace and the nodes: what else the preflight finds, only the owner of a cluster can write.
JUDGED = ("WA5", "WA6", "WA7")
INVENTORIES = pathlib.Path(__file__).resolve().parents[3] / "inventories"


@pytest.fixture(scope="session")
def asked_for(evaluate):
    """Callable that returns what the one cluster of an inventory has: specification, overrides and all variables."""

    @functools.cache
    def of(environment):
        (found,) = evaluate("airflow_release", ASKED_FOR, f"inventories/{environment}").values()
        return found

    return of


@pytest.fixture(params=ENVIRONMENTS)
def environment(request):
    """The name of each inventory."""
    return request.param


def variables_by_file(name):
    """:returns: {path: names of the variables of the collection, in the order of the file} of an inventory."""
    paths = (path for path in sorted((INVENTORIES / name).rglob("*")) if path.is_file())
    contents = {str(path.relative_to(INVENTORIES / name)): yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}
    return {path: [variable for variable in content if variable.startswith("airflow_")] for path, content in contents.items()}


def test_all_have_the_same_files():
    names = {name: sorted(variables_by_file(name)) for name in ENVIRONMENTS}
    assert names["dev"] == names["staging"] == names["prod"]
    # What follows compares nothing where this reads nothing.
    assert "group_vars/all/scaling.yml" in names["prod"]


def test_every_file_says_what_holds_in_its_environment(environment):
    about_ansible = {"hosts.yml", "group_vars/all/ansible.yml"}
    assert {path for path, variables in variables_by_file(environment).items() if not variables} == about_ansible


@pytest.mark.parametrize("pair", list(itertools.combinations(ENVIRONMENTS, 2)), ids="-".join)
def test_a_variable_of_two_is_in_the_same_file_and_at_the_same_place(pair):
    one, other = (
        [(path, name) for path, names in variables_by_file(environment).items() for name in names] for environment in pair)
    common = {name for _path, name in one} & {name for _path, name in other}
    assert len(common) > 20
    assert [place for place in one if place[1] in common] == [place for place in other if place[1] in common]


def test_every_variable_is_declared_and_is_what_its_declaration_says(environment, asked_for, roles):
    declared = {name: option for role in roles for name, option in role.options().items()}
    judged = ArgumentSpecValidator(declared).validate(asked_for(environment)["variables"])
    assert judged.error_messages == []


def test_nothing_is_wrong_with_the_compiled_values(environment, asked_for):
    asked = asked_for(environment)
    settings, version = compiler.compile_settings(asked["specification"]), asked["specification"]["version"]
    values = overrides.merged(compiler.chart_values(settings), asked["overrides"])
    context = {"airflow_version": version, "node_pools": asked["variables"]["airflow_node_pools"], "database_max_connections": None}
    assert key_check.check_keys(values, official_facts(), version) == []
    assert semantics.check_semantics(values, context) == []


def test_the_network_policies_cut_nothing_off(environment, asked_for):
    found = Environment(asked_for(environment)["variables"])
    assert found.chart_values["executor"] == "KubernetesExecutor"
    assert network_policies(found, {}) == []


@pytest.mark.official_chart
@pytest.mark.skipif(not OFFICIAL_CHART, reason="AIRFLOW_CHART_PACKAGE names no package of that chart")
def test_the_official_chart_makes_an_airflow_of_the_values(environment, asked_for, helm, tmp_path):
    asked, charts = asked_for(environment), ChartService(None, str(tmp_path), None, Progress())
    values = ValuesService(charts, {
        "specification": asked["specification"], "values_overrides": asked["overrides"],
        "node_pools": asked["variables"]["airflow_node_pools"], "database_max_connections": None,
        "chart": {"source": "path", "path": OFFICIAL_CHART, "digest": None},
    }, None).compile().chart_values
    rendered = helm.render(OFFICIAL_CHART, values)
    labels = [item["spec"]["template"]["metadata"]["labels"] for item in rendered if item["kind"] == "Deployment"]
    by_component = {of_pod["component"]: of_pod for of_pod in labels}
    for pod in [pod for pod in pods.components(Environment(asked["variables"])) if pod.labels]:
        assert pod.labels.items() <= by_component[pod.labels["component"]].items()
    kinds = {item["kind"] for item in rendered}
    assert {"Deployment", "Ingress"} <= kinds
    made_by_the_chart = {"ServiceAccount", "Role", "RoleBinding"} & kinds
    assert len(made_by_the_chart) == (3 if asked["specification"]["service_account_source"] == "chart" else 0)
    assert kinds.isdisjoint({"Job", "Secret", "NetworkPolicy"})


def nodes_of(pools):
    """:returns: a node of each pool in each of its zones."""
    return [
        {"name": f"{pool['name']}-{zone}", "labels": {"kubernetes.io/os": "linux", "topology.kubernetes.io/zone": zone, **pool["labels"]},
         "taints": pool.get("taints", []), "allocatable": pool["allocatable"]}
        for pool in pools for zone in pool["zones"]
    ]  # fmt: skip


@pytest.mark.parametrize("seen", ["nodes", "no nodes", "nothing"])
def test_every_pod_finds_a_node_of_the_pools_and_a_place_in_the_quota(environment, seen, asked_for, roles):
    defaults = {name: option.get("default") for role in roles for name, option in role.options().items()}
    variables = {**defaults, **asked_for(environment)["variables"]}
    nodes = {"nodes": {"nodes": nodes_of(variables["airflow_node_pools"])}, "no nodes": {"nodes": []}, "nothing": {}}[seen]
    found = rules.findings(variables, list(variables), {**nodes, "priority_classes": [], "namespace": {"exists": False}}, None)
    assert [str(finding) for finding in found if finding.code[:3] in JUDGED] == []
    assert {pod.name for pod in pods.components(Environment(variables))} >= {"migration", "first-user", "preflight-probe"}


def test_every_pool_is_described_in_full(environment, asked_for):
    pools = asked_for(environment)["variables"]["airflow_node_pools"]
    assert node_pools.findings(pools) == []
    for pool in pools:
        assert {"name", "machine_types", "minimum_nodes", "maximum_nodes", "zones", "labels", "allocatable"} <= set(pool), pool
        assert {"cpu", "memory", "pods"} <= set(pool["allocatable"]), pool


def test_prod_has_as_many_gpus_as_the_quota(asked_for):
    variables = asked_for("prod")["variables"]
    gpus = [pool["maximum_nodes"] * int(pool["allocatable"].get("nvidia.com/gpu", 0)) for pool in variables["airflow_node_pools"]]
    assert sum(gpus) == variables["airflow_prerequisites_quota"]["requests.nvidia.com/gpu"]


def test_no_inventory_leads_to_a_cluster_before_an_identity_is_filled_in(environment, asked_for):
    pin = asked_for(environment)["variables"]["airflow_expected_cluster"]
    assert set(pin["uid"] + pin["ca_sha256"]) == {"0", "-"}


def test_every_chart_is_the_official_one_that_is_known_here(environment, asked_for):
    variables = asked_for(environment)["variables"]
    assert variables["airflow_chart_source"] == "official"
    assert variables["airflow_chart_version"] == official_facts().version


def test_prod_outlives_the_loss_of_a_node(asked_for):
    specification = asked_for("prod")["specification"]
    for name in REPLICATED:
        options = specification["components"][name]
        least = specification["autoscaling"].get(name, {}).get("minimum", options.get("replicas", 1))
        assert least >= 2, name
        assert options["disruption_budget"], name
    assert specification["pgbouncer"]["replicas"] >= 2


def test_every_profile_of_prod_selects_one_pool_and_tolerates_its_taint(asked_for):
    for profile in asked_for("prod")["specification"]["worker_profiles"]:
        pools = asked_for("prod")["variables"]["airflow_node_pools"]
        (selected,) = [pool for pool in pools if pool["labels"] == profile["node_selector"]]
        (taint,) = selected["taints"]
        assert {**taint, "operator": "Equal"} in profile["tolerations"], profile["name"]


def test_prod_pulls_the_image_of_every_profile_beforehand(asked_for):
    variables = asked_for("prod")["variables"]
    images = [profile["image"] for profile in variables["airflow_worker_profiles"] if "image" in profile]
    images.append({part: variables[f"airflow_image_{part}"] for part in ("repository", "tag", "digest")})
    named = {"{repository}:{tag}@{digest}".format(**image) for image in images}
    assert named == set(variables["airflow_image_prepull_images"])


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_what_is_released_to_staging_and_prod_goes_by_a_digest(asked_for, name):
    specification = asked_for(name)["specification"]
    values = compiler.chart_values(compiler.compile_settings(specification))
    assert values["defaultAirflowTag"] == "{image_tag}@{image_digest}".format(**specification)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_no_digest_of_an_example_is_taken_for_one(asked_for, name):
    digests = [
        text for path, text in leaves(asked_for(name)["variables"])
        if text and (path[-1] == "digest" or str(path[-1]).endswith("_image_digest"))]
    assert [kind_of(digest) for digest in digests] == ["a digest of nothing but zeros"] * (3 if name == "prod" else 1)


def test_profiles_of_dev_and_staging_have_names_that_prod_knows(asked_for):
    names = {
        name: {profile["name"] for profile in asked_for(name)["specification"]["worker_profiles"]} for name in ENVIRONMENTS}
    assert names["dev"] | names["staging"] <= names["prod"]
