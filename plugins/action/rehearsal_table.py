# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the plan of a rehearsal once, as wide as the terminal is."""

from __future__ import annotations

from ansible.plugins.action import ActionBase

from ansible_collections.windrose.airflow.plugins.action.preflight_verdict import shown
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.row import Row
from ansible_collections.windrose.airflow.plugins.module_utils._rehearsal.table import table

ARGUMENTS = {
    "chart": {"type": "str", "required": True},
    "rows": {"type": "list", "elements": "dict", "required": True},
}


class ActionModule(ActionBase):
    """Runs where ansible-playbook does, and touches nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        """:returns: the table as the message."""
        super().run(tmp, task_vars)
        unused, arguments = self.validate_argument_spec(ARGUMENTS)
        rows = [Row(**row) for row in arguments["rows"]]
        return shown(lambda width: table(arguments["chart"], rows, width))
