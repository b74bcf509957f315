#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Undoes what the private engine changed outside its namespaces, and says what that was. Works as well after a power cut, and twice.
#   restore.sh ENGINE_FOLDER SUBNET BRIDGE
set -eu

folder=$1
subnet=$2
bridge=$3
export PATH="$PATH:$folder/tools/usr/sbin:$folder/tools/usr/bin:$folder/tools/sbin:$folder/tools/bin:/usr/sbin:/sbin"

if [ -e "$folder/tools/usr/sbin/iptables" ]; then
  sh "$(dirname "$0")/masquerade.sh" remove "$folder/tools" "$subnet" "$bridge"
fi
# The kernel keeps a dead container's network until its last connection has timed out, and its end of the cable with it.
for port in "/sys/class/net/$bridge/brif"/*; do
  if [ -e "$port" ]; then ip link delete "${port##*/}"; fi
done
if [ -e "/sys/class/net/$bridge" ]; then
  ip link delete "$bridge"
  echo "network interface $bridge"
fi
for group in /sys/fs/cgroup/windrose-airflow /sys/fs/cgroup/*/windrose-airflow; do
  [ -d "$group" ] || continue
  # Control groups are removed from the innermost outwards; their files go with them.
  find "$group" -depth -type d -exec rmdir {} +
  echo "control group $group"
done
if [ -e "$folder/ip_forward" ]; then
  cat "$folder/ip_forward" > /proc/sys/net/ipv4/ip_forward
  rm -f "$folder/ip_forward"
  echo "forwarding"
fi
rm -f "$folder/docker.sock" "$folder/log"
