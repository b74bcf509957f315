# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module release where somebody edited or deleted what it released."""

from __future__ import annotations

import pytest

SECRET = """apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-token}
stringData: {token: THE-SECRET}
"""
# Each of these the API server keeps in another form than it is written here.
SPELLINGS = """
          resources: {requests: {cpu: 1000m, memory: 1024Ki}, limits: {cpu: 1.0}}
          stdin: false
          readinessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 0, periodSeconds: 3600}
          env: [{name: EMPTY, value: ""}, {name: NOTHING}]
          args: []
"""


@pytest.fixture
def secret_chart(config_chart):
    """A chart of a ConfigMap and a Secret."""
    (config_chart / "templates" / "token.yaml").write_text(SECRET)
    return config_chart


def told(result):
    """:returns: [(object without its namespace, state, fields)] of what differs."""
    return [(finding["object"].split(" ")[0], finding["state"], finding["fields"]) for finding in result["drift"]]


def test_what_was_edited_is_put_back_and_then_left_alone(demo, secret_chart):
    demo.release(secret_chart)
    demo.change("ConfigMap", "demo-settings", data={"greeting": "edited"})
    demo.change("Secret", "demo-token", data={"token": "c29tZWJvZHkncw=="})
    for arguments in ({"check": True, "diff": True}, {}):
        found = demo.release(secret_chart, **arguments)
        assert (found["operation"], found["revision"]) == ("recovered", 2)
        assert sorted(told(found)) == [
            ("ConfigMap", "edited", ["data.greeting"]), ("Secret", "edited", ["data.token"]),
        ]  # fmt: skip
        assert found["reason"].startswith("somebody changed ")
        for text in ("THE-SECRET", "VEhFLVNFQ1JFVA", "c29tZWJvZHkncw"):
            assert text not in found.output
    assert demo.greeting() == "hello"
    before = demo.versions()
    kept = demo.release(secret_chart)
    assert (kept["changed"], kept["drift"]) == (False, []) and demo.versions() == before


@pytest.mark.parametrize(("drift", "count"), [("report", 2), ("ignore", 0)])
def test_what_was_changed_may_be_left_as_it_is(demo, secret_chart, drift, count):
    demo.release(secret_chart)
    demo.change("ConfigMap", "demo-settings", data={"greeting": "edited"})
    demo.cluster.client.delete("v1", "Secret", "demo-token", demo.namespace)
    before = demo.versions()
    kept = demo.release(secret_chart, drift=drift)
    assert (kept["changed"], len(kept["drift"]), demo.versions() == before) == (False, count, True)
    assert len(demo.info("drift")["drift"]) == 2


def test_fields_that_were_added_beside_the_charts_are_no_difference(demo, config_chart):
    demo.release(config_chart)
    demo.change("ConfigMap", "demo-settings", data={"theirs": "kept"})
    assert not demo.release(config_chart)["changed"]


def test_what_the_server_spells_its_own_way_is_no_difference(demo, workload_chart):
    web = workload_chart / "templates" / "web.yaml"
    text = web.read_text()
    line = "      containers: [{name: web, image: {{ .Values.image }}}]\n"
    assert line in text
    container = f"      containers:\n        - name: web\n          image: {{{{ .Values.image }}}}{SPELLINGS}"
    web.write_text(text.replace(line, container))
    # Without pods, no controller writes to the Deployment meanwhile.
    values = {"replicas": 0}
    assert demo.release(workload_chart, values, wait=False)["operation"] == "installed"
    live = demo.get("apps/v1", "Deployment", "demo-web")["spec"]["template"]["spec"]["containers"][0]
    assert live["resources"]["requests"]["cpu"] == "1" and "stdin" not in live
    kept = demo.release(workload_chart, values, wait=False)
    assert (kept["changed"], kept["drift"]) == (False, [])
    # The same fields are reported when somebody really changes them.
    demo.change("Deployment", "demo-web", spec={"template": {"spec": {"containers": [
        {**live, "resources": {"requests": {"cpu": "2", "memory": "1Mi"}}}
    ]}}})  # fmt: skip
    found = demo.release(workload_chart, values, wait=False, check=True)
    ((kind, state, fields),) = told(found)
    assert (kind, state) == ("Deployment", "edited")
    assert "spec.template.spec.containers[web].resources.requests.cpu" in fields


def test_what_an_autoscaler_set_stays(demo, workload_chart, wait_for):
    demo.release(workload_chart)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "demo-web"}
    demo.cluster.client.create(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "theirs", "namespace": demo.namespace},
            # Below the minimum it needs no metrics to act.
            "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 3},
        }
    )
    wait_for(lambda: demo.get("apps/v1", "Deployment", "demo-web")["spec"]["replicas"] == 2)
    kept = demo.release(workload_chart)
    assert (kept["changed"], kept["drift"]) == (False, [])


def test_what_a_person_scaled_is_put_back(demo, workload_chart):
    demo.release(workload_chart)
    demo.change("Deployment", "demo-web", spec={"replicas": 0})
    repaired = demo.release(workload_chart)
    assert (repaired["operation"], told(repaired)) == ("recovered", [("Deployment", "edited", ["spec.replicas"])])
    assert demo.get("apps/v1", "Deployment", "demo-web")["status"]["availableReplicas"] == 1
