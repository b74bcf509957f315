# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.rewritten import rewritten

DIGEST = "sha256:" + "0a" * 32
NETWORKS = ["172.28.0.0/24", "10.96.0.0/16"]
CLUSTER = {"airflow_context": "kind-rehearsal"}
ACCEPTED = {"airflow_preflight_accepted": ["WA109"]}
POLICIES = "airflow_network_policies_"
SHARED = {
    "airflow_logs_claim_storage_class": "shared", "airflow_logs_claim_access_mode": "ReadWriteMany", "airflow_logs_claim_size": "1Gi"}
SOURCE = {"vault": {"path": "airflow/sso", "key": "secret"}}
GENERATED = {"name": "salt", "generator": "token"}


def moved(cidrs, *more):
    return {POLICIES + "extra_flows": [{"from": ["worker"], "to_cidrs": cidrs, "ports": [443]}, *more]}


# {case: (variables, those that take their place)}
REPLACED = {
    "nothing": ({"airflow_namespace": "airflow"}, {}),
    "the digest of an image": ({"airflow_image_digest": DIGEST, "airflow_release_statsd_image_digest": DIGEST},
                               {"airflow_image_digest": "", "airflow_release_statsd_image_digest": ""}),
    "no digest": ({"airflow_image_digest": "", "airflow_release_statsd_image_digest": None}, {}),
    "the digest in a reference": ({"airflow_image_prepull_images": [f"r/a:3@{DIGEST}", "r/b:3"]}, {"airflow_image_prepull_images": ["r/a:3", "r/b:3"]}),
    "the digest of a profile": ({"airflow_worker_profiles": [{"name": "gpu", "image": {"tag": "3", "digest": DIGEST}}]},
                                {"airflow_worker_profiles": [{"name": "gpu", "image": {"tag": "3"}}]}),
    "a digest alone": ({"airflow_values_overrides": {"images": {"pgbouncer": {"digest": DIGEST}}, "labels": {"digest": "of news"}}},
                       {"airflow_values_overrides": {"images": {"pgbouncer": {}}, "labels": {"digest": "of news"}}}),
    "the digest of the chart": ({"airflow_chart_digest": DIGEST, "airflow_chart_url": f"oci://r/chart@{DIGEST}"}, {}),
    "networks": ({POLICIES + "database_cidrs": ["10.40.0.0/20"], POLICIES + "git_cidrs": [], POLICIES + "git_ports": [22]},
                 {POLICIES + "database_cidrs": NETWORKS}),
    "ports of the API": ({POLICIES + "kubernetes_api_ports": ["443"]}, {POLICIES + "kubernetes_api_ports": [443, 6443]}),
    "a private network of a flow": (moved(["10.0.0.0/8", "fd00::/8"]), moved(NETWORKS)),
    "a flow to everywhere": (moved(["0.0.0.0/0", "::/0"]), {}),
    "a flow to the metadata of a cloud": (moved(["169.254.170.23/32", "10.1.2.3"]), moved(["169.254.170.23/32", *NETWORKS])),
    "a flow in the cluster": (moved([], {"from": ["worker"], "to_namespaces": ["monitoring"]}, "no flow"), {}),
    "a network that is none": (moved(["everywhere"]), {}),
    "the port of an external database": ({"airflow_database_mode": "external", POLICIES + "database_port": 25060}, {POLICIES + "database_port": 5432}),
    "the port of its own": ({"airflow_database_mode": "in_cluster", POLICIES + "database_port": 5433}, {}),
    "S3": ({"airflow_logs": {"store": "s3", "url": "s3://bucket/logs"}}, {}),
    "the store of Google": ({"airflow_logs": {"store": "gcs", "url": "gs://bucket/logs"}}, {"airflow_logs": {"store": "claim"}, **SHARED}),
    "the store of Azure": ({"airflow_logs": {"store": "azure_blob", "url": "https://acmelogs.blob.core.windows.net/logs"}},
                           {"airflow_logs": {"store": "claim"}, **SHARED}),
    "sources": ({"airflow_secrets_sources": {"login_client_secret": SOURCE}}, {"airflow_secrets_sources": {}}),
    "registries": ({"airflow_secrets_registries": [{"name": "pull", "registry": "r", "username": SOURCE, "password": SOURCE}]},
                   {"airflow_secrets_registries": []}),
    "more Secrets": (
        {"airflow_secrets_additional": [
            {"name": "one", "keys": [GENERATED, {"name": "token", "source": SOURCE}]}, {"name": "two", "keys": [{"name": "token", "source": SOURCE}]},
            {"name": "three", "keys": [{"name": "url", "generator": "template", "parts": [{"name": "p", "source": SOURCE}]}]}]},
        {"airflow_secrets_additional": [{"name": "one", "keys": [GENERATED]}]}),
    "more Secrets that are generated": ({"airflow_secrets_additional": [{"name": "one", "keys": [GENERATED]}]}, {}),
    "what is accepted already": ({"airflow_preflight_accepted": ["WA501", "WA109"]}, {"airflow_preflight_accepted": ["WA109", "WA501"]}),
}  # fmt: skip


def changed(variables):
    """:returns: what takes the place of variables, without what is always there."""
    return rewritten(Environment(variables), NETWORKS, {})[0]


@pytest.mark.parametrize("variables, others", REPLACED.values(), ids=REPLACED)
def test_what_says_where_something_is_is_replaced(variables, others):
    assert changed(variables) == {**ACCEPTED, **others}


def test_the_variables_of_the_cluster_are_those_that_are_given():
    assert rewritten(Environment({"airflow_context": "prod"}), NETWORKS, CLUSTER)[0] == {**CLUSTER, **ACCEPTED}


# {case: what its rows are about}
TOLD = {
    "the digest in a reference": ["digest in airflow_image_prepull_images"], "networks": ["network 10.40.0.0/20"],
    "a private network of a flow": [f"networks of {POLICIES}extra_flows"], "ports of the API": ["port of the Kubernetes API"],
    "the port of an external database": ["port of the database"], "the store of Azure": ["log store azure_blob"], "no digest": [], "S3": [],
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_replaced_is_told(case):
    rows = rewritten(Environment(REPLACED[case][0]), NETWORKS, {})[1]
    assert [row.what for row in rows] == TOLD[case] and {row.state for row in rows} <= {"simulated"}
    assert {row.asked_by for row in rows} <= set(changed(REPLACED[case][0]))


@given(st.lists(st.sampled_from(sorted(REPLACED)), unique=True))
def test_rewriting_twice_changes_nothing_more(cases):
    variables = {}
    for case in cases:
        variables.update(REPLACED[case][0])
    once = {**variables, **rewritten(Environment(variables), NETWORKS, CLUSTER)[0]}
    again, rows = rewritten(Environment(once), NETWORKS, CLUSTER)
    assert ({**once, **again}, rows) == (once, [])


IMAGES = st.sampled_from([f"r/a:3@{DIGEST}", f"r/a@{DIGEST}", {"repository": "r/a", "digest": DIGEST}, {"digest": DIGEST}, "r/a:3", "", None])
NAMES = st.sampled_from(["image", "images", "tag"])
VALUES = st.recursive(IMAGES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)


@given(st.dictionaries(st.sampled_from(["airflow_values_overrides", "airflow_worker_profiles", "airflow_mine", "airflow_chart_url"]), VALUES))
def test_no_digest_is_left_but_that_of_the_chart(variables):
    found = {**variables, **changed({**variables, "airflow_chart_digest": DIGEST})}
    assert DIGEST not in json.dumps({name: value for name, value in found.items() if not name.startswith("airflow_chart_")})
    assert {"airflow_chart_digest", "airflow_chart_url"}.isdisjoint(changed({**variables, "airflow_chart_digest": DIGEST}))
