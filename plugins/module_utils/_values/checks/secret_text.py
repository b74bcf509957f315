# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a text hold a secret? Pure functions; none of their answers quotes the text.

Names follow what Airflow itself masks
(https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/mask-sensitive-values.html) and marks as
sensitive in its configuration reference.
"""

from __future__ import annotations

import json
import re
import urllib.parse

PRIVATE_KEY, PASSWORD_URL, ACCESS_TOKEN, PASSWORD = (
    "a private key", "a URL with a password", "an access token", "a password or key",
)  # fmt: skip

_END = (
    r"(?:pass|passwd|password|passphrase|token|api_?key|(?:private|access|ssh|fernet|signing|encryption|account)_key"
    r"|client_secret|keyfile_dict|connection_string|webhook_url|authorization)\d*$"
)
_SECRET_KEY = re.compile(rf"(?:^|_){_END}")
_SECRET_VARIABLE = re.compile(rf"(?:^|_)(?:{_END}|(?:secret|secret_key|credentials?|dsn|keytab|basic_auth)\d*$)")
# What Airflow calls sensitive and what its name alone does not show.
_SENSITIVE_OPTIONS = {"jwt_secret", "client_secret"}
# With these endings Airflow runs a command or asks a secrets backend instead of taking the text as the value.
_POINTING_ENDINGS = ("_cmd", "_secret")

# Helm's templates, Kubernetes' $(VARIABLE) and a shell's ${VARIABLE} stand for what is somewhere else.
_REFERENCE = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}|\$\([A-Za-z_]\w*\)|\$\{[A-Za-z_]\w*\}", re.DOTALL)
_NO_SECRET = re.compile(r"(?:true|false|yes|no|on|off|none|null|~|[01])?|(?:/[\w.@-]+){2,}/?", re.IGNORECASE)

_KEY_BLOCK = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
# As GitHub, GitLab, Slack and Hugging Face document the beginnings of their tokens, so that scanners find them.
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10}|hf_[A-Za-z]{34})"
)
# Connection strings of Azure.
_ACCOUNT_KEY = re.compile(r"\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[^;\s]")
# Bounded, so that a long word is not tried from each of its letters to its end.
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]{0,40}://"
_URL = re.compile(rf"{_SCHEME}([^\s'\"<>]*)")
_STRUCTURED = re.compile(rf"\s*(?:\{{|{_SCHEME})")
_PORT = re.compile(r"\d+(?:[/?#]|$)")
_PARAMETER = re.compile(r"[?&]([^=&?#]+)=([^&#]+)")

# {name: …, value: …}, in a line or in two; what follows | or > stands in the next line.
_ENTRY = re.compile(
    r"""\bname["']?[ \t]*:[ \t]*["']?([A-Za-z_][\w.-]*)["']?\s*(?:,\s*)?"""
    r"""["']?value["']?[ \t]*:[ \t]*(?:[|>][+-]?[ \t]*\n\s*)?(.*)"""
)
# Behind a slash stands an annotation, which may well be about tokens.
_ASSIGNMENT = re.compile(
    r"""(?<![\w./-])([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*("(?:[^"\\\n]|\\.)+"|'(?:[^'\\\n]|\\.)+')"""
)
# A word without quotes; a call or a subscript of Python is none.
_WORD = re.compile(r"(?<!\S)([A-Za-z_][\w.-]*)[ \t]*[:=][ \t]*(?![A-Za-z_][\w.]*[(\[])([^\s{\[(|>&*#'\"]\S*)")
_TOP_LEVEL = re.compile(
    r"^([^\s:#'\"][^:\n]*|'[^'\n]+'|\"[^\"\n]+\"):[ \t]*(.*(?:\n(?:[ \t]+.*|[ \t]*(?=\n)))*)", re.MULTILINE
)


def _words(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)).lower().replace("-", "_").replace(".", "_")


def is_secret_key(name):
    """:returns: whether a key of a map holds a secret, such as ``clientSecret``; ``sshKeySecret`` only names one."""
    return bool(_SECRET_KEY.search(_words(name)))


def is_secret_variable(name):
    """:returns: whether a variable or an option of Airflow holds a secret, such as ``AZURE_CLIENT_SECRET``."""
    return bool(_SECRET_VARIABLE.search(_words(name)))


def is_literal(value):
    """:returns: whether a value says something itself, and is neither a reference nor a flag nor a path."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    text = _REFERENCE.sub("", str(value)).strip()
    return not _NO_SECRET.fullmatch(text)


def _unquoted(text):
    text = text.strip()
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        # JSON within single quotes holds no single quote, so the next one ends the text.
        return text[1:end] if end > 0 else text[1:]
    # What closes a map or a list that the value stands in is not part of it.
    surplus = {closing: text.count(closing) - text.count(opening) for opening, closing in ("{}", "[]")}
    end = len(text)
    while end and (text[end - 1] in ", \t" or surplus.get(text[end - 1], 0) > 0):
        end -= 1
        if text[end] in surplus:
            surplus[text[end]] -= 1
    return text[:end]


def _url_has_password(rest):
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    # A password that is not URL-encoded may hold a slash, so that the @ comes later.
    user, at, unused = (authority if "@" in authority else rest).rpartition("@")
    name, colon, password = user.partition(":")
    if at and colon and ":" in authority and is_literal(password):
        return "@" in authority or not (_PORT.match(password) or authority.startswith("["))
    return any(_parameter_is_secret(*found) for found in _PARAMETER.findall(rest))


def _parameter_is_secret(name, value):
    value = urllib.parse.unquote(value)
    return (is_secret_key(urllib.parse.unquote(name)) and is_literal(value)) or _json_is_secret(value)


def _json_is_secret(text):
    if not text.lstrip().startswith("{"):
        return False
    try:
        return _holds_secret_key(json.loads(text))
    except (ValueError, RecursionError):
        return False


def _holds_secret_key(value):
    if isinstance(value, dict):
        return any(
            (is_secret_key(name) and is_literal(below)) or _holds_secret_key(below) for name, below in value.items()
        )
    if isinstance(value, list):
        return any(map(_holds_secret_key, value))
    return isinstance(value, str) and _json_is_secret(value)


def credential_in(value):
    """:param value: a text, such as a connection of Airflow: a URL or JSON.

    :returns: which kind of credential it holds, as words for a sentence; None where it holds none.
    """
    if not isinstance(value, str):
        return None
    if _KEY_BLOCK.search(value):
        return PRIVATE_KEY
    if _TOKEN.search(value):
        return ACCESS_TOKEN
    if _ACCOUNT_KEY.search(_REFERENCE.sub("", value)):
        return PASSWORD
    # A reference in the place of the password leaves no password behind.
    if any(_url_has_password(rest) for rest in _URL.findall(_REFERENCE.sub("", value))):
        return PASSWORD_URL
    return PASSWORD if _json_is_secret(value) else None


def secret_in_option(name, value):
    """:param name: the name of an option of Airflow, such as ``smtp_password``.

    :returns: which kind of secret its value holds; None where it holds none.
    """
    found = credential_in(value)
    if found or not is_literal(value):
        return found
    name = str(name).lower()
    if name in _SENSITIVE_OPTIONS:
        return PASSWORD
    # JSON and URLs have been judged by what is in them.
    if name.endswith(_POINTING_ENDINGS) or _STRUCTURED.match(str(value)):
        return None
    return PASSWORD if is_secret_variable(name) else None


def secret_in_variable(name, value):
    """:param name: the name of an environment variable.

    :returns: which kind of secret its value holds; None where it holds none.
    """
    name = str(name)
    if name.startswith("AIRFLOW__"):
        return secret_in_option(name.rsplit("__", maxsplit=1)[-1], value)
    found = credential_in(value)
    if found or not is_literal(value) or name.startswith("AIRFLOW_CONN_"):
        return found
    return PASSWORD if is_secret_variable(name) else None


def variables_in(text):
    """:param text: YAML as text that lists environment variables, such as ``extraEnv``; templates may be within.

    :returns: list of (name, value).
    """
    return [(name, _unquoted(value)) for name, value in _ENTRY.findall(text)]


def entries_in(text):
    """:param text: a YAML map as text, such as ``stringData`` of an extra Secret; templates may be within.

    :returns: list of (key, value).
    """
    found = []
    for name, value in _TOP_LEVEL.findall(text):
        block = re.sub(r"^[|>][+-]?\d*[ \t]*\n", "", value)
        found.append((_unquoted(name), block.strip() if block != value else _unquoted(value)))
    return found


def secret_in_text(text, bare=False):
    """:param text: a file as text: Python, JSON, INI or YAML.
    :param bare: whether a secret may stand without quotes, as in YAML and INI; in Python that would be a variable.

    :returns: which kind of secret it holds; None where it holds none.
    """
    found = credential_in(text)
    if found:
        return found
    pairs = _ASSIGNMENT.findall(text) + (_WORD.findall(text) if bare else [])
    if any(
        (is_secret_key(name) or _words(name) == "secret_key") and is_literal(_unquoted(value)) for name, value in pairs
    ):
        return PASSWORD
    return None
