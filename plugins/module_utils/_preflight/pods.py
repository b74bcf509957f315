# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that an environment is going to run: how many, how large, and on which nodes. Pure: no I/O.

They are read from the compiled chart values with the overrides laid over, by the chart's own rules of what applies where.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import added, amounts, largest
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import (
    option as airflow_option,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import (
    as_integer,
    has_local,
    is_on,
    list_at,
    map_at,
    value_at,
    worker_value,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.own_pods import DATABASE, JOBS, own_pods
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.authentication import has_first_user
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.components import present
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import given
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.worker_profiles import (
    SPOT_TOLERATIONS,
    default_profile,
)

# Airflow's own default of core.parallelism.
PARALLELISM = 32
# The sidecars that the official chart 1.22.0 runs with the containers of components, where they are not switched off.
_GROOMED = ("scheduler", "dag_processor", "triggerer", "celery_worker")
_WITH_GIT_SYNC = ("dag_processor", "triggerer", "celery_worker")
# What the chart calls components in the label of their pods, where it is not as we do, with hyphens.
_LABELS = {"celery_worker": "worker", "open_telemetry_collector": "otel-collector"}
# What the template daemon_set.yml.j2 of the role airflow_image_prepull asks for each image.
_PREPULL = {"requests": {"cpu": "1m", "memory": "4Mi"}, "limits": {"memory": "32Mi"}}


@dataclasses.dataclass(frozen=True)
class Container:
    """A container of a pod.

    :param name: what it is, for people.
    :param requests: {resource: Decimal}; to Kubernetes a limit without a request is a request.
    :param limits: {resource: Decimal}.
    """

    name: str
    requests: dict
    limits: dict


@dataclasses.dataclass(frozen=True)
class Pod:
    """Pods that are all alike.

    :param subject: the variable that says how large they are.
    :param name: what they are, for people.
    :param containers: tuple of Container; those that run at the same time.
    :param least: how many there are at least.
    :param most: how many there are at most.
    :param node_selector: labels of the nodes that they run on.
    :param tolerations: taints that they tolerate, as Kubernetes writes them.
    :param is_on_every_node: whether each node that it may run on has one.
    :param is_job: whether it ends before the next of its kind begins.
    :param labels: their labels, as far as it is known who sets them.
    :param affinity: their affinity, as Kubernetes writes it.
    :param spread: their topology spread constraints, as Kubernetes writes them.
    """

    subject: str
    name: str
    containers: tuple
    least: int = 1
    most: int = 1
    node_selector: dict = dataclasses.field(default_factory=dict)
    tolerations: tuple = ()
    is_on_every_node: bool = False
    is_job: bool = False
    labels: dict = dataclasses.field(default_factory=dict)
    affinity: dict = dataclasses.field(default_factory=dict)
    spread: tuple = ()

    @property
    def requests(self):
        """What a node has to have left for one of them, the place for the pod itself among it."""
        return added([{"pods": 1}, *[container.requests for container in self.containers]])

    @property
    def limits(self):
        """What the containers of one of them may use at most, where they say so."""
        return added(container.limits for container in self.containers)


def container(name, resources):
    """:returns: a `Container` of resources as Kubernetes writes them."""
    resources = resources if isinstance(resources, dict) else {}
    limits = amounts(resources.get("limits"))
    return Container(name, {**limits, **amounts(resources.get("requests"))}, limits)


def components(environment):
    """:returns: list of `Pod` that run all the time, and of the Jobs of roles; none where the values do not compile."""
    values = environment.chart_values
    if values is None:
        return []
    there = {name: ".".join(path) for name, path in present(environment.specification).items() if name != "worker"}
    return [_component(values, name, path, environment.release) for name, path in there.items()] + _of_roles(environment)


def _component(values, name, path, release):
    is_celery = name == "celery_worker"

    def option(key, default=None):
        return worker_value(values, "celery", key, default) if is_celery else value_at(values, f"{path}.{key}", default)

    least, most = _replicas(values, path, as_integer(option("replicas"), 1))
    sidecars = [("metrics exporter", value_at(values, f"{path}.metricsExporterSidecar.resources"))] if name == "pgbouncer" else []
    if name in _GROOMED and option("logGroomerSidecar.enabled", True) is not False:
        sidecars.append(("log groomer", option("logGroomerSidecar.resources")))
    if is_on(values, "dags.gitSync.enabled") and (name in _WITH_GIT_SYNC or name == "scheduler" and has_local(values)):
        sidecars.append(("git-sync", value_at(values, "dags.gitSync.resources")))
    containers = tuple(container(*one) for one in [(name, option("resources")), *sidecars])
    selector, tolerations = _placement(values, option("nodeSelector"), option("tolerations"))
    affinity, spread = (option(key) or value_at(values, key) for key in ("affinity", "topologySpreadConstraints"))
    known = {"tier": "airflow", "component": _LABELS.get(name, name.replace("_", "-")), "release": release}
    labels = {**known, **map_at(values, "labels"), **_mapping(option("labels"))}
    return Pod(
        named("components", name), name, containers, least, most, selector, tolerations, labels=labels, affinity=_mapping(affinity),
        spread=tuple(spread) if isinstance(spread, list) else ())


def _mapping(value):
    return value if isinstance(value, dict) else {}


def _replicas(values, path, fixed):
    for kind in ("hpa", "keda"):
        if is_on(values, f"{path}.{kind}.enabled"):
            least = as_integer(value_at(values, f"{path}.{kind}.minReplicaCount"), fixed)
            return least, max(least, as_integer(value_at(values, f"{path}.{kind}.maxReplicaCount"), fixed))
    return fixed, fixed


def _placement(values, selector, tolerations):
    """:returns: (node selector, tolerations): a component's own take the place of the global ones."""
    selector = selector or map_at(values, "nodeSelector")
    tolerations = tolerations or list_at(values, "tolerations")
    return _mapping(selector), tuple(tolerations if isinstance(tolerations, list) else ())


def _of_roles(environment):
    """:returns: list of `Pod` that roles run in addition to the chart."""
    images = environment.listing("airflow_image_prepull_images")
    found = [
        _own(environment, JOBS, "airflow_database_migration_resources", "migration"),
        Pod(
            "airflow_image_prepull_images", "image-prepull", tuple(container("image", _PREPULL) for _image in images),
            node_selector=environment.mapping("airflow_image_prepull_node_selector"),
            tolerations=tuple(environment.listing("airflow_image_prepull_tolerations")), is_on_every_node=True),
    ]  # fmt: skip
    if has_first_user(environment.specification):
        found.append(_own(environment, JOBS, "airflow_release_first_user_resources", "first-user"))
    variable = "airflow_preflight_probe_resources"
    if environment.mapping(variable) and environment.text("airflow_preflight_probe_when") != "never":
        found.append(_own(environment, JOBS, variable, "preflight-probe"))
    if environment.has_own_database:
        found.append(_own(environment, DATABASE, "airflow_database_resources", "PostgreSQL"))
    return found


def _own(environment, place, subject, name):
    """:returns: the `Pod` that a role runs.

    :param place: the variable that says where it runs.
    :param subject: the variable with the resources of its container.
    """
    spec = own_pods(environment.chart_values, environment.release, place, environment.variables.get(place)).spec
    containers = (container(name.lower(), environment.mapping(subject)),)
    selector, tolerations = spec.get("nodeSelector", {}), tuple(spec.get("tolerations", ()))
    return Pod(subject, name, containers, node_selector=selector, tolerations=tolerations, is_job=place == JOBS)


def at_a_time(amounts_of_pods):
    """Add up what pods need that run at the same time.

    :param amounts_of_pods: list of (Pod, amounts). Of Jobs, which follow each other, the largest amounts count.
    :returns: amounts.
    """
    jobs = largest(amount for pod, amount in amounts_of_pods if pod.is_job)
    return added([jobs, *(amount for pod, amount in amounts_of_pods if not pod.is_job)])


def tasks(environment):
    """:returns: list of `Pod`, one for each kind of task pod, the default first; none where tasks have no pods."""
    values, specification = environment.chart_values, environment.specification
    if values is None or not specification.has_task_pods:
        return []
    chosen = default_profile(specification)
    subject = named(f"worker_profiles[{chosen['name']}]") if chosen else named("components", "worker")
    own = {key: worker_value(values, "kubernetes", key) for key in ("resources", "nodeSelector", "tolerations")}
    selector, tolerations = _placement(values, own["nodeSelector"], own["tolerations"])
    name = f"task of profile {chosen['name']}" if chosen else "task"
    default = Pod(subject, name, (container("task", own["resources"]),), 1, 1, selector, tolerations)
    others = [_profile(profile, default) for profile in specification["worker_profiles"] if profile is not chosen]
    return [default, *others]


def _profile(profile, default):
    """What a profile leaves out is as in the default one; spot adds its tolerations to whichever there are."""
    kept = given(profile)
    tolerations = tuple(kept.get("tolerations") or default.tolerations)
    return dataclasses.replace(
        default,
        subject=named(f"worker_profiles[{profile['name']}]"),
        name=f"task of profile {profile['name']}",
        containers=(container("task", kept["resources"]),) if "resources" in kept else default.containers,
        node_selector=kept.get("node_selector") or default.node_selector,
        tolerations=tolerations + (tuple(SPOT_TOLERATIONS) if profile["spot"] else ()),
    )


def tasks_at_a_time(environment):
    """:returns: how many tasks run at most: the limit holds for each scheduler."""
    return as_integer(airflow_option(environment.chart_values or {}, "core", "parallelism"), PARALLELISM) * schedulers_of(environment)


def schedulers_of(environment):
    """:returns: how many schedulers there are."""
    return as_integer(value_at(environment.chart_values or {}, "scheduler.replicas"), 1)


def starts_pods_by_default(environment):
    """:returns: whether a task has a pod of its own where its DAG names no executor: of several, the first one is meant."""
    return environment.chart_values is not None and environment.specification["executor"].split(",")[0] == "KubernetesExecutor"
