#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Fetches Debian packages that this machine lacks and unpacks them into $OUTPUT, installing nothing: `make down` then
# has nothing to remove, and a Docker that the user installs later finds no trace.
#   host_tools.sh PACKAGE...
set -eu

# The user's package lists may be empty or old, and are the user's: ours are apart.
mkdir -p "$WORK/lists/partial" "$WORK/archives/partial"
apt_get() {
  apt-get -q -o Dir::State::lists="$WORK/lists" -o Dir::Cache="$WORK" -o Dir::Cache::archives="$WORK/archives" \
    -o Dir::Etc::SourceList=/etc/apt/sources.list -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}

apt_get update
# What the machine has already is left out: a file of it would be an older or newer twin of one in use. `--reinstall`
# fetches the named packages even so, because a cached copy must not depend on what the user removes.
apt_get -y --no-install-recommends --download-only install --reinstall "$@"
for package in "$WORK"/archives/*.deb; do
  echo "unpacks ${package##*/}"
  dpkg-deb --extract "$package" "$OUTPUT"
done

# dpkg's alternatives were not set up, so the plain names are missing. The legacy tables are used only where the kernel
# knows no others.
[ -e "$OUTPUT/usr/sbin/iptables-nft" ] || exit 0
variant=nft
LD_LIBRARY_PATH="$OUTPUT/usr/lib/$(uname -m)-linux-gnu" "$OUTPUT/usr/sbin/iptables-nft" -t nat -S >/dev/null 2>&1 || variant=legacy
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -sf "xtables-$variant-multi" "$OUTPUT/usr/sbin/$name"
done
