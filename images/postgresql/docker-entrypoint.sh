#!/usr/bin/env bash
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The contract of docker.io/library/postgres: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_INITDB_ARGS (each also as
# ..._FILE), PGDATA, /docker-entrypoint-initdb.d/*.sql and *.sh, arguments for postgres. Two things are stricter: connections
# over loopback need the password too (a port-forward arrives there), and a container that is killed while it makes the
# database starts over, or carries on, at its next start.
set -euo pipefail
shopt -s nullglob dotglob

scripts_folder="${POSTGRES_INITDB_SCRIPTS:-/docker-entrypoint-initdb.d}"
data="${PGDATA:?PGDATA must name the data directory}"
staging="$data/.initializing"

complain() {
    echo "docker-entrypoint.sh: $*" >&2
    exit 1
}

# Sets the variable named $1 from the file named by $1_FILE, from itself, or to $2.
read_setting() {
    local name="$1" file_name="$1_FILE" text
    if [[ -n "${!name:-}" && -n "${!file_name:-}" ]]; then
        complain "$name and $file_name are both set; set one of them."
    fi
    if [[ -n "${!file_name:-}" ]]; then
        text=$(cat -- "${!file_name}") || complain "$file_name names ${!file_name}, which cannot be read."
    else
        text="${!name:-$2}"
    fi
    printf -v "$name" '%s' "$text"
}

read_settings() {
    read_setting POSTGRES_USER postgres
    read_setting POSTGRES_PASSWORD ''
    read_setting POSTGRES_DB "$POSTGRES_USER"
    read_setting POSTGRES_INITDB_ARGS ''
    [[ -n "$POSTGRES_PASSWORD" ]] ||
        complain "$data holds no database yet and there is no password for $POSTGRES_USER." \
            "Set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD."
}

prepare_data_directory() {
    mkdir -p "$data" || complain "$data cannot be made by user $(id -u)."
    [[ -O "$data" ]] ||
        complain "$data belongs to another user than $(id -u), which PostgreSQL refuses." \
            "Mount the volume at $(dirname "$data"), or set PGDATA to a directory below the mount."
    # Kubernetes' fsGroup makes the directory writable for a group, which PostgreSQL refuses as well.
    chmod 0700 "$data"
}

refuse_foreign_files() {
    local entry
    for entry in "$data"/*; do
        case "${entry##*/}" in
            lost+found | .initializing) ;;
            *) complain "$data holds ${entry##*/} but no database. Empty it, or set PGDATA to another directory." ;;
        esac
    done
}

run_psql() {
    psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 "$@"
}

# As docker.io/library/postgres does: a script that may not be executed is read into this shell.
run_shell_script() {
    if [[ -x "$1" ]]; then
        "$1"
    else
        # shellcheck source=/dev/null
        . "$1"
    fi
}

run_scripts() {
    local script
    # Kubernetes keeps what a mounted ConfigMap holds in hidden folders beside the visible links.
    for script in "$scripts_folder"/[!.]*; do
        echo "docker-entrypoint.sh: running $script"
        case "$script" in
            *.sql) run_psql --dbname "$POSTGRES_DB" --file "$script" ;;
            *.sh) run_shell_script "$script" ;;
            *) complain "$script ends neither in .sql nor in .sh." ;;
        esac
    done
}

# A function in a subshell: what the scripts change must not reach the server that is started in the end.
set_up_cluster() (
    PGHOST=$(mktemp -d)
    export PGHOST PGDATA="$staging/cluster" PGUSER="$POSTGRES_USER" POSTGRES_USER POSTGRES_DB
    pg_ctl --wait --silent --options "-c listen_addresses='' -c unix_socket_directories='$PGHOST'" start
    if [[ "$POSTGRES_DB" != postgres ]]; then
        echo 'CREATE DATABASE :"name";' | run_psql --dbname postgres --set "name=$POSTGRES_DB"
    fi
    run_scripts
    pg_ctl --wait --silent --mode fast stop
    rm -rf "$PGHOST"
)

make_cluster() {
    refuse_foreign_files
    rm -rf "$staging"
    mkdir -m 0700 "$staging"
    # shellcheck disable=SC2086 # several arguments in one variable is the contract
    printf '%s\n' "$POSTGRES_PASSWORD" | initdb --pgdata "$staging/cluster" --username "$POSTGRES_USER" \
        --pwfile /dev/stdin --auth-local trust --auth-host scram-sha-256 --encoding UTF8 $POSTGRES_INITDB_ARGS
    echo 'host all all all scram-sha-256' >> "$staging/cluster/pg_hba.conf"
    set_up_cluster
    sync --file-system "$data"
    touch "$staging/complete"
}

# The data directory may be a mount point, which nothing can be renamed onto, so its files move one by one; PG_VERSION moves
# last, as it says that there is a database.
publish_cluster() {
    local entry
    for entry in "$staging/cluster"/*; do
        [[ "${entry##*/}" == PG_VERSION ]] || mv "$entry" "$data/"
    done
    sync --file-system "$data"
    mv "$staging/cluster/PG_VERSION" "$data/"
}

make_database() {
    read_settings
    [[ -e "$staging/complete" ]] || make_cluster
    publish_cluster
}

if [[ "${1:--}" == -* ]]; then
    set -- postgres "$@"
fi
if [[ "$1" == postgres ]]; then
    prepare_data_directory
    [[ -s "$data/PG_VERSION" ]] || make_database
    rm -rf "$staging"
fi
unset POSTGRES_PASSWORD
exec "$@"
