# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a client of Airflow's API proves who it is. Pure: no I/O.

The auth managers of Airflow (FAB, SimpleAuthManager, Keycloak) answer ``POST /auth/token`` with a token for a user name
and a password. Only SimpleAuthManager has ``GET /auth/token``, which gives everyone a token where
``[core] simple_auth_manager_all_admins`` is set.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Login:
    """What to prove it with.

    :param who: who logs in, for messages.
    :param remedy: what to do where Airflow refuses it, without the final full stop.
    :param body: what a token is asked for with; None where it is asked for without saying who asks.
    :param token: a token that is there already, so that none is asked for.
    """

    who: str
    remedy: str
    body: dict | None = dataclasses.field(default=None, repr=False)
    token: str | None = dataclasses.field(default=None, repr=False)


def by_password(username, password):
    """:returns: the `Login` of a user with a password."""
    remedy = "Check that the Secret of the credentials holds the password of this user"
    return Login(f"user {username}", remedy, body={"username": username, "password": password})


def by_token(token, secret):
    """:param secret: the Secret that the token comes from, for messages.
    :returns: the `Login` of somebody who has fetched a token before."""
    remedy = f"Put a new token into Secret {secret}: a token expires, and only the Airflow that signed it takes it"
    return Login(f"the owner of the token in Secret {secret}", remedy, token=token.strip())


def as_anyone():
    """:returns: the `Login` of anybody, where Airflow lets everyone in."""
    return Login("anyone without credentials", "Name a Secret with the credentials of a user, or with a token")
