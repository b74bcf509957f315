# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file airflow_local_settings.py, with the pod mutation hook of the collection behind what the inventory writes. Pure: no I/O.

Airflow loads it at the start of every process
(https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/cluster-policies.html). What differs
between environments is data in it, never code; the code is `pod_mutation`.
"""

from __future__ import annotations

import inspect
import json
import textwrap

from ansible_collections.windrose.airflow.plugins.module_utils._values import pod_mutation

# Airflow takes over every name that has no two underscores in front, unless __all__ says which.
_EXPORTS = """\
__all__ = sorted({
    "pod_mutation_hook",
    *globals().get("__all__", [name for name in [*globals()] if not name.startswith("__")]),
})
_hook_of_inventory = globals().get("pod_mutation_hook")
"""
# In a function, so that none of its names is one of the inventory's. The chart fills in the namespace.
_CODE = """\
def _pod_mutation():
    import json

%s

    return PodMutation("{{ .Release.Namespace }}", json.loads(%s))
"""
_HOOK = '''\
_pod_mutation = _pod_mutation()
_pod_mutation.name_root_images()


def pod_mutation_hook(pod):
    """Let the inventory's own hook go first, so that what it sets stays."""
    if _hook_of_inventory is not None:
        _hook_of_inventory(pod)
    _pod_mutation.mutate(pod)
'''
_HEADER = "# Written by windrose.airflow. Change the inventory, not this file."
_FUTURE = "from __future__ import annotations\n"


def program(settings, own=""):
    """Write the file.

    :param settings: ``release``, ``pod_operator`` (whether tasks may start pods), ``pod_security`` (the level that the namespace
        enforces), ``labels`` (of pods that tasks start), ``annotations`` (of all pods), ``pull_secrets`` (list of names),
        ``worker_profile`` (name of the one of pods that name none, or None), ``worker_profiles`` ({name: profile}),
        ``xcom_sidecar_image`` and ``xcom_sidecar_user`` (None where the cluster chooses users).
    :param own: Python that the inventory adds, without ``{{``.
    :returns: the file, which a chart takes for a template, and finds nothing to replace in but the namespace.
    """
    # What json.dumps writes is ASCII, so its repr is one line of Python; {{ begins a template.
    data = json.dumps(settings, sort_keys=True).replace("{{", "{\\u007b")
    code = inspect.getsource(pod_mutation).split(_FUTURE)[1].strip()
    parts = (_HEADER, own, _EXPORTS, _CODE % (textwrap.indent(code, "    "), repr(data)), _HOOK)
    return "\n\n".join(part.strip() for part in parts if part)
