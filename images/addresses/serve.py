#!/usr/bin/python3
# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for what an environment contacts by https: serve CONFIGURATION STATE [FOLDERS [RUN]].

CONFIGURATION is a folder, read-only, that holds

- tls.crt, tls.key: the certificate with the names of all hosts, then those that it is signed by; and its key
- git-token: the token that a git host wants together with any user; without this file it wants nothing
- the files that `s3` below names, each with one line
- addresses.json: what answers where

    {"hosts": [{"host": "git.example.com", "port": 443, "kind": "git"},
               {"host": "example-logs.s3.amazonaws.com", "port": 443, "kind": "s3"},
               {"host": "login.example.com", "port": 443, "kind": "openid_connect", "issuer_path": "/realms/data"},
               {"host": "broker.example.com", "port": 8443, "kind": "other"}],
     "repositories": [{"path": "data/dags.git", "branches": ["main", "develop"], "folder": "dags"}],
     "buckets": ["example-logs"],
     "s3": {"region": "eu-central-1", "access_key_file": "s3-access-key", "secret_key_file": "s3-secret-key"}}

`port` is 443 where it is left out, `issuer_path` is empty, and lists are. All git hosts have all repositories, read-only; a repository's
branches hold what FOLDERS/<folder> holds when this starts. All S3 hosts have all buckets; where a host's name begins with that of a
bucket and a dot, it is that bucket's. `s3` is needed where there is a host of that kind.

STATE keeps repositories and buckets from one start to the next. RUN, for this start alone, gets the file `ready` once everything answers.
"""

from __future__ import annotations

import argparse
import http.client
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time

from addresses import Refused, documents, first_request, lighttpd, parse, socket_of, virtual_domains

READY_SECONDS = 60


class Server:
    """All of it: what is made before it starts, and the processes."""

    def __init__(self, configuration, state, folders, run):
        self._configuration, self._state, self._folders, self._run = configuration, state, folders, run
        self._addresses = parse(self._read("addresses.json"))
        self._processes = {}
        self._stopped = False

    def _read(self, name):
        try:
            return (self._configuration / name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Refused(f"{self._configuration / name} cannot be read: {error.strerror}.") from error

    def prepare(self):
        """Write what lighttpd reads, and make repositories and buckets."""
        (self._run / "ready").unlink(missing_ok=True)
        for left in self._run.glob("*.socket"):
            left.unlink()
        for name in ("pages", "accounts"):
            (self._run / name).mkdir(exist_ok=True)
        # There are none, but without the file a key that is not known gets 404. The gateway's own may be half a file after a kill.
        (self._run / "accounts" / "users.json").write_text('{"accessAccounts": {}}', encoding="utf-8")
        for path, text in documents(self._addresses).items():
            (self._run / path).write_text(text, encoding="utf-8")
        text = lighttpd(self._addresses, self._configuration, self._state, self._run)
        (self._run / "lighttpd.conf").write_text(text, encoding="utf-8")
        for name in ("git", "uploads", "buckets", "metadata"):
            (self._state / name).mkdir(exist_ok=True)
        for bucket in self._addresses["buckets"]:
            (self._state / "buckets" / bucket).mkdir(exist_ok=True)
        for entry in self._addresses["repositories"]:
            repository = self._state / "git" / entry["path"]
            repository.parent.mkdir(parents=True, exist_ok=True)
            for branch in entry["branches"]:
                subprocess.run(["git-server", "publish", str(self._folders / entry["folder"]), str(repository), branch], check=True)

    def start(self):
        """Start the gateways, where there is a host for them, and lighttpd."""
        if any(entry["kind"] == "s3" for entry in self._addresses["hosts"]):
            settings = self._addresses["s3"]
            for domain in virtual_domains(self._addresses):
                self._processes[f"versitygw for {domain or 'all hosts'}"] = subprocess.Popen(
                    ["versitygw", "posix", self._state / "buckets"],
                    env={**os.environ,
                         "ROOT_ACCESS_KEY": self._read(settings["access_key_file"]),
                         "ROOT_SECRET_KEY": self._read(settings["secret_key_file"]),
                         "VGW_REGION": settings["region"], "VGW_VIRTUAL_DOMAIN": domain,
                         "VGW_PORT": socket_of(domain, self._addresses, self._run), "VGW_META_SIDECAR": str(self._state / "metadata"),
                         "VGW_IAM_DIR": str(self._run / "accounts"), "VGW_QUIET": "true"})
        self._processes["lighttpd"] = subprocess.Popen(["lighttpd", "-D", "-f", self._run / "lighttpd.conf"])

    def _refusal(self, entry):
        """:returns: why a host does not answer as it should, None where it does"""
        path, statuses = first_request(entry, self._addresses)
        connection = http.client.HTTPConnection(entry["host"])
        try:
            connection.sock = self._connect(entry)
            connection.request("GET", path)
            status = connection.getresponse().status
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"tls.crt is not for {entry['host']}: {error.verify_message.rstrip('.')}.") from error
        except (OSError, http.client.HTTPException) as error:
            return str(error)
        finally:
            connection.close()
        return None if status in statuses else f"it answers with the status {status}"

    def _connect(self, entry):
        context = ssl.create_default_context(cafile=self._configuration / "tls.crt")
        # Whoever has signed it is of no concern here; that it is for this host, and valid today, is.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context.wrap_socket(socket.create_connection(("127.0.0.1", entry["port"]), 10), server_hostname=entry["host"])

    def wait(self, seconds=READY_SECONDS):
        """Wait until all hosts answer.

        :raises Refused: naming one that does not
        """
        end = time.monotonic() + seconds
        for entry in self._addresses["hosts"]:
            while not self._stopped:
                refusal = self._refusal(entry)
                if refusal is None:
                    break
                self._prove_alive()
                if time.monotonic() > end:
                    raise Refused(f"{entry['host']}:{entry['port']} does not answer: {refusal}.")
                time.sleep(0.1)
        if not self._stopped:
            (self._run / "ready").touch()
            say("ready")

    def _prove_alive(self):
        for name, process in self._processes.items():
            if process.poll() is not None and not self._stopped:
                raise Refused(f"{name} has ended with {process.returncode}.")

    def watch(self):
        """Until it is stopped; none of the processes does without the others."""
        while not self._stopped:
            self._prove_alive()
            time.sleep(0.5)

    def stop(self, *unused):
        """End the processes."""
        self._stopped = True
        (self._run / "ready").unlink(missing_ok=True)
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()

    def join(self):
        """Wait until they have ended."""
        for process in self._processes.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def say(text):
    print(f"addresses: {text}", flush=True)


def main(arguments):
    parser = argparse.ArgumentParser(prog="serve")
    parser.add_argument("configuration", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="?", default="/folders")
    parser.add_argument("run", type=pathlib.Path, nargs="?", default="/run/addresses")
    given = parser.parse_args(arguments)
    server = None
    try:
        server = Server(given.configuration, given.state, given.folders, given.run)
        signal.signal(signal.SIGTERM, server.stop)
        signal.signal(signal.SIGINT, server.stop)
        server.prepare()
        server.start()
        server.wait()
        server.watch()
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        say(error)
        return 1
    finally:
        if server:
            server.stop()
            server.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
