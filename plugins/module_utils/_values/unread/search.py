# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which leaves nothing reads, found with few renderings. Pure: what renders is handed in.

Many leaves are changed at once. Where the text stays the same, nothing reads any of them; where it does not, those whose mark
is in it are read, and what is left is asked for again, in halves where no mark tells more. What switches something is asked
for alone, as two switches may undo each other; only where a reason is known already are several asked for together.
At last all that was found is left out: the text has to stay the same once more, so that to remove it changes nothing either.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.unread import leaves as raw_leaves
from ansible_collections.windrose.airflow.plugins.module_utils._values.unread.text import Marks, Sameness

# As many switches may be asked for, whatever else there is to ask.
_KEPT_FOR_SWITCHES = 4
_SWITCHES = ("enabled", "create")


class Search:
    """The search in one set of raw values.

    :param raw: the raw values.
    :param render: callable that takes raw values and returns the text that the chart renders with them, or None where it
        renders none.
    :param most: how many times `render` may be called.
    :param base: what it returns for the raw values as they are.
    """

    def __init__(self, raw, render, most, base):
        self._raw = raw
        self._render = render
        self._left = most
        self._base = Marks(base)
        self._sameness = Sameness(base, lambda: self._rendered(raw))
        self._read = set()
        self._postponed = []

    def unread(self, changes, is_expected):
        """Find the leaves that nothing reads.

        :param changes: list of `Change`, one for each leaf.
        :param is_expected: callable that takes the path of a leaf and says whether there is a reason that nothing should read
            it.
        :returns: list of the paths of leaves of which it is certain, in the order of the changes.
        """
        expected = [change for change in changes if change.is_switch and is_expected(change.leaf.path)]
        switches = [[change] for change in changes if change.is_switch and change not in expected]
        groups = [expected, *switches] if expected else switches
        plain = [change for change in changes if not change.is_switch]
        found = self._unread(plain, is_expected, kept=1 + min(len(groups), _KEPT_FOR_SWITCHES))
        # What is switched on, and of which nothing else is read, is asked for first.
        for group in sorted(groups, key=lambda group: group is not expected and not _is_on_in_vain(group[0], found)):
            if not self._switches_what_is_read(group):
                found += self._unread(group, is_expected, kept=1)
        postponed, self._postponed = self._postponed, []
        for group in postponed:
            found += self._unread(group, is_expected, kept=1)
        certain = self._removable(found)
        return [change.leaf.path for change in changes if change in certain]

    def _unread(self, group, is_expected, kept, is_same=None):
        """:param kept: how many renderings are left for others.
        :param is_same: whether the text stays the same with all of the group changed, where it is known without rendering.

        :returns: list of the changes of the group whose leaves nothing reads.
        """
        if not group:
            return []
        if is_same is None:
            if self._left <= kept:
                self._postponed.append(group)
                return []
            text = self._rendered(raw_leaves.replaced(self._raw, {change.leaf.path: change.value for change in group}))
            if text is not None:
                if self._sameness.is_same(text):
                    return group
                left = self._unmarked(group, text)
                if len(left) < len(group):
                    return self._unread(left, is_expected, kept)
        if len(group) == 1:
            return []
        first, second = _parts(group, is_expected)
        found = self._unread(first, is_expected, kept)
        # Somebody reads one of the group: where it is none of the first part, it is one of the second.
        return found + self._unread(second, is_expected, kept, is_same=False if found == first else None)

    def _unmarked(self, group, text):
        marks = Marks(text)
        read = [change for change in group if change.mark and marks.has(change.mark) and not self._base.has(change.mark)]
        self._read.update(change.leaf.path for change in read)
        return [change for change in group if change not in read]

    def _switches_what_is_read(self, group):
        """:returns: whether this is the switch of something of which other parts are read, so that it is read, too."""
        path = group[0].leaf.path
        return len(group) == 1 and path[-1] in _SWITCHES and any(read[: len(path) - 1] == path[:-1] for read in self._read)

    def _removable(self, found):
        """:returns: list of the changes whose leaves can be left out together without any change of the text."""
        certain, waiting = [], [found] if found else []
        while waiting and self._left:
            part = waiting.pop(0)
            text = self._rendered(raw_leaves.without(self._raw, {change.leaf.path for change in certain + part}))
            if text is not None and self._sameness.is_same(text):
                certain += part
            elif len(part) > 1:
                waiting = [part[: len(part) // 2], part[len(part) // 2:], *waiting]
        return certain

    def _rendered(self, raw):
        if not self._left:
            return None
        self._left -= 1
        return self._render(raw)


def _is_on_in_vain(switch, found):
    """:returns: whether something is switched on of which a part is known that nothing reads."""
    around = switch.leaf.path[:-1]
    return switch.leaf.value is True and any(change.leaf.path[: len(around)] == around for change in found)


def _parts(group, is_expected):
    """:returns: two parts of a group: what is expected and what is not, or neighbours, which are often of one component."""
    expected = [change for change in group if is_expected(change.leaf.path)]
    if expected and len(expected) < len(group):
        return expected, [change for change in group if change not in expected]
    return group[: len(group) // 2], group[len(group) // 2:]
