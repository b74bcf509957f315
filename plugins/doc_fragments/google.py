# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usual parameters of Google Cloud, named as in google.cloud; the spec is ``module_utils/_argument_specs.GOOGLE``."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  project:
    description: The project.
    type: str
  service_account_file:
    description: The key file of a service account. E(GCP_SERVICE_ACCOUNT_FILE) if left out.
    type: path
notes:
  - Without a key file, credentials of Google Cloud are found as google-auth finds them, in E(GOOGLE_APPLICATION_CREDENTIALS), in
    the login of gcloud, or in the identity of the machine or pod.
"""
