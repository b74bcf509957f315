# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever does what a finding says is not told of the next one: every remedy is applied, and the values are checked again."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
import re

import pytest
import yaml

from ansible_collections.windrose.airflow.plugins.module_utils._values import compiler, overrides
from ansible_collections.windrose.airflow.plugins.module_utils._values.attribution import Attribution
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import official_facts
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    config_keys,
    environment_variables,
    former_key_tables,
    former_keys,
    former_options,
    option_kinds,
    value_check,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    override_limit_tables as limit_tables,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import official_tree

SECRET = "hunter2correcthorse"
FACTS = official_facts()


@functools.cache
def compiled(specification):
    """:returns: (list of `Setting`, those of them that differ from the chart's defaults) of a specification, as JSON."""
    settings = compiler.compile_settings({"logs": {"store": "none"}, **json.loads(specification)})
    return settings, compiler.minimal(settings, FACTS.defaults)


def findings(raw, specification=None):
    """:returns: what is said of raw values over an environment of defaults, but for a specification."""
    settings, below = compiled(json.dumps(specification or {}))
    values = overrides.merged(compiler.chart_values(below), raw)
    context = value_check.context(values, FACTS, settings, raw, "none")
    found = value_check.check_values(values, FACTS, context, Attribution(raw, below))
    return [dataclasses.replace(finding, path=finding.path.removeprefix(f"{overrides.VARIABLE}.")) for finding in found]


# -- doing what a remedy says

def taken(raw, path):
    """Take what is at a path out of raw values.

    :returns: what was there; None where nothing was.
    """
    *above, last = path
    level = functools.reduce(lambda level, key: level[key], above, raw)
    found = level.pop(last)
    # Nobody leaves an empty map behind.
    if above and not level:
        taken(raw, above)
    return found


def put(raw, path, value):
    """Set what is at a dotted path of raw values, below what is there already."""
    *above, last = path
    for key in above:
        raw = raw.setdefault(key, {}) if isinstance(raw, dict) else raw[key]
        assert raw is not None
    raw[last] = value


def steps(dotted):
    """:returns: the keys of a dotted path, places of a list as numbers."""
    return [int(key) if key.isdigit() else key for key in dotted.split(".")]


SAMPLES = {
    ("executor",): "CeleryExecutor", ("secret",): [{"envName": "A", "secretName": "a", "secretKey": "b"}],
    ("scheduler", "securityContexts", "container"): {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    ("scheduler", "securityContexts", "pod"): {"runAsUser": 50000},
}  # fmt: skip


def sample(path):
    """:returns: a value that the chart takes at a path of strings, or Airflow as an option."""
    if path[0] == "config" and len(path) == 3:
        kinds = [kind for kind, sections in option_kinds.KINDS.items() if path[2] in sections.get(path[1], ())]
        return {"boolean": "True", "integer": "2", "float": "2"}.get(next(iter(kinds), None), "a")
    if tuple(path) in SAMPLES:
        return SAMPLES[tuple(path)]
    place = official_tree().root
    for key in path:
        place = official_tree().child(place, key)
    types = [kind for schema in place.schemas for kind in flat(schema.get("type"))]
    kind = next((kind for kind in types if kind != "null"), None)
    if kind == "object" or isinstance(place.default, dict):
        known = sorted(official_tree().listed(tuple(path)))
        return next(({key: below} for key in known for below in [sample([*path, key])] if not isinstance(below, (dict, list))), {"a": "b"})
    return {"array": [{"name": "a"}], "boolean": True, "integer": 2, "number": 2}.get(kind, "a")


def flat(types):
    """:returns: the types of a schema as a list."""
    return [types] if isinstance(types, str) else types or []


def do_write(raw, finding, target, words=""):
    """``Write X``: what was written moves to another key, or to a variable of another name."""
    path = steps(finding.path)
    if target.startswith("AIRFLOW"):
        holder = functools.reduce(lambda level, key: level[key], path[:-1], raw)
        holder[path[-1]] = holder[path[-1]].replace(finding.problem.partition(":")[0], target)
        return
    value = taken(raw, path)
    beside = re.search(r"and beside it (\w+): null", words)
    if beside:
        put(raw, [*steps(target)[:-1], beside[1]], None)
    keeps = isinstance(value, dict) and value and "Secret" not in words
    put(raw, steps(target), value if keeps or path[0] == "config" == steps(target)[0] else meant(target, words))


def meant(target, words):
    """:returns: a value for a key, of which a remedy may say what it is."""
    example = re.search(r"such as (\w+)$", words)
    return "a-secret" if "name of a Secret" in words else example[1] if example and "a text" in words else sample(steps(target))


def do_remove(raw, finding, *_words):
    """``Remove it``."""
    path = steps(finding.path)
    # The name of a variable stands for its entry.
    taken(raw, path[:-1] if path[-1] in ("name", "envName", "value") and isinstance(path[-2], int) else path)


def do_secret(raw, finding, key):
    """``Put it into a Secret, …, and set X to the Secret's name``."""
    do_remove(raw, finding)
    put(raw, steps(key), "a-secret")


BROKER = {"executor": "CeleryExecutor", "broker_secret_name": "broker"}
REDIS = {**BROKER, "redis": {"enabled": True, "password_secret": "redis"}}
FLOWER = {**BROKER, "flower": {"enabled": True, "credentials_secret": "flower"}}
POOL = {"pgbouncer": {"enabled": True, "config_secret": "pool", "stats_secret": "stats"}}
# What an environment says where a remedy names a variable. Variables that chart values are not made of say nothing here.
SPECIFIED = {
    "airflow_auth": {"auth": {"method": "simple"}}, "airflow_auth.method": {"auth": {"method": "simple"}},
    "airflow_broker_secret_name": BROKER, "airflow_database_secret_name": {"database_secret_name": "mine"},
    "airflow_executor": BROKER, "airflow_flower.credentials_secret": FLOWER, "airflow_flower.enabled": FLOWER,
    "airflow_image_digest": {"image_digest": "sha256:" + "a" * 64}, "airflow_image_pull_policy": {"image_pull_policy": "Always"},
    "airflow_image_pull_secrets": {"image_pull_secrets": [{"name": "mine"}]},
    "airflow_image_repository": {"image_repository": "registry.example.com/airflow"}, "airflow_image_tag": {"image_tag": "3.3.2-1"},
    "airflow_ingress": {"ingress": {"enabled": True, "host": "airflow.example.com"}}, "airflow_dag_bundles": {},
    "airflow_local_settings": {"local_settings": "x = 1"}, "airflow_pgbouncer.config_secret": POOL, "airflow_pgbouncer.enabled": POOL,
    "airflow_pgbouncer.stats_secret": POOL, "airflow_pgbouncer.stats_secret_key": POOL, "airflow_pod_operator.enabled": {
        "pod_operator": {"enabled": True}}, "airflow_redis.enabled": REDIS, "airflow_redis.password_secret": REDIS,
    "airflow_release_name": {"release_name": "other"}, "airflow_result_backend_secret_name": {**BROKER, "result_backend_secret_name": "mine"},
    "airflow_service_account_source": {"service_account_source": "prerequisites"}, "airflow_version": {"version": "3.3.1"},
    "airflow_database_mode": {},
}  # fmt: skip
VARIABLE = re.compile(r"airflow_\w+(?:\.\w+)*")


def specified(finding):
    """:returns: what an environment says, once somebody set the variables that a remedy says to set; empty where it says none."""
    match = re.match(r"(?:Remove it, and set|Set|Move it to) (airflow_.*)", finding.remedy)
    result = {}
    for name in VARIABLE.findall(match[1]) if match else ():
        result |= SPECIFIED[name]
    return result


PATH = r"([A-Za-z_][\w.=-]*\w)"
FORMS = [
    (r"Write (True or False|a whole number|a number)", lambda raw, finding, kind: put(
        raw, steps(finding.path), {"True or False": "True"}.get(kind, "2"))),
    (r"Write (?:([A-Z]{4,})|one of (\w+), .*)", lambda raw, finding, alone, first: put(raw, steps(finding.path), alone or first)),
    (r"Write (\d+|true|false) without quotes", lambda raw, finding, value: put(raw, steps(finding.path), yaml.safe_load(value))),
    (rf"Write {PATH}((?:,|:|;| and | or | for | at | in | after | with ).*)?", do_write),
    (rf"The nearest (?:key|option|section) is {PATH}(?:;.*)?", do_write),
    (rf"The chart has this key as {PATH}(?: and as .*)?", do_write),
    (r"Remove it(?:[,:;] .*)?", do_remove),
    # What they say to set is in the specification.
    (r"Set airflow_.*|Move it to airflow_.*|Put the URL into the Secret that airflow_\w+ names", do_remove),
    (r"Remove dags\.gitSync, and write it as airflow_dag_delivery, .*", lambda raw, finding: raw.pop("dags")),
    (r"Use another label", do_remove),
    (r"Set dags\.gitSync\.(\w+) to .*", lambda raw, finding, key: put(
        raw, ["dags", "gitSync", key], {"repo": "https://git.example.com/dags.git", "ref": "main", "subPath": "dags"}[key])),
    (rf"Set {PATH} to a podSelector of .*", lambda raw, finding, path: put(
        raw, steps(path), [{"podSelector": {"matchLabels": {"tier": "airflow"}}}])),
    (rf"Set {PATH} to the address that users type, or .*", lambda raw, finding, path: put(raw, steps(path), "https://airflow.example.com")),
    (rf"Set {PATH} to the names that users type", lambda raw, finding, path: put(raw, steps(path), [{"name": "airflow.example.com"}])),
    (rf"Put (?:it|the URL \(.*?\)) into a Secret, .*?set {PATH} to the Secret's name.*", do_secret),
    (rf"Move all that stands below {PATH} one level up", lambda raw, finding, key: raw.update(raw.pop(key))),
    (rf'Set {PATH} to a text: "(\w+)"', lambda raw, finding, path, text: put(raw, steps(path), text)),
    (rf"Set {PATH} (?:or {PATH} )?to (false|true)(?:, .*)?", lambda raw, finding, path, _other, value: put(raw, steps(path), value == "true")),
    (r"Set both to the same", lambda raw, finding: put(raw, steps(finding.path), not raw["webserver"]["allowPodLogReading"] is False)),
    (r"Add allowPrivilegeEscalation: false and capabilities: .*", lambda raw, finding: put(
        raw, steps(finding.path), {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}})),
    (rf"Lower {PATH}, or raise {PATH}", lambda raw, finding, low, _high: put(raw, steps(low), "1m" if "cpu" in low else "1Mi")),
    (rf"Raise {PATH}, or lower {PATH}", lambda raw, finding, high, _low: put(raw, steps(high), 99)),
    (rf"Set {PATH} to (\d+) or more(?:;.*)?", lambda raw, finding, path, number: put(raw, steps(path), int(number))),
    (r"Put it in quotes", lambda raw, finding: put(raw, steps(finding.path), "2")),
    (rf'Set {PATH} to a text in quotes, such as "1"', lambda raw, finding, path: put(raw, steps(path), "1")),
    (rf"Set {PATH} to the text '(\w+)'", lambda raw, finding, path, text: put(raw, steps(path), text)),
    # What is done outside of the values, or once for each component, leaves nothing of it here.
    (r"Write (?:the|its) .*|Write config\.<section>\.<option>, .*", do_remove),
    (r"Apply (?:it|the objects|a PodMonitor) by the module windrose\.airflow\.manifests.*", do_remove),
    (r"Put it into a Secret and (?:name that where it is used|add .* to secret|mount it).*", do_remove),
    (r"Make (?:a|the) Secret .*", do_remove),
]


def done(raw, finding):
    """:returns: the raw values as they are once somebody did what the finding says."""
    result = copy.deepcopy(raw)
    for form, do in FORMS:
        match = re.fullmatch(form, finding.remedy, re.DOTALL)
        if match:
            do(result, finding, *(group or "" for group in match.groups()))
            return result
    raise AssertionError(f"nobody tried this remedy: {finding.remedy}")


# -- values that are wrong

# What is wrong only with these values.
VALUES = {
    "webserver.enabled": True, "ingress.web.enabled": True, "ingress.enabled": True, "config.core.executor": "LocalExecutor",
    "config.kubernetes_executor.namespace": "other", "config.kubernetes_executor.multi_namespace_mode": "True",
    "config.kubernetes_executor.worker_container_tag": "2.8.0", "images.airflow.digest": "sha256:" + "a" * 64,
    "defaultAirflowDigest": "sha256:" + "a" * 64, "config.core.multi_namespace_mode": "True",
    "kubernetes_executor": {"delete_worker_pods": "True"}, "airflow": {"something": 1}, "web": {"replicas": 2},
    "dags.gitSync.wait": 60, "workers.resources": {"limits": {"cpu": "1"}}, "config.kubernetes.multi_namespace_mode": "True",
}  # fmt: skip
# Keys for the places of a pattern that any key fits.
STARS = {"airflow.*": "something", "web.*": "replicas", "webserver.*": "replicas", "ingress.web.*": "annotations", "ingress.api.*": "annotations",
         "ingress.webserver.*": "annotations", "config.kubernetes.*": "delete_worker_pods", "kubernetes_executor.*": "delete_worker_pods",
         "*.autoscaling": "apiServer", "*.service.externalPort": "apiServer", "*.persistence.storageClass": "triggerer"}  # fmt: skip
# They need no remedy of their own.
SKIPPED = {"webserver.allowPodLogReading", "defaultAirflowDigest", "images.airflow.digest"}


def of_tables():
    """:returns: iterator of (id, raw values) for every pattern of the tables of former keys."""
    tables = (former_keys.REFUSED, former_key_tables.COMMUNITY, former_key_tables.ARTICLES, former_key_tables.CONFIG)
    for pattern in sorted({pattern for table in tables for pattern in table} - SKIPPED):
        path = pattern.replace("*", STARS.get(pattern, "scheduler")).split(".")
        remedy = [getattr(table[pattern], "remedy", table[pattern]) for table in tables if pattern in table][0]
        target = re.match(rf"Write {PATH}", remedy.replace("{0}", STARS.get(pattern, "scheduler")))
        value = VALUES.get(pattern)
        if value is None:
            value = sample(target[1].split(".")) if target and target[1].split(".")[0] in official_tree().listed(()) else "a"
        raw = {}
        put(raw, path, value)
        yield pattern, raw


def of_options():
    """:returns: iterator of (id, raw values) for every option of Airflow that is wrong, and for names that are."""
    defaults = official_facts().defaults["config"]
    former = sorted({place for place in config_keys.known_options() if config_keys.wrong_option(*place, None, defaults, "3.3.2")})
    # All of them are judged by test_variable_names.py; here a few go through the whole check.
    for section, option in former[::8]:
        new = former_options.RENAMED.get(section, {}).get(option, (section, option))
        value = sample(["config", *new])
        yield f"config.{section}.{option}", {"config": {section: {option: value}}}
        yield f"env {section}.{option}", {"env": [{"name": environment_variables.variable_of(section, option), "value": value}]}
    for name in ("AIRFLOW_CORE__PARALLELISM", "AIRFLOW__CORE__PARALELISM", "AIRFLOW__LOGING__REMOTE_LOGGING", "AIRFLOW_CONN_my_db",
                 "AIRFLOW__KUBERNETES__NAMESPACE", "AIRFLOW__KUBERNETES__DAGS_VOLUME_CLAIM", "AIRFLOW__SCHEDULER__PARALLELISM"):  # fmt: skip
        for path in (("env",), ("scheduler", "env"), ("workers", "kubernetes", "env")):
            raw = {}
            put(raw, path, [{"name": name, "value": "1"}])
            yield f"{'.'.join(path)} {name}", raw
        yield f"secret {name}", {"secret": [{"envName": name, "secretName": "a", "secretKey": "b"}]}
        yield f"extraEnv {name}", {"extraEnv": f"- name: {name}\n  value: '1'\n"}
    for path in ("config.loging.remote_logging", "config.core.paralelism", "config.parallelism", "config.AIRFLOW__CORE__PARALLELISM"):
        raw = {}
        put(raw, path.split("."), "1")
        yield path, raw


OTHERS = {
    "fernetKey": {"fernetKey": SECRET}, "config.webserver.secret_key": {"config": {"webserver": {"secret_key": SECRET}}},
    "config.smtp": {"config": {"smtp": {"smtp_host": "a", "smtp_password": SECRET}}},
    "config.api.secret_key": {"config": {"api": {"secret_key": SECRET}}}, "jwtSecret": {"jwtSecret": SECRET},
    "webserverSecretKey": {"webserverSecretKey": SECRET}, "fernetKeySecretName": {"fernetKeySecretName": None},
    "password": {"createUserJob": {"defaultUser": {"password": SECRET}}}, "postgresql": {"postgresql": {"auth": {"password": SECRET}}},
    "postgresql.enabled": {"postgresql": {"enabled": True}},
    "env": {"env": [{"name": "A_TOKEN", "value": SECRET}]}, "extraSecrets": {"extraSecrets": {"a": {"stringData": f"a: {SECRET}"}}},
    "umbrella": {"airflow": {"scheduler": {"replicas": 2}, "config": {"core": {"parallelism": 8}}}},
    "umbrella of another name": {"my-airflow": {"workers": {"kubernetes": {"nodeSelector": {"a": "b"}}}}},
    "scheduler.replicaCount": {"scheduler": {"replicaCount": 2}}, "dags.gitsync": {"dags": {"gitsync": {"period": "60s"}}},
    "networkPolicy": {"networkPolicy": {"enabled": False}}, "scheduler.replicas": {"scheduler": {"replicas": "2"}},
    "large number": {"config": {"core": {"max_map_length": 1000000}}}, "flag": {"config": {"core": {"load_examples": "Flase"}}},
    "level": {"config": {"logging": {"logging_level": "info"}}}, "level in env": {"env": [{"name": "AIRFLOW__LOGGING__LOGGING_LEVEL", "value": "x"}]},
    "choice": {"config": {"core": {"default_task_weight_rule": "up"}}},
    "whole number": {"config": {"core": {"parallelism": "many"}}}, "env value": {"env": [{"name": "A", "value": 1}]},
    "scheduler env value": {"scheduler": {"env": [{"name": "A", "value": 1}]}},
    "hooks": {"migrateDatabaseJob": {"enabled": True, "useHelmHooks": True, "applyCustomEnv": False}},
    "requests": {"scheduler": {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}},
    "autoscaler": {"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 9, "maxReplicaCount": 5}}},
    "autoscaler from 0": {"apiServer": {"hpa": {"enabled": True, "minReplicaCount": 0, "maxReplicaCount": 5}}},
    "two autoscalers": {"executor": "CeleryExecutor", "workers": {"celery": {
        "hpa": {"enabled": True, "minReplicaCount": 1}, "keda": {"enabled": True, "usePgbouncer": False}}}},
    "context": {"scheduler": {"securityContexts": {"container": {"readOnlyRootFilesystem": True}}}},
    "pod logs": {"webserver": {"allowPodLogReading": True}, "apiServer": {"allowPodLogReading": False}},
    "local settings": {"airflowLocalSettings": "x = 1"},
    "auth manager": {"config": {"core": {"auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"}}},
    "dag-processor": {"rbac": {"createSCCRoleBinding": True}, "dagProcessor": {"enabled": None}},
    "log switch": {"config": {"logging": {"remote_base_log_folder": "s3://a"}}},
}  # fmt: skip


def of_limits():
    """:returns: iterator of (id, raw values) for every key that is limited."""
    for pattern in limit_tables.LIMITS:
        path, raw = pattern.replace("*", "scheduler").split("."), {}
        value = {"data.metadataConnection": {"host": "a"}, "data.resultBackendConnection": {"host": "a"}}.get(pattern, LIMITED.get(path[-1]))
        put(raw, path, sample(path) if value is None else value)
        yield f"limit of {pattern}", raw


# Of the chart's own defaults only the form is known here: every switch is off.
LIMITED = {"connection": {"host": "a"}, "pullPolicy": "Always", "imagePullSecrets": [{"name": "mine"}]}
# Nothing acts on settings of what is off, and some say something only where something else is compiled.
FREE_BY_DEFAULT = re.compile(
    r"(?:pgbouncer|redis|flower)\.(?!enabled$|password$).*|config\.dag_processor\.dag_bundle_config_list|workers\.celery\..*Token")
CASES = [*of_tables(), *of_options(), *OTHERS.items()]
CASES += [(name, raw) for name, raw in of_limits() if not FREE_BY_DEFAULT.fullmatch(name.removeprefix("limit of "))]


# Half of a pair leads to the other half.
PAIR = {"config.logging.remote_base_log_folder", "config.logging.remote_logging"}


@pytest.mark.parametrize("raw", [raw for _name, raw in CASES], ids=[name for name, _raw in CASES])
def test_what_a_remedy_leads_to_is_not_refused(raw):
    found = findings(raw)
    assert found, "nothing is wrong with these values"
    for finding in found:
        known = {(one.path, one.problem) for one in found if one is not finding}
        result = done(raw, finding)
        after = [one for one in findings(result, specified(finding)) if (one.path, one.problem) not in known and one.path not in PAIR]
        assert after == [], f"{finding} -> {[*map(str, after)]}"
