#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Checks style: shell, YAML, roles and playbooks, changelog fragments.
set -eu

git ls-files --cached --others --exclude-standard | while read -r name; do
  case $(head -c 40 "$name" 2>/dev/null | head -n 1) in
    '#!/bin/sh' | '#!/bin/bash') echo "$name" ;;
  esac
done | xargs shellcheck --external-sources
yamllint --strict .
ansible-lint --offline --profile production
antsibull-changelog lint
