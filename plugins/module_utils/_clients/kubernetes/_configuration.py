# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and reads the kubeconfig, and makes it one self-contained document with one context."""

from __future__ import annotations

import os

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence _transport reports.
    pass

from ansible_collections.windrose.airflow.plugins.module_utils._errors import KubeconfigError
from ansible_collections.windrose.airflow.plugins.module_utils._kubernetes.kubeconfig import (
    embed,
    in_cluster,
    merge,
    select,
)

DEFAULT_KUBECONFIG = "~/.kube/config"


def _read_file(path):
    with open(path, "rb") as file:
        return file.read()


def _read_document(path):
    try:
        return yaml.safe_load(_read_file(path))
    except OSError as error:
        raise KubeconfigError(
            "Could not read",
            f"kubeconfig {path}",
            error.strerror or str(error),
            "Correct the parameter kubeconfig or the file's mode.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # The parser's text quotes the file, and a kubeconfig holds keys.
        raise KubeconfigError(
            "Could not read",
            f"kubeconfig {path}",
            "it is not YAML",
            "Check with: kubectl config view --kubeconfig <file>.",
        ) from error


def find(kubeconfig, context, environment):
    """Return the self-contained document of the one context to use.

    :param kubeconfig: a path, or several joined by the path separator; None takes ``$KUBECONFIG``, then
        ``~/.kube/config``, then the service account of the pod that this runs in.
    :param context: the name of the context; None takes the current one.
    :param environment: the process environment.
    :raises KubeconfigError: there is no such file, context, cluster, user or certificate, or a file is no kubeconfig.
    """
    chosen = kubeconfig or environment.get("KUBECONFIG")
    paths = [os.path.expanduser(path) for path in (chosen or DEFAULT_KUBECONFIG).split(os.pathsep) if path]
    present = [path for path in paths if os.path.exists(path)]
    source = f"kubeconfig {os.pathsep.join(paths)}"
    if not present:
        pod = None if chosen else in_cluster(environment, _read_file)
        if pod:
            return pod
        raise KubeconfigError(
            "Could not read",
            source,
            "there is no such file",
            "Set the parameter kubeconfig (inventories: airflow_kubeconfig) or the environment variable KUBECONFIG "
            "to a file that exists.",
        )
    merged = merge([(path, _read_document(path)) for path in present])
    return embed(select(merged, context, source), _read_file)
