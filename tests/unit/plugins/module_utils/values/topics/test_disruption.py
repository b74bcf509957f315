# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


def budget(component="scheduler", replicas=None, **options):
    return {"components": {component: {"replicas": replicas, "disruption_budget": options}}}


@pytest.mark.parametrize(
    ("options", "config"),
    [
        ({"max_unavailable": 1}, {"maxUnavailable": 1}),
        ({"max_unavailable": "1"}, {"maxUnavailable": 1}),
        ({"max_unavailable": "25%"}, {"maxUnavailable": "25%"}),
        ({"min_available": "50%"}, {"minAvailable": "50%", "maxUnavailable": None}),
        ({"min_available": 0}, {"minAvailable": 0, "maxUnavailable": None}),
    ],
)
def test_a_budget(compiled, options, config):
    assert compiled(**budget(**options)).at("scheduler.podDisruptionBudget") == {"enabled": True, "config": config}


def test_celery_has_no_default_to_take_away(compiled):
    values = compiled(executor="CeleryExecutor", **budget("celery_worker", 2, min_available=1))
    assert values.at("workers.celery.podDisruptionBudget.config") == {"minAvailable": 1}


def test_no_budget_unless_asked_for(compiled):
    assert compiled(**budget()).at("scheduler.podDisruptionBudget") is None


@pytest.mark.parametrize(
    ("replicas", "options"),
    [
        (2, {"min_available": 2}),
        (None, {"min_available": 1}),
        (3, {"min_available": "100%"}),
        (3, {"max_unavailable": 0}),
        (3, {"max_unavailable": "0%"}),
        (3, {"min_available": 1, "max_unavailable": 1}),
    ],
)
def test_a_budget_that_cannot_work_is_refused(refused, replicas, options):
    assert list(refused(**budget("scheduler", replicas, **options))) == [
        "airflow_components.scheduler.disruption_budget"
    ]


def test_an_autoscaler_may_add_pods(compiled):
    specification = budget("triggerer", min_available=1)
    assert compiled(**specification, autoscaling={"triggerer": {"maximum": 3}}).at(
        "triggerer.podDisruptionBudget.enabled"
    )


def test_pgbouncer_counts_its_own_replicas(compiled, refused):
    specification = {"components": {"pgbouncer": {"disruption_budget": {"min_available": 2}}}}
    assert compiled(**specification, pgbouncer={"enabled": True, "replicas": 3}).at(
        "pgbouncer.podDisruptionBudget.enabled"
    )
    assert refused(**specification, pgbouncer={"enabled": True, "replicas": 2})
