# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Airflow does with airflow_local_settings.py, as helm leaves it. tests/integration/test_pod_mutation.py has Airflow load it."""

from __future__ import annotations

import ast
import importlib
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kubernetes.client import models

from ansible_collections.windrose.airflow.plugins.module_utils._values import local_settings

SETTINGS = {
    "release": "airflow", "pod_operator": True, "pod_security": "restricted", "labels": {"part": "one"}, "annotations": {},
    "pull_secrets": [], "worker_profile": None, "worker_profiles": {}, "xcom_sidecar_image": "i", "xcom_sidecar_user": None,
}  # fmt: skip
PACKAGES = ("airflow", "providers", "cncf", "kubernetes", "utils")
POD_MANAGER = ".".join((*PACKAGES, "pod_manager"))
OWN = """
from __future__ import annotations
import json as _read

ALERTS = ["one"]

def pod_mutation_hook(any_name: Pod):
    any_name.metadata.labels = {"seen": str(any_name.spec.security_context), "part": "own"}
    any_name.spec.service_account_name = "own"
"""


def rendered(settings=None, own="", namespace="data"):
    """:returns: the file as helm leaves it."""
    text = local_settings.program({**SETTINGS, **(settings or {})}, own)
    assert text.count("{{") == 1
    return text.replace("{{ .Release.Namespace }}", namespace)


def loaded(own="", settings=None):
    """:returns: the names of the module."""
    names = {"__name__": "airflow_local_settings"}
    exec(compile(rendered(settings, own), "airflow_local_settings.py", "exec"), names)
    return names


def pod():
    spec = models.V1PodSpec(containers=[models.V1Container(name="base", image="i")])
    return models.V1Pod(metadata=models.V1ObjectMeta(namespace="data"), spec=spec)


def test_the_hook_completes_a_pod():
    made = pod()
    loaded()["pod_mutation_hook"](made)
    assert made.spec.security_context.run_as_non_root and made.metadata.labels == {"part": "one"}


def test_the_hook_of_the_inventory_goes_first_and_what_it_sets_stays():
    made = pod()
    loaded(OWN)["pod_mutation_hook"](made)
    assert made.spec.security_context.run_as_non_root and made.spec.service_account_name == "own"
    assert made.metadata.labels == {"seen": "None", "part": "one"}


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ("", {"pod_mutation_hook"}),
        (OWN, {"pod_mutation_hook", "ALERTS", "annotations", "_read"}),
        ("__all__ = ('POLICY',)\nPOLICY, OTHER = 1, 2", {"pod_mutation_hook", "POLICY"}),
        ("def task_policy(task): ...", {"pod_mutation_hook", "task_policy"}),
    ],
)
def test_airflow_takes_over_the_names_of_the_inventory_and_the_hook(own, wanted):
    assert set(loaded(own)["__all__"]) == wanted


def test_no_name_of_the_inventory_is_taken():
    names = loaded(OWN)
    assert names["_read"].dumps([]) == "[]"
    assert {name for name in names if not name.startswith("__")} == {
        "ALERTS", "annotations", "_read", "pod_mutation_hook", "_pod_mutation", "_hook_of_inventory"}  # fmt: skip


def test_the_file_does_not_end_in_a_blank_line():
    assert rendered() == rendered().rstrip()


@given(st.dictionaries(st.text(), st.text()))
@example({"{{": "}}", "'''": '"\\"', "\n": "\u2028"})
def test_data_stays_data_and_nothing_of_it_is_a_template(labels):
    [call] = [
        node for node in ast.walk(ast.parse(rendered({"labels": labels})))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "PodMutation"
    ]  # fmt: skip
    assert ast.literal_eval(call.args[0]) == "data"
    names = {"PodMutation": lambda _namespace, settings: settings, "json": importlib.import_module("json")}
    assert eval(compile(ast.Expression(call), "call", "eval"), names) == {**SETTINGS, "labels": labels}


@pytest.fixture
def provider(monkeypatch, tmp_path):
    """Callable (code) that puts a provider with this pod manager on the path, to be imported when the test does."""
    for count in range(1, len(PACKAGES) + 1):
        monkeypatch.delitem(sys.modules, ".".join(PACKAGES[:count]), raising=False)
    monkeypatch.delitem(sys.modules, POD_MANAGER, raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    folder = tmp_path.joinpath(*PACKAGES)
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda code: (folder / "pod_manager.py").write_text(code, encoding="utf-8")
    for name in [name for name in sys.modules if name.split(".")[0] == "airflow"]:
        del sys.modules[name]


def waiting(reason, message):
    state = models.V1ContainerState(waiting=models.V1ContainerStateWaiting(reason=reason, message=message))
    status = models.V1ContainerStatus(name="base", image="own:1", image_id="", ready=False, restart_count=0, state=state)
    return models.V1Pod(status=models.V1PodStatus(container_statuses=[status]))


ROOT = ("CreateContainerConfigError", "container has runAsNonRoot and image will run as root")


@pytest.mark.parametrize("imported_before", [False, True])
def test_the_provider_learns_what_cannot_start(provider, imported_before):
    provider("def detect_pod_terminate_early_issues(pod):\n    return 'known' if pod.metadata else None\n")
    if imported_before:
        importlib.import_module(POD_MANAGER)
    loaded()
    detect = importlib.import_module(POD_MANAGER).detect_pod_terminate_early_issues
    assert "own:1" in detect(waiting(*ROOT)) and "own:1" in detect(pod=waiting(*ROOT))
    assert detect(waiting("CreateContainerConfigError", "secret not found")) is None
    assert detect(models.V1Pod(metadata=models.V1ObjectMeta())) == "known"


def test_another_provider_stays_as_it_is(provider):
    provider("def other(pod): ...\n")
    loaded()
    assert not hasattr(importlib.import_module(POD_MANAGER), "detect_pod_terminate_early_issues")


def test_without_wrapt_airflow_starts_all_the_same(provider, monkeypatch):
    provider("def detect_pod_terminate_early_issues(pod): ...\n")
    monkeypatch.setitem(sys.modules, "wrapt", None)
    loaded()
    assert importlib.import_module(POD_MANAGER).detect_pod_terminate_early_issues(waiting(*ROOT)) is None
