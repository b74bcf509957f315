# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether pods find room, on the nodes that are declared and within the quota that is. Pure: no I/O.

The figures are those of the environment, and not those of the local cluster.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.capacity import capacity
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.policy import policy
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.rules import accepted
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.spread import spread

# As if no node had been read, and the namespace were still to be made.
_FACTS = {"namespace": {"exists": False}}


def placement(environment):
    """:returns: list of `PreflightFinding`, as the preflight has them of node pools, quota and limit range; what an inventory accepts
    is a warning here, too.
    """
    return accepted([finding for rule in (policy, capacity, spread) for finding in rule(environment, _FACTS)], environment)
