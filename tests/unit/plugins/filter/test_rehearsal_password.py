# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.windrose.airflow.plugins.filter.rehearsal_password import FilterModule, rehearsal_password
from ansible_collections.windrose.airflow.plugins.filter.rehearsal_secrets import rehearsal_secrets

CERTIFICATE = {"tls.crt": "CERTIFICATE", "tls.key": "KEY"}


def test_a_password_is_that_of_one_cluster_and_one_thing():
    every = [rehearsal_password(seed, what) for seed in ("one", "two") for what in ("database", "git")]
    assert len(set(every)) == len(every) and all(re.fullmatch(r"[0-9a-z]{32}", each) for each in every)
    assert rehearsal_password(wrap_var("one"), "database") == every[0]


@pytest.mark.parametrize(
    ("what", "variables", "secret", "key"),
    [
        ("database", {"airflow_database_mode": "external", "airflow_database_secret_name": "metadata"}, "metadata", "connection"),
        ("git", {}, "git", "GITSYNC_PASSWORD"),
        ("S3 secret key", {"airflow_logs": {"store": "s3", "url": "s3://a/b", "connection_secret": {"name": "logs", "key": "c"}}}, "logs", "c"),
        ("airflow-sso/client-secret", {}, "airflow-sso", "client-secret"),
    ])
def test_what_stands_in_takes_the_password_that_is_in_the_secret(what, variables, secret, key):
    (made,) = rehearsal_secrets(variables, {secret: [key]}, "seed", CERTIFICATE)
    assert rehearsal_password("seed", what) in made["stringData"][key]


def test_templates_call_it_by_its_name():
    assert FilterModule().filters() == {"rehearsal_password": rehearsal_password}
