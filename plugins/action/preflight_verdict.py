# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows findings once, as wide as the terminal is, and fails where one of them is an error."""

from __future__ import annotations

import shutil

from ansible import constants as C
from ansible.errors import AnsibleAction
from ansible.plugins.action import ActionBase

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.finding import ERROR, PreflightFinding
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.report import STAGES, WIDTH, report, summary

# Read when this file is loaded: ansible-playbook does so itself, and the processes that run its tasks have no terminal.
COLUMNS = shutil.get_terminal_size((WIDTH, 0)).columns
# What a result puts around every line of a message: blanks, and in JSON the quotes and the comma, too.
FRAMES = {"yaml": 8, "json": 11}
ARGUMENTS = {
    "findings": {"type": "list", "elements": "dict", "required": True},
    "stage": {"type": "str", "choices": list(STAGES), "default": "preflight"},
}


def shown(write):
    """:param write: callable (width) that returns text of several lines.
    :returns: a result that shows the text, as wide as the terminal is.
    """
    form = C.config.get_config_value("result_format", plugin_type="callback", plugin_name="default")
    told = write(COLUMNS - FRAMES[form])
    # In JSON, a text of several lines would be one line.
    return {"changed": False, "msg": told if form == "yaml" else told.splitlines(), "_ansible_verbose_always": True}


class ActionModule(ActionBase):
    """Runs where ansible-playbook does, and touches nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        """:returns: the table as the message; where a finding is an error, it is that of the exception."""
        super().run(tmp, task_vars)
        unused, arguments = self.validate_argument_spec(ARGUMENTS)
        findings = [PreflightFinding(**finding) for finding in arguments["findings"]]
        stage = arguments["stage"]
        if any(finding.severity == ERROR for finding in findings):
            # Ansible shows the message of an exception, and then that of the result. The cluster is named because a
            # message that another host has had already is not shown again.
            told = f"{task_vars['inventory_hostname']}: {report(findings, stage, COLUMNS)}"
            raise AnsibleAction(told, result={"msg": summary(findings, stage)})
        return shown(lambda width: report(findings, stage, width))
