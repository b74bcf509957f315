#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pins requirements.in, those of the optional parts (secret-sources, openshift) and those of the tests, for every platform and with the
# hashes of all files.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet uv
for name in requirements requirements-secret-sources requirements-openshift requirements-test tools/go/requirements; do
  "$work/bin/uv" pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
    --no-emit-index-url --no-emit-find-links "$name.in" -o "$name.txt"
done
