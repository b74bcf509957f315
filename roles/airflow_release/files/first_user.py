# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one user of Airflow's FAB auth manager. It runs inside the Airflow image.

``airflow users create`` takes a password as an argument, which every process of the node could read, or asks a
terminal for it; so this script asks the same application builder, with the password from a mounted Secret.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.providers_manager import ProvidersManager


def parse_arguments():
    """:returns: the arguments; ``credentials`` is a folder with the files ``username`` and ``password``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--credentials", type=Path, required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--first-name", required=True)
    parser.add_argument("--last-name", required=True)
    parser.add_argument("--role", required=True)
    return parser.parse_args()


def ensure_user(security_manager, arguments, username, password):
    """Make the user, unless there is one of that name.

    :param security_manager: FAB's security manager.
    :param arguments: email, first_name, last_name and role.
    :returns: one sentence that says what was done.
    :raises SystemExit: when there is no such role, or the user could not be made.
    """
    if security_manager.find_user(username=username):
        return f"User {username} exists and is left as it is."
    role = security_manager.find_role(arguments.role)
    if role is None:
        raise SystemExit(f"There is no role {arguments.role}.")
    user = security_manager.add_user(
        username, arguments.first_name, arguments.last_name, arguments.email, role, password
    )
    if not user:
        raise SystemExit(f"User {username} could not be made; is the mail address {arguments.email} taken?")
    return f"User {username} was made with role {arguments.role}."


def main():
    """Read the credentials and make the user."""
    arguments = parse_arguments()
    username = (arguments.credentials / "username").read_text()
    password = (arguments.credentials / "password").read_text()
    # The auth manager's settings are known only once the providers' configuration has been read.
    ProvidersManager().initialize_providers_configuration()
    with get_application_builder() as builder:
        print(ensure_user(builder.sm, arguments, username, password))


if __name__ == "__main__":
    main()
