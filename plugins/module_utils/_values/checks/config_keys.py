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
    option_value,
)

CONFIG = "config"
# Sections whose options are handed on as they are, to a library or to the tasks.
FREE_SECTIONS = {
    "celery_broker_transport_options": "handed to the message broker's client",
    "celery_result_backend_transport_options": "handed to the result backend's client",
    "elasticsearch_configs": "handed to the Elasticsearch client",
    "opensearch_configs": "handed to the OpenSearch client",
    "sentry": "handed to the Sentry client",
}
# Sections of Airflow 1, whose options no table has: former_key_tables.py says what is in their place.
GONE_SECTIONS = ("kubernetes", "kubernetes_environment_variables", "kubernetes_node_selectors", "kubernetes_secrets", "ldap")
# An option of one word, such as `namespace`, says nothing about the section that it was meant for, but for this one.
_TELLING = "parallelism"


def in_config(section, option=None):
    """:returns: what an option, or a section, is called in chart values."""
    return ".".join(filter(None, (CONFIG, section, option)))


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
        return [(None, *_unknown_section(section, options, airflow_version))]
    judged = (
        (option, wrong_option(name, option, value, defaults, airflow_version)) for option, value in options.items())
    return [(option, *told) for option, told in judged if told]


def wrong_option(section, option, value, defaults, airflow_version, written=in_config):
    """Check one option of a section that is known.

    :param value: None where it is kept elsewhere.
    :param written: callable that says what an option, given by section and name, is called where this one stands.
    :returns: (problem, remedy), or None where there is nothing against it.
    """
    if option in former_options.RENAMED.get(section, ()):
        new = written(*former_options.RENAMED[section][option])
        return "Airflow 3 does not read this option, which was renamed", f"Write {new}"
    if option in former_options.REMOVED.get(section, ()):
        return "Airflow 3 does not have this option any more", "Remove it"
    here = _known().get(section, set()) | set(defaults.get(section) or ())
    if option in here or option in former_options.STILL_READ.get(section, ()):
        return _too_new(section, option, airflow_version) or option_value.wrong_value(section, option, value)
    near = nearest_key.nearest(
        option, [known for known in here if not _too_new(section, known, airflow_version)], nearest_key.NEAR_MISS)
    if near:
        return "there is no such option", f"The nearest option is {written(section, near)}"
    places = [place for place in places_of(option) if not _too_new(*place, airflow_version)]
    if places and section in airflow_options.AIRFLOW:
        return f"the section {section} has no such option", f"Write {' or '.join(written(*place) for place in places)}"
    return None


def places_of(option):
    """:returns: list of (section, option) of an option that one section has, or two; empty for any other name."""
    sections = _places().get(option, ()) if "_" in option or option == _TELLING else ()
    return [(section, option) for section in sections] if len(sections) <= 2 else []


def place_of(option):
    """:returns: the full path of an option, or two if two sections have it, in words; None for any other name."""
    return " or ".join(in_config(*place) for place in places_of(option)) or None


def has_section(name):
    """:returns: whether airflow.cfg has a section of this name."""
    return name in _known()


def known_options():
    """:returns: iterator of (section, option) of all that Airflow has, or had."""
    for table in (_known(), former_options.RENAMED, former_options.STILL_READ, former_options.REMOVED):
        for section, options in table.items():
            yield from ((section, option) for option in options)


def meant_section(name, options):
    """:returns: the section that an unknown one was meant for, going by its name and by the options; None of one's own."""
    near = nearest_key.nearest(name, [*_known(), *FREE_SECTIONS], nearest_key.NEAR_MISS)
    if near is None or near in FREE_SECTIONS or not options:
        return near
    known = {option for section, option in known_options() if section == near}
    return near if any(nearest_key.nearest(option, known, nearest_key.NEAR_MISS) for option in options) else None


def _is_former(section, option):
    tables = (former_options.RENAMED, former_options.STILL_READ, former_options.REMOVED)
    return any(option in table.get(section, ()) for table in tables)


def _unknown_section(section, options, airflow_version):
    place = place_of(section)
    if place:
        return "an option of airflow.cfg stands in a section", f"Write {place}"
    if section.upper().startswith("AIRFLOW__"):
        names = section.lower().split("__")[1:]
        told = wrong_option(*names, None, {}, airflow_version) if len(names) == 2 else None
        return "this is the name of an environment variable", told[1] if told else f"Write {'.'.join([CONFIG, *names])}"
    team, equals, name = section.rpartition("=")
    problem = "neither Airflow nor its providers have a section of this name"
    meant = meant_section(name, options)
    if meant:
        return problem, f"Write {CONFIG}.{team}{equals}{meant}"
    near = nearest_key.nearest(name, [*_known(), *FREE_SECTIONS])
    variable = f"AIRFLOW__{section.upper()}__{next(iter(options), 'option').upper()}"
    remedy = f"The nearest section is {CONFIG}.{team}{equals}{near}; for" if near else "For"
    return problem, f"{remedy} a section of your own, set environment variables such as {variable} in env"


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
