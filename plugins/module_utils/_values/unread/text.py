# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rendered texts tell: whether two are the same, and which marks are in one. Pure: no I/O."""

from __future__ import annotations

import base64
import binascii
import os.path
import re

# The content of a Secret, and other values that somebody encoded.
_ENCODED = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_LAST_WORD = re.compile(r'^(.*?)"?([^\s"]+)"?\s*$')
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


class Marks:
    """The marks in one rendered text, also those that were encoded with base64.

    :param text: the rendered text.
    """

    def __init__(self, text):
        decoded = (_decoded(found.group()) for found in _ENCODED.finditer(text))
        self._text = "\n".join([text, *filter(None, decoded)]).lower()

    def has(self, mark):
        """:returns: whether a mark is there; digits alone are one only where no other digits are beside them."""
        if not mark.isdigit():
            return mark in self._text
        return re.search(rf"(?<!\d){mark}(?!\d)", self._text) is not None


class Sameness:
    """Compares with one rendered text, leaving out what is new with each rendering: generated keys, and their checksums.

    :param first: what the chart renders.
    :param again: callable that returns what it renders of the same values once more, or None; asked only where a text differs
        from the first in nothing but what could be random.
    """

    def __init__(self, first, again):
        self._first = first.splitlines()
        self._again = again
        self._noise = None

    def is_same(self, text):
        """:returns: whether a text is the same as the first one."""
        lines = text.splitlines()
        if lines == self._first:
            return True
        if len(lines) != len(self._first):
            return False
        differing = [place for place, line in enumerate(lines) if line != self._first[place]]
        if self._noise is None and all(_is_random(self._first[place]) and _is_random(lines[place]) for place in differing):
            self._noise = self._found_noise()
        return all(self._is_noise(place, lines[place]) for place in differing)

    def _found_noise(self):
        """:returns: {number of a line: (beginning, end)} of what two renderings of the same values have in common there."""
        lines = (self._again() or "").splitlines()
        if len(lines) != len(self._first):
            return {}
        pairs = {place: (_plain(one), _plain(other)) for place, (one, other) in enumerate(zip(self._first, lines)) if one != other}
        return {place: (_beginning(pair), _beginning([text[::-1] for text in pair])[::-1]) for place, pair in pairs.items()}

    def _is_noise(self, place, line):
        if place not in (self._noise or {}):
            return False
        beginning, end = self._noise[place]
        plain = _plain(line)
        return plain.startswith(beginning) and plain.endswith(end)


def _is_random(line):
    word = _LAST_WORD.match(line)
    return bool(word and _ENCODED.fullmatch(word.group(2)))


def _plain(line):
    """:returns: a line with its last word decoded, where it is encoded, and without it, where it is a checksum."""
    word = _LAST_WORD.match(line)
    if word and _CHECKSUM.fullmatch(word.group(2)):
        # What it is the checksum of is rendered, too.
        return word.group(1)
    decoded = _decoded(word.group(2)) if word and _ENCODED.fullmatch(word.group(2)) else None
    return line if decoded is None else word.group(1) + decoded


def _decoded(word):
    try:
        return base64.b64decode(word, validate=True).decode()
    except (ValueError, binascii.Error):
        return None


def _beginning(texts):
    return os.path.commonprefix(list(texts))
