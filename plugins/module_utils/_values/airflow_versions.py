# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of Airflow this collection installs, and what is said of any other. Pure: no I/O.

This is the one place that says so. A release is the first two numbers of a version; all of its patches are taken.
"""

from __future__ import annotations

import re

# Of each release the version that this collection is tried with, from the oldest to the newest.
TRIED = ("3.2.2", "3.3.2")
# https://airflow.apache.org/docs/apache-airflow/stable/installation/supported-versions.html
_END_OF_LIFE = {1: "June 2021", 2: "April 2026"}
# https://airflow.apache.org/docs/apache-airflow/stable/installation/upgrading_to_airflow3.html
_GUIDE = "Upgrading to Airflow 3"
_BEGINNING = re.compile(r"v?(\d+)\.(\d+)", re.ASCII)


def release(version):
    """:returns: the first two numbers of a version such as 3.2.2, as a tuple; None of a text that begins with none."""
    found = _BEGINNING.match(version)
    return tuple(map(int, found.groups())) if found else None


RELEASES = tuple(map(release, TRIED))


def refusal(version):
    """Say why a version is not installed, and what to do.

    :param version: such as 2.11.0; of a text that begins with no numbers nothing is said.
    :returns: (problem, remedy), without final full stops; None for a version that is installed.
    """
    found = release(version)
    if found is None or found in RELEASES:
        return None
    if found[0] < 3:
        return _end_of_life(found[0])
    name, known = _named(found), " and ".join(map(_named, RELEASES))
    if found > RELEASES[-1]:
        problem = f"Airflow {name} is newer than the releases that this collection knows, {known}"
        return problem, f"Use Airflow {TRIED[-1]}, or a release of this collection that knows Airflow {name}"
    problem = f"Airflow {name} is older than the releases that this collection knows, {known}"
    return problem, f"Use Airflow {' or '.join(TRIED)}: the migration takes the database of an older Airflow 3 there"


def _end_of_life(major):
    first = "" if major == 2 else "upgrade to Airflow 2.11; "
    return (
        f"Airflow {major} reached its end of life in {_END_OF_LIFE.get(major, _END_OF_LIFE[1])}, and this collection "
        "installs Airflow 3 only",
        f'Follow Airflow\'s guide "{_GUIDE}": {first}with Airflow 2.11, check the DAGs by '
        "`ruff check --select AIR301,AIR302` and the configuration by `airflow config lint`; stop Airflow and back up "
        f"its database; then set airflow_version to {TRIED[-1]} with an image of it, whose `airflow db migrate` the "
        "role airflow_database runs",
    )


def _named(numbers):
    return ".".join(map(str, numbers))
