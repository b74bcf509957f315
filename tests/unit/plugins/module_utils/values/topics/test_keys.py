# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


def test_every_key_comes_from_a_secret_of_the_release(compiled):
    values = compiled(release_name="af")
    assert {key: values[key] for key in values if key.endswith("SecretName")} == {
        "fernetKeySecretName": "af-fernet-key", "apiSecretKeySecretName": "af-api-secret-key",
        "jwtSecretName": "af-jwt-secret",
    }  # fmt: skip
