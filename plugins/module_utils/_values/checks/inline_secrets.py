# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chart values that hold a secret themselves, instead of naming the Secret that does. Pure: no I/O.

helm keeps all values in the release, and prints them to whoever may read it. The keys that name a Secret, and the keys
that the Secret must have, are those of the official chart (the templates of ``secrets/`` and values.yaml).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses

from ansible_collections.windrose.airflow.plugins.module_utils._values.chart_facts import dotted
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks import secret_text, unread_secrets
from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import map_at, value_at, walk
from ansible_collections.windrose.airflow.plugins.module_utils._values.finding import WARNING, ValueFinding


def _named(key, secret_key):
    return f"Put it into a Secret, under the key {secret_key}, and set {key} to the Secret's name"


def _connection(key, example):
    return f"Put the URL ({example}) into a Secret, under the key connection, and set {key} to the Secret's name"


_FERNET = _named("fernetKeySecretName", "fernet-key")
_API = _named("apiSecretKeySecretName", "api-secret-key")
_JWT = _named("jwtSecretName", "jwt-secret")
_METADATA = _connection("data.metadataSecretName", "postgresql://user:password@host:5432/database")
_RESULT_BACKEND = _connection("data.resultBackendSecretName", "db+postgresql://user:password@host:5432/database")
_BROKER = _connection("data.brokerUrlSecretName", "redis://:password@host:6379/0")
_ELASTICSEARCH = _connection("elasticsearch.secretName", "https://user:password@host:9200")
_OPENSEARCH = _connection("opensearch.secretName", "https://user:password@host:9200")
_SSH = _named("dags.gitSync.sshKeySecret", "gitSshKey")
_FIRST_USER = (
    "Set createUserJob.enabled to false and make the first user by a Job that reads the password from a Secret"
)
_REGISTRY = "Make a Secret of type kubernetes.io/dockerconfigjson and name it in imagePullSecrets"
_POSTGRESQL = "Set postgresql.enabled to false, run PostgreSQL outside of the release and set data.metadataSecretName"
_KEYTAB = "Put it into a Secret and mount it by volumes and volumeMounts at the path that kerberos.keytabPath says"
_PGBOUNCER_KEY = (
    "Put it into a Secret, mount it by pgbouncer.extraVolumes and pgbouncer.extraVolumeMounts, and set "
    "server_tls_key_file in the "
    "pgbouncer.ini of the Secret that pgbouncer.configSecretName names"
)
_EXTRA_SECRETS = (
    "Make the Secret outside of the release and name it where it is used; what is not secret belongs in extraConfigMaps"
)
_PGBOUNCER_INI = _named("pgbouncer.configSecretName", "pgbouncer.ini (and users.txt)")
_GIT_CREDENTIALS = (
    "Put user and password into a Secret under the keys GIT_SYNC_USERNAME, GIT_SYNC_PASSWORD, GITSYNC_USERNAME and "
    "GITSYNC_PASSWORD, and set dags.gitSync.credentialsSecret to its name"
)

# Whatever literal stands here is a secret.
_ALWAYS = {
    "fernetKey": _FERNET,
    "apiSecretKey": _API,
    "jwtSecret": _JWT,
    "webserverSecretKey": _API,
    "data.metadataConnection.pass": _METADATA,
    "data.resultBackendConnection.pass": _RESULT_BACKEND,
    "redis.password": (
        "Put it into a Secret, under the key password, set redis.passwordSecretName to the Secret's name, and "
        "data.brokerUrlSecretName to "
        "that of a Secret with the broker's URL under the key connection"
    ),
    "flower.password": _named("flower.secretName", "basicAuth"),
    "elasticsearch.connection.pass": _ELASTICSEARCH,
    "opensearch.connection.pass": _OPENSEARCH,
    "registry.connection.pass": _REGISTRY,
    "createUserJob.defaultUser.password": _FIRST_USER,
    "webserver.defaultUser.password": _FIRST_USER,
    "postgresql.auth.password": _POSTGRESQL,
    "postgresql.auth.postgresPassword": _POSTGRESQL,
    "kerberos.keytabBase64Content": _KEYTAB,
    "dags.gitSync.sshKey": _SSH,
    "pgbouncer.ssl.key": _PGBOUNCER_KEY,
}
# What stands below these names is a secret only where the text shows it, such as a URL with a password.
_REMEDIES = {
    "data.brokerUrl": _BROKER,
    "data.metadataConnection": _METADATA,
    "data.resultBackendConnection": _RESULT_BACKEND,
    "dags.gitSync.repo": _GIT_CREDENTIALS,
    "elasticsearch": _ELASTICSEARCH,
    "opensearch": _OPENSEARCH,
    "registry": _REGISTRY,
    "createUserJob.args": _FIRST_USER,
    "extraSecrets": _EXTRA_SECRETS,
    "pgbouncer.extraIni": _PGBOUNCER_INI,
    "pgbouncer.extraIniMetadata": _PGBOUNCER_INI,
    "pgbouncer.extraIniResultBackend": _PGBOUNCER_INI,
}
_OPTION_REMEDIES = {
    ("core", "fernet_key"): _FERNET,
    ("core", "sql_alchemy_conn"): _METADATA,
    ("database", "sql_alchemy_conn"): _METADATA,
    ("celery", "broker_url"): _BROKER,
    ("celery", "result_backend"): _RESULT_BACKEND,
    ("api", "secret_key"): _API,
    ("webserver", "secret_key"): _API,
    ("api_auth", "jwt_secret"): _JWT,
    ("elasticsearch", "host"): _ELASTICSEARCH,
    ("opensearch", "host"): _OPENSEARCH,
}
_GENERAL = (
    "Put it into a Secret and name that where it is used: in secret as {envName, secretName, secretKey}, or in a "
    "component's env by "
    "valueFrom.secretKeyRef"
)
# Texts in YAML or INI: a word without quotes is a value there.
_BARE_TEXTS = ("extraConfigMaps", "pgbouncer.extraIni", "pgbouncer.extraIniMetadata", "pgbouncer.extraIniResultBackend")
# Names of labels and annotations are other people's; what selects or refers holds no secret.
_NAMES_ONLY = ("annotations", "labels", "nodeselector", "secretkeyref", "configmapkeyref", "resources")


def _found(path, kind, remedy, name=""):
    place = f" in {name}" if name else ""
    return ValueFinding(path, f"it holds {kind}{place} in plain text, and the release keeps it", remedy)


def _variable_remedy(name):
    entry = f"{{envName: {name}, secretName: …, secretKey: …}}"
    return f"Put it into a Secret and add {entry} to secret, or name it in a component's env by valueFrom.secretKeyRef"


def known_places(values):
    """Places that hold nothing but secrets.

    :returns: iterator of findings.
    """
    for path, remedy in _ALWAYS.items():
        value = value_at(values, path)
        if secret_text.credential_in(value) or secret_text.is_literal(value):
            yield _found(path, secret_text.PASSWORD, remedy)


def airflow_options(values):
    """Options of Airflow that are sensitive.

    :returns: iterator of findings.
    """
    for section, options in map_at(values, "config").items():
        for name, value in options.items() if isinstance(options, dict) else ():
            kind = secret_text.secret_in_option(name, value)
            if kind:
                variable = f"AIRFLOW__{section}__{name}".upper()
                remedy = _OPTION_REMEDIES.get((section, name)) or _variable_remedy(variable)
                yield _found(dotted(("config", section, name)), kind, remedy)


def environment_variables(values):
    """Environment variables of any container: entries of {name, value}, wherever they are listed.

    :returns: iterator of findings.
    """
    for path, entry in walk(values):
        if isinstance(entry, dict) and "name" in entry and isinstance(entry.get("value"), str):
            kind = secret_text.secret_in_variable(entry["name"], entry["value"])
            if kind:
                yield _found(dotted((*path, "value")), kind, _GENERAL)


def extra_secrets(values):
    """Secrets that the chart would make: everything in them is one, but for connections without credentials.

    :returns: iterator of findings.
    """
    for name, content in map_at(values, "extraSecrets").items():
        for kind in ("data", "stringData"):
            text = value_at(content, kind)
            for key, value in secret_text.entries_in(text) if isinstance(text, str) else ():
                if _is_extra_secret(_decoded(value) if kind == "data" else value):
                    yield _found(
                        dotted(("extraSecrets", name, kind)), secret_text.PASSWORD, _EXTRA_SECRETS, _shown(key)
                    )


def _decoded(value):
    try:
        return base64.b64decode(value, validate=True).decode()
    except (ValueError, binascii.Error):
        return value


def _is_extra_secret(value):
    if secret_text.credential_in(value):
        return True
    return secret_text.is_literal(value) and not value.startswith("{") and "://" not in value


def _shown(name):
    # The name of a variable is quoted; in a text that is not what it seems to be, a secret could be in its place.
    return name if name.isupper() and name.replace("_", "").isalnum() and "_" in name else "one of its entries"


def maps(values):
    """Keys of maps whose name says that they hold a secret, such as ``password``, wherever they are.

    :returns: iterator of findings.
    """
    for path, value in walk(values):
        if not path or isinstance(path[-1], int) or not isinstance(value, str) or _is_names_only(path):
            continue
        if secret_text.is_secret_key(path[-1]) and secret_text.is_literal(value):
            yield _found(dotted(path), secret_text.PASSWORD, _remedy(path))


def _is_names_only(path):
    return path[0] in ("secret", "config") or any(str(name).lower().endswith(_NAMES_ONLY) for name in path)


def _remedy(path):
    names = dotted(path)
    below = [prefix for prefix in _REMEDIES if names == prefix or names.startswith(f"{prefix}.")]
    return _REMEDIES[max(below, key=len)] if below else _GENERAL


def texts(values):
    """Every text: lists of environment variables, files, URLs, private keys, tokens.

    :returns: iterator of findings.
    """
    for path, text in walk(values):
        if not isinstance(text, str) or not text:
            continue
        named = [(name, secret_text.secret_in_variable(name, value)) for name, value in secret_text.variables_in(text)]
        for name, kind in named:
            if kind:
                yield _found(
                    dotted(path),
                    kind,
                    _variable_remedy(_shown(name)) if _shown(name) == name else _GENERAL,
                    _shown(name),
                )
        if not any(kind for unused, kind in named):
            kind = secret_text.secret_in_text(text, bare=dotted(path).startswith(_BARE_TEXTS))
            if kind:
                yield _found(dotted(path), kind, _remedy(path))


def inline_secrets(values, context):
    """Secrets that helm keeps in the release; the chart's own defaults, which everybody knows, are none.

    :param context: ``defaults``: the chart's own values, where they are known.
    :returns: list of findings, one for each secret; they say where it is and never what it is. Of what the chart does not render
        they are warnings.
    """
    found = {}
    # What knows best comes first; the later ones see the same places again.
    for look in (known_places, airflow_options, environment_variables, extra_secrets, maps, texts):
        places = {}
        for finding in look(values):
            if finding.path not in found:
                places.setdefault(finding.path, []).append(finding)
        found.update(places)
    defaults = context.get("defaults") or {}
    written = {path for path in found if not _is_default(values, defaults, path)}
    return sorted({_in_place(finding, values) for path in written for finding in found[path]})


def _is_default(values, defaults, path):
    default = value_at(defaults, path)
    return default is not None and value_at(values, path) == default


def _in_place(finding, values):
    """What is read in place of a secret, or why nothing is, makes it enough to remove the secret."""
    why = unread_secrets.why_unread(values, finding.path)
    if why:
        return dataclasses.replace(finding, remedy=f"Remove it: the chart does not read it, {why}", severity=WARNING)
    instead = unread_secrets.named_instead(values, finding.path)
    if instead:
        return dataclasses.replace(finding, remedy=f"Remove it: {instead} names the Secret that is read in its place")
    return finding


def default_passwords(values, context):
    """Passwords of the chart's values.yaml, which everybody knows, and which it uses where nothing else is written.

    :param context: ``defaults``: the chart's own values; nothing is found where they are not known.
    :returns: list of findings.
    """
    defaults = context.get("defaults") or {}
    found = []
    for path, switch, remedy in (
        ("createUserJob.defaultUser.password", "createUserJob.enabled", "Set createUserJob.enabled to false"),
        (
            "data.metadataConnection.pass",
            "data.metadataSecretName",
            "Set data.metadataSecretName to the name of a Secret with the database's URL under the key connection",
        ),
    ):
        default = value_at(defaults, path)
        if default and value_at(values, path, default) == default and not unread_secrets.why_unread(values, path):
            found.append(ValueFinding(switch, f"with it the chart uses its own {path}, which everybody knows", remedy))
    return found
