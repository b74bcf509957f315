# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._errors import DefinitionError
from ansible_collections.windrose.airflow.plugins.module_utils._release import secret_annotations

SECRET_NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,250}[a-z0-9])?", fullmatch=True)
# https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
ANNOTATION_KEY = r"windrose\.airflow/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"

KUBERNETES = {
    "executor": "KubernetesExecutor",
    "fernetKeySecretName": "fernet",
    "apiSecretKeySecretName": "api",
    "jwtSecretName": "jwt",
    "data": {"metadataSecretName": "metadata", "brokerUrlSecretName": "broker"},
    "secret": [{"envName": "A", "secretName": "custom"}, {"envName": "B", "secretName": "metadata"}],
}
ALL = ["apiServer", "scheduler", "dagProcessor", "triggerer"]
GIT_SYNC = {"dags": {"gitSync": {"enabled": True, "sshKeySecret": "git"}}}


def components(values, defaults=None):
    """:returns: {Secret: components whose pods are annotated}."""
    found = secret_annotations.readers(values, defaults or {})
    return {
        name: [".".join(map(str, path)).removesuffix(".podAnnotations") for path in paths]
        for name, paths in found.items()
    }


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, {}),
        (
            {
                "apiServer": {"env": [
                    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "sso", "key": "secret"}}},
                    {"name": "B", "value": "sso"}, {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "map"}}},
                ]},
                "triggerer": {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "sso", "key": "secret"}}}]},
            },
            {"sso": ["apiServer", "triggerer"]},
        ),
        (KUBERNETES, {"fernet": ALL, "api": ALL, "metadata": ALL, "custom": ALL, "jwt": ["apiServer", "scheduler"]}),
        (
            {
                **KUBERNETES,
                "executor": "CeleryExecutor,KubernetesExecutor",
                "flower": {"enabled": True},
                "secret": None,
            },
            {
                **dict.fromkeys(["fernet", "api", "metadata", "broker"], [*ALL, "workers.celery", "flower"]),
                "jwt": ["apiServer", "scheduler"],
            },
        ),
        (
            {
                "pgbouncer": {
                    "enabled": True,
                    "configSecretName": "ini",
                    "metricsExporterSidecar": {"statsSecretName": "stats"},
                }
            },
            {"ini": ["pgbouncer"], "stats": ["pgbouncer"]},
        ),
        ({"pgbouncer": {"enabled": False, "configSecretName": "ini"}}, {}),
        ({**GIT_SYNC, "executor": "KubernetesExecutor"}, {"git": ["dagProcessor", "triggerer"]}),
        ({**GIT_SYNC, "executor": "LocalExecutor"}, {"git": ["dagProcessor", "triggerer", "scheduler"]}),
        ({**GIT_SYNC, "executor": "CeleryExecutor"}, {"git": ["dagProcessor", "triggerer", "workers.celery"]}),
        # Airflow 3 has no web server, and so no secret key of one.
        ({"webserverSecretKeySecretName": "web"}, {}),
        ({"dags": {**GIT_SYNC["dags"], "persistence": {"enabled": True}}}, {"git": ["dagProcessor"]}),
        ({"dags": {"gitSync": {"enabled": False, "sshKeySecret": "git"}}}, {}),
        # Charts of other programs may use the same names for other things.
        ({"secret": "text", "data": "text", "pgbouncer": [1], "fernetKeySecretName": {"a": 1}}, {}),
        ({"secret": ["text"], "workers": {"celery": {"sets": {}}}, "executor": "CeleryExecutor"}, {}),
    ],
)
def test_readers(values, wanted):
    assert components(values) == wanted


def test_the_charts_own_values_count_where_the_users_say_nothing():
    defaults = {"executor": "CeleryExecutor", "workers": {"podAnnotations": {}, "celery": {"podAnnotations": {}}}}
    assert components({"fernetKeySecretName": "f"}, defaults) == {"f": [*ALL, "workers.celery"]}
    assert components({"fernetKeySecretName": "f", "executor": "LocalExecutor"}, defaults) == {"f": ALL}


@pytest.mark.parametrize(
    ("workers", "places"),
    [
        ({"podAnnotations": {"a": "b"}}, ["workers"]),
        ({"podAnnotations": {"a": "b"}, "celery": {"podAnnotations": {"c": "d"}}}, ["workers.celery"]),
        (
            {"celery": {"sets": [{"name": "a"}, {"name": "b", "podAnnotations": {"c": "d"}}]}},
            ["workers.celery", "workers.celery.sets.1"],
        ),
    ],
)
def test_annotations_of_workers_are_laid_where_they_replace_none(workers, places):
    found = components({"executor": "CeleryExecutor", "fernetKeySecretName": "f", "workers": workers})
    assert found["f"] == [*ALL, *places]


@given(SECRET_NAMES)
def test_every_secret_has_a_valid_key_of_its_own(name):
    key = secret_annotations.annotation_key(name)
    assert re.fullmatch(ANNOTATION_KEY, key) and len(key.split("/")[1]) <= 63
    assert secret_annotations.annotation_key(f"{name[:-1]}x") != key or name.endswith("x")


VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "labels"]), VALUES, max_size=3))
def test_what_is_laid_can_be_taken_away_again(more):
    values = {**KUBERNETES, **more, "scheduler": {"podAnnotations": {"own": "kept"}}}
    before = copy.deepcopy(values)
    hmacs = {"fernet": "0123456789abcdef", "jwt": "fedcba9876543210", "unread": "0"}
    laid = secret_annotations.laid(values, secret_annotations.readers(values, {}), hmacs)
    assert values == before
    assert laid["scheduler"]["podAnnotations"] == {
        "own": "kept",
        "windrose.airflow/fernet-hmac": "0123456789abcdef",
        "windrose.airflow/jwt-hmac": "fedcba9876543210",
    }
    assert laid["triggerer"] == {"podAnnotations": {"windrose.airflow/fernet-hmac": "0123456789abcdef"}}
    assert secret_annotations.without(laid) == before


def test_annotations_reach_into_lists():
    values = {"sets": [{}, {"podAnnotations": {"a": "b"}}]}
    laid = secret_annotations.laid(values, {"s": [("sets", 1, "podAnnotations")]}, {"s": "1"})
    assert laid["sets"] == [{}, {"podAnnotations": {"a": "b", "windrose.airflow/s-hmac": "1"}}]


@pytest.mark.parametrize("values", [{"a": "text"}, {"a": {"b": [1]}}, {"a": {"b": 1}}])
def test_what_is_not_a_map_is_refused(values):
    with pytest.raises(
        DefinitionError, match=r"chart value a\.b is for: a(\.b)? is not a map. Correct the chart values or the paths"
    ):
        secret_annotations.laid(values, {"s": [("a", "b")]}, {"s": "1"})
