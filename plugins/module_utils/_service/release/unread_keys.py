# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the keys of raw values that change nothing in what the chart renders, by rendering it with others."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._errors import ReleaseError
from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import coalesced
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import schema_check
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.key_tree import KeyTree
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import changes, findings, leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.reasons import Reasons
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.search import Search

# Together with the rendering of the values as they are, which others need as well.
MOST_RENDERINGS = 12


class UnreadKeys:
    """Looks for keys that nothing reads.

    :param render: callable that takes chart values and returns what the chart renders with them, as text; it raises
        `ReleaseError` where that is nothing.
    :param lay_over: callable that takes raw values and returns the chart values with these laid over the compiled ones.
    :param progress: a `Progress`.
    """

    def __init__(self, render, lay_over, progress):
        self._render = render
        self._lay_over = lay_over
        self._progress = progress
        self._rendered = 1

    def findings(self, raw, manifest, facts, settings, airflow_version):
        """Judge raw values.

        :param raw: the raw values.
        :param manifest: what the chart renders with them, as text.
        :param facts: `ChartFacts` of the chart.
        :param settings: the list of `Setting` below the raw values, also of those that say what the chart's default says.
        :param airflow_version: such as 3.3.2.
        :returns: list of `ValueFinding`, which are warnings: keys of which it is certain.
        :raises CommandError: where helm cannot be started.
        """
        compiled = {setting.path: setting.value for setting in settings}
        # What says the same as the compiled value is no mistake.
        differing = [leaf for leaf in leaves.differing(raw, facts.defaults) if compiled.get(leaf.path, self) != leaf.value]
        if not differing:
            return []
        known = schema_check.check_schema(self._lay_over(raw), facts)
        others = changes.changes(raw, differing, KeyTree(facts), lambda changed: self._refused(changed, facts, known))
        reasons = Reasons(coalesced(facts.defaults, self._lay_over(raw)), raw, settings, airflow_version)
        search = Search(raw, self._text, MOST_RENDERINGS - 1, manifest)
        unread = search.unread(others, lambda path: reasons.of(path) is not None)
        return findings.findings(unread, [leaf.path for leaf in differing], reasons.of)

    def _refused(self, raw, facts, known):
        found, unknown = schema_check.check_schema(self._lay_over(raw), facts)
        return (set(found) | unknown) - set(known[0]) - known[1]

    def _text(self, raw):
        self._rendered += 1
        self._progress.step(f"helm renders the chart, to find keys that nothing reads ({self._rendered} of at most {MOST_RENDERINGS} times)")
        try:
            return self._render(self._lay_over(raw))
        except ReleaseError:
            return None
