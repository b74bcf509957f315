# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of what stands in, as a client checks them."""

from __future__ import annotations

import datetime
import pathlib
import ssl
import subprocess
import sys

import pytest
from cryptography import x509

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "roles" / "airflow_rehearsal" / "files" / "certificates.py"
NAMES = ["postgresql.rehearsal.internal", "git.example.com"]
MADE = ["authority.key", "authority.crt", "server.key", "server.crt"]


@pytest.fixture(name="make")
def fixture_make(tmp_path):
    """:returns: a function that makes certificates for names, at a time, and returns what it says that it made."""

    def make(*names, days=0):
        now = "datetime.datetime.now(datetime.timezone.utc)"
        text = SCRIPT.read_text(encoding="utf-8").replace(now, f"({now} + datetime.timedelta(days={days}))")
        run = subprocess.run(
            [sys.executable, "-", str(tmp_path), *(names or NAMES)], input=text, capture_output=True, text=True, timeout=60, check=False)
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout.splitlines()

    return make


def trusts(folder, name):
    """:returns: whether a client that checks as strictly as it can trusts the server by that name."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    (to_client, to_server) = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=name), server.wrap_bio(to_server, to_client, server_side=True)]
    done = set()
    for unused_round in range(10):
        for end in ends:
            try:
                end.do_handshake()
                done.add(end)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError:
                return False
    return len(done) == len(ends)


@pytest.mark.parametrize(("name", "is_trusted"), [*((name, True) for name in NAMES), ("elsewhere.example.com", False)])
def test_a_strict_client_trusts_the_stand_ins_by_their_names_alone(make, tmp_path, name, is_trusted):
    assert make() == MADE
    assert trusts(tmp_path, name) is is_trusted


def test_nobody_else_may_read_what_was_made(make, tmp_path):
    make()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(MADE)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_same_names_in_another_order_make_nothing_new(make):
    make()
    assert make(*reversed(NAMES)) == []


def test_other_names_make_the_certificate_anew_and_not_the_authority(make, tmp_path):
    make()
    assert make(*NAMES, "login.example.com") == ["server.key", "server.crt"]
    assert trusts(tmp_path, "login.example.com")


def test_the_certificate_is_made_anew_before_it_expires_and_the_authority_outlives_it(make, tmp_path):
    make()
    assert make(days=300) == [] and make(days=370) == ["server.key", "server.crt"]
    authority, server = (x509.load_pem_x509_certificate((tmp_path / name).read_bytes()) for name in ("authority.crt", "server.crt"))
    assert server.not_valid_after_utc > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=600)
    assert authority.not_valid_after_utc > server.not_valid_after_utc


def test_a_certificate_of_another_authority_is_made_anew(make, tmp_path):
    make()
    (tmp_path / "authority.crt").unlink()
    assert make() == MADE and trusts(tmp_path, NAMES[0])
