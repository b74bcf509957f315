# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.windrose.airflow.plugins.filter.service_accounts import service_accounts


def test_accounts_are_handed_on():
    found = service_accounts({"service_account_source": "prerequisites", "pod_operator": {"enabled": True}})
    purposes = {account["name"]: account["purposes"] for account in found}
    assert purposes["airflow-worker-kubernetes"] == ["pod_operator"]


def test_a_refusal_names_variable_and_remedy():
    with pytest.raises(AnsibleFilterError, match="airflow_identity.principal: it is missing .*. Name the principal"):
        service_accounts({"identity": {"provider": "aws_irsa"}})
