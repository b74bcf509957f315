#!/bin/sh
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Starts PostgreSQL with a certificate, in the image postgres or our own. A key has to belong to the user of the server, and in the folder that is
# mounted it belongs to whoever runs the rehearsal.
set -eu

install -d -o 999 -g 999 -m 0700 /run/rehearsal /var/lib/postgresql/data
install -o 999 -g 999 -m 0600 /given/database/* /given/certificates/server.* /run/rehearsal
exec setpriv --reuid=999 --regid=999 --clear-groups docker-entrypoint.sh postgres \
  -c max_connections=250 -c ssl=on -c ssl_cert_file=/run/rehearsal/server.crt -c ssl_key_file=/run/rehearsal/server.key -c hba_file=/run/rehearsal/pg_hba.conf
