# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until the metadata database answers: python wait_for_database.py ATTEMPTS SECONDS_BETWEEN."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

URL_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
CONNECT_TIMEOUT_SECONDS = 5


def libpq_url(url):
    """Turns SQLAlchemy's URL of a PostgreSQL database into libpq's.

    :param str url: for example postgresql+psycopg2://user:password@host/database
    :returns: the URL without the driver's name, or None where it is not one of PostgreSQL
    """
    match = re.match(r"postgres(?:ql)?(?:\+\w+)?://", url)
    return "postgresql://" + url[match.end():] if match else None


def ask_airflow():
    """Lets Airflow find and try the database of its configuration.

    :returns: None when it answers, otherwise the reason as one line; what Airflow prints may quote a password
    """
    command = ["airflow", "db", "check"]
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    return f"airflow db check exited with {status}; run it in this container to see why." if status else None


def ask_postgresql(url):
    """Connects once, which takes a tenth of the time of `airflow db check`.

    :param str url: libpq's URL of the database
    :returns: None when it answers, otherwise the reason as one line without the password
    """
    import psycopg2

    try:
        psycopg2.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS).close()
    except psycopg2.OperationalError as error:
        return " ".join(str(error).split())
    except psycopg2.ProgrammingError:
        # A parameter that only SQLAlchemy knows, for example. The error's text may quote the password.
        return ask_airflow()
    return None


def ask():
    """Tries the database once, by the quickest means that fits its URL.

    :returns: None when it answers, otherwise the reason as one line
    """
    url = libpq_url(os.environ.get(URL_VARIABLE, ""))
    return ask_airflow() if url is None else ask_postgresql(url)


def wait(attempts, pause, ask_once=ask, sleep=time.sleep):
    """Asks until the database answers.

    :param int attempts: how often to ask
    :param float pause: seconds between two attempts
    :returns: None when it answered, otherwise the last reason
    """
    told = None
    for attempt in range(1, attempts + 1):
        reason = ask_once()
        if reason is None:
            return None
        if reason != told:
            print(f"Waiting for the metadata database: {reason}", file=sys.stderr)
            told = reason
        if attempt < attempts:
            sleep(pause)
    return told


def main():
    attempts, pause = int(sys.argv[1]), float(sys.argv[2])
    reason = wait(attempts, pause)
    if reason is not None:
        sys.exit(
            f"The metadata database did not answer in {attempts} attempts: {reason} "
            f"Check {URL_VARIABLE}, that the database runs, and that network policies let this pod reach it."
        )


if __name__ == "__main__":
    main()
