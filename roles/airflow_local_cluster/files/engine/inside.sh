#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs as the first process in the private engine's namespaces: hides the host's folders that dockerd and containerd
# would write to or find another daemon's socket in, then becomes dockerd.
#   inside.sh CONFIGURATION_FILE
set -eu

mount --make-rprivate /
# The resolver's file may live below /run, and the containers' own is made from it.
resolver=
if [ -d /run/systemd/resolve ]; then
  resolver=$(mktemp -d)
  mount --bind /run/systemd/resolve "$resolver"
fi
mount -t tmpfs -o mode=755 windrose /run
if [ -n "$resolver" ]; then
  mkdir -p /run/systemd/resolve
  mount --move "$resolver" /run/systemd/resolve
  rmdir "$resolver"
fi
for folder in /etc/docker /opt; do
  if [ -d "$folder" ]; then mount -t tmpfs -o mode=755 windrose "$folder"; fi
done
exec tini -g -- dockerd --config-file "$1"
