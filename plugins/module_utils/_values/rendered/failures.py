# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why helm rendered nothing, in terms of the chart values. Pure: no I/O.

What helm prints may quote values, so only what Go's text/template says of names and forms is repeated. The texts are those of
helm 4.3 and 3.19.
"""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import ValueFinding
from ansible_collections.windrose.airflow.plugins.module_utils._values.rendered.origins import (
    ACTION,
    COMPONENTS,
    Origins,
    without_actions,
)

try:
    import yaml
except ImportError:
    # It comes with the kubernetes library, whose absence the client reports.
    pass

HELM_BINARY = "airflow_helm_binary"
# What is wrong with the chart as a whole is wrong with no key of it.
WHOLE = "chart values"
# A line of what `helm_output.cause` makes of a refusal by values.schema.json.
_SCHEMA_LINE = re.compile(r"^ +- (?P<path>\S.*?): (?P<text>.+)$", re.MULTILINE)
_REFUSAL = re.compile(r"execution error at \((?P<place>[^)]+)\): (?P<text>.+?)(?:\n\nUse --debug|\Z)", re.DOTALL)
_YAML = re.compile(r"YAML parse error on (?P<file>\S+): .*?(?P<reason>mapping key \"[^\"]*\" already defined|yaml: line \d+: [a-z][a-z ]+|$)")
_QUOTED = re.compile(r"(?:cannot parse template|error during tpl function execution for) \"(?P<text>(?:[^\"\\]|\\.)*)\"")
_EXPRESSION = re.compile(r"executing \"(?P<template>[^\"]*)\" at <(?P<text>[^\n]*?)>: ")
_FILE = re.compile(r"template: [^/\s]+/templates/(?P<file>[^:\s]+):\d+")
_VALUES_PATH = re.compile(r"\.Values((?:\.\w+)+)")
_KEY = re.compile(r"\b[a-z]\w*(?:\.\w+)+\b")
# What text/template says of names and forms; anything else may hold a value. https://pkg.go.dev/text/template
_REASONS = tuple(re.compile(pattern) for pattern in (
    r"no template \"[^\"]+\" associated with template",
    r"function \"\w+\" not defined",
    r"undefined variable \"\$\w*\"",
    r"nil pointer evaluating interface \{\}\.\w+",
    r"can't evaluate field \w+ in type [\w.*{} ]+",
    r"map has no entry for key \"[^\"]+\"",
    r"wrong type for value; expected [\w.*{} ]+; got [\w.*{} ]+",
    r"invalid value; expected \w+",
    r"wrong number of args for \w+: want (?:at least |at most )?\d+ got \d+",
    r"unclosed action|unterminated (?:quoted string|raw quoted string|character constant)|unexpected EOF",
    r"unexpected \"[^\w\"]*\" in \w+|bad character U\+[0-9A-F]+",
    r"missing value for \w+",
))  # fmt: skip
# Python that the chart puts into a ConfigMap as one text each.
_PROGRAMS = frozenset({"airflowLocalSettings", "apiServer.apiServerConfig", "webserver.webserverConfig"})
_CALL = re.compile(r"error calling (\w+): ")
_DEFAULT_TAKEN = "null takes away the chart's default, which its templates need"
_DEFAULT_BACK = "Leave it out, or write the keys that shall differ"


def failures(cause, output, chart_values):
    """:param cause: why helm rendered nothing, as `helm_output.cause` has it.
    :param output: all that helm wrote to stderr.
    :param chart_values: the values, without the chart's defaults.
    :returns: list of `ValueFinding`, not empty.
    """
    refused = [(line["path"], line["text"]) for line in _SCHEMA_LINE.finditer(cause)]
    if refused:
        remedy = "Correct it, or leave it out; the chart's values.schema.json says what it may hold"
        return [ValueFinding(path, f"helm refuses it: {text}", remedy) for path, text in refused]
    origins = Origins(chart_values)
    for judge in (_refused_by_the_chart, _no_yaml, _template_of_a_value, _default_taken_away):
        found = judge(output, origins, chart_values)
        if found:
            return found
    return [ValueFinding(
        _component(output, chart_values), f"helm cannot render the chart with these values{_where(output)}: {_reason(output)}",
        "Compare what was written there with the chart's values.yaml; `helm template` prints all that helm says")]


def helm_missing(cause, remedy):
    """:param cause: why helm cannot be started.
    :param remedy: what to do about it.
    :returns: list of `ValueFinding`.
    """
    return [ValueFinding(HELM_BINARY, f"the chart cannot be rendered: {cause}", remedy.rstrip("."))]


def _refused_by_the_chart(output, origins, chart_values):
    """What a template refuses by ``fail`` or ``required``: the chart's own, or one that is a value."""
    refusal = _REFUSAL.search(output)
    if not refusal:
        return []
    text = " ".join(refusal["text"].split()).rstrip(".")
    templates = [path for path, written in origins.texts("{{", refusal["text"].strip()) if "fail" in written or "required" in written]
    if templates:
        return [ValueFinding(path, "it is a template that refuses to be rendered", "Give it what its message asks for") for path in templates]
    named = [key for key in _KEY.findall(text) if key.split(".")[0] in chart_values or "." in key]
    path = named[0] if named else _component(refusal["place"], chart_values)
    return [ValueFinding(path, f"the chart refuses these values: {text}", "Follow its message")]


def _no_yaml(output, origins, chart_values):
    """Texts that the chart puts into its YAML as they are, and what makes a key appear twice."""
    error = _YAML.search(output)
    if not error:
        return []
    twice = re.search(r"mapping key \"([^\"]*)\"", error["reason"])
    if twice:
        named = list(origins.keys(twice[1])) or [_component(error["file"], chart_values)]
        told = f"with it, {_short(error['file'])} has the key {twice[1]} twice"
        return [ValueFinding(path, told, "Leave it out: the chart sets it by itself") for path in named]
    broken = [path for path, text in origins.texts() if path not in _PROGRAMS and _is_broken(text)]
    told = f"helm finds no YAML in {_short(error['file'])} with it" + (f" ({error['reason'].removeprefix('yaml: ')})" if error["reason"] else "")
    remedy = "Write it as YAML, indented as a text of its own"
    return [ValueFinding(path, told, remedy) for path in broken or [_component(error["file"], chart_values)]]


def _is_broken(text):
    """:returns: whether a text of several lines, or with the beginning of a list, is no YAML."""
    if "\n" not in text.strip() and not text.lstrip().startswith(("- ", "{", "[")):
        return False
    try:
        list(yaml.safe_load_all(without_actions(text)))
    except yaml.YAMLError:
        return True
    return False


def _template_of_a_value(output, origins, _chart_values):
    """A text of the values that is a template, and fails."""
    quoted = [_unquoted(found["text"]) for found in _QUOTED.finditer(output)]
    if not quoted:
        return []
    within = _dense(quoted[-1])
    written = [
        (path, text) for path, text in origins.texts("{{")
        if all(_dense(action) in within for action in ACTION.findall(text))
    ]
    last = output[output.rfind("gotpl:"):] if "gotpl:" in output else output
    words = [_dense(found["text"]) for found in _EXPRESSION.finditer(last)] + re.findall(r"function \"(\w+)\" not defined", last)
    narrowed = [(path, text) for path, text in written if any(word in _dense(text) for word in words)] if words else written
    return [
        ValueFinding(
            path, f"helm cannot render this template: {_reason(last)}",
            "Correct it: what it has in double braces is evaluated by helm, with the chart's templates and values")
        for path, text in narrowed or written
    ]


def _default_taken_away(output, origins, chart_values):
    """``null`` in place of a map that templates look into: where they name it, or where it is the only one of their component."""
    expressions = [found["text"] for found in _EXPRESSION.finditer(output)]
    for expression in reversed(expressions):
        for keys in _VALUES_PATH.findall(expression):
            path = origins.nothing_at(keys.strip(".").split("."))
            if path:
                return [ValueFinding(path, _DEFAULT_TAKEN, _DEFAULT_BACK)]
    nothing = origins.nothing_below(_component(output, chart_values)) if "nil pointer" in _reason(output) else []
    return [ValueFinding(path, _DEFAULT_TAKEN, _DEFAULT_BACK) for path in nothing] if len(nothing) == 1 else []


def _unquoted(text):
    """:returns: a text as Go quoted it; as far as it makes a difference here."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), text)


def _dense(text):
    # YAML breaks long lines anew, and doubles quotes.
    return re.sub(r"\s+|''", "", text.replace("''", "'"))


def _reason(text):
    found = [(match.start(), match.group()) for pattern in _REASONS for match in pattern.finditer(text)]
    if found:
        return max(found)[1]
    calls = _CALL.findall(text)
    return f"the function {calls[-1]} fails" if calls else "a template of it fails"


def _short(file):
    return file.partition("/templates/")[2] or file


def _where(output):
    files = _FILE.findall(output)
    return f" ({files[-1]})" if files else ""


def _component(text, chart_values):
    """:returns: the key of the component whose template is named in a text; the values as a whole where none is, or it has no values."""
    for name, key in COMPONENTS.items():
        if re.search(rf"templates/{name}s?/", text) and key in chart_values:
            return key
    return WHOLE
