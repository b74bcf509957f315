# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the modules release and values with helm and kubernetes.core.helm, and prints a table in Markdown.

    release.py [--repeats N]

It needs the local cluster that `make run` made, changes its release and brings it back. The table goes to standard
output; what the measured commands print goes to standard error. README.md says what each figure is.
"""

from __future__ import annotations

import argparse
import glob
import itertools
import os
import statistics
import sys
import tempfile
import time

import yaml
from local_run import CHART, CHECKOUT, HELM_TIMEOUT, NAMESPACE, RELEASE, SITE, STATE, Row, helm, run, table
from measured_modules import MODULES, PEER_PACKAGE, measured_module

PACKAGE = os.environ.get("AIRFLOW_CHART_PACKAGE")
WAIT_SECONDS = 900
NOTHING_TO_DO_TARGET_SECONDS = 0.7
CHANGED_TARGET = 1.1
VALUES_TARGET_SECONDS = 0.5


def compiled_values(folder):
    """:returns: the chart values of the local inventory."""
    path = f"{folder}/values.yml"
    run(["ansible-playbook", "playbooks/values.yml", "-i", "inventories/local", "-e", f"airflow_values_file={path}"])
    with open(path, encoding="utf-8") as stream:
        return yaml.safe_load(stream)


class Bench:
    """The local cluster's release, brought to values by three tools.

    :param folder: a private folder.
    :param repeats: how often each is measured.
    """

    def __init__(self, folder, repeats):
        self._folder = folder
        self._repeats = repeats
        self._values = compiled_values(folder)
        self._changes = itertools.count()

    def _median(self, measure):
        return statistics.median(measure() for unused in range(self._repeats))

    def _changed_values(self):
        return {**self._values, "airflowPodAnnotations": {"windrose.airflow/benchmark": str(next(self._changes))}}

    def _release(self, chart_values, changed):
        done = measured_module(f"{MODULES}.release", {
            "kubeconfig": f"{STATE}/kubeconfig", "helm_binary": f"{STATE}/bin/helm", "name": RELEASE, "namespace": NAMESPACE,
            "chart": {"path": str(CHART)}, "chart_values": chart_values, "wait_timeout": WAIT_SECONDS,
            "secrets": [f"{RELEASE}-{name}" for name in ("metadata", "fernet-key", "api-secret-key", "jwt-secret")],
        })
        if done.result["changed"] != changed:
            raise SystemExit(f"release {done.result['operation']}: {done.result['reason']}")
        return done.seconds

    def _helm(self, chart_values):
        path = f"{self._folder}/helm.yml"
        with open(path, "w", encoding="utf-8") as stream:
            yaml.safe_dump(chart_values, stream)
        return helm("upgrade", RELEASE, str(CHART), "--install", "--wait", "--timeout", HELM_TIMEOUT, "--values", path)[0]

    def _peer(self, chart_values, collections):
        return measured_module("ansible_collections.kubernetes.core.plugins.modules.helm", {
            "kubeconfig": f"{STATE}/kubeconfig", "binary_path": f"{STATE}/bin/helm", "name": RELEASE,
            "release_namespace": NAMESPACE, "chart_ref": str(CHART), "values": chart_values, "wait": True,
        }, collections).seconds

    def changed(self):
        """A release with one more annotation on every pod of Airflow, by helm and by the module, in turn.

        :returns: (release_seconds, helm_seconds): the medians.
        """
        release_seconds, helm_seconds = [], []
        for unused in range(self._repeats):
            helm_seconds.append(self._helm(self._changed_values()))
            release_seconds.append(self._release(self._changed_values(), changed=True))
        return statistics.median(release_seconds), statistics.median(helm_seconds)

    def nothing_to_do(self):
        """The same release again.

        :returns: (release_seconds, helm_seconds, peer_seconds): the medians.
        """
        values = self._changed_values()
        run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", f"{self._folder}/peer", PEER_PACKAGE])
        self._release(values, changed=True)
        release_seconds = self._median(lambda: self._release(values, changed=False))
        self._helm(values)
        helm_seconds = self._median(lambda: self._helm(values))
        peer_seconds = self._median(lambda: self._peer(values, f"{self._folder}/peer"))
        return release_seconds, helm_seconds, peer_seconds

    def values(self):
        """The module values on the largest specification that there is, as Ansible starts it.

        :returns: seconds.
        """
        chart = ["-e", "airflow_chart_source=path", "-e", f"airflow_chart_path={PACKAGE or CHART}", "-e", "airflow_chart_digest="]
        inventory = "inventories/prod" if PACKAGE else "inventories/local"
        run(["ansible-playbook", "playbooks/values.yml", "-i", inventory, "-e", f"airflow_values_file={self._folder}/any.yml", *chart],
            ANSIBLE_PIPELINING="0", ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TEMP=f"{self._folder}/remote")
        (kept,) = glob.glob(f"{self._folder}/remote/*/AnsiballZ_values.py")
        return self._median(lambda: run([sys.executable, kept])[0])


def chart_read_seconds():
    """:returns: seconds to read the chart once."""
    sys.path.insert(0, f"{CHECKOUT}/collections")
    from ansible_collections.windrose.airflow.plugins.module_utils._release.chart import contents  # pylint: disable=import-outside-toplevel

    started = time.monotonic()
    contents(PACKAGE or str(CHART))
    return time.monotonic() - started


def measure(repeats):
    """Take all figures.

    :returns: list of `Row`.
    """
    with tempfile.TemporaryDirectory(prefix="windrose-bench-") as folder:
        bench = Bench(folder, repeats)
        try:
            release_changed, helm_changed = bench.changed()
            release_same, helm_same, peer_same = bench.nothing_to_do()
            values = bench.values()
        finally:
            run([*SITE, "--tags", "release"])
    return [
        Row("`release`, nothing to do", release_same, NOTHING_TO_DO_TARGET_SECONDS, "s"),
        Row(f"`release`, nothing to do, over `kubernetes.core.helm`, {peer_same:.2f} s", release_same / peer_same, 1, ""),
        Row(f"`release`, nothing to do, over `helm upgrade --install --wait`, {helm_same:.2f} s", release_same / helm_same, 1, ""),
        Row(f"`release`, changed, {release_changed:.1f} s, over `helm upgrade --install --wait`, {helm_changed:.1f} s",
            release_changed / helm_changed, CHANGED_TARGET, ""),
        Row(f"`values`, {'inventories/prod, official chart' if PACKAGE else 'inventories/local, bundled chart'}", values,
            round(VALUES_TARGET_SECONDS + chart_read_seconds(), 2), "s"),
    ]


def main():
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Compares the modules release and values with their peers.")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured")
    print("\n".join(table(measure(parser.parse_args().repeats))))


if __name__ == "__main__":
    main()
