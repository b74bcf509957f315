# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual parameters of AWS, named as in amazon.aws; the spec is ``module_utils/_argument_specs.AWS``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  region:
    description: The region. E(AWS_REGION), E(AWS_DEFAULT_REGION) or that of the profile if left out.
    type: str
  profile:
    description: A profile of AWS's shared configuration. E(AWS_PROFILE) if left out.
    type: str
  endpoint_url:
    description: Another address than that of AWS, such as a VPC endpoint.
    type: str
requirements:
  - boto3
notes:
  - Credentials of AWS are found as boto3 finds them, in the environment, in a profile, or in the role of the machine or pod.
"""
