# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that name a chart and the helm that fetches it; the spec is ``module_utils/_argument_specs.CHART``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  chart:
    description: The chart.
    type: dict
    suboptions:
      source:
        description:
          - Where the chart comes from.
          - V(path) and V(bundled) are charts on this machine; their whole content is part of the fingerprint.
          - V(official) and V(oci) are downloaded, and only where something changes. Their version and digest are part
            of the fingerprint, so pin both.
        type: str
        choices: [path, bundled, official, oci]
        default: path
      path:
        description: A chart's folder or a packaged chart. Required where the chart is on this machine.
        type: path
      name:
        description: The chart's name in its repository. Required where the chart is downloaded.
        type: str
      repository:
        description: The repository's address, C(https://…) or C(oci://…). Required where the chart is downloaded.
        type: str
      version:
        description: The chart's version. Required where the chart is downloaded.
        type: str
      digest:
        description:
          - SHA-256 of the packaged chart in hex digits, as a repository's index lists it. Another chart is refused.
          - Of a folder it is the digest that the module computes over names and contents of all files.
        type: str
  helm_binary:
    description: Name or path of helm.
    type: path
    default: helm
"""
