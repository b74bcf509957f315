#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Downloads the wheels of hash-locked requirements into $OUTPUT/wheels, for the Python of the image, not of this machine.
#   wheels.sh PYTHON_VERSION ARCHITECTURE REQUIREMENTS...
set -eu

version=$1
architecture=$2
shift 2
abi=cp$(echo "$version" | tr -d .)
platforms=
for tag in manylinux2014 manylinux_2_17 manylinux_2_24 manylinux_2_27 manylinux_2_28 manylinux_2_31 manylinux_2_34; do
  platforms="$platforms --platform ${tag}_$architecture"
done
for requirements in "$@"; do
  # pip says one of them of each requirement, the second of a wheel that is a file of this machine, and goes on about most.
  echo "::total $(grep -c '==' "$requirements") Collecting Processing"
  # shellcheck disable=SC2086 # a list of flags
  python3 -m pip download --disable-pip-version-check --progress-bar off --require-hashes --only-binary=:all: --no-deps \
    --python-version "$version" --implementation cp --abi "$abi" --abi abi3 --abi none $platforms \
    --dest "$OUTPUT/wheels" --requirement "$requirements"
done
