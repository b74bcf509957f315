#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds kind into $OUTPUT, and takes from its module the files that make a root file system a kind node.
#   node_binaries.sh MODULE_FOLDER GO_SCRIPT
set -eu

sh "$2" "$1" '' sigs.k8s.io/kind
cd "$1"
module=$(GOFLAGS=-mod=readonly go list -m -f '{{.Dir}}' sigs.k8s.io/kind)
cp -r --no-preserve=mode,ownership "$module/images/base/files" "$OUTPUT/node_files"
chmod -R u+w "$OUTPUT/node_files"
