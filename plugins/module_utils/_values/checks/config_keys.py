# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections and options of airflow.cfg below the chart value `config`. Pure: no I/O.

Users, plugins and later providers add options, so an unknown one is refused only where it is known to have no effect,
or is all but the name of a known one. Sections are few, and an unknown one is refused.
"""

from __future__ import annotations

import functools

from ansible_collections.windrose.airflow.plugins.module_utils._values import airflow_versions
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    airflow_options,
    former_options,
    nearest_key,
)

CONFIG = "config"
# Sections whose options are handed on as they are, to a library or to the tasks.
FREE_SECTIONS = {
    "celery_broker_transport_options": "handed to the message broker's client",
    "celery_result_backend_transport_options": "handed to the result backend's client",
    "elasticsearch_configs": "handed to the Elasticsearch client",
    "opensearch_configs": "handed to the OpenSearch client",
    "sentry": "handed to the Sentry client",
    "kubernetes_environment_variables": "environment variables of task pods",
    "kubernetes_secrets": "environment variables of task pods, out of Secrets",
}
# An option of one word, such as `namespace`, says nothing about the section that it was meant for, but for this one.
_TELLING = "parallelism"


def wrong_options(section, options, defaults, airflow_version):
    """Check one section.

    :param section: its name.
    :param options: {option: value}, as set by the user.
    :param defaults: {section: {option: value}} of the chart's own values.
    :param airflow_version: such as 3.2.2; of a text that is no version, the newest Airflow is meant.
    :returns: list of (option, problem, remedy); the option is None where the section itself is wrong.
    """
    # Of several teams, each has sections of its own: `team=section`.
    name = section.rpartition("=")[2]
    if name in FREE_SECTIONS:
        return []
    if not has_section(name) and name not in defaults and not any(_is_former(name, option) for option in options):
        return [(None, *_unknown_section(section, options))]
    here = _known().get(name, set()) | set(defaults.get(name) or ())
    judged = ((option, _judged(name, option, here, airflow_version)) for option in options)
    return [(option, *told) for option, told in judged if told]


def place_of(option):
    """:returns: the full path of an option, or two if two sections have it, in words; None for any other name."""
    places = _places().get(option, ()) if "_" in option or option == _TELLING else ()
    return " or ".join(f"{CONFIG}.{section}.{option}" for section in places) if 0 < len(places) <= 2 else None


def has_section(name):
    """:returns: whether airflow.cfg has a section of this name."""
    return name in _known()


def _is_former(section, option):
    tables = (former_options.RENAMED, former_options.STILL_READ, former_options.REMOVED)
    return any(option in table.get(section, ()) for table in tables)


def _unknown_section(section, options):
    place = place_of(section)
    if place:
        return "an option of airflow.cfg stands in a section", f"Write {place}"
    if section.upper().startswith("AIRFLOW__"):
        path = ".".join([CONFIG, *section.lower().split("__")[1:]])
        return "this is the name of an environment variable", f"Write {path}"
    team, equals, name = section.rpartition("=")
    near = nearest_key.nearest(name, [*_known(), *FREE_SECTIONS])
    variable = f"AIRFLOW__{section.upper()}__{next(iter(options), 'option').upper()}"
    remedy = f"The nearest section is {CONFIG}.{team}{equals}{near}; for" if near else "For"
    return (
        "neither Airflow nor its providers have a section of this name",
        f"{remedy} a section of your own, set environment variables such as {variable} in env")


def _judged(section, option, here, airflow_version):
    """:returns: (problem, remedy), or None where there is nothing against the option."""
    if option in former_options.RENAMED.get(section, ()):
        new = ".".join(former_options.RENAMED[section][option])
        return "Airflow 3 does not read this option, which was renamed", f"Write {CONFIG}.{new}"
    if option in former_options.REMOVED.get(section, ()):
        return "Airflow 3 does not have this option any more", "Remove it"
    if option in here or option in former_options.STILL_READ.get(section, ()):
        return _too_new(section, option, airflow_version)
    near = nearest_key.nearest(option, here, nearest_key.NEAR_MISS)
    if near:
        return "there is no such option", f"The nearest option is {CONFIG}.{section}.{near}"
    place = place_of(option)
    if place and section in airflow_options.AIRFLOW:
        return f"the section {section} has no such option", f"Write {place}"
    return None


def _too_new(section, option, airflow_version):
    installed = airflow_versions.release(airflow_version)
    for since, sections in airflow_options.SINCE.items():
        if installed and installed < since and option in sections.get(section, ()):
            first, present = ("{0}.{1}".format(*release) for release in (since, installed))
            problem = f"it is an option of Airflow since {first}, and Airflow {present} does not read it"
            return problem, f"Remove it, or set airflow_version to {first} or later"
    return None


@functools.cache
def _known():
    airflow, providers = airflow_options.AIRFLOW, airflow_options.PROVIDERS
    return {section: airflow.get(section, set()) | providers.get(section, set()) for section in {*airflow, *providers}}


@functools.cache
def _places():
    places = {}
    for section, options in sorted(_known().items()):
        for option in options:
            places.setdefault(option, []).append(section)
    return places
