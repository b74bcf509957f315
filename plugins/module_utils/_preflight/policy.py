# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has laid down for the namespace: quotas and limit ranges. Pure: no I/O.

Sources: https://kubernetes.io/docs/concepts/policy/resource-quotas/ and
https://kubernetes.io/docs/concepts/policy/limit-range/. Pod Security is not judged: the role airflow_prerequisites sets the
level of the namespace, and all pods meet the strictest.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import (
    added,
    amounts,
    formatted,
    lacking,
    times,
    without,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.limit_ranges import defaulted, refusals
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.nodes import may_run_on
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.pods import (
    at_a_time,
    components,
    schedulers_of,
    starts_pods_by_default,
    tasks,
    tasks_at_a_time,
)
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.storage import claims
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import option
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import as_integer

# What a quota calls a resource, and where it counts: cpu and memory alone mean requests.
_SHORT = {"cpu": "requests.cpu", "memory": "requests.memory", "ephemeral-storage": "requests.ephemeral-storage"}
_COUNTS = {"count/pods": "pods", "count/persistentvolumeclaims": "persistentvolumeclaims"}
# Of these a container has to say how much, once a quota counts them.
_COMPUTE = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_NAMES_TOLD = 4


def policy(environment, facts):
    """:returns: list of `PreflightFinding` about the namespace."""
    namespace = facts.get("namespace") or {}
    if namespace.get("terminating"):
        subject = f"namespace {environment.namespace}"
        return [found("WA601", subject, "The namespace is being deleted, and takes nothing new.")]
    if not namespace:
        return []
    ranges = _limit_ranges_to_be(environment, namespace)
    # A quota with a scope counts some pods only, and it is not known which.
    quotas = [quota for quota in _quotas_to_be(environment, namespace) if not quota.get("scopes")]
    pods = _with_their_number(components(environment), facts.get("nodes") or [])
    one_of_each = tasks(environment)
    return [
        *_refused([*[pod for pod, unused_number in pods], *one_of_each], ranges),
        *[finding for quota in quotas for finding in _quota(environment, quota, pods, one_of_each, namespace, ranges)],
    ]


def _limit_ranges_to_be(environment, namespace):
    """:returns: the LimitRanges as they are once the role airflow_prerequisites has written its own."""
    asked, name = environment.of_namespace(environment.namespace, "limit_range"), f"{environment.release}-limits"
    others = [entry for entry in namespace.get("limit_ranges") or [] if entry["name"] != name]
    keys = {"default": "default", "default_request": "defaultRequest", "max": "max", "min": "min"}
    item = {key: asked[option] for option, key in keys.items() if asked.get(option)}
    return others + ([{"name": name, "limits": [{"type": "Container", **item}]}] if item else [])


def _quotas_to_be(environment, namespace):
    """:returns: the ResourceQuotas as they are once the role airflow_prerequisites has written its own."""
    hard, name = environment.of_namespace(environment.namespace, "quota"), f"{environment.release}-quota"
    others = [quota for quota in namespace.get("quotas") or [] if quota["name"] != name]
    return others + ([{"name": name, "hard": hard}] if hard else [])


def _with_their_number(pods, nodes):
    """:returns: list of (Pod, how many of it there are at least)."""
    return [
        (pod, sum(may_run_on(pod, node) for node in nodes) if pod.is_on_every_node else pod.least) for pod in pods
    ]


def _refused(pods, ranges):
    return [
        found("WA604", f"LimitRange {name}", f"It allows {rule}, and so refuses {_several(who)}.")
        for (name, rule), who in refusals(pods, ranges).items()
    ]


def _several(names):
    more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
    return ", ".join(names[:_NAMES_TOLD]) + more


def counted(pod, ranges):
    """:returns: {name in a quota: Decimal} of what one pod counts, the defaults of limit ranges among it."""
    containers = [defaulted(container, ranges) for container in pod.containers]
    requests, limits = (added(getattr(container, kind) for container in containers) for kind in ("requests", "limits"))
    return {
        "pods": 1,
        **{f"requests.{name}": amount for name, amount in requests.items()},
        **{f"limits.{name}": amount for name, amount in limits.items()},
    }


def _quota(environment, quota, pods, one_of_each, namespace, ranges):
    hard = {_COUNTS.get(name, _SHORT.get(name, name)): amount for name, amount in amounts(quota.get("hard")).items()}
    used = {_COUNTS.get(name, _SHORT.get(name, name)): amount for name, amount in amounts(quota.get("used")).items()}
    # What runs in a namespace of this installation is, from the second run on, what is counted here.
    room = hard if _is_own(environment, namespace) else without(hard, used)
    running = at_a_time([(pod, times(counted(pod, ranges), number)) for pod, number in pods])
    wanted = _of_interest(added([running, _volumes(environment)]), hard)
    subject = f"ResourceQuota {quota['name']}"
    findings = _without_resources(subject, [pod for pod, unused_number in pods] + one_of_each, hard, ranges)
    short = lacking(wanted, room)
    if short:
        problem = f"It does not let all components run: {_compared(wanted, room, short)}."
        return [*findings, found("WA602", subject, problem)]
    if starts_pods_by_default(environment):
        # How many of the other profiles run, DAGs decide.
        default, *one_of_each = one_of_each
        scaled = at_a_time([
            (pod, times(counted(pod, ranges), number if pod.is_on_every_node else pod.most)) for pod, number in pods])
        left = without(room, _of_interest(added([scaled, _volumes(environment)]), hard))
        findings += all_tasks(environment, subject, _of_interest(counted(default, ranges), hard), left)
    room = without(room, wanted)
    for pod in one_of_each:
        one = _of_interest(counted(pod, ranges), hard)
        short = lacking(one, room)
        if short:
            problem = f"Beside all components it does not let one {pod.name} run: {_compared(one, room, short)}."
            findings.append(found("WA603", subject, problem))
    return findings


def all_tasks(environment, subject, one, left):
    """Judge whether as many tasks fit as Airflow starts.

    :param one: amounts of one task of the default profile.
    :param left: amounts that are left to tasks when autoscalers run as many pods of components as they may.
    :returns: list of `PreflightFinding`.
    """
    number, schedulers = tasks_at_a_time(environment), schedulers_of(environment)
    short = lacking(times(one, number), left)
    if not short:
        return []
    fitting = int(min(left[name] // one[name] for name in short))
    # Source: KubernetesExecutor of the provider cncf.kubernetes, which tries again where a quota is exceeded.
    waits = as_integer(option(environment.chart_values, "kubernetes_executor", "task_publish_max_retries"), 0) == -1
    others = "The others wait for room" if waits else "The others fail, unless airflow_concurrency.task_publish_max_retries is -1"
    problem = (
        f"Beside all components it lets {fitting} of the {number} tasks run that parallelism allows: "
        f"{_compared(times(one, number), left, short)}. {others}.")
    each = fitting // schedulers
    remedy = f"Raise the quota, or lower airflow_concurrency.parallelism to {each}, which counts for each scheduler." if each else None
    return [found("WA606", subject, problem, remedy)]


def _is_own(environment, namespace):
    labels = namespace.get("labels") or {}
    return labels.get("app.kubernetes.io/instance") == environment.release and (
        labels.get("app.kubernetes.io/managed-by") == "windrose.airflow"
    )


def _volumes(environment):
    asked = claims(environment)
    sizes = added(amounts({"requests.storage": claim.size}) for claim in asked)
    return {"persistentvolumeclaims": len(asked), **sizes} if asked else {}


def _of_interest(wanted, hard):
    return {name: amount for name, amount in wanted.items() if name in hard}


def _compared(wanted, room, names):
    return "; ".join(
        f"of {name} they need {formatted(name, wanted[name])}, and it leaves {formatted(name, room[name])}"
        for name in names
    )


def _without_resources(subject, pods, hard, ranges):
    findings = []
    for name in [name for name in _COMPUTE if name in hard]:
        kind, resource = name.split(".", 1)
        bare = sorted(
            f"{container.name} of {pod.name}"
            for pod in pods
            for container in pod.containers
            if resource not in getattr(defaulted(container, ranges), kind)
        )
        if bare:
            problem = f"It counts {name}, so Kubernetes refuses pods with a container that does not say it: {_several(bare)}."
            findings.append(found("WA605", subject, problem))
    return findings
