# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.windrose.airflow.plugins.filter.rehearsal_stand_ins import FilterModule, rehearsal_stand_ins

NETWORKS, CLUSTER = ["172.28.0.0/24"], {"airflow_context": "kind-rehearsal"}
VARIABLES = {
    "airflow_network_policies_database_cidrs": ["10.0.0.0/8"], "airflow_logs": {"store": "none"}, "airflow_rehearsal_ingress_classes": ["nginx"],
    "airflow_rehearsal_images": [
        {"repository": "r.test/airflow", "stand_in": "airflow"}, {"repository": "r.test/postgres", "tag": "17", "stand_in": "postgresql"}],
    "airflow_rehearsal_secrets_made_elsewhere": [{"name": "airflow-git", "keys": ["token"]}, {"name": "registry", "keys": [".dockerconfigjson"]}],
    "airflow_dag_bundles": [{"name": "team", "repository": "https://git.acme.test/dags.git"}],
}  # fmt: skip
COMPILED = {
    "images": [{"image": "r.test/airflow:3", "used_by": ["Deployment airflow-scheduler"]}],
    "secret_references": [{"secret": "airflow-git", "key": "token", "is_optional": False, "is_made": False, "used_by": ["Deployment airflow-scheduler"]}],
    "ingress_classes": [], "claims": [],
}  # fmt: skip
OWN = [{
    "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "airflow-postgresql"}, "spec": {"template": {"spec": {
        "containers": [{"name": "postgresql", "image": "r.test/postgres:17"}], "imagePullSecrets": [{"name": "registry"}]}}},
}]  # fmt: skip
MADE = {"made_keys": [], "findings": []}


def test_what_is_made_is_plain_data_of_the_chart_and_of_the_roles():
    found = rehearsal_stand_ins(wrap_var(VARIABLES), wrap_var(COMPILED), wrap_var(OWN), wrap_var(MADE), NETWORKS, CLUSTER)
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "images": [
            {"name": "r.test/airflow:3", "path": "airflow", "tag": "3", "stand_in": "airflow"},
            {"name": "r.test/postgres:17", "path": "postgres", "tag": "17", "stand_in": "postgresql"}],
        "secrets": {"airflow-git": ["token"], "registry": [".dockerconfigjson"]},
        "repositories": [{"host": "git.acme.test", "port": 443, "path": "dags.git", "folder": "0", "branches": ["main"], "subdirectories": [""]}],
        "hosts": [{"host": "git.acme.test", "port": 443, "kind": "git"}], "buckets": [],
        "ingress_classes": ["nginx"], "storage_classes": [],
        "variables": {**CLUSTER, "airflow_network_policies_database_cidrs": NETWORKS, "airflow_preflight_accepted": ["WA109"]},
    }  # fmt: skip


def test_what_is_given_is_not_changed():
    given = json.dumps([VARIABLES, COMPILED, OWN, CLUSTER])
    rehearsal_stand_ins(VARIABLES, COMPILED, OWN, MADE, NETWORKS, CLUSTER)
    assert json.dumps([VARIABLES, COMPILED, OWN, CLUSTER]) == given


def test_templates_call_it_by_its_name():
    assert FilterModule().filters() == {"rehearsal_stand_ins": rehearsal_stand_ins}
