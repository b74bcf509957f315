# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates each text of a variable alone, before anything else does, and says which of them Ansible cannot read."""

from __future__ import annotations

from ansible.errors import AnsibleAction, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import is_trusted_as_template

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.paths import leaves, written
from ansible_collections.windrose.airflow.plugins.module_utils._values import foreign_templates

try:
    # There is no public name for it: tests/unit/plugins/test_private_interfaces.py says what is expected of it.
    from ansible._internal._datatag._tags import Origin
except ImportError:
    Origin = None

ARGUMENTS = {"variable": {"type": "str", "required": True}}


class ActionModule(ActionBase):
    """Runs where ansible-playbook does, and touches nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        """:returns: that nothing was changed; what Ansible cannot read is the exception."""
        super().run(tmp, task_vars)
        unused, arguments = self.validate_argument_spec(ARGUMENTS)
        variable = arguments["variable"]
        # Variables of a task have not been evaluated yet.
        found = [entry for path, text in leaves({variable: task_vars.get(variable)}) for entry in self._found(path, text)]
        if found:
            # As in preflight_verdict: Ansible shows both messages, and the same one of another host no more.
            told = f"{task_vars['inventory_hostname']}: {foreign_templates.refusal(variable, found)}"
            raise AnsibleAction(told, result={"msg": f"{len(found)} of the texts of {variable} cannot be read as they are meant."})
        return {"changed": False}

    def _found(self, path, text):
        is_template = isinstance(text, str) and is_trusted_as_template(text) and any(mark in text for mark in foreign_templates.MARKS)
        if not is_template:
            return
        key = next((step for step in reversed(path[1:]) if isinstance(step, str)), path[0])
        try:
            evaluated = self._templar.template(text)
        except AnsibleError as error:
            elsewhere = getattr(error, "obj", None)
            origin = _origin(elsewhere) or _origin(text)
            # What is wrong may be in a variable that this one names.
            is_here = origin == _origin(text)
            told = f"Ansible takes it for a template of its own, and cannot read it: {_first_line(error)}"
            yield written(path), origin, told, foreign_templates.remedy(str(text) if is_here else None, key if is_here else "key")
            return
        if foreign_templates.is_commented_out(text, evaluated):
            told = "Ansible takes what follows {# for a comment, and leaves it out"
            yield written(path), _origin(text), told, foreign_templates.remedy(str(text), key)
        elif foreign_templates.is_of_helm(text) and not foreign_templates.is_of_helm(str(evaluated)):
            told = "it is a template of helm, which Ansible reads in its own way"
            yield written(path), _origin(text), told, foreign_templates.remedy(str(text), key)


def _first_line(error):
    return str(error).splitlines()[0].rstrip(".")


def _origin(value):
    origin = Origin.get_tag(value) if Origin and value is not None else None
    return f"{origin.path}:{origin.line_num}" if origin and origin.path and origin.line_num else None
