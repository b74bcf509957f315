# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections and options of airflow.cfg below the chart value `config`. Pure: no I/O.

Users, plugins and later providers add options, so an unknown one is refused only where it is known to have no effect,
or is all but the name of a known one. Sections are few, and an unknown one is refused.
"""

from __future__ import annotations

import functools

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    airflow_options,
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


def major(airflow_version):
    """:returns: the major version, as a number; that of Airflow 3 where the text does not begin with one."""
    first = airflow_version.lstrip("v").split(".")[0]
    return int(first) if first.isdecimal() else 3


def wrong_options(section, options, defaults, airflow_version):
    """Check one section.

    :param section: its name.
    :param options: {option: value}, as set by the user.
    :param defaults: {section: {option: value}} of the chart's own values.
    :param airflow_version: such as 3.2.2; only whether it is Airflow 2 matters.
    :returns: list of (option, problem, remedy); the option is None where the section itself is wrong.
    """
    known = _known(major(airflow_version))
    # Of several teams, each has sections of its own: `team=section`.
    name = section.rpartition("=")[2]
    moved = {*_moves()["RENAMED"], *_moves()["STILL_READ"]}
    if name in FREE_SECTIONS:
        return []
    if name not in known and name not in defaults and not any((name, option) in moved for option in options):
        return [(None, *_unknown_section(section, options, known, airflow_version))]
    here = known.get(name, set()) | set(defaults.get(name) or ())
    judged = ((option, _judged(name, option, here, known, airflow_version)) for option in options)
    return [(option, *told) for option, told in judged if told]


def place_of(option, airflow_version):
    """:returns: the full path of an option, or two if two sections have it, in words; None for any other name."""
    places = _places(major(airflow_version)).get(option, ()) if "_" in option or option == _TELLING else ()
    return " or ".join(f"{CONFIG}.{section}.{option}" for section in places) if 0 < len(places) <= 2 else None


def has_section(name):
    """:returns: whether airflow.cfg has a section of this name."""
    return name in _known(3) or name in _known(2)


def _unknown_section(section, options, known, airflow_version):
    place = place_of(section, airflow_version)
    if place:
        return "an option of airflow.cfg stands in a section", f"Write {place}"
    if section.upper().startswith("AIRFLOW__"):
        path = ".".join([CONFIG, *section.lower().split("__")[1:]])
        return "this is the name of an environment variable", f"Write {path}"
    team, equals, name = section.rpartition("=")
    near = nearest_key.nearest(name, [*known, *FREE_SECTIONS])
    variable = f"AIRFLOW__{section.upper()}__{next(iter(options), 'option').upper()}"
    remedy = f"The nearest section is {CONFIG}.{team}{equals}{near}; for" if near else "For"
    return (
        "neither Airflow nor its providers have a section of this name",
        f"{remedy} a section of your own, set environment variables such as {variable} in env")


def _judged(section, option, here, known, airflow_version):
    """:returns: (problem, remedy), or None where there is nothing against the option."""
    number = major(airflow_version)
    if number >= 3 and (section, option) in _moves()["RENAMED"]:
        new = ".".join(_moves()["RENAMED"][section, option])
        return f"Airflow {number} does not read this option, which was renamed", f"Write {CONFIG}.{new}"
    if number >= 3 and (section, option) in _moves()["REMOVED"]:
        return f"Airflow {number} does not have this option any more", "Remove it"
    # What Airflow 3 dropped under an old name, Airflow 2 still reads.
    if option in here or (section, option) in _moves()["STILL_READ"] or (section, option) in _moves()["RENAMED"]:
        return None
    if option in _known(2 if number >= 3 else 3).get(section, ()):
        return f"only Airflow {2 if number >= 3 else 3} has this option, not Airflow {number}", "Remove it"
    near = nearest_key.nearest(option, here, nearest_key.NEAR_MISS)
    if near:
        return "there is no such option", f"The nearest option is {CONFIG}.{section}.{near}"
    place = place_of(option, airflow_version)
    if place and section in _core(number):
        return f"the section {section} has no such option", f"Write {place}"
    return None


@functools.cache
def _sections(table):
    """Read `section: option option …`; lines that begin with a space go on with the section before."""
    found, options = {}, set()
    for line in getattr(airflow_options, table).splitlines():
        if not line.startswith(" "):
            section, unused, line = line.partition(":")
            options = found.setdefault(section, set())
        options.update(line.split())
    return found


@functools.cache
def _moves():
    """:returns: {table: pairs (section, option)}, of which those that were renamed have the pair that they are now."""
    def pair(text):
        # The names of some sections hold a dot, those of options do not.
        return tuple(text.rsplit(".", 1))

    renamed = [line.split() for line in airflow_options.RENAMED.splitlines()]
    return {
        "RENAMED": {pair(old): pair(new) for old, new in renamed},
        "STILL_READ": {pair(text) for text in airflow_options.STILL_READ.split()},
        "REMOVED": {pair(text) for text in airflow_options.REMOVED.split()},
    }


@functools.cache
def _core(number):
    own = _sections("ONLY_3" if number >= 3 else "ONLY_2")
    both = _sections("BOTH")
    return {section: both.get(section, set()) | own.get(section, set()) for section in {*both, *own}}


@functools.cache
def _known(number):
    core, providers = _core(number), _sections("PROVIDERS")
    return {section: core.get(section, set()) | providers.get(section, set()) for section in {*core, *providers}}


@functools.cache
def _places(number):
    places = {}
    for section, options in sorted(_known(number).items()):
        for option in options:
            places.setdefault(option, []).append(section)
    return places
