# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of an example that nobody replaced. Pure: no I/O."""

from __future__ import annotations

import re

from ansible_collections.windrose.airflow.plugins.module_utils._preflight.catalogue import found
from ansible_collections.windrose.airflow.plugins.module_utils._preflight.paths import leaves, written

# Kept apart from the others: the pin itself is judged with the identity of the cluster, and cannot be accepted away.
PIN = "airflow_expected_cluster"
ZERO_UID = re.compile(r"0{8}-0{4}-0{4}-0{4}-0{12}")
_BRACKETS = "a name in angle brackets"
_KINDS = (
    # https://www.rfc-editor.org/rfc/rfc2606
    (
        "a name that is reserved for examples, such as example.com",
        re.compile(r"(?<![\w-])example\.(?:com|org|net)(?![\w-])|[\w-]\.example(?![\w.-])", re.IGNORECASE),
    ),
    ("a word that asks to be changed, such as changeme", re.compile(r"(?<![a-z0-9])change[-_ ]?me(?![a-z0-9])", re.IGNORECASE)),
    ("a note that something is to be done, TODO", re.compile(r"\bTODO\b")),
    (_BRACKETS, re.compile(r"<[A-Za-z][A-Za-z0-9 _.-]*>")),
    ("nothing but zeros", ZERO_UID),
    ("a digest of nothing but zeros", re.compile(r"sha256:0{64}")),
    # The account of the examples in the documentation of AWS, and of the inventory prod.
    ("the account id of examples, 111122223333", re.compile(r"(?<!\d)111122223333(?!\d)")),
    ("dots in the place of a value", re.compile(r"^\s*(?:…|\.\.\.)\s*$")),
)
# What roles default to themselves.
_DEFAULTS = {("airflow_release_first_user_email",): "admin@example.com"}
# Names of labels and taints are the cluster's own business, whatever domain they carry.
_NAMES_OF_TAINTS = ("taints", "tolerations")
_MARKUP = "</"
# A line with more words is a sentence, and may speak of examples. Values themselves are not quoted: they may be secret.
_WORDS_OF_A_VALUE = 5


def placeholders(environment, _facts):
    """Find what was copied from an example and not replaced.

    :returns: list of `PreflightFinding`; none for the local cluster, which uses no names of anybody.
    """
    if environment.is_local:
        return []
    return [
        found("WA109", written(path), f"It holds {kind}.")
        for path, text in leaves(environment.variables)
        if isinstance(text, str) and _is_judged(path, text) and (kind := kind_of(text))
    ]


def _is_judged(path, text):
    is_name_of_taint = path[-1] == "key" and any(str(step).endswith(_NAMES_OF_TAINTS) for step in path)
    return path[0] != PIN and not is_name_of_taint and _DEFAULTS.get(path) != text


def kind_of(text):
    """:returns: which kind of placeholder a text holds, as words for a sentence; None where it holds none."""
    lines = [line for line in text.splitlines() if len(line.split()) <= _WORDS_OF_A_VALUE]
    for kind, pattern in _KINDS:
        # Markup such as <b>…</b> is not a placeholder.
        if any(pattern.search(line) for line in lines) and not (kind == _BRACKETS and _MARKUP in text):
            return kind
    return None
