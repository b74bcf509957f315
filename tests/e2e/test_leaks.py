# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands a secret to modules and roles in every way, half of the time so that they fail, and looks for it everywhere.

Each run has a namespace, a folder and a secret of its own. WINDROSE_LEAK_RUNS is the number of runs.
"""

from __future__ import annotations

import base64
import concurrent.futures
import dataclasses
import itertools
import json
import os
import pathlib
import secrets
import select
import sys

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from api_proxy import ANSWER_LOST, WRITE_LOST, ApiProxy, Observation, Point
from leaks import Canary, Watched, can_trace, hits_in_objects
from processes import descendants, kill, program
from project import CHECKOUT, STATE
from secret_stores import ENVIRONMENT, REGION, moto_server

RUNS = int(os.environ.get("WINDROSE_LEAK_RUNS", "20"))
# More would wait for the two processors of a small machine, and not for the cluster.
AT_ONCE = 3
ENDS_SECONDS = 60
VAULT_PASSWORD = "of the vault"
NOWHERE = "http://127.0.0.1:9"
WRONG_CLUSTER = {"expected_cluster": {"uid": "00000000-0000-0000-0000-000000000000"}}
DOWN = {"aws_secrets_manager": {"name": "x", "region": REGION, "endpoint_url": NOWHERE}}
VALUE = {"value": "{{ canary }}"}
CHART_VALUES = {
    "nodeSelector": {"windrose.airflow/simulated": "true"},
    "tolerations": [{"key": "windrose.airflow/simulated", "operator": "Exists"}],
    "triggerer": {"persistence": {"enabled": False}},
}
SOURCES = {"database_connection": VALUE, "first_user_password": VALUE}
REGISTRY = {"name": "canary-registry", "registry": "r.example.com", "username": {"value": "me"}, "password": VALUE}
ROLE = {
    "airflow_database_mode": "external",
    "airflow_secrets_sources": SOURCES,
    "airflow_secrets_registries": [REGISTRY],
    "airflow_secrets_additional": [{"name": "canary", "keys": [{"name": "contents", "source": VALUE}]}],
}
NO_STORE = {**ROLE, "airflow_secrets_sources": {**SOURCES, "fernet_key": {"hashicorp_vault": {"path": "airflow", "url": NOWHERE}}}}
RELEASE = {
    "airflow_database_mode": "external",
    "airflow_chart_source": "bundled",
    "airflow_helm_binary": f"{STATE}/bin/helm",
    "airflow_values_overrides": CHART_VALUES,
}
NO_DOCKER_CONFIG = {"type": "kubernetes.io/dockerconfigjson", "string_data": {".dockerconfigjson": "{{ canary }}"}}
# Secrets that hold it on purpose.
OWN = {"canary", "canary-registry", "airflow-metadata", "airflow-first-user"}


@dataclasses.dataclass(frozen=True)
class Way:
    """What is done with the secret, and how it ends.

    :param does: which tasks of the playbook, or which role.
    :param leak: what of the playbook's variable `leak` differs from `Laboratory.variables`.
    :param store: where the secret is put beforehand: ``aws``, ``kubernetes``, ``metadata`` for a Secret of the release, or ``url``
        for one that holds it as the password of a URL.
    :param point: the `Point` at which the run is killed.
    :param user: whom the run pretends to be.
    :param role: the variables of the role.
    :param told: words of the error that ends the run; without them it would fail in another way than was meant.
    """

    does: str
    leak: dict = dataclasses.field(default_factory=dict)
    store: str | None = None
    point: Point | None = None
    user: str | None = None
    role: dict = dataclasses.field(default_factory=dict)
    told: str = ""


GOOD = {
    "a variable of Ansible Vault": Way("keys"),
    "the role": Way("airflow_secrets", role=ROLE),
    "AWS Secrets Manager": Way("keys", store="aws"),
    "a release": Way("release", store="metadata"),
    "a Secret of another namespace": Way("keys", store="kubernetes"),
    "an object": Way("manifests"),
    "a probe": Way("probe", store="url"),
}
NOT_THIS_ONE = "this is not the cluster that expected_cluster names"
BAD = {
    "the wrong cluster": Way("keys", WRONG_CLUSTER, told=NOT_THIS_ONE),
    "killed before a write": Way("keys", point=Point(WRITE_LOST, 0)),
    "a missing right": Way("keys", user="nobody", told="user 'nobody' may not get secrets"),
    "what is not base64": Way("manifests", {"string_data": {}, "data": {"contents": "{{ canary }}"}}, told="is not base64"),
    "a store that is down": Way("keys", {"more": DOWN}, told="Could not connect to the endpoint"),
    "killed after a write": Way("airflow_secrets", point=Point(ANSWER_LOST, 1), role=ROLE),
    "an object that the server refuses": Way("manifests", NO_DOCKER_CONFIG, told="is invalid: data[.dockerconfigjson]"),
    "a killed release": Way("release", store="metadata", point=Point(WRITE_LOST, 2)),
    "a release of the wrong cluster": Way("release", WRONG_CLUSTER, store="metadata", told=NOT_THIS_ONE),
    "the role that releases, without the other Secrets": Way("airflow_release", store="metadata", role=RELEASE, told="holds no Secret"),
    "the role with a store that is down": Way("airflow_secrets", role=NO_STORE, told=f"no answer from {NOWHERE}"),
    "labels that the server refuses": Way("keys", {"labels": {"no label": "x"}}, told="name part must consist of"),
    "a probe that is killed": Way("probe", store="url", point=Point(WRITE_LOST, 1)),
    "what is no Fernet key": Way("keys", {"form": "fernet"}, told="no Fernet key"),
    "the role without a right": Way("airflow_secrets", user="nobody", role=ROLE, told="user 'nobody' may not get secrets"),
}


class Laboratory:
    """Namespaces, folders and stores for runs."""

    def __init__(self, project, proxy, moto, folder):
        self._project = project
        self._proxy = proxy
        self._moto = moto
        self._folder = folder
        kinds = project.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name")
        self._kinds = ",".join(kinds.split())
        (self._image,) = {
            container["image"]
            for deployment in project.objects("deployments", "--namespace", "airflow", "--selector", "component=scheduler")
            for container in deployment["spec"]["template"]["spec"]["containers"]
        }

    def run(self, way, fails):
        """Do one run.

        :returns: what is wrong with it: an end that was not meant, and the leaks.
        """
        namespace, canary = f"windrose-leak-{secrets.token_hex(5)}", Canary()
        source = f"{namespace}-source"
        namespaces = [namespace, source] if way.store == "kubernetes" else [namespace]
        watched = Watched(self._folder / namespace, canary)
        for name in namespaces:
            self._project.kubectl("create", "namespace", name)
        try:
            self._store(way, canary, {"kubernetes": source, "metadata": namespace, "url": namespace}.get(way.store), of_aws=namespace)
            told = self._play(way, watched, canary, namespace, fails)
            told += watched.hits()
            for name in namespaces:
                told += hits_in_objects(self._objects(self._kinds, name), canary, OWN)
            if not fails and way.does not in ("release", "probe"):
                told += self._arrived(canary, namespace)
        finally:
            for name in namespaces:
                self._project.kubectl("delete", "namespace", name, "--wait=false")
        return told

    def _objects(self, kinds, namespace):
        return self._project.objects(kinds, "--namespace", namespace, "--show-managed-fields")

    def _store(self, way, canary, namespace, of_aws):
        if way.store == "aws":
            self._moto.store(of_aws, canary.text)
        if namespace:
            metadata = {"name": "canary" if way.store == "kubernetes" else "airflow-metadata", "namespace": namespace}
            content = f"postgresql://airflow:{canary.text}@127.0.0.1:1/airflow" if way.store == "url" else canary.text
            definition = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"connection": content}}
            # An argument would show it, and so would the annotation that `apply` leaves.
            self._project.kubectl("create", "--filename=-", standard_input=json.dumps(definition))

    def _arrived(self, canary, namespace):
        contents = {item["metadata"]["name"]: item["data"] for item in self._objects("secrets", namespace)}
        found = base64.b64decode(contents.get("canary", {}).get("contents", "")).decode()
        return [] if found == canary.text else ["the secret did not get to where it belongs"]

    def _variables(self, way, namespace, kubeconfig):
        sources = {
            "aws": {"aws_secrets_manager": {"name": namespace, "region": REGION, "endpoint_url": self._moto.url}},
            "kubernetes": {"kubernetes_secret": {"name": "canary", "namespace": f"{namespace}-source", "key": "connection"}},
        }
        leak = {
            "does": way.does, "namespace": namespace, "kubeconfig": kubeconfig, "expected_cluster": {}, "labels": {},
            "source": sources.get(way.store, VALUE), "more": VALUE,
            "type": "Opaque", "string_data": {"contents": "{{ canary }}"}, "data": {},
            "chart": f"{CHECKOUT}/roles/airflow_release/files/chart", "chart_values": CHART_VALUES, "helm_binary": f"{STATE}/bin/helm",
            "image": self._image, **way.leak,
        }  # fmt: skip
        return {"leak": leak, "airflow_namespace": namespace, "ansible_python_interpreter": sys.executable, **way.role}

    def _kubeconfig(self, way, folder):
        if way.point:
            return self._proxy.kubeconfig
        config = yaml.safe_load(pathlib.Path(STATE, "kubeconfig").read_text(encoding="utf-8"))
        if way.user:
            config["users"][0]["user"]["as"] = way.user
        path = folder / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config), encoding="utf-8")
        return str(path)

    def _play(self, way, watched, canary, namespace, fails):
        """:returns: what is wrong with the end of the playbook."""
        variables = self._variables(way, namespace, self._kubeconfig(way, watched.input))
        vault = VaultLib([("default", VaultSecret(VAULT_PASSWORD.encode()))])
        files = {
            "password": VAULT_PASSWORD,
            "variables.json": json.dumps(variables),
            "canary.json": vault.encrypt(json.dumps({"canary": canary.text})).decode(),
        }
        for name, content in files.items():
            (watched.input / name).write_text(content, encoding="utf-8")
        given = [word for name in ("variables.json", "canary.json") for word in ("-e", f"@{watched.input}/{name}")]
        argv = ["ansible-playbook", "-vvvv", "--diff", "-i", "localhost,", "-c", "local", *given]
        argv += ["--vault-password-file", f"{watched.input}/password", "tests/e2e/playbooks/leaks.yml"]
        ends = []
        with watched.running(argv, CHECKOUT, **ENVIRONMENT, VAULT_TOKEN="of nobody") as running:

            def end():
                victims = descendants(running.pid)
                ends.extend(opened for victim in victims if (opened := _end_of(victim)) is not None)
                # helm is not killed: it has to end by itself when its module is gone.
                kill(process for process in victims if program(process) != "helm")

            observation = Observation(way.point, end)
            self._proxy.watch(namespace, observation)
        for opened in ends:
            assert select.select([opened], [], [], ENDS_SECONDS)[0], "a process outlived the playbook that was killed"
            os.close(opened)
        if way.point and not observation.killed:
            return [f"the run ended before it came to {way.point}"]
        as_meant = bool(running.returncode) == fails and way.told in watched.output
        return [] if as_meant else [f"the run ended with {running.returncode}:\n{watched.output[-3000:]}"]


def _end_of(process):
    """:returns: a file descriptor that is ready to read once a process has ended; None where it has."""
    try:
        return os.pidfd_open(process)
    except ProcessLookupError:
        return None


@pytest.fixture(scope="module")
def laboratory(project, local_up, tmp_path_factory):
    """Two simulated nodes, a proxy before the API server, and AWS Secrets Manager."""
    local_up(2)
    folder = tmp_path_factory.mktemp("laboratory")
    with ApiProxy(f"{STATE}/kubeconfig", folder).running() as proxy, moto_server() as moto:
        yield Laboratory(project, proxy, moto, folder)


def test_the_search_finds_what_is_leaked(laboratory):
    told = laboratory.run(Way("leaks"), fails=False)
    places = {line.partition(":")[0] for line in told}
    expected = {"output", "arguments of sh", "environment of sh", "file left", "removed file of mode 644", "ConfigMap leak"}
    assert expected | ({"execve"} if can_trace() else set()) <= places, told
    assert [line for line in told if line.startswith("file s1_localhost: ") and line.endswith(" base64")], told


def test_no_secret_leaks(laboratory, capsys):
    in_turn = zip(itertools.cycle(GOOD.items()), itertools.cycle(BAD.items()))
    pairs = ((item, fails) for pair in in_turn for item, fails in zip(pair, (False, True)))
    chosen = {f"{number} {name}": (way, fails) for number, ((name, way), fails) in zip(range(1, RUNS + 1), pairs)}
    faults = {}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        started = {pool.submit(laboratory.run, *how): name for name, how in chosen.items()}
        for done, future in enumerate(concurrent.futures.as_completed(started), 1):
            name = started[future]
            try:
                faults[name] = future.result()
            except AssertionError as error:
                faults[name] = [str(error)]
            with capsys.disabled():
                print(f"  {done}/{len(chosen)} {name}: {'FAULTS' if faults[name] else 'no leak'}", flush=True)
    told = [f"{name}:\n" + "\n".join(found) for name, found in sorted(faults.items()) if found]
    assert not told, "\n\n".join(told)
