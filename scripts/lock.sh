#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pins what each requirements*.in names, for every platform and with the hashes of all files.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet uv
# That of the tests takes the pins of requirements.txt, and so comes after it.
for name in requirements.in requirements-*.in tools/go/requirements.in; do
  "$work/bin/uv" pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
    --no-emit-index-url --no-emit-find-links "$name" -o "${name%.in}.txt"
done
