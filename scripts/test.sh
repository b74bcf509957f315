#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything that CI runs, one stage after the other, with the time that each took at the end. What an earlier run left behind, even
# one that was killed, is removed first.
set -eu

table=
total=$(date +%s)

stage() {
  name=$1
  shift
  started=$(date +%s)
  printf '\n==== %s\n' "$name"
  "$@"
  table="$table$(printf '%-34s %6d s' "$name" $(($(date +%s) - started)))
"
}

# ansible-test keeps one processor busy, and a run mostly waits for its cluster: in parallel they take a minute and a half less.
begin_sanity() {
  sanity_output=$(mktemp)
  scripts/sanity.sh > "$sanity_output" 2>&1 &
  sanity=$!
  trap 'kill "$sanity" 2> /dev/null || :; rm -f "$sanity_output"' EXIT
}

end_sanity() {
  ended=0
  wait "$sanity" || ended=$?
  cat "$sanity_output"
  return "$ended"
}

built_helm() {
  find "${XDG_CACHE_HOME:-$HOME/.cache}/windrose-airflow/artifacts" -path '*/helm-*/helm' -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

stage "lint" scripts/lint.sh
stage "clean start" python -m pytest tests/e2e/test_clean_start.py
begin_sanity
stage "a run from nothing" python -m pytest tests/e2e/test_run.py
stage "ansible-test sanity, its rest" end_sanity
stage "mistakes" python -m pytest tests/e2e/test_trouble.py
stage "DAGs of one's own" python -m pytest tests/e2e/test_own_dags.py
[ -z "${WINDROSE_SINGLE_SIGN_ON:-}" ] || stage "single sign-on" python -m pytest tests/e2e/test_single_sign_on.py
stage "official chart" python -m pytest tests/e2e/test_official_chart.py
stage "modules on a real cluster" make --no-print-directory integration
[ -z "${WINDROSE_POD_SECURITY_LEVELS:-}" ] || stage "example DAGs" python -m pytest tests/e2e/test_example_dags.py
stage "another cluster" python -m pytest tests/e2e/test_wrong_cluster.py tests/e2e/test_preflight_findings.py
stage "probe" python -m pytest tests/e2e/test_preflight_probe.py
stage "API server in trouble" python -m pytest tests/e2e/test_lost_answers.py tests/e2e/test_restarted_api_server.py
stage "leaks" python -m pytest tests/e2e/test_leaks.py
stage "simulated nodes" python -m pytest tests/e2e/test_killed_release.py tests/e2e/test_simulated_nodes.py
stage "killed runs" python -m pytest tests/e2e/test_killed_run.py
stage "nothing is left" python -m pytest tests/e2e/test_down.py
# A cluster of its own, and a machine holds one.
stage "rehearsals" python -m pytest ${WINDROSE_REHEARSALS:+tests/e2e/test_rehearsal_again.py} tests/e2e/test_rehearsal.py
# Without a cluster beside them they take three fifths of the time. The tests of the chart use the helm that the run has built.
stage "unit tests" env WINDROSE_HELM="$(built_helm)" make --no-print-directory unit
[ -z "${WINDROSE_MOLECULE:-}" ] || stage "molecule" molecule test --all
printf '\n%s%-34s %6d s\n' "$table" "total" $(($(date +%s) - total))
