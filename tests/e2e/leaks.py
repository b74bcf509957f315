# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret to look for, and the places that it could have got to."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import pathlib
import secrets
import shutil
import stat
import subprocess
import urllib.parse

AUDIT = pathlib.Path(__file__).resolve().parent / "audit"
# Each of these looks different in at least one of the encodings.
AWKWARD = '?>~/+"\\ <'
# Without its filter in the kernel, strace would stop the run at every call.
TRACE = ["strace", "--follow-forks", "--seccomp-bpf", "--quiet=all", "--trace=execve", "--no-abbrev", f"--string-limit={1 << 20}"]


class Canary:
    """A secret that nobody else has.

    Its two ends are looked for as well as all of it: what was cut off, folded or escaped in its middle is still a leak.
    """

    def __init__(self):
        ends = secrets.token_hex(9), secrets.token_hex(9)
        self.text = ends[0] + AWKWARD + ends[1]
        self._needles = {}
        for text in (self.text, *ends):
            for encoding, forms in encoded(text).items():
                self._needles.setdefault(encoding, set()).update(form.encode() for form in forms)

    def encodings_in(self, content):
        """:returns: the names of the encodings that it is found in, sorted.

        :param content: bytes or text.
        """
        content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        return sorted(name for name, forms in self._needles.items() if any(form in content for form in forms))


def encoded(text):
    """:returns: {name of an encoding: the forms of a text in it}."""
    plain = text.encode()
    return {
        "plain": {text},
        "base64": _in_base64(plain, base64.b64encode),
        "URL-safe base64": _in_base64(plain, base64.urlsafe_b64encode),
        "URL": {urllib.parse.quote(text, safe=""), urllib.parse.quote(text), urllib.parse.quote_plus(text)},
        "hexadecimal": {plain.hex(), plain.hex().upper()},
        "JSON": {json.dumps(text)[1:-1], json.dumps(json.dumps(text))[3:-3], repr(text)[1:-1]},
    }


def _in_base64(plain, encode):
    """:returns: what of it does not depend on what stands before and behind, for each of the three places in a group."""
    forms = set()
    for before in range(3):
        whole = encode(b"\0" * before + plain).decode()
        forms.add(whole[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
    return forms


class Watched:
    """One run of ansible-playbook, and all that it leaves behind.

    :param folder: a private folder, empty.
    :param canary: what to look for.
    """

    def __init__(self, folder, canary):
        self._folder = folder
        self._canary = canary
        # What the test itself puts there for the run is no leak.
        self.input = folder / "input"
        self.output = ""
        for name in ("input", "home", "tmp", "facts", "audit/removed"):
            (folder / name).mkdir(mode=0o700, parents=True)

    @property
    def environment(self):
        """The environment of the run: everything that it writes is below the folder."""
        folders = {
            "HOME": "home", "TMPDIR": "tmp", "ANSIBLE_HOME": "home/.ansible", "ANSIBLE_LOCAL_TEMP": "tmp", "ANSIBLE_REMOTE_TEMP": "tmp",
            "XDG_CACHE_HOME": "home/.cache", "KUBECACHEDIR": "home/.kube/cache", "HELM_CACHE_HOME": "home/helm",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts", "WINDROSE_AUDIT": "audit",
        }  # fmt: skip
        return {
            **os.environ,
            **{name: str(self._folder / place) for name, place in folders.items()},
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "PYTHONPATH": str(AUDIT),
        }

    @contextlib.contextmanager
    def running(self, argv, folder, **environment):
        """Start a command, and wait for its end behind the block.

        :returns: the running process.
        """
        traced = [*TRACE, f"--output={self._folder / 'audit' / 'execve'}"] if can_trace() else []
        with open(self._folder / "output", "wb") as output:
            with subprocess.Popen(
                [*traced, *argv], cwd=folder, env={**self.environment, **environment}, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT,
            ) as process:  # fmt: skip
                yield process
        self.output = (self._folder / "output").read_text(encoding="utf-8", errors="replace")

    def hits(self):
        """:returns: the leaks found, each as ``place: encodings``, sorted."""
        found = {"output": self._canary.encodings_in(self.output)}
        for place, content in self._processes():
            found.setdefault(place, []).extend(self._canary.encodings_in(content))
        for place, content in self._files():
            found.setdefault(place, []).extend(self._canary.encodings_in(content))
        return sorted(f"{place}: {', '.join(sorted(set(encodings)))}" for place, encodings in found.items() if encodings)

    def _notes(self):
        for notes in (self._folder / "audit").glob("*.jsonl"):
            for line in notes.read_text(encoding="utf-8", errors="surrogatepass").splitlines():
                yield json.loads(line)

    def _processes(self):
        for note in self._notes():
            if "argv" in note:
                program = os.path.basename(note["argv"][0])
                yield f"arguments of {program}", "\0".join(note["argv"])
                yield f"environment of {program}", "\0".join(note["environ"])
        trace = self._folder / "audit" / "execve"
        if trace.exists():
            yield "execve", trace.read_bytes()

    def _files(self):
        """What is left of all files, and of the removed ones those that others could have read."""
        written = {pathlib.Path(note["written"]) for note in self._notes() if "written" in note}
        left = {path for place in ("home", "tmp", "facts") for path in (self._folder / place).rglob("*")} | written
        outside = {self._folder / "audit", self.input, self._folder / "output"}
        for path in sorted(left):
            if path.is_file() and not path.is_symlink() and not outside & {path, *path.parents}:
                yield f"file {path.name}", path.read_bytes()
        for path in sorted((self._folder / "audit" / "removed").iterdir()):
            mode = int(path.name.rpartition("-")[2], 8)
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                yield f"removed file of mode {mode:o}", path.read_bytes()


def can_trace():
    """Tell whether strace is here, and may look at processes."""
    if not shutil.which("strace"):
        return False
    return subprocess.run([*TRACE, "--output=/dev/null", "true"], capture_output=True, check=False).returncode == 0


def hits_in_objects(objects, canary, own):
    """:returns: the leaks in objects of Kubernetes, as of ``Watched.hits``.

    :param objects: all objects of a namespace, as dicts with their managed fields.
    :param own: names of the Secrets that hold the canary on purpose; only their contents are left out.
    """
    found = set()
    for item in objects:
        place = f"{item['kind']} {item['metadata']['name']}"
        content = item
        if item["kind"] == "Secret":
            data = item.get("data") or {}
            content = {name: value for name, value in item.items() if name != "data"} | {"data": sorted(data)}
            if item["metadata"]["name"] not in own:
                content["contents"] = [decoded(value) for value in data.values()]
        encodings = canary.encodings_in(json.dumps(content)) + canary.encodings_in(json.dumps(content, ensure_ascii=False))
        found |= {f"{place}: {', '.join(sorted(set(encodings)))}"} if encodings else set()
    return sorted(found)


def decoded(value):
    """:returns: what a Secret holds, as text; a revision of helm, which is packed once more, as what it says."""
    content = base64.b64decode(value)
    with contextlib.suppress(ValueError, OSError, EOFError):
        content = gzip.decompress(base64.b64decode(content, validate=True))
    return content.decode("utf-8", "replace")
