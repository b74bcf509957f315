# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stage of the preflight findings are of; the stages are those of ``module_utils/_preflight/report.STAGES``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  stage:
    description:
      - Which stage of the preflight found them. V(probe) is the one with a pod, V(values) the check of the chart values alone,
        V(rehearsal) the plan of a rehearsal.
    type: str
    choices: [preflight, probe, values, rehearsal]
    default: preflight
"""
