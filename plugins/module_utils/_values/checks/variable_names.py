# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, connections and variables of Airflow that are given as environment variables. Pure: no I/O.

Options are judged as those below ``config`` are, by the same tables. Sections of one's own are written this way, so an unknown one
is refused only where it is all but the name of a known one. Sources: ``_env_var_name`` of airflow/_shared/configuration/parser.py and
airflow/secrets/environment_variables.py in Airflow 3.3.2: names are in capitals, and nothing reads any other.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import (
    config_keys,
    former_options,
    nearest_key,
    option_kinds,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.environment_variables import variable_of

# AIRFLOW__SECTION__OPTION, and AIRFLOW__TEAM___SECTION__OPTION.
_OPTION = re.compile(r"AIRFLOW__(?:([A-Z0-9_-]+?)___)?([A-Z0-9][A-Z0-9_-]*?)__([A-Z0-9][A-Z0-9_-]*)")
_ENTRY = re.compile(r"AIRFLOW[\W_]+(?:(CONN|CON|CONNECTION)|VAR|VARIABLE)[\W_]+(.+)", re.IGNORECASE)
_TEAM_ENTRY = re.compile(r"AIRFLOW_(?:CONN|VAR)__.+___.+")
_PREFIX = "AIRFLOW"
# By these endings Airflow runs a command or asks its secrets backend for the value.
_ENDING = re.compile(r"(.+)(_cmd|_secret)")
_IN_CONFIG = re.compile(r"\bconfig\.([\w.]+)\.(\w+)")
_NOTHING = "Airflow reads no variable of this name"
# Two long names that have less in common are two names.
_ALIKE = 0.9


@dataclasses.dataclass(frozen=True)
class Judges:
    """What decides about an option.

    :param defaults: {section: {option: value}} of the chart's own values.
    :param airflow_version: such as 3.2.2.
    :param replaced: callable that says of section, option and value what the chart has in their place: (problem, remedy), or None.
    """

    defaults: dict
    airflow_version: str
    replaced: Callable


def wrong_variable(name, value, judges):
    """Check an environment variable.

    :param value: None where it is kept elsewhere.
    :param judges: the `Judges`.
    :returns: (problem, remedy), or None where there is nothing against it.
    """
    exact = _OPTION.fullmatch(name)
    if exact and not (exact[2] not in _sections() and _ENTRY.fullmatch(name)):
        return _wrong_option(*exact.groups(), value, judges)
    meant = _meant(name)
    if meant is None or meant == name:
        return None
    # What is written in the right form may be wrong in another way.
    told = wrong_variable(meant, None, judges)
    return _NOTHING, told[1] if told else f"Write {meant}"


def _wrong_option(team, section_name, option_name, value, judges):
    def written(section, option):
        return variable_of(section, option).replace("__", f"__{team}___", 1) if team else variable_of(section, option)

    section, option = _sections().get(section_name), option_name.lower()
    if section in config_keys.FREE_SECTIONS:
        return None
    if section is None:
        meant = config_keys.meant_section(section_name.lower(), [option])
        if meant is None or meant in config_keys.FREE_SECTIONS:
            return None
        told = wrong_variable(written(meant, option), None, judges)
        return "Airflow has no section of this name", told[1] if told else f"Write {written(meant, option)}"
    ending = _ENDING.fullmatch(option)
    if ending and (section, option) not in _known() and (section, ending[1]) in _known():
        if ending[1] in {*option_kinds.SENSITIVE.get(section, ()), *former_options.STILL_READ.get(section, ())}:
            return None
        told = _wrong_option(team, section_name, ending[1].upper(), None, judges)
        remedy = told[1] if told else f"Write {written(section, ending[1])} with the value itself"
        return "only of options that are secret does Airflow read a command or a place in a secrets backend", remedy
    told = judges.replaced(section, option, value)
    if told:
        return told[0], _IN_CONFIG.sub(lambda found: written(found[1], found[2]), told[1])
    told = config_keys.wrong_option(section, option, value, judges.defaults, judges.airflow_version, written)
    if told is None and not config_keys.has_section(section) and (section, option) not in _known():
        places = " or ".join(written(*place) for place in config_keys.places_of(option))
        return "Airflow 3 has no section of this name", f"Write {places}" if places else "Remove it"
    return told


def _meant(name):
    """:returns: the name in the form that Airflow reads, where this is a name of Airflow's in another form; else None."""
    folded = _folded(name)
    place = _by_name().get(folded) or _by_name().get(f"{_PREFIX}_{folded}" if "__" in name else "")
    if place:
        return variable_of(*place)
    entry = _ENTRY.fullmatch(name)
    if entry:
        team = _TEAM_ENTRY.fullmatch(name.upper())
        # A team's name stands between two underscores and three.
        return name.upper() if team else f"AIRFLOW_{'CONN' if entry[1] else 'VAR'}_{entry[2].upper()}"
    prefix, _underscore, rest = folded.partition("_")
    if prefix != _PREFIX:
        return _with_prefix(name, prefix, rest)
    if _OPTION.fullmatch(name.upper()):
        return name.upper()
    if "__" not in name:
        return None
    places = config_keys.places_of(rest.lower())
    near = nearest_key.nearest(folded, _by_name(), _ALIKE)
    return variable_of(*(places[0] if len(places) == 1 else _by_name()[near])) if places or near else None


def _with_prefix(name, prefix, rest):
    if nearest_key.nearest(prefix, [_PREFIX], nearest_key.ALIKE) is None:
        return None
    mended = _PREFIX + name.lstrip("_")[len(prefix):]
    exact = _OPTION.fullmatch(mended)
    is_known = exact and exact[2] in _sections() or _ENTRY.fullmatch(mended) or f"{_PREFIX}_{rest}" in _by_name()
    return (_meant(mended) or mended) if is_known else None


def _folded(name):
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


@functools.cache
def _known():
    return frozenset(config_keys.known_options())


@functools.cache
def _by_name():
    """{name with single underscores: (section, option)}."""
    pairs = {_folded(variable_of(*place)): place for place in sorted(_known())}
    sensitive = [(section, option) for section, options in option_kinds.SENSITIVE.items() for option in options]
    for section, option in sensitive:
        for ending in ("_cmd", "_secret"):
            pairs.setdefault(_folded(variable_of(section, option + ending)), (section, option + ending))
    return pairs


@functools.cache
def _sections():
    """{name of a section in a variable: section}."""
    sections = {section for section, _option in _known()} | {*config_keys.FREE_SECTIONS, *config_keys.GONE_SECTIONS}
    return {variable_of(section, "").removeprefix("AIRFLOW__").removesuffix("__"): section for section in sections}
