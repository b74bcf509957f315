# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, limits and quantities, wherever they stand in chart values. Pure: no I/O.

Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes import quantities
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import list_at, map_at, walk
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding

_BYTES = ("memory", "ephemeral-storage", "storage")
_LIMIT_RANGE_MAPS = ("default", "defaultRequest", "max", "min")
_COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def _is_bytes(name):
    return name.rpartition(".")[2] in _BYTES or name.startswith("hugepages-")


def _is_extended(name):
    domain, slash, unused = name.partition("/")
    return bool(slash) and domain != "kubernetes.io" and not domain.endswith(".kubernetes.io")


def _resource_maps(values):
    """Yield (path, map) of each ``resources``."""
    for path, value in walk(values):
        if path and path[-1] == "resources" and isinstance(value, dict):
            yield path, value


def _parsed(value):
    try:
        return quantities.parse(value)
    except ValueError:
        return None


def _quantities(values):
    """Yield (path, name of the resource, value) of everything that Kubernetes reads as a quantity."""
    for path, resources in _resource_maps(values):
        for kind in ("requests", "limits"):
            for name, value in map_at(resources, kind).items():
                yield (*path, kind, name), str(name), value
    for name, value in map_at(values, "quotas").items():
        yield ("quotas", name), str(name), value
    for place, item in enumerate(list_at(values, "limits")):
        for kind in _LIMIT_RANGE_MAPS:
            for name, value in map_at(item, kind).items():
                yield ("limits", place, kind, name), str(name), value
    for path, value in walk(values):
        if path[-1:] == ("sizeLimit",) or path[-2:] == ("persistence", "size"):
            yield path, "storage", value


def invalid_quantities(values):
    """Texts that are not quantities, and bytes with a fraction, such as memory of ``512m``: a request for 0.512 bytes.

    :returns: list of findings.
    """
    found = []
    for path, name, value in _quantities(values):
        # Null takes a default away.
        if value is None:
            continue
        amount = _parsed(value)
        example = "512Mi" if _is_bytes(name) else "500m" if name.endswith("cpu") else "1"
        if amount is None or amount < 0:
            found.append(
                ValueFinding(
                    dotted(path),
                    "it is not a Kubernetes quantity",
                    f"Set {dotted(path)} to a quantity such as {example}",
                )
            )
        elif _is_bytes(name) and amount != amount.to_integral_value():
            found.append(ValueFinding(
                dotted(path),
                "it is a fraction of a byte: m stands for thousandths",
                f"Set {dotted(path)} to a quantity such as {example}",
            ))  # fmt: skip
    return found


def _requests(values):
    """Yield (path of the resources, name, request, limit) of each request; a quantity that cannot be read is None."""
    for path, resources in _resource_maps(values):
        limits = map_at(resources, "limits")
        for name, value in map_at(resources, "requests").items():
            yield path, name, _parsed(value), _parsed(limits.get(name))


def requests_over_limits(values):
    """Kubernetes refuses a container that requests more than its limit.

    :returns: list of findings.
    """
    found = []
    for path, name, request, limit in _requests(values):
        if request is not None and limit is not None and request > limit:
            place = dotted((*path, "requests", name))
            found.append(ValueFinding(
                place,
                "it is more than the limit of the same container",
                f"Lower {place}, or raise {dotted((*path, 'limits', name))}",
            ))  # fmt: skip
    return found


def unequal_devices(values):
    """Devices such as ``nvidia.com/gpu`` cannot be overcommitted: a request needs an equal limit.

    Source: https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/.

    :returns: list of findings.
    """
    found = []
    for path, name, request, limit in _requests(values):
        # A request above the limit is reported already.
        if _is_extended(str(name)) and request is not None and (limit is None or request < limit):
            place = dotted((*path, "limits", name))
            found.append(ValueFinding(
                dotted((*path, "requests", name)),
                "it needs a limit that is equal",
                f"Set {place} to the same, or leave out the request",
            ))  # fmt: skip
    return found


def quota_without_defaults(values):
    """With a quota on CPU or memory Kubernetes refuses containers without resources, as the chart's sidecars are.

    Sources: https://kubernetes.io/docs/concepts/policy/resource-quotas/; the empty ``resources`` of log groomers,
    git-sync, jobs, statsd and pgbouncer in the chart's values.yaml.

    :returns: list of findings.
    """
    limited = [name for name in map_at(values, "quotas") if name in _COMPUTE]
    if not limited or list_at(values, "limits"):
        return []
    return [ValueFinding(
        "limits",
        "it is empty although a quota counts CPU or memory: pods with a container without resources are refused",
        "Set limits to a list with {type: Container, default: {cpu, memory}, defaultRequest: {cpu, memory}}",
    )]  # fmt: skip
