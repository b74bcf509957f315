# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat

import pytest

from ansible_collections.windrose.airflow.plugins.module_utils._clients.kubernetes import _discovery

LISTS = {
    "/api/v1": {
        "resources": [
            {"name": "pods", "kind": "Pod", "namespaced": True},
            {"name": "pods/log", "kind": "Pod", "namespaced": True},
            {"name": "namespaces", "kind": "Namespace", "namespaced": False},
        ]
    }
}


class Server:
    def __init__(self):
        self.lists = json.loads(json.dumps(LISTS))
        self.asked = []

    def fetch(self, path):
        self.asked.append(path)
        return self.lists.get(path)


def test_paths_are_built_from_what_the_server_serves():
    discovery = _discovery.Discovery(Server().fetch, None)
    pod, namespace = discovery.find("v1", "Pod"), discovery.find("v1", "Namespace")
    assert pod.path("p/q", "n") == "/api/v1/namespaces/n/pods/p%2Fq" and pod.path() == "/api/v1/pods"
    assert namespace.path("n", "ignored") == "/api/v1/namespaces/n"
    assert _discovery.group_path("apps/v1") == "/apis/apps/v1"
    assert discovery.find("v1", "Nonesuch") is None and discovery.find("none/v1", "Pod") is None


def test_the_cache_saves_requests_and_is_private(tmp_path):
    server, path = Server(), str(tmp_path / "deep" / "cache.json")
    assert _discovery.Discovery(server.fetch, path).find("v1", "Pod").plural == "pods"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and os.listdir(os.path.dirname(path)) == ["cache.json"]
    assert _discovery.Discovery(server.fetch, path).find("v1", "Pod").namespaced is True
    assert server.asked == ["/api/v1"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        "3",
        '{"v1": 3}',
        '{"v1": {"Pod": {}}}',
        '{"v1": {"Pod": {"plural": "x"}}}',
        "\x00\xff",
    ],
)
def test_a_broken_cache_counts_as_none(tmp_path, content):
    path = tmp_path / "cache.json"
    path.write_text(content)
    assert _discovery.Discovery(Server().fetch, str(path)).find("v1", "Pod").plural == "pods"
    assert _discovery.load_cache(str(path))["v1"]["Pod"] == {"plural": "pods", "namespaced": True}


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    assert _discovery.Discovery(Server().fetch, str(tmp_path / "file" / "cache.json")).find("v1", "Pod")


@pytest.mark.parametrize("place", ["folder", "file"])
def test_a_cache_is_not_written_through_a_link(tmp_path, place):
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "cache" / "discovery" / "key.json"
    if place == "folder":
        path.parent.parent.mkdir()
        path.parent.symlink_to(tmp_path / "elsewhere")
    else:
        path.parent.mkdir(parents=True)
        path.symlink_to(tmp_path / "elsewhere" / "file")
    assert _discovery.Discovery(Server().fetch, str(path)).find("v1", "Pod").plural == "pods"
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert path.parent.is_symlink() if place == "folder" else path.is_symlink()


def test_a_missing_kind_is_looked_up_once_and_again_when_told_so(tmp_path):
    server, path = Server(), str(tmp_path / "cache.json")
    _discovery.Discovery(server.fetch, path).find("v1", "Pod")
    discovery = _discovery.Discovery(server.fetch, path)
    assert [discovery.find("v1", "Widget"), discovery.find("v1", "Widget")] == [None, None]
    assert server.asked == ["/api/v1", "/api/v1"]
    server.lists["/api/v1"]["resources"].append({"name": "widgets", "kind": "Widget", "namespaced": True})
    assert discovery.find("v1", "Widget") is None
    discovery.forget("v1")
    assert discovery.find("v1", "Widget").plural == "widgets"


@pytest.mark.parametrize(
    ("environment", "start"),
    [({"XDG_CACHE_HOME": "/x"}, "/x/"), ({"XDG_CACHE_HOME": "x"}, "/home/u/.cache/"), ({}, "/home/u/.cache/")],
)
def test_the_cache_is_one_file_for_cluster_and_version(monkeypatch, environment, start):
    monkeypatch.setenv("HOME", "/home/u")
    names = {
        _discovery.cache_path(environment, *key)
        for key in [("s", "c", "1"), ("s", "c", "2"), ("s", "d", "1"), ("t", "c", "1")]
    }
    assert len(names) == 4 and all(name.startswith(f"{start}windrose-airflow/discovery/") for name in names)
