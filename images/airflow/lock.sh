#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Updates the hash locks of the Airflow images: sh images/airflow/lock.sh [VERSION …] (needs uv on PATH). Without a version, all.
set -eu
cd "$(dirname "$0")"

# The newest releases do not always work together (Airflow 3.2.2 does not start with pydantic, fastapi and cadwyn of later months), so
# nothing younger than an instant is taken. A version of Airflow and its instant move together.
newest() {
    case $1 in
        3.2.2) echo 2026-06-01T00:00:00Z ;;
        3.3.2) echo 2026-11-30T00:00:00Z ;;
        *) echo "lock.sh: name the instant of Airflow $1 in the function newest" >&2 && return 1 ;;
    esac
}

# Hashes of every file of a release are written, those of other processor architectures too.
#   lock NAME INSTANT [OPTION …]
lock() {
    name=$1
    instant=$2
    shift 2
    {
        sed -n '1,3p' "$name.in"
        printf '# Made by images/airflow/lock.sh from %s.in; do not edit.\n' "$name"
        uv pip compile --quiet --no-header --generate-hashes --no-strip-extras --no-emit-index-url \
            --only-binary :all: --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
            --exclude-newer "$instant" "$@" "$name.in"
    } > "$name.txt.new"
    mv "$name.txt.new" "$name.txt"
}

[ $# -gt 0 ] || set -- */
for version in "$@"; do
    instant=$(newest "${version%/}")
    (
        cd "$version"
        # The versions of the larger lock hold for the smaller one, so that more providers change no version.
        lock requirements-providers "$instant"
        lock requirements "$instant" --constraint requirements-providers.txt
    )
done
lock pip "$instant"
