# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.windrose.airflow.plugins.filter.rehearsal_secrets import FilterModule, rehearsal_secrets

CERTIFICATE = {"tls.crt": "CERTIFICATE", "tls.key": "KEY"}


def test_secrets_are_plain_data_and_the_same_for_the_same_cluster():
    keys = {"airflow-tls": ["tls.crt", "tls.key"], "airflow-sso": ["client-secret"]}
    found = rehearsal_secrets(wrap_var({"airflow_namespace": "data"}), wrap_var(keys), wrap_var("seed"), wrap_var(CERTIFICATE))
    assert json.loads(json.dumps(found)) == found == rehearsal_secrets({"airflow_namespace": "data"}, keys, "seed", CERTIFICATE)
    assert [(secret["metadata"], secret["type"]) for secret in found] == [
        ({"name": "airflow-sso", "namespace": "data"}, "Opaque"), ({"name": "airflow-tls", "namespace": "data"}, "kubernetes.io/tls")]
    assert found[1]["stringData"] == CERTIFICATE
    assert rehearsal_secrets({}, keys, "another seed", CERTIFICATE)[0]["stringData"] != found[0]["stringData"]


def test_templates_call_it_by_its_name():
    assert FilterModule().filters() == {"rehearsal_secrets": rehearsal_secrets}
