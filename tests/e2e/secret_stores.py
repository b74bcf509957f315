# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager as simulated by moto's server, on loopback. Tests of every kind use it."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading

import boto3

REGION = "eu-central-1"
# What boto3 reads: no file of this user's, no identity of this machine, and credentials that only moto takes.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Moto:
    """A running server.

    :param url: its address.
    """

    def __init__(self, url):
        self.url = url

    def client(self, service="secretsmanager", **credentials):
        """:returns: a client of boto3; its credentials are those of `ENVIRONMENT` unless others are given."""
        chosen = credentials or {
            "aws_access_key_id": ENVIRONMENT["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        }  # fmt: skip
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **chosen)

    def store(self, name, content):
        """Store a new version of a secret, text or bytes."""
        field = {"SecretBinary" if isinstance(content, bytes) else "SecretString": content}
        client = self.client()
        try:
            client.create_secret(Name=name, **field)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, **field)


@contextlib.contextmanager
def moto_server():
    """Run a server for as long as the block lasts, with nothing in it."""
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        told = []
        try:
            for line in server.stderr:
                told.append(line)
                if found := re.search(r"Running on (http://\S+)", line):
                    break
            else:
                raise AssertionError(f"moto's server did not start:\n{''.join(told)}")
            # It logs every request, and would stop at a full pipe.
            threading.Thread(target=lambda: list(server.stderr), daemon=True).start()
            yield Moto(found[1])
        finally:
            server.terminate()
