# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.environment import Environment
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.addresses import VOLUME, contacted
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.stand_ins import (
    made_up_keys,
    named_classes,
    path_of,
    pushed_images,
    served_hosts,
    served_repositories,
)

DIGEST = "sha256:" + "0a" * 32
ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
URL = "https://git.acme.test/data/dags.git"


def asked(*references):
    return [{"image": reference, "used_by": ["Deployment a"]} for reference in references]


def declared(repository, tag=None, stand_in="airflow"):
    return {"repository": repository, "tag": tag, "stand_in": stand_in}


def pushed(path, tag, stand_in="airflow", host="r.test"):
    return {"name": f"{host}/{path}:{tag}", "path": path, "tag": tag, "stand_in": stand_in}


@pytest.mark.parametrize(
    ("repository", "path"),
    [
        ("postgres", "library/postgres"), ("apache/airflow", "apache/airflow"), ("docker.io/postgres", "library/postgres"),
        ("docker.io/library/postgres", "library/postgres"), ("docker.io/apache/airflow", "apache/airflow"), (f"{ECR}/airflow", "airflow"),
        (f"{ECR}/mirror/statsd-exporter", "mirror/statsd-exporter"), ("registry:5000/airflow", "airflow"), ("localhost/a/b", "a/b"),
        ("localhost:5000/airflow", "airflow"), ("quay.io/prometheus/statsd-exporter", "prometheus/statsd-exporter"),
    ])
def test_a_path_is_what_a_container_runtime_asks_the_registry_for(repository, path):
    assert path_of(repository) == path


# {case: (images, declarations, what the registry serves)}
PUSHED = {
    "by its tag": (asked("r.test/a:3"), [declared("r.test/a", "3")], [pushed("a", "3")]),
    "whatever the tag": (asked("r.test/a:3", "r.test/a:4"), [declared("r.test/a")], [pushed("a", "3"), pushed("a", "4")]),
    "the tag before all": (asked("r.test/a:3"), [declared("r.test/a"), declared("r.test/a", "3", "pgbouncer")], [pushed("a", "3", "pgbouncer")]),
    "once for all digests": (asked("r.test/a:3", f"r.test/a:3@{DIGEST}"), [declared("r.test/a")], [pushed("a", "3")]),
    "by a digest alone": (asked(f"r.test/a@{DIGEST}"), [declared("r.test/a")], [pushed("a", "latest")]),
    "without a tag": (asked("postgres"), [declared("postgres", "latest", "postgresql")], [pushed("library/postgres", "latest", "postgresql", "docker.io")]),
    "not declared": (asked("r.test/b:3"), [declared("r.test/a")], []),
    "declared to be nothing": (asked("r.test/a:3"), [declared("r.test/a", stand_in="none")], []),
    "one tag declared to be nothing": (asked("r.test/a:3", "r.test/a:4"), [declared("r.test/a"), declared("r.test/a", "3", "none")], [pushed("a", "4")]),
}


@pytest.mark.parametrize("images, declarations, found", PUSHED.values(), ids=PUSHED)
def test_what_the_registry_serves(images, declarations, found):
    assert pushed_images(images, declarations) == found


def reference(secret, key, **more):
    return {"secret": secret, "key": key, "is_optional": False, "is_made": False, "used_by": ["Deployment a"], **more}


def made(secret, name, is_fetched=False):
    return {"secret": secret, "name": name, "is_fetched": is_fetched}


# {case: (references, what the run makes, what is declared, what is made up)}
MADE_UP = {
    "what the chart makes": ([reference("a", "k", is_made=True)], [], [], {}),
    "what is generated": ([reference("a", "k")], [made("a", "k")], [], {}),
    "what has a source": ([reference("a", "k")], [made("a", "k", True)], [], {"a": ["k"]}),
    "what is declared": ([reference("a", "k")], [], [{"name": "a", "keys": ["k", "more"]}], {"a": ["k", "more"]}),
    "what is read as a whole": ([reference("a", "")], [made("a", "k", True), made("a", "salt")], [], {"a": ["k"]}),
    "what is made of another key": ([reference("a", "url")], [made("a", "url", True), made("a", "password", True)], [], {"a": ["password", "url"]}),
    "what is partly declared": ([reference("a", "k")], [made("a", "salt")], [{"name": "a", "keys": ["k", "salt"]}], {"a": ["k"]}),
    "what nobody reads": ([], [made("a", "k", True)], [{"name": "b", "keys": ["k"]}], {}),
    "what is optional": ([reference("a", "k", is_optional=True)], [], [], {}),
}


@pytest.mark.parametrize("references, makes, declares, found", MADE_UP.values(), ids=MADE_UP)
def test_which_keys_are_made_up(references, makes, declares, found):
    assert made_up_keys(references, makes, declares) == found


PAIRS = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["k", "l", "m"]))


@given(st.lists(PAIRS), st.lists(PAIRS), st.lists(PAIRS))
def test_every_key_that_is_read_and_declared_is_made_up_unless_a_run_generates_it(read, generated, known):
    found = made_up_keys(
        [reference(*pair) for pair in read], [made(*pair) for pair in generated], [{"name": name, "keys": [key]} for name, key in known])
    there = {(name, key) for name, keys in found.items() for key in keys}
    assert set(read) & set(known) - set(generated) <= there <= set(known) - set(generated)


def bundles(*found):
    return {"airflow_dag_bundles": [{"name": f"team{place}", "repository": url, **more} for place, (url, more) in enumerate(found)]}


def test_a_repository_has_all_that_bundles_look_for_in_it():
    other = "http://git.acme.test:8080/b.git"
    variables = bundles((URL, {"branch": "main", "subdirectory": "dags"}), (URL, {"branch": "next"}), (other, {}))
    assert served_repositories(Environment(variables)) == [
        {"host": "git.acme.test", "port": 443, "path": "data/dags.git", "folder": "0", "branches": ["main", "next"], "subdirectories": ["", "dags"]},
        {"host": "git.acme.test", "port": 8080, "path": "b.git", "folder": "1", "branches": ["main"], "subdirectories": [""]}]


@pytest.mark.parametrize("url", ["git@git.acme.test:dags.git", "ssh://git@git.acme.test/dags.git", "file:///dags"])
def test_a_repository_that_is_not_there_over_http_is_not_served(url):
    assert served_repositories(Environment(bundles((url, {})))) == []


@pytest.mark.parametrize(("url", "port"), [("http://git.acme.test/a.git", 80), (URL, 443), ("https://git.acme.test:8443/a.git", 8443)])
def test_a_repository_is_served_at_its_own_port_and_as_nothing_else(url, port):
    hosts, buckets = served_hosts(Environment({**bundles((url, {})), "airflow_logs": {"store": "none"}}))
    assert (hosts, buckets) == ([{"host": "git.acme.test", "port": port, "kind": "git"}], [])


LOGIN = {"method": "openid_connect", "openid_connect": {"issuer": "https://login.acme.test/realms/data", "client_id": "airflow"}}
S3 = {"store": "s3", "url": "s3://acme-logs/airflow"}
# {case: (variables, {host: what else is said of it}, buckets)}
SERVED = {
    "nothing": ({}, {}, []),
    "an identity provider": ({"airflow_auth": LOGIN}, {"login.acme.test": {"kind": "openid_connect", "issuer_path": "/realms/data"}}, []),
    "S3": (
        {"airflow_logs": S3},
        dict.fromkeys(("acme-logs.s3.amazonaws.com", "acme-logs.s3.us-east-1.amazonaws.com", "s3.amazonaws.com", "s3.us-east-1.amazonaws.com"), {"kind": "s3"}),
        ["acme-logs"]),
    "another store": ({"airflow_logs": {"store": "gcs", "url": "gs://acme-logs/airflow"}}, {}, []),
    "git and another store": (
        {**bundles((URL, {})), "airflow_logs": {"store": "azure_blob", "url": "https://acmelogs.blob.core.windows.net/a"}},
        {"git.acme.test": {"kind": "git"}}, []),
}  # fmt: skip


@pytest.mark.parametrize("variables, hosts, buckets", SERVED.values(), ids=SERVED)
def test_what_answers_at_which_host(variables, hosts, buckets):
    of = Environment(variables)
    assert served_hosts(of) == ([{"host": host, "port": 443, **hosts[host]} for host in sorted(hosts)], buckets)
    assert {endpoint["host"] for endpoint in contacted(of) if endpoint["kind"] != VOLUME and "host" in endpoint} <= set(hosts)


def test_the_classes_are_those_that_are_declared():
    variables = {"airflow_rehearsal_ingress_classes": ["nginx"], "airflow_rehearsal_storage_classes": ["gp3", "efs"]}
    assert named_classes(Environment(variables)) == {"ingress_classes": ["nginx"], "storage_classes": ["gp3", "efs"]}
    assert named_classes(Environment({})) == {"ingress_classes": [], "storage_classes": []}
