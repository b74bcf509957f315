# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays rows out for a terminal: as a table where it is wide enough for every word, else one below the other. Pure: no I/O.

A word, such as the path of a key, is broken only where it alone is wider than the terminal.
"""

from __future__ import annotations

import re
import textwrap

_GAP = "  "
# The last two columns hold sentences, which nobody reads in narrower ones.
_NARROWEST_SENTENCES = 30
# A column of names is not made wider than this for the sake of names of several words.
_WIDEST_NAMES = 32
# A word that is wider than the terminal is broken behind one of these, if there is one.
_BREAKS = re.compile(r"(?<=[-_./:,=@])")


def laid_out(head, rows, width, widest_word=None):
    """Lay rows out.

    :param head: the heads of the columns, all names but for the last two, which are of sentences.
    :param rows: list of tuples of texts, as long as the head.
    :param width: how many characters a line may have.
    :param widest_word: no column is made wider than this for the sake of a word; None where no word may be broken.
    :returns: list of lines, none of which ends in a blank.
    """
    widths = _widths(head, rows, width, widest_word or width)
    if widths is None:
        return _records(head, rows, width)
    lines = [_line(head, widths), _GAP.join("-" * width for width in widths)]
    return lines + [line for row in rows for line in _row(row, widths)]


def filled(text, width, indent=""):
    """Break a text into lines.

    :param text: the text; blanks and line ends in it only part words.
    :param width: how many characters a line may have.
    :param indent: what the first line begins with; the others begin with as many blanks.
    :returns: list of lines. A word that is too wide beside the indent has a line of its own.
    """
    blank = " " * len(indent)
    lines, is_open = [indent], False
    for word in text.split():
        if is_open and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        elif len(blank) + len(word) <= width:
            lines = [*lines, blank + word] if is_open or len(lines) > 1 else [indent + word]
            is_open = True
        else:
            lines += _pieces(word, width)
            is_open = False
    return [line.rstrip() for line in lines if line.strip()]


def _widths(head, rows, width, widest_word):
    """:returns: the widths of the columns of a table; None where a word that may not be broken would not fit into its column."""
    columns = list(zip(head, *rows))
    longest = [max(len(word) for cell in column for word in cell.split() or [""]) for column in columns]
    whole = [max(map(len, column)) for column in columns]
    names = [max(min(word, widest_word), min(text, _WIDEST_NAMES)) for word, text in zip(longest[:-2], whole[:-2])]
    left = width - sum(names) - len(_GAP) * (len(head) - 1)
    least = [max(min(text, _NARROWEST_SENTENCES), min(word, widest_word)) for text, word in zip(whole[-2:], longest[-2:])]
    if left < sum(least):
        return None
    # What one of them does not need is the other's.
    first = min(whole[-2], left - min(whole[-1], left // 2))
    first = max(least[0], min(first, left - least[1]))
    return [*names, first, min(whole[-1], left - first)]


def _row(cells, widths):
    columns = [filled(cell, width) or [""] for cell, width in zip(cells, widths)]
    height = max(map(len, columns))
    return [_line([column[place] if place < len(column) else "" for column in columns], widths) for place in range(height)]


def _line(cells, widths):
    return _GAP.join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip()


def _records(head, rows, width):
    """:returns: for each row a line of its names, and below it each of its sentences behind its head."""
    *names, last_name = range(len(head) - 2)
    kept = [max(len(row[place]) for row in rows) for place in names]
    labels = [f"{_GAP}{label:<{max(map(len, head[-2:]))}}{_GAP}" for label in head[-2:]]
    lines = []
    for row in rows:
        begin = "".join(f"{row[place]:<{size}}{_GAP}" for place, size in zip(names, kept))
        lines += ["", *filled(row[last_name], width, begin)]
        lines += [line for label, text in zip(labels, row[-2:]) for line in filled(text, width, label)]
    return lines[1:]


def _pieces(word, width):
    """:returns: a word, in as few pieces as it takes if it is wider than a line."""
    if len(word) <= width:
        return [word]
    pieces = [""]
    for part in (part for piece in _BREAKS.split(word) for part in textwrap.wrap(piece, width)):
        if len(pieces[-1]) + len(part) <= width:
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces
