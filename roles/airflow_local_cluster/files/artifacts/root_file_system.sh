#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a Debian root file system of the packages that a list names, as $OUTPUT/rootfs.tar.
#   root_file_system.sh SUITE PACKAGE_LIST DPKG_OPTIONS MIRROR SECURITY_MIRROR
set -eu

suite=$1
packages=$(grep -v '^#' "$2" | tr -s '\n ' ',')
options=$3
mirror=$4
security=$5
# Not the names of this machine: a container gets its own.
# shellcheck disable=SC2016 # mmdebstrap expands it
remove='rm -rf "$1"/etc/resolv.conf "$1"/etc/hostname "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*.log "$1"/var/log/apt'
export TMPDIR="$WORK"
# mmdebstrap mounts /proc and the like: its own namespaces take all of it along when this run is killed.
exec unshare --mount --pid --fork --mount-proc --kill-child=KILL -- \
  mmdebstrap --mode=root --variant=minbase --include="${packages%,}" --aptopt='Acquire::Languages "none"' --dpkgopt="$PWD/$options" \
  --customize-hook="$remove" "$suite" "$OUTPUT/rootfs.tar" \
  "deb $mirror $suite main" "deb $mirror $suite-updates main" "deb $security $suite-security main"
