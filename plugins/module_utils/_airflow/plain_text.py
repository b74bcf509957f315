# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs say to programs, as text for people: errors that come as data, and data that is printed into logs. Pure: no I/O."""

from __future__ import annotations

import ast
import html
import json
import re

LONGEST_TEXT = 500
NO_REASON = "no reason is given"
LEFT_OUT = "{…}"
# In which fields errors say what is wrong, from the short word to the sentence: FastAPI and Airflow (reason, message, detail; a
# database error adds the statement), Kubernetes' Status (reason, message), RFC 9457 (title, detail), OAuth 2.0 (error,
# error_description), the OCI distribution specification (errors of code and message).
TELLING_FIELDS = ("title", "error", "code", "reason", "message", "msg", "detail", "error_description", "errors")
# What Airflow writes instead of a statement, unless [api] expose_stacktrace is set.
HIDDEN = "hidden"
# The client library of Kubernetes prints these with an answer that it raises.
NOISE = re.compile(r"^HTTP response headers: .*(?:\n|$)", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
INVISIBLE = re.compile(r"(?is)<!--.*?-->|<(script|style|head)\b.*?</\1\s*>")
DUMP_BEGIN = re.compile(r"""\{\s*["']|\[\s*\{\s*["']""")
BRACKETS = {"{": "}", "[": "]", "(": ")"}


def of_answer(body):
    """:returns: what the answer of a server that refuses or fails a request says, in one line.

    :param body: bytes: JSON of any shape, a page, or text.
    """
    text = body.decode(errors="replace")
    try:
        said = of_error(json.loads(text))
    except ValueError:
        if text.lstrip().startswith("<"):
            text = html.unescape(re.sub(r"<[^>]*>", " ", INVISIBLE.sub(" ", text)))
        said = _one_line(text)
    return shortened(said) or NO_REASON


def of_error(data):
    """:returns: what an error says that comes as data, in one line; empty where it says nothing.

    :param data: what was parsed: a mapping, a list of mappings, a text.
    """
    if isinstance(data, str):
        nested = _parsed(data.strip())
        return _one_line(data) if nested is None else of_error(nested)
    if isinstance(data, list):
        return "; ".join(dict.fromkeys(text for text in map(of_error, data) if text))
    if not isinstance(data, dict):
        return ""
    if "loc" in data and "msg" in data:
        # How pydantic names the field of a request.
        place = data["loc"] if isinstance(data["loc"], list) else [data["loc"]]
        return f"{'.'.join(str(part) for part in place)}: {_one_line(str(data['msg']))}"
    told = [of_error(data[name]) for name in TELLING_FIELDS if data.get(name) not in (None, HIDDEN)]
    told += [f"{name.replace('_', ' ')} {data[name]}" for name in sorted(data) if name.endswith("_state") and data[name]]
    return ": ".join(dict.fromkeys(text for text in told if text))


def without_dumps(text):
    """:returns: the text with what its data says in place of data that was printed into it; ``{…}`` where that says nothing.

    :param text: one or more lines of a log, or a message.
    """
    text, parts, end = NOISE.sub("", COLOUR.sub("", text)), [], 0
    for begin in DUMP_BEGIN.finditer(text):
        if begin.start() < end:
            continue
        parts.append(text[end : begin.start()])
        end = _end_of_dump(text, begin.start())
        parts.append(_plain_dump(text[begin.start() : end]))
    return "".join([*parts, text[end:]])


def shortened(text):
    """:returns: the text, cut where it is longer than a reader of a message wants."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()} …"


def _one_line(text):
    return " ".join(text.split())


def _plain_dump(dump):
    data = _parsed(dump)
    return (of_error(data) if data is not None else "") or LEFT_OUT


def _parsed(text):
    """:returns: the mapping, or the list of mappings, that a text is in JSON or as a literal of Python; None where it is none."""
    if not DUMP_BEGIN.match(text):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return None


def _end_of_dump(text, begin):
    """:returns: the index after the bracket that closes the one at `begin`; the end of the text where it was cut before."""
    closing, quote, position = [], "", begin
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in BRACKETS:
            closing.append(BRACKETS[character])
        elif closing and character == closing[-1]:
            closing.pop()
            if not closing:
                return position + 1
        position += 1
    return len(text)
