# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Airflow can read the value of an option. Pure: no I/O.

Sources: ``getboolean``, ``getint`` and ``getfloat`` of airflow/_shared/configuration/parser.py in Airflow 3.3.2. Where they cannot
read a value, what asked for it does not start. ``enums_options`` of airflow/configuration.py: with any other value, no part of
Airflow starts.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import option_kinds

_FLAGS = ("t", "true", "1", "f", "false", "0")
_WORDS = {
    "boolean": ("it is neither True nor False", "Write True or False"),
    "integer": ("it is not a whole number", "Write a whole number"),
    "float": ("it is not a number", "Write a number"),
}
_LEVELS = ("CRITICAL", "DEBUG", "ERROR", "FATAL", "INFO", "WARN", "WARNING")
CHOICES = {
    "api": {"grid_view_sorting_order": ("hierarchical_alphabetical", "topological")},
    "core": {"dag_ignore_file_syntax": ("glob", "regexp"), "default_task_weight_rule": ("absolute", "downstream", "upstream")},
    "dag_processor": {"file_parsing_sort_mode": ("alphabetical", "modified_time", "random_seeded_by_host")},
    "logging": {
        "dag_processor_log_target": ("file", "stdout"),
        **dict.fromkeys((f"{part}logging_level" for part in ("", "celery_", "fab_", "uvicorn_")), _LEVELS),
    },
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
    choices = CHOICES.get(section, {}).get(option, ())
    return None if not choices or text in choices else _not_chosen(text, choices)


def _not_chosen(text, choices):
    meant = [choice for choice in choices if choice.lower() == text.lower()] or choices
    return "it is none of the values that Airflow takes", f"Write {'one of ' if len(meant) > 1 else ''}{', '.join(meant)}"


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
