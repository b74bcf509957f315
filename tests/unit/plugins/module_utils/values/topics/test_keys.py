# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("3.2.2", {"fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName"}),
        ("2.11.0", {"fernetKeySecretName", "webserverSecretKeySecretName"}),
    ],
)
def test_each_airflow_has_the_secrets_that_it_reads(compiled, version, keys):
    values = compiled(version=version, release_name="af")
    assert {key for key in values if key.endswith("SecretName")} == keys
    assert all(values[key].startswith("af-") for key in keys)
