#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the hash locks of the Airflow image anew: sh images/airflow/lock.sh (needs uv on PATH).
set -eu
cd "$(dirname "$0")"

# The newest releases do not work together (Airflow 3.2.2 does not start with pydantic, fastapi and cadwyn of later months),
# so nothing younger than this instant is taken. Airflow's pin and this instant move together.
newest=2026-06-01T00:00:00Z

# Hashes of every file of a release are written, those of other processor architectures too.
lock() {
    {
        sed -n '1,3p' "$1.in"
        printf '# Made by images/airflow/lock.sh from %s.in; do not edit.\n' "$1"
        uv pip compile --quiet --no-header --generate-hashes --no-strip-extras --no-emit-index-url \
            --only-binary :all: --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
            --exclude-newer "$newest" "$1.in"
    } > "$1.txt.new"
    mv "$1.txt.new" "$1.txt"
}

for name in pip requirements requirements-providers; do
    lock "$name"
done
