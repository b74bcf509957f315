# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where chart values hold a secret that the chart does not render, and why. Pure: no I/O.

Sources: the templates of ``secrets/`` and of the components in the official chart 1.22.0. What is off by default is so in its
values.yaml.
"""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values.checks.lookup import has_celery, value_at

# What names a Secret, in place of what stands here or below.
_INSTEAD = {
    "fernetKey": "fernetKeySecretName",
    "apiSecretKey": "apiSecretKeySecretName",
    "jwtSecret": "jwtSecretName",
    "data.metadataConnection": "data.metadataSecretName",
    "data.resultBackendConnection": "data.resultBackendSecretName",
    "data.brokerUrl": "data.brokerUrlSecretName",
    "redis.password": "redis.passwordSecretName",
    "flower.password": "flower.secretName",
    "elasticsearch.connection": "elasticsearch.secretName",
    "opensearch.connection": "opensearch.secretName",
    "registry.connection": "registry.secretName",
    "dags.gitSync.sshKey": "dags.gitSync.sshKeySecret",
}
# The same of options of Airflow: the chart makes a variable of the Secret, and that wins.
_OPTIONS_INSTEAD = {
    "config.core.fernet_key": "fernetKeySecretName",
    "config.api.secret_key": "apiSecretKeySecretName",
    "config.webserver.secret_key": "apiSecretKeySecretName",
    "config.api_auth.jwt_secret": "jwtSecretName",
    "config.core.sql_alchemy_conn": "data.metadataSecretName",
    "config.database.sql_alchemy_conn": "data.metadataSecretName",
    "config.celery.broker_url": "data.brokerUrlSecretName",
    "config.celery.result_backend": "data.resultBackendSecretName",
}
# What has its switch elsewhere, and what is off as long as nobody switches it on.
_SWITCHES = {"webserver.defaultUser": "createUserJob.enabled"}
_OFF_BY_DEFAULT = ("cleanup", "dags.gitSync", "elasticsearch", "flower", "kerberos", "opensearch", "pgbouncer")
_OF_CELERY = ("flower", "redis", "data.brokerUrl", "data.resultBackendConnection")


def named_instead(values, path):
    """:param path: the dotted path of a secret.

    :returns: the key that names the Secret which is read in its place; None where nothing does.
    """
    for table in (_INSTEAD, _OPTIONS_INSTEAD):
        for above in _above(path):
            if above in table and value_at(values, table[above]):
                return table[above]
    return None


def why_unread(values, path):
    """:param values: all chart values, without the chart's defaults.
    :param path: the dotted path of a secret.

    :returns: why the chart renders nothing of it, as words that follow a comma; None of what it renders.
    """
    for above in _above(path):
        switch = _switch(values, above)
        if switch:
            return f"as {switch} is false"
        if above in _INSTEAD and value_at(values, _INSTEAD[above]):
            return f"as {_INSTEAD[above]} names the Secret that is read"
    if not has_celery(values) and any(above in _OF_CELERY for above in _above(path)):
        return "as there are no Celery workers"
    return None


def is_off(values, path):
    """:returns: whether what is at a dotted path stands below something that a switch turns off, and is not that switch."""
    return any(_switch(values, above) not in (None, path) for above in _above(path)[:-1])


def _switch(values, path):
    switch = _SWITCHES.get(path, f"{path}.enabled")
    return switch if value_at(values, switch, path not in _OFF_BY_DEFAULT) is False else None


def _above(path):
    names = path.split(".")
    return [".".join(names[:length]) for length in range(1, len(names) + 1)]
