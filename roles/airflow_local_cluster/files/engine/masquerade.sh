#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Opens or closes the way of the private engine's containers to the outside, or removes what rules there are for them. Each carries a comment
# with our name; no other rule is read or touched.
#   masquerade.sh open|close|remove TOOLS_FOLDER SUBNET BRIDGE
set -eu

action=$1
tools=$2
subnet=$3
bridge=$4
library="$tools/usr/lib/$(uname -m)-linux-gnu"
export PATH="$tools/usr/sbin:$PATH:/usr/sbin:/sbin" LD_LIBRARY_PATH="$library" XTABLES_LIBDIR="$library/xtables"

rule() {
  table=$1
  shift
  present=no
  iptables -w -t "$table" -C "$@" -m comment --comment windrose.airflow 2>/dev/null && present=yes
  case $wanted-$present in
    yes-no) iptables -w -t "$table" -I "$@" -m comment --comment windrose.airflow ;;
    no-yes) iptables -w -t "$table" -D "$@" -m comment --comment windrose.airflow ;;
  esac
}

# In /proc and not by sysctl, which need not be installed.
[ "$action" = remove ] || echo 1 > /proc/sys/net/ipv4/ip_forward
# `iptables -C CHAIN …`, `-I CHAIN …` and `-D CHAIN …` take the same words.
wanted=no
[ "$action" != open ] || wanted=yes
rule nat POSTROUTING -s "$subnet" ! -o "$bridge" -j MASQUERADE
rule filter FORWARD -i "$bridge" -j ACCEPT
rule filter FORWARD -o "$bridge" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
wanted=no
[ "$action" != close ] || wanted=yes
rule filter FORWARD -i "$bridge" ! -o "$bridge" -j REJECT
