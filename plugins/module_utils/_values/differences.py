# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which chart values differ between two revisions, without giving secrets away. Pure: no I/O."""

from __future__ import annotations

import json
import re

MASK = "(hidden)"
SECRET_NAME = re.compile(
    r"passw|passphrase|pass$|secret|token|credential|private|fernet|webhook|(?<=[a-z_-])key$|dsn$", re.IGNORECASE
)
# A connection is a text with a password in it, or a mapping that keeps the password apart from host and port.
CONNECTION_NAME = re.compile(r"conn$|connection$|_conn_", re.IGNORECASE)
# A name such as `fernetKeySecretName` or `secret.enabled` points at a secret and is none.
POINTER = re.compile(r"(?:name|namespace|enabled|annotations)$", re.IGNORECASE)
# Greedy up to the last @: a password that was not URL-encoded may hold any character.
USER_INFORMATION = re.compile(r"://[^\s\"]*@")


def _is_secret(name, value):
    if POINTER.search(name):
        return False
    return bool(SECRET_NAME.search(name) or not isinstance(value, dict) and CONNECTION_NAME.search(name))


def _shown(value, secret):
    if secret:
        return MASK
    if isinstance(value, str) and "\n" in value:
        # Blocks of text, such as `extraEnv`, may quote a password at any place.
        return f"(text of {len(value.splitlines())} lines)"
    return USER_INFORMATION.sub(f"://{MASK}@", json.dumps(value, ensure_ascii=False))


def _quoted(name):
    return json.dumps(name) if "." in name or not name else name


def _leaves(value, path, secret):
    """Yield (path, value, whether it is secret) of everything that holds no further values."""
    if isinstance(value, dict) and value:
        # `{name: SMTP_PASSWORD, value: …}`, as environment variables are written.
        named = _is_secret(str(value.get("name", "")), None)
        for name, inner in value.items():
            below = secret or _is_secret(str(name), inner) or (named and name == "value")
            yield from _leaves(inner, f"{path}.{_quoted(str(name))}" if path else _quoted(str(name)), below)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]", secret)
    else:
        yield path, value, secret


def changes(before, after):
    """Compare two sets of chart values.

    :returns: {name of a value that differs: (shown before, shown after)}, sorted by name; None stands for an absent
        value, secrets are masked.
    """
    old = {path: (value, secret) for path, value, secret in _leaves(before, "", False)}
    new = {path: (value, secret) for path, value, secret in _leaves(after, "", False)}
    found = {}
    for path in sorted(set(old) | set(new)):
        if path and _differ(old.get(path), new.get(path)):
            found[path] = (_shown(*old[path]) if path in old else None, _shown(*new[path]) if path in new else None)
    return found


def _differ(old, new):
    if old is None or new is None:
        return True
    # In Python True equals 1 and 1 equals 1.0; in a chart a flag is not a number, and helm itself blurs 1 and 1.0.
    return isinstance(old[0], bool) != isinstance(new[0], bool) or old[0] != new[0]


def as_diff(found, header):
    """:returns: the changes in the shape that Ansible's ``--diff`` prints."""
    before = "".join(f"{path}: {old}\n" for path, (old, unused) in found.items() if old is not None)
    after = "".join(f"{path}: {new}\n" for path, (unused, new) in found.items() if new is not None)
    return {"before_header": header, "after_header": header, "before": before, "after": after}
