# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster of a rehearsal, as a user sees it."""

from __future__ import annotations

import json
import os
import subprocess

from machine_state import CHECKOUT

STATE = os.path.join(CHECKOUT, ".rehearsal")
# The last one is prod, and its cluster is there for the tests.
ENVIRONMENTS = sorted(os.environ.get("WINDROSE_REHEARSALS", "prod").split())


def kubectl(*arguments):
    """:returns: what kubectl prints about the cluster of the rehearsal."""
    command = [os.path.join(STATE, "bin", "kubectl"), "--kubeconfig", os.path.join(STATE, "kubeconfig"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects(*arguments):
    """:returns: the objects that `kubectl get` finds, as dicts."""
    return json.loads(kubectl("get", *arguments, "--output", "json"))["items"]


def releases():
    """:returns: the names of helm's records, one for each revision."""
    return sorted(found["metadata"]["name"] for found in objects("secrets", "--namespace", "airflow", "--selector", "owner=helm"))
