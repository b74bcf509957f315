# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of former keys agree with the chart: no former key is one of its keys, and what replaces it is."""

from __future__ import annotations

import re

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import config_keys, former_keys
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import former_key_tables as tables
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.former_keys import Situation
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree

UNKNOWN = {**tables.COMMUNITY, **tables.ARTICLES}
KNOWN = {**tables.CONFIG, **former_keys.REFUSED}
# Keys with a star are read with this component in its place.
COMPONENT = "pgbouncer"
NAMED = re.compile(r"\b((?:[a-z]\w*\.)+[a-z]\w*)|(?<=Write )(\w+)\b(?!\.)")
# Words of a remedy that look like paths and are none.
NO_PATHS = {"windrose.airflow.manifests", "values.yaml", "the", "its"}


def situation(version="3.2.2", is_official=True, **values):
    return Situation(version, values, is_official)


def is_taken(path):
    keys = path.split(".")
    if keys[0] == "config":
        return len(keys) < 3 or keys[2] in config_keys._known().get(keys[1], ())
    return official_tree().has(tuple(keys))


def told(pattern, value="x", known_here=False):
    path = tuple(pattern.replace("*", COMPONENT).split("."))
    return former_keys.replaced(path, known_here, pattern in KNOWN, value, situation())


@pytest.mark.parametrize("pattern", sorted(UNKNOWN))
def test_no_key_of_the_chart_is_called_another_charts(pattern):
    assert "*" in pattern or not is_taken(pattern)


@pytest.mark.parametrize("pattern", sorted(former_keys.REFUSED))
def test_what_is_refused_although_the_chart_has_it_is_there(pattern):
    name = pattern.replace("*", "replicas" if pattern.count(".") == 1 else "path")
    # Airflow 3 has no such option any more, and a user of the chart sets it all the same.
    assert is_taken(name) or name.startswith("config.smtp.")


@pytest.mark.parametrize("pattern", sorted({**UNKNOWN, **KNOWN}))
def test_what_replaces_a_key_is_there(pattern):
    if "*" in pattern and not pattern.startswith("*"):
        return
    found = told(pattern)
    if found is None:
        return
    problem, remedy = found
    assert problem and not re.search("[{}]", remedy)
    named = {match.group(0) for match in NAMED.finditer(remedy)} - NO_PATHS
    assert all(is_taken(name) for name in named if not name.startswith("airflow_"))


@pytest.mark.parametrize("key", sorted(official_tree().listed(("webserver",))))
def test_every_key_of_the_webserver_has_a_successor(key):
    found = former_keys.replaced(("webserver", key), True, True, "x", situation())
    if key != "allowPodLogReading":
        successor = found[1].removeprefix("Write ")
        assert found[1].startswith("Remove it") or is_taken(successor)


@pytest.mark.parametrize(("path", "value", "values", "does_harm"), [
    ("webserver.enabled", False, {}, False),
    ("webserver.enabled", True, {}, True),
    ("webserver.allowPodLogReading", False, {}, False),
    ("ingress.enabled", False, {}, False),
    ("config.core.executor", "{{ .Values.executor }}", {}, False),
    ("config.core.executor", "LocalExecutor", {"executor": "LocalExecutor"}, False),
    ("config.core.executor", "LocalExecutor", {"executor": "CeleryExecutor"}, True),
    ("config.kubernetes_executor.namespace", "a", {}, True),
    ("config.kubernetes_executor.namespace", "a", {"multiNamespaceMode": True}, False),
    ("config.kubernetes_executor.namespace", "{{ .Release.Namespace }}", {}, False),
    ("config.kubernetes_executor.multi_namespace_mode", "True", {}, True),
    ("config.kubernetes_executor.multi_namespace_mode", True, {}, True),
    ("config.kubernetes_executor.multi_namespace_mode", "False", {}, False),
    ("config.kubernetes_executor.multi_namespace_mode", "True", {"multiNamespaceMode": True}, False),
    ("config.kubernetes_executor.worker_container_tag", "2.8.0", {}, True),
    ("config.kubernetes_executor.worker_container_tag", "3.1.8-python3.12", {}, True),
    ("config.kubernetes_executor.worker_container_tag", "3.2.2-team", {}, False),
    ("config.kubernetes_executor.worker_container_tag", "3.2", {}, False),
    ("config.kubernetes_executor.worker_container_tag", "", {}, False),
    ("config.kubernetes_executor.worker_container_tag", "my-build", {}, False),
    ("config.kubernetes_executor.worker_container_tag", "{{ .Values.a }}", {}, False),
])
def test_what_the_chart_has_is_wrong_only_where_it_does_harm(path, value, values, does_harm):
    found = former_keys.replaced(tuple(path.split(".")), True, True, value, situation(**values))
    assert (found is not None) == does_harm


def test_a_key_that_this_chart_lacks_is_wrong_whatever_its_value():
    path = ("webserver", "enabled")
    assert former_keys.replaced(path, False, True, False, situation()) is not None
    assert former_keys.replaced(path, True, True, False, situation()) is None


def test_names_come_before_patterns():
    assert told("web.webserverConfig")[1] == "Write apiServer.apiServerConfig"
    assert told("web.replicas")[1] == "Write apiServer.replicas"


@pytest.mark.parametrize(("path", "remedy"), [
    ("apiServer.autoscaling", "Write apiServer.hpa"),
    ("pgbouncer.autoscaling", "Remove it, or see what the chart's values.yaml has instead"),
    ("web.serviceAccount", "Write apiServer.serviceAccount"),
    ("web.nothingOfTheKind", "Remove it, or see what the chart's values.yaml has instead"),
])
def test_a_pattern_names_only_what_the_component_has(path, remedy):
    assert told(path)[1] == remedy


@pytest.mark.parametrize(("path", "has_parts"), [
    (("airflow",), True), (("web",), True), (("ingress", "api"), True), (("webserver",), True),
    (("externalDatabase",), False), (("scheduler", "replicaz"), False), (("env", 0, "x"), False),
])
def test_keys_that_are_replaced_part_by_part(path, has_parts):
    assert former_keys.has_parts(path) == has_parts
