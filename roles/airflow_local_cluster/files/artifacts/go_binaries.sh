#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds static binaries from a pinned Go module into $OUTPUT.
#   go_binaries.sh MODULE_FOLDER LINKER_FLAGS PACKAGE[=NAME]...
set -eu

module=$1
flags=$2
shift 2
cd "$module"
# -trimpath on every build: without it the build cache is not shared between checkouts.
export CGO_ENABLED=0 GOFLAGS='-mod=readonly -modcacherw -trimpath -buildvcs=false' GOTOOLCHAIN=local
# Go keeps its settings and its telemetry in one folder: the settings are the user's, the telemetry goes with the build.
export GOENV="${GOENV:-${XDG_CONFIG_HOME:-$HOME/.config}/go/env}" XDG_CONFIG_HOME="$WORK"
packages=
for pair in "$@"; do packages="$packages ${pair%%=*}"; done
echo "downloads modules"
# shellcheck disable=SC2086 # a list of package paths, which hold no spaces
echo "::total $(go list -deps $packages | wc -l)"
for pair in "$@"; do
  package=${pair%%=*}
  name=${pair##*=}
  go build -v -ldflags "-s -w $flags" -o "$OUTPUT/${name##*/}" "$package"
done
