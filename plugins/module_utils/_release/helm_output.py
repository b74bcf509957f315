# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm prints, in short: versions, causes and what to do about them. Pure: no I/O.

The texts are those of helm 4.3 and 3.19, whose schema messages come from the same library.
"""

from __future__ import annotations

import re

OLDEST = (3, 19)
MAXIMUM_CAUSE = 1500

VERSION = re.compile(r"v?(\d+)\.(\d+)")
FAILURE = re.compile(r"^(?:Error: )?(?:(?:INSTALLATION|UPGRADE|UNINSTALLATION) FAILED: )?")
SCHEMA_HEAD = "values don't meet the specifications of the schema(s)"
SCHEMA_LINE = re.compile(r"^\s*- at '(?P<pointer>[^']*)': (?P<text>.*)$")
UNKNOWN_KEYS = re.compile(r"^additional properties (?P<names>'.*') not allowed$")
# Go prints a whole object where the API server refuses one field of it, and that object may be a Secret.
OBJECT_DUMP = re.compile(r"(Invalid value: )(?:[\w.]*\{.*\}|\"(?:[^\"\\]|\\.){80,}\")(?=:|$)", re.MULTILINE)
# A text of the values that is a template, which Go quotes where it fails; what follows says where in it, and why.
TEMPLATE_TEXT = re.compile(r"((?:cannot parse template|error during tpl function execution for) )\"(?:[^\"\\]|\\.)*\"")

# What _clients/kubernetes/exec_credential.py prints where it has no credential for helm. helm says only that a program failed.
LOGIN_FAILURE = re.compile(r"^Could not load the credentials of .+$", re.MULTILINE)
# `IsReachable` of helm's pkg/kube/client.go, which every action of helm calls before anything else.
UNREACHABLE = "cluster unreachable"
REMEDIES = (
    (SCHEMA_HEAD, "Correct these keys in the chart values; the chart's values.schema.json says what each may hold"),
    (
        "cannot be imported into the current release",
        "Another owner made this object: remove it, or choose another release name",
    ),
    ("field is immutable", "Kubernetes cannot change this field in place: delete the named object and run again"),
    (
        "updates to statefulset spec for fields other than",
        "Kubernetes cannot change these fields in place: delete the StatefulSet with --cascade=orphan and run again",
    ),
    (
        "ensure CRDs are installed first",
        "The cluster does not know this kind: install the operator or CRD that provides it, or switch the feature off",
    ),
    ("missing in charts/ directory", "Run `helm dependency build` in the chart's folder, then run again"),
    (UNREACHABLE, "Check that the API server answers: `kubectl get --raw /readyz`, then run again"),
    (
        "is not a valid chart repository or cannot be reached",
        "Check the repository's address and that it can be reached, or give the chart as a path",
    ),
    ("is forbidden", "Give this user the right that the message names, or use another context"),
    ("exceeded quota", "Raise the namespace's quota or lower the requests of the named object"),
    ("field not declared in schema", "The chart renders a field that this Kubernetes version does not know"),
    ("failed calling webhook", "Repair the admission webhook that the message names, then run again"),
    ("denied the request", "Satisfy the admission policy that the message names"),
    ("execution error at", "The chart itself refuses these values: follow its message"),
    ("not found", "Create what the message names, or correct its name"),
)
OTHER_REMEDY = "Fix the cause and run again: a second run picks up where this one stopped"


def version(text):
    """:returns: (major, minor) of what ``helm version --template {{.Version}}`` prints, or None."""
    found = VERSION.search(text)
    return (int(found.group(1)), int(found.group(2))) if found else None


def cause(stderr):
    """Condense what helm wrote to stderr.

    :returns: the cause alone: without warnings, without prefixes, without dumped objects, schema failures one key a
        line.
    """
    failure = LOGIN_FAILURE.search(stderr)
    if failure:
        return failure.group()
    lines = stderr.strip().splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("Error: ")]
    text = "\n".join(lines[starts[0]:] if starts else lines[-1:])
    text = FAILURE.sub("", text, count=1).strip()
    if SCHEMA_HEAD in text:
        return _schema_failures(text)
    text = TEMPLATE_TEXT.sub(r"\1(left out)", OBJECT_DUMP.sub(r"\1(left out)", text))
    return text if len(text) <= MAXIMUM_CAUSE else f"{text[:MAXIMUM_CAUSE]} …"


def is_unreachable(stderr):
    """:returns: whether helm ended because the API server did not answer its first question, so that it has written nothing."""
    return UNREACHABLE in cause(stderr)


def remedy(text):
    """:returns: what to do about a cause, in one sentence."""
    for hint, advice in REMEDIES:
        if hint in text:
            return advice
    return OTHER_REMEDY


def _schema_failures(text):
    found = []
    for line in text.splitlines()[1:]:
        match = SCHEMA_LINE.match(line)
        if match is None or match["text"] == "validation failed":
            continue
        key = match["pointer"].strip("/").replace("/", ".").replace("~1", "/").replace("~0", "~")
        unknown = UNKNOWN_KEYS.match(match["text"])
        if unknown:
            names = re.findall(r"'([^']*)'", unknown["names"])
            found += [
                f"{key}.{name}: the chart knows no such key" if key else f"{name}: the chart knows no such key"
                for name in names
            ]
        else:
            found.append(f"{key or '(top level)'}: {match['text']}")
    return f"{SCHEMA_HEAD} of the chart:\n" + "".join(f"  - {line}\n" for line in sorted(set(found)))
