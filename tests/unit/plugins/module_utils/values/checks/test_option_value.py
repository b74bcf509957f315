# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that Airflow cannot read as what the option is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import airflow_options, option_kinds
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.option_value import CHOICES, wrong_value

FLAG, WHOLE, NUMBER = ("core", "load_examples"), ("core", "parallelism"), ("scheduler", "scheduler_heartbeat_sec")
LEVEL = ("logging", "logging_level")


@pytest.mark.parametrize(("place", "value"), [
    (FLAG, True), (FLAG, "True"), (FLAG, "false"), (FLAG, "T"), (FLAG, " 1 "), (FLAG, 0), (FLAG, "true # for now"),
    (WHOLE, 32), (WHOLE, "32"), (WHOLE, "-1"), (WHOLE, "32.0"), (WHOLE, "1e3"),
    (NUMBER, 5), (NUMBER, "0.5"), (NUMBER, "5"), (LEVEL, "WARNING"), (LEVEL, " INFO "), (("logging", "level"), "chatty"),
    # What is decided elsewhere, and what is left to Airflow.
    *((place, value) for place in (FLAG, WHOLE, NUMBER, LEVEL) for value in ("{{ .Values.x }}", "$(X)", "${X}", "", None, {}, [])),
    (("core", "dags_folder"), "many"), (("my_plugin", "parallelism"), "many"),
])
def test_what_airflow_can_read(place, value):
    assert wrong_value(*place, value) is None


@pytest.mark.parametrize(("place", "value"), [
    (FLAG, "yes"), (FLAG, "off"), (FLAG, "Flase"), (FLAG, 2), (FLAG, "enabled"),
    (WHOLE, "many"), (WHOLE, "32.5"), (WHOLE, 32.5), (WHOLE, "32 tasks"), (WHOLE, True), (WHOLE, "0x20"), (WHOLE, "inf"),
    (NUMBER, "5s"), (NUMBER, "PT5S"), (NUMBER, False), (LEVEL, "verbose"), (LEVEL, 10),
])
def test_what_stops_airflow(place, value):
    problem, remedy = wrong_value(*place, value)
    assert str(value) not in f"{problem}. {remedy}." or isinstance(value, bool)


def test_a_choice_in_other_letters_is_named_alone():
    assert wrong_value(*LEVEL, "info") == ("it is none of the values that Airflow takes", "Write INFO")
    assert wrong_value("core", "dag_ignore_file_syntax", "gitignore")[1] == "Write one of glob, regexp"


def test_the_kinds_are_of_options_that_there_are():
    known = {section: airflow_options.AIRFLOW.get(section, set()) | airflow_options.PROVIDERS.get(section, set())
             for section in {**airflow_options.AIRFLOW, **airflow_options.PROVIDERS}}
    for table in (option_kinds.SENSITIVE, *option_kinds.KINDS.values(), CHOICES):
        assert table and all(set(options) <= known[section] for section, options in table.items())


@given(st.sampled_from([FLAG, WHOLE, NUMBER]), st.text(max_size=9) | st.integers() | st.floats() | st.booleans())
def test_any_value_gives_an_answer(place, value):
    assert wrong_value(*place, value) in (None, *(wrong_value(*kind, "no such value") for kind in (FLAG, WHOLE, NUMBER)))
