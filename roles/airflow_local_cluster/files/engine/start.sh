#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Starts a private dockerd in the background, in namespaces of its own: when it dies, however it dies, every process and mount of
# its containers goes with it, and what it would write below /run, /etc/docker and /opt was never on this machine.
#   start.sh TOOLS_FOLDER CONFIGURATION_FILE LOG_FILE
set -eu

tools=$1
configuration=$2
log=$3
library="$tools/usr/lib/$(uname -m)-linux-gnu"
export PATH="$tools/usr/sbin:$tools/usr/bin:$tools/sbin:$tools/bin:$PATH" LD_LIBRARY_PATH="$library" XTABLES_LIBDIR="$library/xtables"
exec setsid --fork unshare --mount --pid --fork --mount-proc --kill-child=KILL -- \
  sh "$(dirname "$0")/inside.sh" "$configuration" < /dev/null >> "$log" 2>&1
