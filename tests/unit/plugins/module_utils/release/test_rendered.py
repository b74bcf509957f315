# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rendered objects differ."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._release import rendered

MANIFEST = """---
# Source: airflow/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {password: open-sesame}
---
# Source: airflow/templates/empty.yaml
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: elsewhere}
data: {a: "1"}
"""


def test_every_object_has_its_label():
    assert list(rendered.objects(MANIFEST, "airflow")) == ["ConfigMap elsewhere/config", "Secret airflow/key"]


def test_only_what_differs_is_shown_and_no_secret():
    before = rendered.objects(MANIFEST, "airflow")
    after = rendered.objects(MANIFEST.replace("open-sesame", "another"), "airflow")
    (found,) = rendered.differences(before, after)
    assert found["before_header"] == "Secret airflow/key"
    assert "sesame" not in str(found) and "another" not in str(found) and "hidden, changed" in str(found)
    assert rendered.differences(before, before) == []


def test_objects_that_come_and_go_are_shown():
    objects = rendered.objects(MANIFEST, "airflow")
    headers = [entry["before_header"] for entry in rendered.differences({}, objects)]
    assert headers == list(objects)
    assert len(rendered.differences(objects, {})) == 2
