# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the PostgreSQL image makes its database, also after a kill in the middle."""

from __future__ import annotations

import pytest

INITDB = """
echo "initdb $*" >> "$CALLS"
while [[ "$1" != --pgdata ]]; do shift; done
mkdir "$2"
echo 15 > "$2/PG_VERSION"
echo 'local all all trust' > "$2/pg_hba.conf"
mkdir "$2/base"
cat > "$2/password"
"""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "volume" / "data"


@pytest.fixture
def scripts(tmp_path):
    folder = tmp_path / "scripts"
    folder.mkdir()
    return folder


@pytest.fixture
def start(images, shell, data, scripts, tmp_path):
    """:returns: a function that starts the image's command; `.calls()` are the programs that it ran."""
    calls = tmp_path / "calls"
    shell.stand_in("initdb", INITDB)
    # The real one writes out what everybody on this machine has written, which may take minutes.
    shell.stand_in("sync", ":")
    shell.stand_in("pg_ctl", 'echo "pg_ctl ${@: -1}" >> "$CALLS"')
    shell.stand_in("psql", 'echo "psql $*" >> "$CALLS"; cat >> "$CALLS"')
    shell.stand_in("postgres", 'echo "postgres $* password=${POSTGRES_PASSWORD-unset} data=$PGDATA"')

    def run(*arguments, **environment):
        calls.write_text("", encoding="utf-8")
        return shell.run(
            images / "postgresql" / "docker-entrypoint.sh", *arguments, PGDATA=str(data), CALLS=str(calls),
            POSTGRES_INITDB_SCRIPTS=str(scripts), TMPDIR=str(tmp_path), **environment)
    run.calls = lambda: calls.read_text(encoding="utf-8")
    return run


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_first_start_makes_the_database(start, data, tmp_path):
    (tmp_path / "password").write_text("se cret%\n", encoding="utf-8")
    result = start("-c", "port=1", POSTGRES_USER="airflow", POSTGRES_PASSWORD_FILE=str(tmp_path / "password"),
                   POSTGRES_INITDB_ARGS="--data-checksums --locale=C")
    assert result.stdout.splitlines()[-1] == f"postgres -c port=1 password=unset data={data}"
    assert files(data) == ["PG_VERSION", "base", "password", "pg_hba.conf"]
    assert (data / "password").read_text(encoding="utf-8") == "se cret%\n"
    assert (data / "pg_hba.conf").read_text(encoding="utf-8").endswith("host all all all scram-sha-256\n")
    assert data.stat().st_mode & 0o777 == 0o700
    assert "--username airflow" in start.calls()
    assert "--data-checksums --locale=C" in start.calls()
    assert "--set name=airflow\nCREATE DATABASE" in start.calls()
    assert "cret" not in start.calls() + result.stdout + result.stderr


def test_the_second_start_makes_nothing(start, data):
    start("postgres", POSTGRES_PASSWORD="x")
    start("postgres")
    assert start.calls() == ""


def test_no_database_is_made_of_the_name_that_exists(start):
    start("postgres", POSTGRES_PASSWORD="x")
    assert "CREATE DATABASE" not in start.calls()


def test_a_half_made_cluster_is_made_again(start, data):
    (data / ".initializing" / "cluster").mkdir(parents=True)
    (data / ".initializing" / "cluster" / "PG_VERSION").touch()
    start("postgres", POSTGRES_PASSWORD="x")
    assert "initdb" in start.calls()
    assert files(data) == ["PG_VERSION", "base", "password", "pg_hba.conf"]


def test_a_half_published_cluster_is_published_whole(start, data):
    (data / ".initializing" / "cluster" / "base").mkdir(parents=True)
    (data / ".initializing" / "cluster" / "PG_VERSION").write_text("15\n", encoding="utf-8")
    (data / ".initializing" / "complete").touch()
    (data / "pg_hba.conf").touch()
    start("postgres", POSTGRES_PASSWORD="x")
    assert start.calls() == ""
    assert files(data) == ["PG_VERSION", "base", "pg_hba.conf"]


def test_the_folder_of_a_fresh_volume_is_no_obstacle(start, data):
    (data / "lost+found").mkdir(parents=True)
    assert start("postgres", POSTGRES_PASSWORD="x").returncode == 0


def test_scripts_run_in_order_and_hidden_ones_do_not(start, scripts):
    (scripts / "1.sql").write_text("SELECT 1;\n", encoding="utf-8")
    (scripts / "2.sh").write_text("echo read in $POSTGRES_DB\n", encoding="utf-8")
    (scripts / "3.sh").write_text("#!/bin/sh\necho run as $PGUSER\n", encoding="utf-8")
    (scripts / "3.sh").chmod(0o755)
    (scripts / "..data").mkdir()
    result = start("postgres", POSTGRES_PASSWORD="x", POSTGRES_USER="airflow")
    assert f"--dbname airflow --file {scripts}/1.sql" in start.calls()
    assert result.stdout.index("read in airflow") < result.stdout.index("run as airflow")


@pytest.mark.parametrize("environment, message", [
    ({}, "there is no password for postgres"),
    ({"POSTGRES_PASSWORD": "x", "POSTGRES_PASSWORD_FILE": "/y"}, "POSTGRES_PASSWORD_FILE are both set"),
    ({"POSTGRES_PASSWORD_FILE": "/nowhere/y"}, "/nowhere/y, which cannot be read"),
])
def test_a_password_is_required_once(start, data, environment, message):
    result = start("postgres", **environment)
    assert result.returncode == 1
    assert message in result.stderr
    assert files(data) == []


def test_foreign_files_are_not_touched(start, data):
    data.mkdir(parents=True)
    (data / "photos").touch()
    result = start("postgres", POSTGRES_PASSWORD="x")
    assert result.returncode == 1
    assert "holds photos but no database" in result.stderr
    assert files(data) == ["photos"]


def test_another_command_needs_no_database(start, data):
    assert start("echo", "hello").stdout == "hello\n"
    assert not data.exists()
