# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod found out becomes findings: each code by what it is for, and nothing where nothing is wrong."""

from __future__ import annotations

import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._preflight import rules
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import CATALOGUE
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.probe import probe
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import report

IMAGE = {
    "image": "registry.acme.io/airflow:3.3.2", "used_by": ["Deployment airflow/airflow-scheduler"], "pulled": True,
    "is_refused": False, "message": "", "remedy": "",
}  # fmt: skip
MISSING = {**IMAGE, "pulled": False, "message": "registry.acme.io/airflow:3.3.2: not found", "remedy": "Correct the tag, or push it."}
REFUSED = {
    **IMAGE, "pulled": False, "is_refused": True, "message": "failed to authorize: 401 Unauthorized",
    "remedy": "Check the name of image x, and that imagePullSecrets hold credentials that may pull it.",
}  # fmt: skip
SECRET = {"name": "registry", "is_valid": True, "message": "", "registries": ["registry.acme.io"]}
ENDPOINT = {"name": "airflow_database_secret_name", "host": "db.acme.io", "port": 5432, "state": "reachable", "message": ""}
UNTRIED = {**ENDPOINT, "state": "not_tried", "message": "its container did not run"}
GOOD = {
    "changed": True, "probed": True, "images": [IMAGE], "endpoints": [ENDPOINT], "pull_secrets": [SECRET], "problem": "",
}  # fmt: skip

# {code: (what provokes it, what does not)}, each as changes of a probe that found nothing wrong.
CASES = {
    "WA801": ({"images": [MISSING]}, {"images": [{**MISSING, "pulled": None}]}),
    "WA802": ({"images": [REFUSED]}, {"images": [{**REFUSED, "pulled": True}]}),
    "WA803": (
        {"pull_secrets": [{**SECRET, "is_valid": False, "message": "there is no such Secret", "registries": []}]},
        {"pull_secrets": []},
    ),
    "WA804": (
        {"endpoints": [{**ENDPOINT, "state": "unresolved", "message": "[Errno -2] Name or service not known"}]}, {"endpoints": []}),
    "WA805": (
        {"endpoints": [{**ENDPOINT, "state": "unreachable", "message": "timed out"}]}, {"endpoints": [ENDPOINT, ENDPOINT]}),
    "WA806": (
        {"endpoints": [{**ENDPOINT, "state": "unknown", "host": "", "port": 0, "message": "it is missing or empty"}]},
        {"endpoints": [{**ENDPOINT, "message": "through the proxy proxy.acme.io:3128"}]},
    ),
    "WA807": ({"endpoints": [UNTRIED]}, {"endpoints": [{**UNTRIED, "state": "reachable"}]}),
}


@pytest.fixture(name="found")
def fixture_found(environment):
    """Callable that takes changes of a good probe and of the variables, and returns the findings."""
    return lambda changes=None, variables=None: probe(environment(variables), {**GOOD, **(changes or {})})


def test_every_code_of_the_second_stage_has_a_case():
    assert set(CASES) == {code for code in CATALOGUE if code.startswith("WA8")}


@pytest.mark.parametrize("code", CASES)
def test_what_a_code_is_for_provokes_it_and_nothing_else(code, found):
    assert [finding.code for finding in found(CASES[code][0])] == [code]


@pytest.mark.parametrize("code", CASES)
def test_what_is_nearly_the_same_provokes_nothing(code, found):
    assert found(CASES[code][1]) == []


@pytest.mark.parametrize("code", CASES)
def test_a_finding_says_all_it_has_to(code, found):
    (finding,) = found(CASES[code][0])
    assert finding.severity == CATALOGUE[code].severity
    assert finding.subject
    assert finding.problem.endswith(".") and ".." not in finding.problem
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize(
    "probed",
    [
        GOOD,
        {"changed": False, "skipped": True, "skip_reason": "Conditional result was False", "false_condition": "x"},
        # What has not changed, or check mode.
        {**GOOD, "changed": False, "probed": False, "images": [], "endpoints": []},
    ],
)
def test_where_nothing_is_wrong_nothing_is_found(probed, environment):
    assert probe(environment(), probed) == []


def test_an_image_is_reported_with_its_users_its_cause_and_its_remedy(found):
    users = ["CronJob airflow/cleanup", "Deployment airflow/airflow-scheduler"]
    (finding,) = found({"images": [{**MISSING, "used_by": users, "message": "it is gone."}, IMAGE]})
    assert finding.subject == "image registry.acme.io/airflow:3.3.2" and finding.remedy == MISSING["remedy"]
    needed_by = f"{users[0]}, {users[1]}"
    assert finding.problem == f"No node can pull it; it is needed by: {needed_by}. The kubelet reports: it is gone."


@pytest.mark.parametrize(
    ("pull_secrets", "remedy"),
    [
        (
            [], "If its name is right, make a pull secret with credentials for registry.acme.io, and name it in "
            "airflow_image_pull_secrets."),
        (
            [{**SECRET, "name": "one", "registries": ["other.acme.io"]}, {**SECRET, "name": "two", "registries": ["docker.io"]}],
            "If its name is right, add credentials for registry.acme.io to a pull secret: those that are there (one, two) have none."),
        # Credentials that are there and wrong.
        ([{**SECRET, "name": "one", "registries": ["docker.io"]}, SECRET], REFUSED["remedy"]),
        ([{**SECRET, "registries": ["https://*.acme.io/v2/"]}], REFUSED["remedy"]),
    ],
)  # fmt: skip
def test_the_remedy_knows_whether_credentials_are_missing_or_wrong(pull_secrets, remedy, found):
    (finding,) = found({"images": [REFUSED], "pull_secrets": pull_secrets})
    assert (finding.code, finding.remedy) == ("WA802", remedy)


def test_docker_hub_is_named_though_the_image_does_not_name_it(found):
    (finding,) = found({"images": [{**REFUSED, "image": "apache/airflow:3.3.2"}], "pull_secrets": []})
    assert "credentials for docker.io" in finding.remedy


def test_an_address_is_reported_with_namespace_host_port_and_variable(found):
    unreachable = {**ENDPOINT, "state": "unreachable", "message": "timed out through the proxy proxy:3128"}
    (finding,) = found({"endpoints": [unreachable]}, {"airflow_namespace": "data"})
    assert finding.subject == "airflow_database_secret_name"
    assert finding.problem == "Pods in namespace data cannot reach db.acme.io:5432: timed out through the proxy proxy:3128."


def test_an_address_that_nobody_knows_is_reported_by_its_variable(found):
    (finding,) = found(CASES["WA806"][0])
    assert finding.problem == "The address in the Secret that this names cannot be determined: it is missing or empty."


def test_each_address_is_reported_by_itself(found):
    several = [{**ENDPOINT, "name": name, "state": "unresolved", "message": "no"} for name in ("a", "b")]
    assert [(finding.code, finding.subject) for finding in found({"endpoints": several})] == [("WA804", "a"), ("WA804", "b")]


def test_what_kept_the_pod_from_running_is_reported_once(found):
    problem = "Unschedulable: 0/3 nodes are available. Lower resources.requests, or add nodes."
    (finding,) = found({"problem": problem, "endpoints": [UNTRIED], "images": [{**IMAGE, "pulled": None}]})
    assert (finding.code, finding.problem) == ("WA807", f"It could not look at everything: {problem}")


def test_addresses_that_were_not_tried_are_named(found):
    (finding,) = found({"endpoints": [UNTRIED, ENDPOINT, {**UNTRIED, "name": "airflow_logs.url"}]})
    assert finding.problem == "It did not connect to airflow_database_secret_name, airflow_logs.url: its container did not run."


def test_an_image_that_cannot_be_pulled_says_already_why_nothing_was_tried(found):
    assert [finding.code for finding in found({"endpoints": [UNTRIED], "images": [MISSING]})] == ["WA801"]


def test_all_that_is_wrong_is_reported_immediately(found):
    every = {
        "images": [MISSING, REFUSED], "pull_secrets": CASES["WA803"][0]["pull_secrets"], "problem": "its pod was deleted meanwhile.",
        "endpoints": [CASES[code][0]["endpoints"][0] for code in ("WA804", "WA805", "WA806")]}
    assert sorted(finding.code for finding in found(every)) == sorted(CASES)


def test_the_table_looks_as_the_page_shows_it(page, found):
    shown = re.search(r"```\n(The probe found.*?)\n```", page, re.DOTALL)[1]
    unreachable = {
        "name": "airflow_dag_bundles[0].repository", "host": "git.acme.io", "port": 443, "state": "unreachable", "message": "timed out"}
    assert report(found({"images": [REFUSED], "endpoints": [unreachable], "pull_secrets": []}), "probe") == shown


def test_accepted_codes_become_warnings_behind_the_errors(found, environment):
    several = found({**CASES["WA801"][0], **CASES["WA805"][0]})
    accepted = rules.accepted(several, environment({"airflow_preflight_accepted": ["WA801"]}))
    assert [(finding.code, finding.severity) for finding in accepted] == [("WA805", "error"), ("WA801", "warning")]
    assert accepted[1].problem.endswith("Accepted in airflow_preflight_accepted.")
    assert rules.accepted(several, environment()) == several
