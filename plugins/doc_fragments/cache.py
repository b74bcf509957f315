# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of what builds into the cache; the spec is ``module_utils/_argument_specs.CACHE``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  cache:
    description: The cache folder.
    type: path
    required: true
  checkout:
    description: The folder that commands run in, and that sources outside the cache are relative to.
    type: path
    required: true
  concurrency:
    description: How many are built at the same time.
    type: int
    default: 2
"""
