# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts take what is compiled, and nothing of it is in vain."""

from __future__ import annotations

import functools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, forms

# Texts of each form, and parts of mappings whose keys Kubernetes knows.
SAMPLES = {
    forms.LINE: ["a text", "x"],
    forms.LINES: ["one\ntwo"],
    forms.NAME: ["a", "some.name"],
    forms.SHORT_NAME: ["a", "b-1"],
    forms.RELEASE_NAME: ["af", "airflow"],
    forms.SECRET_KEY: ["connection"],
    forms.LABEL_NAME: ["team", "example.com/team"],
    forms.LABEL_VALUE: ["data", ""],
    forms.RESOURCE_NAME: ["cpu", "memory", "nvidia.com/gpu"],
    forms.QUANTITY: ["1", "2Gi"],
    forms.COUNT_OR_PERCENTAGE: ["1", "50%"],
    forms.VERSION: ["3.2.2", "3.3.2"],
    forms.IMAGE_REPOSITORY: ["r.example.com/a"],
    forms.IMAGE_TAG: ["1"],
    forms.IMAGE_DIGEST: ["sha256:" + "0a" * 32],
    forms.HOST: ["a.example.com"],
    forms.URL_PATH: ["/", "/team"],
    forms.WEB_URL: ["https://a.example.com"],
    forms.GIT_URL: ["https://git.example.com/a.git", "git@git.example.com:a.git"],
    forms.GIT_REFERENCE: ["main"],
    forms.DIRECTORY: ["dags"],
    forms.CONNECTION_ID: ["git"],
    forms.BUNDLE_NAME: ["a", "b"],
    forms.USER_NAME: ["ada", "bob"],
    forms.SCOPE: ["openid", "groups"],
    forms.PYTHON_CLASS: ["acme.AuthManager"],
}
TERM = {"matchExpressions": [{"key": "pool", "operator": "In", "values": ["a"]}]}
KUBERNETES = {
    "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [TERM]}},
    "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "labelSelector": {}}]},
    "podAntiAffinity": {},
    "matchLabels": {"component": "scheduler"},
    "matchExpressions": TERM["matchExpressions"],
}


def valid(option):
    """:returns: a strategy for what has the right form."""
    if option.kind == "str":
        return st.sampled_from(option.choices or SAMPLES[option.form])
    if option.kind == "int":
        return st.integers(option.minimum, min(option.maximum, option.minimum + 5))
    if option.kind == "bool":
        return st.booleans()
    if option.kind == "list":
        return st.lists(valid(option.element), max_size=2)
    if option.options is None and option.element:
        return st.dictionaries(st.sampled_from(SAMPLES[option.key_form]), valid(option.element), max_size=2)
    if option.options is None:
        return st.fixed_dictionaries({}, optional={key: st.just(KUBERNETES[key]) for key in option.choices})
    inner = {name: valid(below) for name, below in option.options.items()}
    required = {name: inner.pop(name) for name, below in option.options.items() if below.required}
    return st.fixed_dictionaries(required, optional=inner)


PRINCIPALS = {
    "aws_irsa": "arn:aws:iam::111122223333:role/airflow",
    "gcp_workload_identity": "a@b.iam.gserviceaccount.com",
}
COHERENT = {
    "logs": st.sampled_from([
        {"store": "s3", "url": "s3://bucket/logs", "connection_secret": {"name": "logs", "key": "connection"}},
        {"store": "azure_blob", "url": "https://account.blob.core.windows.net/logs",
         "connection_secret": {"name": "logs", "key": "connection"}},
        {"store": "claim"}, {}]),
    "identity": st.sampled_from([{"provider": name, "principal": who} for name, who in PRINCIPALS.items()] + [{}]),
    "url": st.just(""),
}  # fmt: skip
VALID = {**{name: valid(option) for name, option in compiler.VARIABLES.items() if name not in COHERENT}, **COHERENT}
# What the bundled chart is for.
ITS_OWN = {
    **VALID,
    "version": st.just("3.3.2"),
    "executor": st.sampled_from(["KubernetesExecutor", "LocalExecutor"]),
    "dag_delivery": st.sampled_from([{}, {"method": "image"}, {"method": "claim", "claim": {"name": "dags"}}]),
    "autoscaling": st.sampled_from([{}, {"api_server": {"maximum": 3}}]),
    "monitoring": st.sampled_from([{}, {"statsd": {"enabled": False}}]),
}
for foreign in ("worker_profiles", "redis", "flower", "result_backend_secret_name"):
    del ITS_OWN[foreign]
VARIABLE = re.compile(r"airflow_([a-z_]+)")


def compile_what_fits(specification):
    """Compile, and leave out what is refused until nothing is.

    :returns: (what was compiled, settings).
    """
    while True:
        try:
            return specification, compiler.compile_settings(specification)
        except compiler.SpecificationError as error:
            refused = {VARIABLE.match(finding.path)[1] for finding in error.findings}
            kept = {name: value for name, value in specification.items() if name not in refused}
            # A finding may name what is missing beside a variable that is there.
            specification = kept if len(kept) < len(specification) else dict(list(kept.items())[1:])


def check(chart, specification):
    specification, found = compile_what_fits(specification)
    errors = list(chart.schema.iter_errors(chart.effective(found)))
    assert not errors, (specification, [(list(error.absolute_path), error.message) for error in errors])
    assert chart.effective(compiler.minimal(found, chart.defaults)) == chart.effective(found)


ANY = functools.partial(settings, suppress_health_check=list(HealthCheck))


@ANY(max_examples=80)
@given(st.fixed_dictionaries({}, optional=ITS_OWN))
def test_whatever_compiles_meets_the_schema_of_the_bundled_chart(bundled_chart, specification):
    check(bundled_chart, specification)


@pytest.mark.official_chart
@ANY(max_examples=120)
@given(st.fixed_dictionaries({}, optional=VALID))
def test_whatever_compiles_meets_the_schema_of_the_official_chart(official_chart, specification):
    check(official_chart, specification)


def test_the_local_environment_says_little_beyond_the_defaults(local, bundled_chart):
    found = compiler.minimal(compiler.compile_settings(local), bundled_chart.defaults)
    # From Airflow 3.3 on there is one more.
    assert {".".join(setting.path) for setting in found} - {"config.kubernetes_executor.async_pod_creation"} == {
        "airflowLocalSettings", "apiSecretKeySecretName", "apiServer.resources", "apiServer.service.ports", "apiServer.service.type",
        "apiServer.startupProbe.failureThreshold", "config.api.workers", "config.dag_processor.parsing_processes",
        "createUserJob.enabled", "dagProcessor.dagBundleConfigList", "dagProcessor.enabled", "dagProcessor.resources",
        "data.brokerUrlSecretName", "data.metadataSecretName", "defaultAirflowRepository", "fernetKeySecretName",
        "images.statsd.repository", "images.statsd.tag", "jwtSecretName", "logs.persistence.enabled",
        "logs.persistence.existingClaim", "migrateDatabaseJob.enabled", "postgresql.enabled", "redis.enabled",
        "scheduler.resources", "scheduler.startupProbe.failureThreshold", "securityContexts.containers",
        "securityContexts.pod", "statsd.resources", "statsd.securityContexts.pod", "triggerer.persistence.enabled",
        "triggerer.resources", "workers.celery.persistence.enabled", "workers.kubernetes.env",
        "workers.kubernetes.resources",
    }  # fmt: skip


def test_a_map_takes_the_place_of_no_default(chart, specifications):
    """Helm merges maps, so one that is laid over another would keep entries that nobody asked for."""
    for specification in specifications.values():
        for setting in compiler.compile_settings(specification):
            if isinstance(setting.value, dict):
                level = chart.defaults
                for key in setting.path:
                    level = level.get(key) if isinstance(level, dict) else None
                assert not level, setting.path
