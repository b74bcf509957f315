# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the local cluster with its targets, and prints a table in Markdown.

    local_run.py [--cold] [--repeats N]

It removes and makes the local cluster of this checkout. The table goes to standard output; what the measured commands
print goes to standard error. README.md says what each figure is.
"""

from __future__ import annotations

import argparse
import collections
import glob
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
STATE = CHECKOUT / ".local"
CHART = CHECKOUT / "roles" / "airflow_release" / "files" / "chart"
SITE = ["ansible-playbook", "site.yml", "-i", "inventories/local"]
RELEASE = NAMESPACE = "airflow"
HELM_TIMEOUT = "15m"
# Long enough for the last task pods to go and for Airflow's processes to calm down.
IDLE_SECONDS = 60
KIBIBYTES_OF_A_GIBIBYTE = 1024 ** 2

COLD_TARGET_SECONDS = 20 * 60
WARM_TARGET_SECONDS = 3 * 60
OVER_HELM_TARGET = 1.5
AGAIN_TARGET_SECONDS = 15
MEMORY_TARGET_GIBIBYTES = 3

Row = collections.namedtuple("Row", ["figure", "measured", "target", "unit"])
Row.__doc__ = "One figure: what it is, its value (None where it was not measured), its target, and the unit of both."


def cache_home():
    """:returns: the folder that holds the cache, as the Makefile names it."""
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")


def environment(home):
    """The environment of the measured commands.

    :param home: the folder that holds the cache.
    :returns: this process's environment, less what would send helm elsewhere or show make that it runs below another.
    """
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("HELM_KUBE", "KUBECONFIG", "MAKE", "MFLAGS"))
    }
    return {
        **kept,
        "PATH": f"{CHECKOUT}/.venv/bin:{kept['PATH']}",
        "XDG_CACHE_HOME": home,
        "ANSIBLE_CONFIG": f"{CHECKOUT}/ansible.cfg",
        "ANSIBLE_HOME": f"{home}/windrose-airflow/ansible",
    }


def run(argv, home=None, **variables):
    """Run a command in the checkout, and show what it prints as it comes.

    :param argv: program and arguments.
    :param home: the folder that holds the cache; the user's own when not given.
    :param variables: further environment variables.
    :returns: (seconds, output): how long it took, and what it printed.
    :raises SystemExit: naming the command, where it fails.
    """
    print(f"\n==== {' '.join(argv)}", file=sys.stderr, flush=True)
    lines = []
    started = time.monotonic()
    with subprocess.Popen(
        argv, cwd=CHECKOUT, env={**environment(home or cache_home()), **variables}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:
        for line in process.stdout:
            print(line, end="", file=sys.stderr, flush=True)
            lines.append(line)
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"`{' '.join(argv)}` ended with {process.returncode}; its output is above.")
    return seconds, "".join(lines)


def helm(*arguments):
    """Run helm against the local cluster and no other.

    :returns: (seconds, output), as `run` does.
    """
    return run([f"{STATE}/bin/helm", *arguments, "--namespace", NAMESPACE, "--kubeconfig", f"{STATE}/kubeconfig"])


def changed(output):
    """:returns: the number of changed tasks that Ansible's recap counts."""
    return sum(int(number) for number in re.findall(r"\bchanged=(\d+)", output))


def cold_seconds():
    """`make run` with an empty cache, and with the virtual environment that a fresh checkout lacks.

    The cache of the user is left alone: another one, beside it, is filled and removed.

    :returns: seconds.
    """
    run(["make", "down"])
    os.makedirs(cache_home(), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="windrose-bench-", dir=cache_home()) as home:
        made, unused = run(
            ["scripts/virtual_environment.sh", sys.executable, f"{home}/venv", "requirements.txt"],
            home, PIP_CACHE_DIR=f"{home}/pip")
        try:
            ran, unused = run(["make", "run"], home)
        finally:
            # The engine's files can only be removed when it has stopped.
            run(["make", "down"], home)
    return made + ran


def warm_seconds():
    """`make run` after `make down`, with all that the cache holds.

    :returns: seconds.
    """
    # What this user's cache lacks is made now, so that it is not counted as part of a warm run.
    run(["make", "run"])
    run(["make", "down"])
    seconds, unused = run(["make", "run"])
    return seconds


def uninstall():
    """Remove the release and wait until its objects are gone; keys, database and namespace stay."""
    helm("uninstall", RELEASE, "--wait", "--cascade", "foreground", "--timeout", HELM_TIMEOUT)


def over_helm(repeats):
    """Bring Airflow to a cluster that has all but the release, by helm alone and by the playbook, in turn.

    :param repeats: how often each is measured.
    :returns: (site_seconds, helm_seconds): the medians. The playbook's is the last word: the release is its own again.
    """
    unused, chart_values = helm("get", "values", RELEASE, "--output", "yaml")
    site_seconds, helm_seconds = [], []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".yml") as values_file:
        values_file.write(chart_values)
        values_file.flush()
        for unused in range(repeats):
            uninstall()
            helm_seconds.append(helm(
                "upgrade", RELEASE, str(CHART), "--install", "--wait", "--timeout", HELM_TIMEOUT,
                "--values", values_file.name)[0])
            uninstall()
            site_seconds.append(run(SITE)[0])
    return statistics.median(site_seconds), statistics.median(helm_seconds)


def read(path):
    """:returns: the text of a file of /proc; empty where its process has ended."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def field(text, name):
    """:returns: the number behind a name in a file of /proc, such as `VmRSS:  1234 kB`; None where there is none."""
    found = re.search(rf"^{name}:\s*(\d+)", text, re.MULTILINE)
    return int(found.group(1)) if found else None


def resident_kibibytes(process):
    """The memory of one process, in KiB.

    :returns: its proportional set size, which counts a page that n processes share as one n-th of a page; its resident
        set size where the kernel does not report the former; 0 for a thread of the kernel and for a process that has
        ended (https://www.kernel.org/doc/html/latest/filesystems/proc.html).
    """
    proportional = field(read(f"/proc/{process}/smaps_rollup"), "Pss")
    return field(read(f"/proc/{process}/status"), "VmRSS") or 0 if proportional is None else proportional


def descendants(ancestor):
    """:returns: the process identifiers of all that a process has started, and that they have started."""
    children = collections.defaultdict(list)
    for path in glob.glob("/proc/[0-9]*/status"):
        children[field(read(path), "PPid")].append(int(path.split("/")[2]))
    found = list(children[ancestor])
    for process in found:
        found += children[process]
    return found


def engine_process():
    """:returns: the process that holds the private engine's namespaces; None where no private engine runs."""
    configuration = os.path.join(cache_home(), "windrose-airflow", "engine", "daemon.json")
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        arguments = read(path).split("\0")
        if configuration in arguments and os.path.basename(arguments[0]) == "unshare":
            return int(path.split("/")[2])
    return None


def memory_gibibytes():
    """The memory of the container engine, of Kubernetes and of Airflow.

    An orphan in a PID namespace becomes a child of the namespace's first process. So the descendants of the process
    that made the engine's namespace are all processes in it, and in the namespaces of the pods inside it.

    :returns: GiB; None where no private engine runs.
    """
    outermost = engine_process()
    if outermost is None:
        return None
    return sum(map(resident_kibibytes, descendants(outermost))) / KIBIBYTES_OF_A_GIBIBYTE


def measure(cold, repeats):
    """Take all figures, one after the other; each begins where the one before has ended.

    :param cold: whether to measure a run with an empty cache, too.
    :param repeats: how often the playbook and helm are measured.
    :returns: list of `Row`.
    """
    rows = []
    if cold:
        rows.append(Row("`make run`, empty cache", cold_seconds(), COLD_TARGET_SECONDS, "s"))
    rows.append(Row("`make run` after `make down`", warm_seconds(), WARM_TARGET_SECONDS, "s"))
    site_seconds, helm_seconds = over_helm(repeats)
    rows.append(Row(
        f"`site.yml` without a release, {site_seconds:.1f} s, "
        f"over `helm upgrade --install --wait`, {helm_seconds:.1f} s",
        site_seconds / helm_seconds, OVER_HELM_TARGET, ""))
    seconds, output = run(SITE)
    rows.append(Row(f"`site.yml` again, changed={changed(output)}", seconds, AGAIN_TARGET_SECONDS, "s"))
    time.sleep(IDLE_SECONDS)
    rows.append(Row("Memory with Airflow idle", memory_gibibytes(), MEMORY_TARGET_GIBIBYTES, "GiB"))
    return rows


def table(rows):
    """:returns: the lines of a Markdown table."""
    lines = ["| Figure | Measured | Target | Measured / target |", "|---|--:|--:|--:|"]
    for row in rows:
        told, ratio = "no private engine", "–"
        if row.measured is not None:
            told, ratio = f"{row.measured:.2f} {row.unit}".strip(), f"{row.measured / row.target:.2f}"
        lines.append(f"| {row.figure} | {told} | {f'{row.target} {row.unit}'.strip()} | {ratio} |")
    return lines


def main():
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Compares the local cluster with its targets.")
    parser.add_argument("--cold", action="store_true", help="measure a run with an empty cache, too")
    parser.add_argument("--repeats", type=int, default=3, help="how often the playbook and helm are measured")
    options = parser.parse_args()
    rows = measure(options.cold, options.repeats)
    memory = field(read("/proc/meminfo"), "MemTotal") / KIBIBYTES_OF_A_GIBIBYTE
    print("\n".join(table(rows)))
    print(f"\nMeasured on {platform.machine()}, {len(os.sched_getaffinity(0))} processors, {memory:.1f} GiB of memory, "
          f"Linux {platform.release()}.")


if __name__ == "__main__":
    main()
