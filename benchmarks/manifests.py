# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the module manifests with kubectl and kubernetes.core.k8s, and prints a table in Markdown.

    manifests.py [--repeats N] [--objects N] [--many N]

It needs the local cluster that `make run` made; all that it applies is in namespaces of its own, which it removes. The table
goes to standard output; what the measured commands print goes to standard error. README.md says what each figure is.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pathlib
import statistics
import sys
import tempfile

from local_run import STATE, Row, run, table
from measured_modules import MODULES, PEER_PACKAGE, measured_module

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

from api_proxy import ApiProxy  # noqa: E402  pylint: disable=wrong-import-position

KUBECTL = [f"{STATE}/bin/kubectl", "--kubeconfig", f"{STATE}/kubeconfig"]
NAMESPACE = "windrose-benchmark"
FIRST_TARGET, AGAIN_TARGET, REQUESTS_TARGET = 0.8, 0.3, 0.1
MANY_TARGET_SECONDS, MEMORY_TARGET_MEBIBYTES = 64, 300
WAIT_SECONDS = 600
RBAC = "rbac.authorization.k8s.io"


def objects(namespace, count):
    """Make objects as an environment has them: for each of many applications, seven kinds.

    :param namespace: the namespace; it is the first of the objects.
    :param count: how many objects.
    :returns: list of definitions.
    """
    endless = itertools.chain.from_iterable(_application(namespace, number) for number in itertools.count())
    first = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    return [first, *itertools.islice(endless, count - 1)]


def _application(namespace, number):
    labels = {"app.kubernetes.io/name": f"application-{number}"}
    metadata = {"name": f"application-{number}", "namespace": namespace, "labels": labels}
    name = metadata["name"]
    container = {
        "name": "main", "image": "registry.invalid/none:1", "ports": [{"containerPort": 8080, "name": "http"}],
        "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
    }  # fmt: skip
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {f"key{key}": "text " * 10 for key in range(10)}}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": {"password": "bm90aGluZw=="}}
    yield {
        "apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata,
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
    }  # fmt: skip
    yield {
        "apiVersion": f"{RBAC}/v1", "kind": "RoleBinding", "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }  # fmt: skip
    yield {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata,
        "spec": {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress"],
                 "ingress": [{"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 8080}]}]},
    }  # fmt: skip
    yield {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
        "spec": {"replicas": 0, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels}, "spec": {"serviceAccountName": name, "containers": [container]}}},
    }  # fmt: skip


class Bench:
    """The same objects by several tools, each time in a namespace of their own.

    :param folder: a private folder.
    :param count: how many objects.
    """

    def __init__(self, folder, count):
        self._folder = pathlib.Path(folder)
        self._count = count
        self._numbers = itertools.count()

    def _new(self):
        return objects(f"{NAMESPACE}-{next(self._numbers)}", self._count)

    def _manifests(self, definitions, changed, kubeconfig=f"{STATE}/kubeconfig"):
        done = measured_module(f"{MODULES}.manifests", {
            "kubeconfig": kubeconfig, "definitions": definitions, "wait": False, "wait_timeout": WAIT_SECONDS})
        if done.result["changed"] != changed:
            raise SystemExit(f"manifests: changed is {done.result['changed']}")
        return done

    def _kubectl(self, definitions):
        file = self._folder / "objects.json"
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": definitions}), encoding="utf-8")
        return run([*KUBECTL, "apply", "--server-side", "--filename", str(file)])[0]

    def _peer(self, definitions):
        return measured_module("ansible_collections.kubernetes.core.plugins.modules.k8s", {
            "kubeconfig": f"{STATE}/kubeconfig", "resource_definition": definitions, "apply": True, "server_side_apply": {
                "field_manager": "kubernetes.core"}}, self._folder / "peer").seconds

    def _peer_loop(self, definitions):
        return sum(self._peer([definition]) for definition in definitions)

    def pairs(self, repeats):
        """Apply new objects, and the same again, by the module and by kubectl in turn.

        :returns: (module first, module again, kubectl first, kubectl again): medians in seconds.
        """
        taken = [[], [], [], []]
        for unused in range(repeats):
            for place, tool in ((2, self._kubectl), (0, None)):
                definitions = self._new()
                for again in (False, True):
                    seconds = tool(definitions) if tool else self._manifests(definitions, not again).seconds
                    taken[place + again].append(seconds)
        return [statistics.median(times) for times in taken]

    def peers(self, repeats):
        """Apply new objects, and the same again, by kubernetes.core.k8s: all in one task, then one by one.

        One by one is measured once, because it takes minutes.

        :returns: (list first, list again, loop first, loop again) in seconds.
        """
        run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(self._folder / "peer"), PEER_PACKAGE])
        first, again = [], []
        for unused in range(repeats):
            definitions = self._new()
            first.append(self._peer(definitions))
            again.append(self._peer(definitions))
        looped = self._new()
        return statistics.median(first), statistics.median(again), self._peer_loop(looped), self._peer_loop(looped)

    def requests(self):
        """:returns: how many requests the second run takes for each object, and how many of them write."""
        definitions = self._new()
        self._manifests(definitions, True)
        with ApiProxy(f"{STATE}/kubeconfig", self._folder).running() as proxy:
            # Another address is another cluster for the cache of kinds.
            self._manifests(definitions, False, proxy.kubeconfig)
            proxy.passed.clear()
            self._manifests(definitions, False, proxy.kubeconfig)
            return len(proxy.passed) / self._count, sum(method != "GET" for method, unused_path in proxy.passed)

    def many(self, count):
        """:returns: (seconds, mebibytes) of one run that makes so many objects."""
        done = self._manifests(objects(f"{NAMESPACE}-many", count), True)
        return done.seconds, done.mebibytes

    def remove(self):
        """Remove all that was applied."""
        names = [f"{NAMESPACE}-{number}" for number in range(next(self._numbers))] + [f"{NAMESPACE}-many"]
        run([*KUBECTL, "delete", "namespace", "--ignore-not-found", "--wait=false", *names])


def measure(repeats, count, many):
    """Take all figures.

    :returns: list of `Row`.
    """
    with tempfile.TemporaryDirectory(prefix="windrose-bench-") as folder:
        bench = Bench(folder, count)
        try:
            first, again, kubectl_first, kubectl_again = bench.pairs(repeats)
            list_first, list_again, loop_first, loop_again = bench.peers(repeats)
            requests, writes = bench.requests()
            seconds, mebibytes = bench.many(many)
        finally:
            bench.remove()
    return [
        Row(f"first, {first:.2f} s, over `kubectl apply --server-side`, {kubectl_first:.2f} s", first / kubectl_first, FIRST_TARGET, ""),
        Row(f"first, over `kubernetes.core.k8s` with one list, {list_first:.1f} s", first / list_first, 1, ""),
        Row(f"first, over `kubernetes.core.k8s` one by one, {loop_first:.0f} s", first / loop_first, 1, ""),
        Row(f"again, {again:.2f} s, over `kubectl apply --server-side`, {kubectl_again:.2f} s", again / kubectl_again, AGAIN_TARGET, ""),
        Row(f"again, over `kubernetes.core.k8s` with one list, {list_again:.1f} s", again / list_again, 1, ""),
        Row(f"again, over `kubernetes.core.k8s` one by one, {loop_again:.0f} s", again / loop_again, 1, ""),
        Row(f"again, requests for each object, {writes} of them write", requests, REQUESTS_TARGET, ""),
        Row(f"{many} objects, first", seconds, MANY_TARGET_SECONDS, "s"),
        Row(f"{many} objects, largest memory", mebibytes, MEMORY_TARGET_MEBIBYTES, "MiB"),
    ]


def main():
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Compares the module manifests with its peers.")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured")
    parser.add_argument("--objects", type=int, default=300, help="how many objects")
    parser.add_argument("--many", type=int, default=4000, help="how many objects the large run makes")
    arguments = parser.parse_args()
    print("\n".join(table(measure(arguments.repeats, arguments.objects, arguments.many))))


if __name__ == "__main__":
    main()
