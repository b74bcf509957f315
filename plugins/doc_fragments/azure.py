# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual parameters of Azure, named as in azure.azcollection; the spec is ``module_utils/_argument_specs.AZURE``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  subscription_id:
    description: The subscription.
    type: str
  tenant:
    description: The tenant of the identity. E(AZURE_TENANT_ID) or E(AZURE_TENANT) if left out.
    type: str
  client_id:
    description:
      - The service principal, if E(AZURE_CLIENT_SECRET) or E(AZURE_SECRET) holds its secret, or else the workload identity or
        managed identity.
      - E(AZURE_CLIENT_ID) if left out.
    type: str
requirements:
  - azure-identity
notes:
  - Credentials of Azure are those of a service principal in the environment, or else found as C(DefaultAzureCredential) finds
    them, in the identity of the pod or machine, or in the login of az.
"""
