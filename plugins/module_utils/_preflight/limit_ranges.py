# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the LimitRanges of a namespace make of a container, and which they refuse. Pure: no I/O.

Source: https://kubernetes.io/docs/concepts/policy/limit-range/.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.amounts import amounts, formatted

_OF_CONTAINERS, _OF_PODS = "Container", "Pod"


def _items(ranges, kind):
    """Yield (name of the LimitRange, item) of those that apply to containers or to pods."""
    for entry in ranges:
        for item in entry.get("limits") or []:
            if item.get("type") == kind:
                yield entry["name"], item


def defaulted(container, ranges):
    """Fill in what a container leaves out, as the API server does.

    Where there is no default for limits, the maximum is it; where there is none for requests, that for limits is it, or else
    the minimum.

    :param container: a `Container`.
    :param ranges: list of {name, limits}, as LimitRanges have them.
    :returns: a `Container`.
    """
    requests, limits = dict(container.requests), dict(container.limits)
    for _name, item in _items(ranges, _OF_CONTAINERS):
        of_limits = {**amounts(item.get("max")), **amounts(item.get("default"))}
        of_requests = {**amounts(item.get("min")), **of_limits, **amounts(item.get("defaultRequest"))}
        requests = {**of_requests, **requests}
        limits = {**of_limits, **limits}
    return dataclasses.replace(container, requests=requests, limits=limits)


def refusals(pods, ranges):
    """Find what Kubernetes would refuse.

    :param pods: list of `Pod`. What a container leaves out does not count: it is filled in so that it fits.
    :returns: {(name of a LimitRange, what it asks for): list of whom it refuses, with what they ask for}.
    """
    found = {}
    for kind, several in ((_OF_CONTAINERS, _containers(pods)), (_OF_PODS, _whole_pods(pods))):
        for name, item in _items(ranges, kind):
            for who, requests, limits in several:
                for rule, asked in _outside(requests, limits, item):
                    found.setdefault((name, f"{rule} for each {kind.lower()}"), []).append(f"{who} ({asked})")
    return found


def _containers(pods):
    return [
        (f"{container.name} of {pod.name}", container.requests, container.limits)
        for pod in pods
        for container in pod.containers
    ]


def _whole_pods(pods):
    return [(pod.name, pod.requests, pod.limits) for pod in pods]


def _outside(requests, limits, item):
    """Yield (what a LimitRange asks for, what is asked for) of each resource that is out of its bounds."""
    for resource, most in sorted(amounts(item.get("max")).items()):
        largest = max(requests.get(resource, most), limits.get(resource, most))
        if largest > most:
            yield f"at most {formatted(resource, most)} of {resource}", formatted(resource, largest)
    for resource, least in sorted(amounts(item.get("min")).items()):
        smallest = requests.get(resource, least)
        if smallest < least:
            yield f"at least {formatted(resource, least)} of {resource}", formatted(resource, smallest)
