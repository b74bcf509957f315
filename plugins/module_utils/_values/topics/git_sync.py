# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DAGs by git-sync, version 4. Pure: no I/O."""

from __future__ import annotations

from ansible_collections.windrose.airflow.plugins.module_utils._values import forms, git_access
from ansible_collections.windrose.airflow.plugins.module_utils._values.declaration import integer, mapping, text
from ansible_collections.windrose.airflow.plugins.module_utils._values.setting import COLLECTION, Setting
from ansible_collections.windrose.airflow.plugins.module_utils._values.specification import named
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.images import (
    digest_stands_behind_a_tag,
    image_settings,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.kubernetes_options import (
    IMAGE,
    RESOURCES,
    given,
)
from ansible_collections.windrose.airflow.plugins.module_utils._values.topics.security import (
    RESTRICTED,
    container_context,
)

OPTION = mapping(
    "The repository that a sidecar fetches, for method git_sync.",
    repository=text("URL of the git repository, https://host/path or git@host:path.", forms.GIT_URL),
    reference=text("Branch, tag or commit to follow.", forms.GIT_REFERENCE, "main"),
    subdirectory=text("Directory of the repository that holds the DAGs. Its root if left out.", forms.DIRECTORY),
    period=integer("Seconds between two looks at the repository.", 1, default=60),
    depth=integer("How many commits are fetched; 0 for all.", 0, default=1),
    ssh_key_secret=text(
        "Secret with the private key under gitSshKey, for a repository that is reached by ssh.", forms.NAME
    ),
    credentials_secret=text(
        "Secret with user and password, for a repository that is reached by https. It needs the keys "
        "GIT_SYNC_USERNAME, GIT_SYNC_PASSWORD, GITSYNC_USERNAME and GITSYNC_PASSWORD.",
        forms.NAME,
    ),
    known_hosts=text("Public keys of the server as ssh-keyscan prints them. Needed with ssh.", forms.LINES),
    image=IMAGE,
    resources=RESOURCES,
)


def _variable(*options):
    return named("dag_delivery", "git_sync", *options)


def _setting(keys, value, variable, why):
    return Setting(("dags", "gitSync", *keys), value, variable, why)


def _options(specification):
    return specification["dag_delivery"]["git_sync"]


def settings(specification):
    """:returns: the list of Setting of this topic."""
    options = _options(specification)
    found = [
        _setting(("enabled",), True, named("dag_delivery", "method"), "A sidecar fetches the DAGs"),
        _setting(("repo",), options["repository"], _variable("repository"), "The repository with the DAGs"),
        _setting(("period",), f"{options['period']}s", _variable("period"), "How often it is looked at"),
        _setting(("depth",), options["depth"], _variable("depth"), "How much of its history is fetched"),
        *every_reference_is_the_same(options),
        *dags_are_in_the_root_by_default(options),
        *sidecar_is_really_probed(),
        *sidecar_is_restricted(specification),
        *image_settings(specification, "gitSync", options["image"], _variable("image")),
    ]
    for option, key, why in (
        ("ssh_key_secret", "sshKeySecret", "Gives access to the repository"),
        ("credentials_secret", "credentialsSecret", "Gives access to the repository"),
        ("known_hosts", "knownHosts", "The keys by which the server is known"),
        ("resources", "resources", "What the sidecar needs and may use"),
    ):
        if given(options[option]):
            found.append(_setting((key,), given(options[option]), _variable(option), why))
    return found


def every_reference_is_the_same(options):
    """Set ref, branch and rev alike: version 4 follows ref alone, whose default in the chart is a branch of Airflow."""
    why = "What is followed; some versions read one of them, some another"
    return [_setting((key,), options["reference"], _variable("reference"), why) for key in ("ref", "branch", "rev")]


def dags_are_in_the_root_by_default(options):
    """Set the directory always: the chart's default is that of Airflow's own tests."""
    return [_setting(("subPath",), options["subdirectory"] or "", _variable("subdirectory"), "Where the DAGs are")]


def sidecar_is_really_probed():
    """Set both switches of the liveness probe; either alone does nothing."""
    why = "A sidecar that hangs is restarted"
    return [
        _setting(("recommendedProbeSetting",), True, COLLECTION, why),
        _setting(("livenessProbe", "enabled"), True, COLLECTION, why),
    ]


def sidecar_is_restricted(specification):
    """Give the sidecar a context of its own: the global one does not reach it."""
    context = container_context(specification, 65533)
    return [_setting(("securityContexts", "container"), context, COLLECTION, RESTRICTED)]


def findings(specification):
    """:returns: the list of ValueFinding of this topic, where git-sync is chosen."""
    options = _options(specification)
    found = git_access.findings(git_access.GitAccess(
        repository=options["repository"] or "",
        has_key=bool(options["ssh_key_secret"]),
        has_password=bool(options["credentials_secret"]),
        knows_hosts=bool(options["known_hosts"]),
        names=git_access.Names(*map(_variable, ("repository", "ssh_key_secret", "credentials_secret", "known_hosts"))),
    ))  # fmt: skip
    return found + digest_stands_behind_a_tag(options["image"], _variable("image"))
