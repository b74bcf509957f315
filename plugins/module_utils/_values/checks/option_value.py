# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Airflow can read the value of an option. Pure: no I/O.

Sources: ``getboolean``, ``getint`` and ``getfloat`` of airflow/_shared/configuration/parser.py in Airflow 3.3.2. Where they cannot
read a value, what asked for it does not start.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import option_kinds

_FLAGS = ("t", "true", "1", "f", "false", "0")
_WORDS = {
    "boolean": ("it is neither True nor False", "Write True or False"),
    "integer": ("it is not a whole number", "Write a whole number"),
    "float": ("it is not a number", "Write a number"),
}
# A template of helm, a variable of Kubernetes, and one that Airflow replaces itself.
_REFERENCES = ("{{", "$")


def wrong_value(section, option, value):
    """:param value: as the user wrote it; None of what is kept elsewhere.

    :returns: (problem, remedy) of a value that Airflow cannot read, which they do not quote; None of any other.
    """
    text = str(value).strip()
    # An empty text is left to those options that have none by default.
    if value is None or not text or isinstance(value, (dict, list)) or any(mark in text for mark in _REFERENCES):
        return None
    for kind, sections in option_kinds.KINDS.items():
        if option in sections.get(section, ()):
            return None if _READERS[kind](text) else _WORDS[kind]
    return None


def _is_flag(text):
    return text.partition("#")[0].strip().lower() in _FLAGS


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_whole(text):
    return _is_number(text) and float(text) % 1 == 0


_READERS = {"boolean": _is_flag, "integer": _is_whole, "float": _is_number}
