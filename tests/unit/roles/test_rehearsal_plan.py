# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/rehearsal_plan.yml plans the inventories that are here, and refuses what nothing makes and nobody has declared.

No chart repository can be reached, so that the plan is made with the bundled chart.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PLAYBOOK = ROOT / "playbooks" / "rehearsal_plan.yml"
ENVIRONMENTS = ("dev", "staging", "prod")
NOWHERE = "http://127.0.0.1:9"
PAGE = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
PREFIX = "airflow_rehearsal_"
IMAGES, SECRETS, REPOSITORIES = (PREFIX + name for name in ("images", "secrets_made_elsewhere", "repositories"))
MOCK_SECRET = "hunter2-of-nobody"


def variables_of(environment):
    """:returns: all variables of the inventory of an environment, as its files have them."""
    found = {}
    for path in sorted((ROOT / "inventories" / environment / "group_vars" / "all").glob("*.yml")):
        found.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found


def without(environment, variable, **fields):
    """:returns: a declaration of an environment without the entries that have these fields."""
    return {variable: [entry for entry in variables_of(environment)[variable] if not fields.items() <= entry.items()]}


def replaced(environment, variable, field, old, new):
    """:returns: a declaration of an environment with one value in the place of another."""
    return {variable: [{**entry, field: new} if entry[field] == old else entry for entry in variables_of(environment)[variable]]}


def changed(environment, variable, name, **fields):
    """:returns: a list of an environment with other fields of the entry that has this name."""
    return {variable: [{**entry, **(fields if entry["name"] == name else {})} for entry in variables_of(environment)[variable]]}


def too_small():
    """:returns: what of prod finds no room: pods on nodes, tasks in the quota, connections in PgBouncer, an autoscaler its metrics."""
    scheduler = variables_of("prod")["airflow_components"]["scheduler"]
    alike = {"labelSelector": {"matchLabels": {"component": "scheduler"}}, "topologyKey": "topology.kubernetes.io/zone"}
    return {
        **changed("prod", "airflow_node_pools", "core", zones=["eu-central-1a"]),
        "airflow_worker_profiles": [
            {**entry, "tolerations": []} if entry["name"] == "memory" else
            {**entry, "resources": {"requests": {"cpu": "16", "memory": "2Gi"}, "limits": {"memory": "2Gi"}}} if entry["name"] == "spot" else entry
            for entry in variables_of("prod")["airflow_worker_profiles"]],
        "airflow_components": {**variables_of("prod")["airflow_components"], "scheduler": {
            **scheduler, "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [alike]}},
            "topology_spread_constraints": [{**entry, "minDomains": 2} for entry in scheduler["topology_spread_constraints"]]}},
        "airflow_prerequisites_quota": {**variables_of("prod")["airflow_prerequisites_quota"], "requests.cpu": "64"},
        "airflow_pgbouncer": {**variables_of("prod")["airflow_pgbouncer"], "max_client_connections": 50},
        PREFIX + "addons": [], PREFIX + "addresses": [
            {**entry, "principals": entry["principals"][:1]} if "principals" in entry else entry for entry in variables_of("prod")[PREFIX + "addresses"]],
    }  # fmt: skip


BUNDLES = variables_of("prod")["airflow_dag_bundles"]
GPU = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/airflow-gpu"
POSTGRES = "docker.io/library/postgres"
# {environment: variables laid over it}: several things at once, as each is told beside the others.
LACKING = {
    "dev": {
        **without("dev", IMAGES, repository=POSTGRES), PREFIX + "addresses": [], PREFIX + "ingress_classes": ["ngnix"],
        PREFIX + "storage_classes": [], PREFIX + "image": [], "airflow_image_pull_secrets": [{"name": "registry"}],
        "airflow_secrets_sources": {"git_ssh_key": {"value": MOCK_SECRET}},
    },
    "prod": {
        **without("prod", IMAGES, repository=GPU), **replaced("prod", REPOSITORIES, "url", BUNDLES[1]["repository"], "https://git.example.com/finance.git"),
        SECRETS: [
            {**entry, "keys": ["platform", "finanse", "science"]} if entry["name"] == "airflow-git" else entry
            for entry in variables_of("prod")[SECRETS] if entry["name"] != "airflow-metadata-direct"],
        "airflow_dag_bundles": [*BUNDLES[:2], {**BUNDLES[2], "branch": "mian"}],
        # These the bundled chart leaves out, and then nothing is called idle.
        "airflow_values_overrides": {},
    },
    "staging": without("staging", SECRETS, name="airflow-staging-tls"),
    "room": too_small(),
    "values": {"airflow_values_overrides": {"schedular": {}, "config": {"core": {"dag_concurrency": 64}}}},
    "local": {"airflow_local_cluster_enabled": True},
}  # fmt: skip
REFUSED = {case: ({"room": "prod"}.get(case, case if case in ENVIRONMENTS else "dev"), variables) for case, variables in LACKING.items()}
# {case: list of (code, subject, words that are told of it)}
FOUND = {
    "dev": [
        ("WR101", f"image {POSTGRES}:17", "StatefulSet airflow-postgresql runs it"),
        ("WR201", "Secret registry", "let the role airflow_secrets make it"),
        ("WR203", "airflow_secrets", "airflow_secrets_sources.git_ssh_key is set, and nothing says which Secret it is for."),
        ("WR401", "address exampleairflowdev.blob.core.windows.net:443", "airflow_logs.url leads to it"),
        ("WR501", "IngressClass nginx", "Did you mean ngnix?"),
        ("WR002", PREFIX + "ingress_classes", "ngnix is declared, and nothing asks for it."),
        ("WR502", "StorageClass managed-csi", "volume of PostgreSQL is of it"),
        ("WA101", PREFIX + "image", f"Did you mean {IMAGES}?"),
    ],
    "prod": [
        ("WR101", f"image {GPU}:3.3.2-7", "DaemonSet airflow-image-prepull and gpu.yaml of ConfigMap airflow-pod-templates run it"),
        ("WR201", "Secret airflow-metadata-direct", "Job airflow-first-user and Job airflow-migration need it"),
        ("WR202", "Secret airflow-git, key finance", "Did you mean finanse?"),
        ("WR301", f"repository {BUNDLES[1]['repository']}", "DAG bundle finance follows it, and it is not declared."),
        ("WR302", f"repository {BUNDLES[2]['repository']}", "DAG bundle science follows its branch mian, which is not declared. Did you mean main?"),
        ("WR002", REPOSITORIES, "https://git.example.com/finance.git is declared"),
        ("WR002", REPOSITORIES, "https://git.example.com/science/training.git, branch main is declared"),
    ],
    "staging": [("WR201", "Secret airflow-staging-tls", "Ingress airflow-ingress needs it")],
    "room": [
        ("WA701", "airflow_worker_profiles[memory]",
         "those with the labels example.com/pool=memory have taints that it does not tolerate: example.com/pool=memory:NoSchedule."),
        ("WA702", "airflow_worker_profiles[spot]", "The nearest is pool spot: of cpu it requests 16, and an empty node has 15600m."),
        ("WA706", "airflow_components.scheduler.topology_spread_constraints", "Of 2 pods of scheduler 1 can run: with fewer than 2 zones (minDomains) each"),
        ("WA706", "airflow_components.scheduler.affinity", "its podAntiAffinity lets one run for each zone, and pool core has 1: eu-central-1a."),
        ("WA606", "ResourceQuota airflow-quota", "it lets 100 of the 256 tasks run that parallelism allows: of requests.cpu"),
        ("WA113", "airflow_pgbouncer.max_client_connections", "180 connections 2 PgBouncer pods with 50 clients each accept 100."),
        ("WR402", "address example-airflow-prod.s3.amazonaws.com:443",
         "worker is arn:aws:iam::111122223333:role/airflow-prod-tasks, whom it does not let in."),
        ("WR601", "add-on metrics-server", "HorizontalPodAutoscaler airflow-api-server needs it, and it is not declared."),
    ],
    "values": [
        ("WA113", "airflow_values_overrides.config.core.dag_concurrency", "Airflow 3 does not read this option, which was renamed."),
        ("WA113", "airflow_values_overrides.schedular", "Write scheduler."),
    ],
    "local": [("WR001", "airflow_local_cluster_enabled", "make run.")],
}
# What the page shows.
SHOWN = ("dev", {
    **without("dev", IMAGES, repository=POSTGRES), **replaced("dev", SECRETS, "keys", ["connection"], ["conection"])})
# {case: (environment, variables laid over it, what a row says)}
TAKEN = {
    **{environment: (environment, {}, "") for environment in ENVIRONMENTS},
    "without": ("prod", replaced("prod", IMAGES, "stand_in", "pgbouncer_exporter", "none"), "nothing: declared so"),
    "fetched": (
        "prod", {
            **without("prod", SECRETS, name="airflow-sso"),
            "airflow_secrets_sources": {"login_client_secret": {"value": MOCK_SECRET}},
        },
        "Secret airflow-sso: client-secret Deployment airflow-api-server made up: no source is asked"),
    "registry": (
        "dev", {
            "airflow_image_pull_secrets": [{"name": "registry"}],
            "airflow_secrets_registries": [
                {"name": "registry", "registry": "registry.acme.test", "username": {"value": "robot"}, "password": {"value": MOCK_SECRET}}],
        },
        "Secret registry: .dockerconfigjson"),
}  # fmt: skip


@pytest.fixture(scope="module", name="run")
def fixture_run(tmp_path_factory, helm):
    """Run the playbook with a host for each case: ``run(cases, *options, **environment) -> finished process``."""

    def run(cases, *options, **settings):
        folder = tmp_path_factory.mktemp("rehearsal")
        common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "airflow_helm_binary": helm.binary,
                  "airflow_chart_repository": NOWHERE}
        hosts = {case: {**variables_of(environment), **variables, **common} for case, (environment, variables, *unused) in cases.items()}
        # A file for each, as the templates in them are Ansible's.
        (folder / "host_vars").mkdir()
        for case, variables in hosts.items():
            (folder / "host_vars" / f"{case}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
        (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": dict.fromkeys(hosts)}}), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "AIRFLOW_CHART_PACKAGE"}
        environment |= {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"), "COLUMNS": "200",
            # In that of the user there may be the official chart.
            "XDG_CACHE_HOME": str(folder / "cache"), **settings,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(PLAYBOOK), "--inventory", str(folder / "hosts.yml"), *options],
            env=environment, capture_output=True, text=True, timeout=600, check=False)

    return run


def told(output, case):
    """:returns: what is said of a host: (the table, the findings), the lines of each put together."""
    shown = output.partition("Show what there will be of each thing]")[2].partition("\nTASK ")[0]
    table = re.search(rf"^ok: \[{case}\] => \n    changed: false\n    msg: (?:\|-\n)?(.*?)(?=^\S|\Z)", shown, re.MULTILINE | re.DOTALL)
    findings = re.search(rf"^\[ERROR\]: Task failed: {case}: (.*?)^fatal: \[{case}\]", output, re.MULTILINE | re.DOTALL)
    return table[1] if table else "", findings[1] if findings else ""


@pytest.fixture(scope="module", name="taken")
def fixture_taken(run):
    """What a run of the sound cases prints; it has to succeed."""
    finished = run(TAKEN, "--verbose")
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


@pytest.fixture(scope="module", name="refused")
def fixture_refused(run):
    """What a run of the other cases prints."""
    finished = run(REFUSED, "--verbose")
    assert finished.returncode == 2, finished.stdout
    return finished.stdout


@pytest.mark.parametrize("case", TAKEN)
def test_a_sound_environment_is_planned_with_one_row_for_each_thing(case, taken):
    table, findings = told(taken, case)
    assert findings == "" and f"{case} : ok=" in re.sub(" +", " ", taken) and "failed=1" not in taken
    lines = table.splitlines()
    assert lines[0].strip().startswith("Chart airflow 0.1.0, bundled with this collection, because there is no other.")
    assert {line.split("  ")[0].strip() for line in map(str.strip, lines) if re.match(r"(real|simulated|not checked) ", line)} == {
        "real", "simulated", *([] if case in ("dev", "registry") else ["not checked"])}
    assert ("nothing: declared so" in table) is (case == "without")


@pytest.mark.parametrize("case", [case for case in TAKEN if TAKEN[case][2]])
def test_what_a_run_makes_needs_no_declaration(case, taken):
    assert set(TAKEN[case][2].split()) <= set(told(taken, case)[0].split())


def test_what_the_bundled_chart_leaves_out_is_said(taken):
    for case, words in (("staging", "chart value dags.gitSync:"), ("prod", "chart value scheduler: revisionHistoryLimit")):
        assert set(words.split()) <= set(told(taken, case)[0].split())
    assert "chart value" not in told(taken, "dev")[0]


@pytest.mark.parametrize("case", REFUSED)
def test_what_nothing_makes_and_nobody_has_declared_is_refused(case, refused):
    unused, found = told(refused, case)
    assert sorted(re.findall(r"^(?:error|warning) +(W[AR]\d+)", found, re.MULTILINE)) == sorted(code for code, *rest in FOUND[case])
    words = set(found.split())
    for unused_code, subject, remark in FOUND[case]:
        assert {*subject.split(), *remark.split()} <= words, found


@pytest.mark.parametrize("case", ["values", "local"])
def test_where_nothing_can_be_compared_there_are_no_rows(case, refused):
    assert "in the rehearsal" not in told(refused, case)[0]


def test_no_secret_is_shown_not_even_with_the_results_of_all_tasks(taken, refused):
    assert "made_keys" in taken and MOCK_SECRET not in taken + refused


def test_a_package_that_the_environment_names_is_taken_and_one_that_is_not_there_is_no_reason_for_another(run):
    finished = run({"dev": TAKEN["dev"]}, AIRFLOW_CHART_PACKAGE="/nonesuch/airflow.tgz")
    table, findings = told(finished.stdout, "dev")
    assert finished.returncode == 2 and "There is no chart to plan with." in table
    assert "WA114" in findings and "/nonesuch/airflow.tgz" in findings and "bundled" not in findings


@pytest.mark.official_chart
@pytest.mark.skipif(not os.environ.get("AIRFLOW_CHART_PACKAGE"), reason="AIRFLOW_CHART_PACKAGE names no package of that chart")
def test_with_the_official_chart_nothing_is_left_out_and_nothing_declared_in_vain(run):
    package = os.environ["AIRFLOW_CHART_PACKAGE"]
    cases = {**{environment: TAKEN[environment] for environment in ENVIRONMENTS}, "shown": SHOWN}
    finished = run(cases, AIRFLOW_CHART_PACKAGE=package, COLUMNS="120")
    assert finished.stdout.count("failed=1") == 1 and "WR002" not in finished.stdout
    blocks = re.findall(r"^```\n(state .*?|The plan of the rehearsal.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert [block in textwrap.dedent(shown) for block, shown in zip(blocks, told(finished.stdout, "shown"))] == [True, True]
    for environment in ENVIRONMENTS:
        assert "chart value" not in told(finished.stdout, environment)[0]
        assert f"Chart airflow 1.22.0, the package that AIRFLOW_CHART_PACKAGE names, {package}." in " ".join(told(finished.stdout, environment)[0].split())


def test_what_may_stand_in_are_the_images_of_the_local_cluster(roles):
    (rehearsal,) = [role for role in roles if role.name == "airflow_rehearsal"]
    (local,) = [role for role in roles if role.name == "airflow_local_cluster"]
    choices = rehearsal.options()[IMAGES]["options"]["stand_in"]["choices"]
    images = local.read("vars/images.yml")["__airflow_local_cluster_airflow_images"]
    assert choices == [image["name"] for image in images] + ["none"]


def test_every_role_whose_pods_run_hands_out_what_it_applies(roles):
    (rehearsal,) = [role for role in roles if role.name == "airflow_rehearsal"]
    (asking,) = [task for task in rehearsal.read("tasks/plan.yml") if "loop" in task]
    starting = {role.name for role in roles if role.modules() & {"database_job"} or "DaemonSet" in "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "roles" / role.name / "templates").glob("daemon_set*"))}  # fmt: skip
    assert set(asking["loop"]) == starting | {"airflow_secrets"}
    assert [role.name for role in roles if role.read("tasks/plan.yml") and role.name != "airflow_rehearsal"] == sorted(asking["loop"])
