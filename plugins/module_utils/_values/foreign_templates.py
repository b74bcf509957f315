# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of helm in an inventory, where Ansible takes every pair of braces for a template of its own. Pure: no I/O.

Source: https://docs.ansible.com/projects/ansible/latest/playbook_guide/playbooks_advanced_syntax.html (unsafe or raw strings).
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._errors import WindroseError

# What begins a template, a statement and a comment of Jinja.
MARKS = ("{{", "{%", "{#")
# What helm's templates begin with and no variable of an inventory is called: its objects, and functions of its own.
_OF_HELM = re.compile(
    r"\{\{-?\s*(?:/\*|[.$]|(?:Release|Values|Chart|Capabilities|Files|Template)\b|"
    r"(?:include|tpl|template|define|with|end|else|if|range|printf|quote|default|toYaml|required|fail|now|uuidv4|lookup|index)\b(?!\s*\())")


class TemplateError(WindroseError):
    """Raw chart values hold templates that Ansible cannot read."""


def is_of_helm(text):
    """:returns: whether a text holds a template that helm can read, and Ansible cannot or reads otherwise."""
    return bool(_OF_HELM.search(text))


def is_commented_out(text, evaluated):
    """:returns: whether Jinja took a part of a text for a comment, ``{# … #}``, and left it out."""
    return "{#" in text and "{#" not in str(evaluated)


def remedy(text, key):
    """:param text: what was written; None where it was written elsewhere.
    :param key: the key in front of it.

    :returns: what to write instead.
    """
    tag = f"Tag it, so that helm gets it as it stands: `{key}: !unsafe` before the text"
    if text is None or not is_of_helm(text) and "{#" not in text:
        return f"Where it is meant for helm, tag it `{key}: !unsafe` before the text; where it is meant for Ansible, correct it"
    return tag


def refusal(variable, found):
    """:param variable: the variable that was looked at.
    :param found: list of (path as written, file and line or None, cause, remedy).

    :returns: the `TemplateError` of it, all of it at once.
    """
    lines = (
        f"\n- {path}{f', written in {origin}' if origin else ''}: {cause}. {what}."
        for path, origin, cause, what in sorted(found, key=lambda entry: entry[0]))
    return TemplateError("Refused", f"the templates of {variable}", "".join(lines), "Nothing was changed.")
