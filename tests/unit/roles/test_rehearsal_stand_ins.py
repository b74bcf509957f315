# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal makes for each of the inventories that are here, as the tasks of the role say it.

No chart repository can be reached, so that the bundled chart is rendered.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
ENVIRONMENTS = ("dev", "staging", "prod")
NOWHERE = "http://127.0.0.1:9"
NETWORKS = ["172.28.0.0/24", "10.96.0.0/16"]
CLUSTER = {"airflow_context": "kind-rehearsal"}
WORKERS = [
    {"name": f"windrose-rehearsal-worker{number}", "allocatable": {"cpu": "64", "memory": "20Gi", "pods": "110"}} for number in ("", "2", "3")]
SEED, CERTIFICATE = "of no cluster", {"tls.crt": "CERTIFICATE", "tls.key": "KEY"}
PLAY = """
- hosts: all
  gather_facts: false
  roles:
    - windrose.airflow.airflow_rehearsal
  tasks:
    - ansible.builtin.include_role:
        name: windrose.airflow.airflow_rehearsal
        tasks_from: plan
    - ansible.builtin.set_fact:
        stand_ins: >-
          {{ __airflow_specification_variables
             | windrose.airflow.rehearsal_stand_ins(
                 __airflow_specification_values, __airflow_rehearsal_own_objects, __airflow_secrets_planned, networks, cluster) }}
        nodes: "{{ __airflow_specification_variables | windrose.airflow.rehearsal_nodes(workers) }}"
    - ansible.builtin.set_fact:
        found:
          stand_ins: "{{ stand_ins }}"
          nodes: "{{ nodes }}"
          secrets: "{{ __airflow_specification_variables | windrose.airflow.rehearsal_secrets(stand_ins.secrets, seed, certificate) }}"
          variables: "{{ __airflow_specification_variables }}"
    - ansible.builtin.copy:
        content: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'found'))) | to_json }}"
        dest: "{{ found_file }}"
        mode: "0600"
      run_once: true
"""


@pytest.fixture(scope="module", name="found")
def fixture_found(tmp_path_factory, helm):
    """:returns: {environment: {stand_ins, nodes, secrets, variables}}, from one start of Ansible."""
    folder = tmp_path_factory.mktemp("stand_ins")
    (folder / "play.yml").write_text(PLAY, encoding="utf-8")
    groups = {f"clusters_{name}": {"hosts": {name: {}}} for name in ENVIRONMENTS}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": groups}}), encoding="utf-8")
    for name in ENVIRONMENTS:
        (folder / "host_vars").mkdir(exist_ok=True)
        (folder / "host_vars" / name).symlink_to(ROOT / "inventories" / name / "group_vars" / "all")
    extra = {
        "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "airflow_helm_binary": helm.binary,
        "airflow_chart_repository": NOWHERE, "networks": NETWORKS, "cluster": CLUSTER, "workers": WORKERS, "seed": SEED,
        "certificate": CERTIFICATE, "found_file": str(folder / "found.json"),
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "AIRFLOW_CHART_PACKAGE"}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "XDG_CACHE_HOME": str(folder / "cache")}
    run = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", str(folder / "play.yml"), "--inventory", str(folder / "hosts.yml"), "--extra-vars", json.dumps(extra)],
        env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads((folder / "found.json").read_text(encoding="utf-8"))


# {environment: pool of each real node}
REAL = {"dev": ["general"] * 3, "staging": ["core", "tasks", "spot"], "prod": ["core", "tasks", "spot"]}
SIMULATED = {"dev": {}, "staging": {}, "prod": {"memory": 3, "gpu": 3}}
# {environment: {profile: pool}}
PROFILES = {
    "dev": {"default": "general", "memory": "general"}, "staging": {"default": "tasks", "memory": "tasks", "spot": "spot"},
    "prod": {"default": "tasks", "memory": "memory", "gpu": "gpu", "spot": "spot"},
}
AIRFLOW = {"dev": ("airflow", "3.3.2-dev.41"), "staging": ("example-data-staging/airflow/airflow", "3.3.2-7"), "prod": ("airflow", "3.3.2-7")}
STATSD = {"dev": "prometheus/statsd-exporter", "staging": "prometheus/statsd-exporter", "prod": "mirror/statsd-exporter"}
# {environment: {(path, tag): stand-in}} beside Airflow and the exporter of statsd.
IMAGES = {
    "dev": {("library/postgres", "17"): "postgresql"}, "staging": {}, "prod": {
        ("airflow-gpu", "3.3.2-7"): "airflow", ("apache/airflow", "airflow-pgbouncer-2025.03.05-1.23.1"): "pgbouncer",
        ("apache/airflow", "airflow-pgbouncer-exporter-2025.03.05-0.18.0"): "pgbouncer_exporter",
    },
}  # fmt: skip
SECRETS = {
    "dev": {"airflow-dev-tls", "airflow-git"}, "staging": {"airflow-metadata", "airflow-staging-tls"}, "prod": {
        "airflow-git", "airflow-metadata", "airflow-metadata-direct", "airflow-pgbouncer-config", "airflow-pgbouncer-stats", "airflow-sso", "airflow-tls"},
}  # fmt: skip
GIT = {"git.example.com": "git"}
HOSTS = {
    # A volume stands in for their log stores.
    "dev": GIT, "staging": GIT, "prod": {
        **GIT, "login.example.com": "openid_connect", "example-airflow-prod.s3.amazonaws.com": "s3", "s3.amazonaws.com": "s3",
        "example-airflow-prod.s3.us-east-1.amazonaws.com": "s3", "s3.us-east-1.amazonaws.com": "s3"},
}  # fmt: skip
VOLUMES = {"exampleairflowdev.blob.core.windows.net", "storage.googleapis.com"}
FOLDERS = {"dev": [["dags"]], "staging": [["dags"]], "prod": [["dags"], ["airflow/dags"], [""]]}


@pytest.fixture(params=ENVIRONMENTS, name="environment")
def fixture_environment(request):
    """The name of each inventory."""
    return request.param


def pools_of(nodes, is_simulated):
    """:returns: the names of the pools of real or simulated nodes, in their order."""
    return [node["pool"].removeprefix("pool ") for node in nodes["nodes"] if node["is_simulated"] is is_simulated]


def test_the_real_nodes_are_for_components_the_default_profile_and_what_fits(environment, found):
    nodes = found[environment]["nodes"]
    assert nodes["without_node"] == [] and pools_of(nodes, False) == REAL[environment]
    simulated = pools_of(nodes, True)
    assert {pool: simulated.count(pool) for pool in simulated} == SIMULATED[environment]
    assert {node["pool"].removeprefix("pool ") for node in nodes["nodes"]} == {pool["name"] for pool in found[environment]["variables"]["airflow_node_pools"]}


def test_the_gpus_of_prod_are_on_nodes_that_only_say_so(found):
    with_gpus = [node for node in found["prod"]["nodes"]["nodes"] if "nvidia.com/gpu" in node["allocatable"]]
    assert {node["pool"] for node in with_gpus} == {"pool gpu"} and {node["allocatable"]["nvidia.com/gpu"] for node in with_gpus} == {"1"}
    assert all(node["is_simulated"] for node in with_gpus)
    assert len({node["labels"]["topology.kubernetes.io/zone"] for node in with_gpus}) == len(with_gpus)


def test_every_profile_has_the_nodes_of_its_pool(environment, found):
    nodes = {node["name"]: node["pool"].removeprefix("pool ") for node in found[environment]["nodes"]["nodes"]}
    placed = {profile["profile"]: {nodes[name] for name in profile["nodes"]} for profile in found[environment]["nodes"]["task_pods"]}
    assert placed == {profile: {pool} for profile, pool in PROFILES[environment].items()}
    for profile in found[environment]["nodes"]["task_pods"]:
        assert profile["is_simulated"] is (PROFILES[environment][profile["profile"]] in SIMULATED[environment])


def test_the_registry_serves_every_image_by_its_tag(environment, found):
    images = {(image["path"], image["tag"]): image["stand_in"] for image in found[environment]["stand_ins"]["images"]}
    own = {AIRFLOW[environment]: "airflow", (STATSD[environment], "v0.30.0"): "statsd_exporter"}
    assert images == {**own, **IMAGES[environment]}


def test_every_secret_of_others_that_is_read_is_made_up_with_all_of_its_keys(environment, found):
    declared = {entry["name"]: sorted(entry["keys"]) for entry in found[environment]["variables"]["airflow_rehearsal_secrets_made_elsewhere"]}
    # The bundled chart has no git-sync.
    declared.pop("airflow-git-credentials", None)
    assert found[environment]["stand_ins"]["secrets"] == declared and set(declared) == SECRETS[environment]
    made = {secret["metadata"]["name"]: sorted(secret["stringData"]) for secret in found[environment]["secrets"]}
    assert made == declared


def test_the_database_of_prod_is_reached_through_pgbouncer_and_by_the_migration_itself(found):
    made = {secret["metadata"]["name"]: secret["stringData"] for secret in found["prod"]["secrets"]}
    assert "@airflow-pgbouncer.airflow:6543/airflow-metadata" in made["airflow-metadata"]["connection"]
    assert "@postgresql.rehearsal.internal:5432/airflow?" in made["airflow-metadata-direct"]["connection"]
    assert "airflow-metadata = host=postgresql.rehearsal.internal " in made["airflow-pgbouncer-config"]["pgbouncer.ini"]


def test_every_address_of_the_inventory_is_served(environment, found):
    stand_ins, variables = found[environment]["stand_ins"], found[environment]["variables"]
    assert {host["host"]: host["kind"] for host in stand_ins["hosts"]} == HOSTS[environment]
    assert {host["port"] for host in stand_ins["hosts"]} == {443}
    assert {entry["host"] for entry in variables["airflow_rehearsal_addresses"]} - VOLUMES <= set(HOSTS[environment])
    assert stand_ins["buckets"] == (["example-airflow-prod"] if environment == "prod" else [])


def test_every_declared_repository_is_served_with_its_branches_and_folders(environment, found):
    stand_ins, declared = found[environment]["stand_ins"], found[environment]["variables"]["airflow_rehearsal_repositories"]
    served = {f"https://{entry['host']}/{entry['path']}": entry["branches"] for entry in stand_ins["repositories"]}
    assert served == {entry["url"]: entry["branches"] for entry in declared}
    assert [entry["subdirectories"] for entry in stand_ins["repositories"]] == FOLDERS[environment]


def test_no_placeholder_of_a_digest_is_left_and_no_network_of_the_real_environment(environment, found):
    stand_ins, before = found[environment]["stand_ins"], found[environment]["variables"]
    after = {**before, **stand_ins["variables"]}
    assert "sha256:" not in json.dumps({name: value for name, value in after.items() if "image" in name or name == "airflow_worker_profiles"})
    assert ("sha256:" in json.dumps(before["airflow_image_digest"])) is (environment != "dev")
    networks = {name: value for name, value in before.items() if name.startswith("airflow_network_policies_") and name.endswith("_cidrs")}
    assert {name for name, value in networks.items() if value} <= set(stand_ins["variables"]) and "airflow_network_policies_kubernetes_api_cidrs" in networks
    assert {tuple(after[name]) for name, value in networks.items() if value} == {tuple(NETWORKS)}
    # Where the log store and a token are is everywhere.
    assert after["airflow_network_policies_extra_flows"] == before["airflow_network_policies_extra_flows"]


def test_what_is_replaced_leaves_the_rest_of_the_specification(environment, found):
    changed = found[environment]["stand_ins"]["variables"]
    assert changed["airflow_context"] == CLUSTER["airflow_context"] and "WA109" in changed["airflow_preflight_accepted"]
    own = {name for name in changed if not name.startswith(("airflow_network_policies_", "airflow_logs", "airflow_preflight_")) and "image" not in name}
    assert own == {"airflow_context", *(["airflow_worker_profiles"] if environment == "prod" else [])}
    assert ("airflow_logs" in changed) is (environment != "prod")
