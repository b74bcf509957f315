# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms that texts of a specification have: names, addresses, quantities. Pure: no I/O."""

from __future__ import annotations

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Form:
    """What a text has to look like.

    :param pattern: a regular expression for all of the text.
    :param wanted: what is wanted, as the end of a sentence that begins with "Write".
    """

    pattern: str
    wanted: str

    def fits(self, text):
        """:returns: whether a text has the form."""
        return re.fullmatch(self.pattern, text) is not None


# The chart writes many texts into YAML without quotes; these would come out as a number, a flag or nothing.
_NO_YAML_SCALAR = r"(?!(?i:true|false|yes|no|on|off|null|y|n|[-+.0-9][-+._0-9e]*|0x[0-9a-f]+|0o[0-7]+)$)"
_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_QUALIFIED = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"

# No line breaks and no other control characters, and no blanks that YAML would drop.
LINE = Form(
    r"[^\s\x00-\x1f\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*[^\s\x00-\x1f\x7f-\x9f])?", "it in one line"
)
LINES = Form(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*", "it as plain lines of text")
NAME = Form(
    rf"(?=.{{1,253}}$){_NO_YAML_SCALAR}{_HOST}",
    "lower-case letters, digits, hyphens and dots, a letter among them, as Kubernetes requires for names",
)
SHORT_NAME = Form(
    rf"{_NO_YAML_SCALAR}{_LABEL}", "at most 63 lower-case letters, digits and hyphens, a letter among them"
)
RELEASE_NAME = Form(
    r"[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?", "at most 40 lower-case letters, digits and hyphens, a letter first"
)
SECRET_KEY = Form(r"[-._a-zA-Z0-9]{1,253}", "letters, digits, hyphens, underscores and dots, as in keys of Kubernetes")
LABEL_NAME = Form(
    rf"(?:(?=[^/]{{1,253}}/){_HOST}/)?{_QUALIFIED}",
    "a name such as team or example.com/team, as Kubernetes requires for labels",
)
LABEL_VALUE = Form(rf"{_QUALIFIED}?", "at most 63 letters, digits, hyphens, underscores and dots")
RESOURCE_NAME = Form(LABEL_NAME.pattern, "the name of a resource, such as cpu, memory or nvidia.com/gpu")
QUANTITY = Form(r"[0-9]+(?:\.[0-9]+)?(?:[munkMGTPE]|[KMGTPE]i)?", "a quantity of Kubernetes, such as 500m or 2Gi")
COUNT_OR_PERCENTAGE = Form(r"[0-9]{1,6}|(?:[0-9]|[1-9][0-9]|100)%", "a number or a percentage, such as 1 or 50%")
VERSION = Form(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}", "three numbers, such as 3.3.2, in quotes")
IMAGE_REPOSITORY = Form(
    r"[a-z0-9][-a-zA-Z0-9._]*(?::[0-9]+(?=/))?(?:/[a-z0-9][-a-z0-9._]*)*",
    "registry and path without the tag, such as docker.io/apache/airflow",
)
IMAGE_TAG = Form(r"[A-Za-z0-9_][-A-Za-z0-9._]{0,127}", "a tag such as 3.3.2")
IMAGE_DIGEST = Form(r"sha256:[0-9a-f]{64}", "sha256: and after it 64 hexadecimal digits in lower case")
HOST = Form(rf"(?=.{{1,253}}$){_NO_YAML_SCALAR}(?:\*\.)?{_HOST}", "a host name such as airflow.example.com")
URL_PATH = Form(
    r"/(?:[-A-Za-z0-9._~]+(?:/[-A-Za-z0-9._~]+)*)?", "a path such as / or /airflow, without a slash at its end"
)
WEB_URL = Form(
    rf"https?://{_HOST}(?::[0-9]{{1,5}})?(?:/[-A-Za-z0-9._~/]*)?", "an address such as https://airflow.example.com"
)
GIT_URL = Form(
    r"(?:https?|ssh|git|file)://[^\s'\"\\]+|[-\w.]+@[-\w.]+:[^\s'\"\\]+",
    "a URL such as https://git.example.com/dags.git or git@git.example.com:data/dags.git",
)
GIT_REFERENCE = Form(r"[A-Za-z0-9_](?:[-A-Za-z0-9_./+@]*[A-Za-z0-9_])?", "a branch, a tag or a commit")
# Both the claim's sub path and the repository's directory: relative, and never out of it again.
DIRECTORY = Form(
    r"(?!(?:.*/)?\.\.?(?:/|$))[-A-Za-z0-9_.]+(?:/(?!\.\.?(?:/|$))[-A-Za-z0-9_.]+)*/?",
    "a path below, such as team/dags, without a slash in front",
)
CONNECTION_ID = Form(r"[A-Za-z_][A-Za-z0-9_]*", "letters, digits and underscores, as environment variables require")
USER_NAME = Form(r"[A-Za-z0-9_][-A-Za-z0-9_.@]*", "letters, digits, hyphens, underscores, dots and @")
# https://www.rfc-editor.org/rfc/rfc6749#section-3.3
SCOPE = Form(r"[!#-\[\]-~]+", "a scope, without blanks")
PYTHON_CLASS = Form(
    r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+", "the path of a class, such as acme.airflow.AcmeAuthManager"
)
BUNDLE_NAME = Form(r"[A-Za-z0-9_][-A-Za-z0-9_. ]*", "letters, digits, hyphens, underscores and dots")

# No repository and no tag holds either.
_DIGEST = re.compile(r"@|^sha256:", re.IGNORECASE)
_TEMPLATE = "{{"
# Greedy up to the last @: a password that was not URL-encoded may hold any character.
_PASSWORD = re.compile(r"://[^\s/:@]*:[^\s]*@|^https?://[^\s/]*@")


def holds_digest(text):
    """:returns: whether what should be a repository or a tag holds a digest, or the beginning of one."""
    return _DIGEST.search(text) is not None


def trouble(text):
    """Find what no text of a specification may hold.

    :returns: (problem, remedy), neither of which quotes the text, or None.
    """
    if _TEMPLATE in text:
        return "it holds {{, which helm would take for a template", "Write the text itself"
    if _PASSWORD.search(text):
        return "it holds a password or a token", "Put that into a Secret and name the Secret"
    return None
