# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A way to the API server that sees every request, and can lose answers or have the sender killed around a request.

Nothing is answered here: every request goes to the real server as it came, and its answer back.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import contextlib
import json
import pathlib
import re
import ssl
import threading
from typing import NamedTuple

import aiohttp
import aiohttp.web
import yaml
import yarl

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OWN_AGENT = "windrose.airflow"
NAMESPACE = re.compile(r"/namespaces/([^/]+)/")
# These belong to one connection each (RFC 9110, section 7.6.1), or are made again for the next one.
HOP_HEADERS = frozenset({"host", "connection", "keep-alive", "transfer-encoding", "upgrade"})

WRITE_LOST, ANSWER_LOST, HELM_STARTS, HELM_ENDS = "write lost", "answer lost", "helm starts", "helm ends"


class Point(NamedTuple):
    """A moment of a run.

    kind: WRITE_LOST, before a write has reached the server; ANSWER_LOST, after it was carried out and before its answer
    is heard; HELM_STARTS, before helm's first request; HELM_ENDS, before the first request that follows helm's last.
    number: how many such moments the run had before.
    """

    kind: str
    number: int


class Observation:
    """What a run sends about one namespace.

    :param point: the `Point` to kill the run at, None for a run that is only watched.
    :param kill: callable that kills the run.
    """

    def __init__(self, point=None, kill=None):
        self.killed = False
        self.writes = []
        self._counts = collections.Counter()
        self._in_helm = False
        self._point = point
        self._kill = kill

    def points(self):
        """:returns: every `Point` that there was, sorted."""
        return sorted(Point(kind, number) for kind, count in self._counts.items() for number in range(count))

    async def before(self, request):
        """Note a request that has come.

        :returns: whether it is to be dropped.
        """
        kinds = []
        by_helm = request.headers.get("User-Agent", "").startswith("Helm/")
        # The Lease is renewed while helm runs, whenever it is time.
        if by_helm != self._in_helm and "/leases/" not in request.path:
            self._in_helm = by_helm
            kinds.append(HELM_STARTS if by_helm else HELM_ENDS)
        if _writes(request):
            self.writes.append(f"{request.method} {request.path}")
            kinds.append(WRITE_LOST)
        return await self._reached(kinds)

    async def after(self, request):
        """Note a request that was carried out.

        :returns: whether its answer is to be dropped.
        """
        return await self._reached([ANSWER_LOST] if _writes(request) else [])

    async def _reached(self, kinds):
        for kind in kinds:
            point = Point(kind, self._counts[kind])
            self._counts[kind] += 1
            if point == self._point:
                self.killed = True
                await asyncio.get_running_loop().run_in_executor(None, self._kill)
        # helm may live on for a moment, and what it sends then would come too late to count.
        return self.killed


def _writes(request):
    # How often the Lease is renewed depends on how long a run takes.
    renews = request.method == "PUT" and "/leases/" in request.path
    return request.method in WRITES and "dryRun" not in request.query and not renews


class LostAnswers:
    """Lets every write of our own modules be carried out and loses its answer; the answer to its repetition is heard.

    lost: list of texts, method and path of each write whose answer was lost.
    """

    def __init__(self):
        self.lost = []
        self._repeated = set()

    async def before(self, _request):
        """:returns: False: nothing is dropped before it was carried out."""
        return False

    async def after(self, request):
        """Note a request that was carried out.

        :returns: whether its answer is to be dropped.
        """
        write = f"{request.method} {request.path}"
        # helm asks once, and what it does then is its own affair.
        if request.headers.get("User-Agent") != OWN_AGENT or not _writes(request):
            return False
        if write in self._repeated:
            self._repeated.remove(write)
            return False
        self._repeated.add(write)
        self.lost.append(write)
        return True


class ApiProxy:
    """Passes requests on to the server of a kubeconfig, with the credentials of its first user.

    :param kubeconfig: path of a kubeconfig with a client certificate.
    :param folder: a private folder, for the certificates and for the kubeconfig that leads here.

    passed: list of (method, path) of all requests, in the order in which they came.
    """

    def __init__(self, kubeconfig, folder):
        config = yaml.safe_load(pathlib.Path(kubeconfig).read_text(encoding="utf-8"))
        self._server = config["clusters"][0]["cluster"]["server"].rstrip("/")
        self._ssl = _context(config, folder)
        self._observations = {}
        self.passed = []
        self._loop = asyncio.new_event_loop()
        self._runner = self._session = None
        self.kubeconfig = str(folder / "kubeconfig")

    def watch(self, namespace, observation):
        """Hand what is sent about a namespace to an `Observation`, or to `LostAnswers`, from now on."""
        self._observations[namespace] = observation

    @contextlib.contextmanager
    def running(self):
        """Pass requests on for as long as the block lasts, in a thread."""
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            self._call(self._start())
            yield self
        finally:
            self._call(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _start(self):
        connector = aiohttp.TCPConnector(ssl=self._ssl, limit=0)
        timeout = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        self._runner = aiohttp.web.ServerRunner(aiohttp.web.Server(self._pass_on), shutdown_timeout=0)
        await self._runner.setup()
        site = aiohttp.web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        pathlib.Path(self.kubeconfig).write_text(json.dumps(_leading_to(f"http://127.0.0.1:{port}")), encoding="utf-8")

    async def _stop(self):
        if self._runner is not None:
            await self._runner.cleanup()
        await self._session.close()

    async def _pass_on(self, request):
        self.passed.append((request.method, request.path))
        found = NAMESPACE.search(request.path)
        observation = self._observations.get(found[1]) if found else None
        if observation and await observation.before(request):
            return _dropped(request)
        async with self._session.request(
            request.method, yarl.URL(self._server + request.raw_path, encoded=True), data=await request.read() or None,
            headers=_passed(request.headers), allow_redirects=False,
        ) as answer:
            if observation and await observation.after(request):
                return _dropped(request)
            response = aiohttp.web.StreamResponse(status=answer.status, headers=_passed(answer.headers))
            # Whoever watches closes the connection when it has seen enough.
            with contextlib.suppress(ConnectionResetError):
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
            return response


def _passed(headers):
    return [(name, value) for name, value in headers.items() if name.lower() not in HOP_HEADERS]


def _dropped(request):
    # Whoever asked is dead, and what is left of its connection is closed without an answer.
    if request.transport is not None:
        request.transport.abort()
    return aiohttp.web.Response(status=503)


def _context(config, folder):
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    certificate = folder / "client.pem"
    certificate.touch(mode=0o600)
    certificate.write_bytes(
        base64.b64decode(user["client-certificate-data"]) + b"\n" + base64.b64decode(user["client-key-data"]))
    context.load_cert_chain(certificate)
    return context


def _leading_to(server):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "watched",
        "contexts": [{"name": "watched", "context": {"cluster": "watched", "user": "watched"}}],
        "clusters": [{"name": "watched", "cluster": {"server": server}}],
        "users": [{"name": "watched", "user": {}}],
    }
