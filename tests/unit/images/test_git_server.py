# -*- coding: utf-8 -*-
# Copyright (c) 2026, windrose.airflow contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the git server publishes, and what a client of git gets from it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading

import pytest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
LIMIT_SECONDS = 60
LARGE_BYTES = 100 * 1024 * 1024 + 1


@pytest.fixture
def dags(tmp_path):
    folder = tmp_path / "folders" / "dags"
    folder.mkdir(parents=True)
    (folder / "canary.py").write_text("x = 1\n", encoding="utf-8")
    return folder


@pytest.fixture
def publish(images, shell, dags, tmp_path):
    # Nothing is written between two looks, unless a test says so.
    shell.stand_in("sleep", ":")

    def publish_to(name="dags.git", folder=dags, branch=()):
        return shell.run(images / "git_server" / "git-server", "publish", folder, tmp_path / name, *branch)
    return publish_to


def git(repository, *arguments):
    """:returns: the words that git printed about that repository."""
    command = ["git", f"--git-dir={repository}", *arguments]
    return subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE).stdout.split()


def published(repository):
    """:returns: the names of the files of the last commit."""
    listed = subprocess.run(
        ["git", f"--git-dir={repository}", "ls-tree", "-r", "-z", "--name-only", "main"], text=True, check=True, stdout=subprocess.PIPE)
    return set(listed.stdout.split("\0")) - {""}


def commits(repository):
    return len(git(repository, "rev-list", "main"))


def test_the_same_content_is_the_same_commit_anywhere(publish, dags, tmp_path):
    publish("one.git")
    os.utime(dags / "canary.py", (0, 0))
    publish("two.git")
    assert git(tmp_path / "one.git", "rev-parse", "main") == git(tmp_path / "two.git", "rev-parse", "main")


def test_unchanged_content_makes_no_commit(publish, tmp_path):
    first = publish()
    second = publish()
    assert "published" in first.stdout
    assert (second.returncode, second.stdout) == (0, "")
    assert commits(tmp_path / "dags.git") == 1


def test_a_change_follows_the_last_commit(publish, dags, tmp_path):
    publish()
    before = git(tmp_path / "dags.git", "rev-parse", "main")
    (dags / "canary.py").unlink()
    (dags / "other.py").write_text("y = 2\n", encoding="utf-8")
    publish()
    assert git(tmp_path / "dags.git", "rev-parse", "main^") == before
    assert published(tmp_path / "dags.git") == {"other.py"}


def test_each_branch_has_a_history_of_its_own(publish, dags, tmp_path):
    for branch in ("release/1.0", "main"):
        publish(branch=(branch,))
    first = git(tmp_path / "dags.git", "rev-parse", "release/1.0")
    (dags / "canary.py").write_text("x = 2\n", encoding="utf-8")
    publish(branch=("release/1.0",))
    assert git(tmp_path / "dags.git", "rev-parse", "main", "release/1.0^") == first * 2
    # What a client that names no branch gets.
    assert git(tmp_path / "dags.git", "symbolic-ref", "HEAD") == ["refs/heads/release/1.0"]


def test_another_folder_continues_the_history_and_an_empty_one_does(publish, tmp_path):
    publish()
    before = git(tmp_path / "dags.git", "rev-parse", "main")
    (tmp_path / "own").mkdir()
    assert publish(folder=tmp_path / "own").returncode == 0
    assert published(tmp_path / "dags.git") == set()
    assert git(tmp_path / "dags.git", "rev-parse", "main^") == before


@pytest.mark.parametrize("path", ["__pycache__/canary.cpython-311.pyc", ".venv/a.py", "sub/venv/a.py", "node_modules/a.js", ".git/HEAD"])
def test_what_is_made_anew_is_left_out(publish, dags, tmp_path, path):
    (dags / path).parent.mkdir(parents=True)
    (dags / path).write_text("0", encoding="utf-8")
    publish()
    assert published(tmp_path / "dags.git") == {"canary.py"}


def test_names_are_published_as_they_are(publish, dags, tmp_path):
    names = {"with space.py", "-n.py", "na\u00efve.py", "line\nbreak.py", "*.py", 'quo"te\'s.py', "deep/er/a.py", ".airflowignore", ".hidden.py"}
    for name in names:
        (dags / name).parent.mkdir(parents=True, exist_ok=True)
        (dags / name).write_text("0", encoding="utf-8")
    publish()
    assert published(tmp_path / "dags.git") == names | {"canary.py"}


def test_a_folder_that_is_a_repository_is_published_as_its_files_are(publish, dags, tmp_path):
    subprocess.run(["git", "init", "--quiet", str(dags)], check=True)
    (dags / ".gitignore").write_text("secret.py\n", encoding="utf-8")
    (dags / "secret.py").write_text("0", encoding="utf-8")
    (dags / "uncommitted.py").write_text("0", encoding="utf-8")
    before = sorted(path.name for path in (dags / ".git").iterdir())
    publish()
    assert published(tmp_path / "dags.git") == {".gitignore", "canary.py", "uncommitted.py"}
    assert sorted(path.name for path in (dags / ".git").iterdir()) == before


def test_a_file_that_is_ignored_from_now_on_goes(publish, dags, tmp_path):
    publish()
    (dags / ".gitignore").write_text("canary.py\n", encoding="utf-8")
    publish()
    assert published(tmp_path / "dags.git") == {".gitignore"}


def test_repositories_inside_are_published_as_files(publish, dags, tmp_path):
    for name in ("sub", "sub/deeper"):
        subprocess.run(["git", "init", "--quiet", str(dags / name)], check=True)
        (dags / name / "a.py").write_text("0", encoding="utf-8")
    publish()
    assert published(tmp_path / "dags.git") == {"canary.py", "sub/a.py", "sub/deeper/a.py"}


@pytest.mark.parametrize(
    ("target", "is_published"),
    [("canary.py", True), ("sub", True), ("../outside.py", False), ("/etc/hostname", False), ("nowhere", False), (".", False)],
)
def test_a_link_is_published_where_it_leads_to_something_in_the_folder(publish, dags, tmp_path, target, is_published):
    (dags / "sub").mkdir()
    (dags / "sub" / "a.py").write_text("0", encoding="utf-8")
    (tmp_path / "folders" / "outside.py").write_text("0", encoding="utf-8")
    (dags / "link").symlink_to(target)
    told = publish().stdout
    assert ("link" in published(tmp_path / "dags.git")) is is_published
    assert ("left out link: the link leads out of the folder, or nowhere" in told) is not is_published


def test_a_link_to_a_folder_above_it_is_left_out(publish, dags, tmp_path):
    (dags / "sub").mkdir()
    (dags / "sub" / "loop").symlink_to("..")
    (dags / "sub" / "self").symlink_to("../sub")
    publish()
    assert published(tmp_path / "dags.git") == {"canary.py"}


def test_a_large_file_is_left_out_and_named(publish, dags, tmp_path):
    with open(dags / "model.bin", "wb") as stream:
        stream.truncate(LARGE_BYTES)
    assert "left out model.bin: it is larger than 100 MiB" in publish().stdout
    assert published(tmp_path / "dags.git") == {"canary.py"}


def test_what_cannot_be_read_is_left_out_and_named(images, shell, dags, tmp_path):
    # Root may read everything as long as it has its capabilities.
    prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    command = [*prefix, images / "git_server" / "git-server", "publish", dags, tmp_path / "dags.git"]
    (dags / "secret.py").write_text("0", encoding="utf-8")
    (dags / "secret.py").chmod(0)
    assert "left out secret.py: it cannot be read" in shell.run(*command).stdout
    dags.chmod(0)
    assert "cannot be read by user" in shell.run(*command).stderr
    dags.chmod(0o755)
    assert published(tmp_path / "dags.git") == {"canary.py"}


@pytest.mark.parametrize("left", ["dags.git.new/refs/x", "dags.git/publish-index.lock", "dags.git/refs/heads/main.lock", "dags.git/HEAD.lock"])
def test_what_a_killed_run_left_is_no_obstacle(publish, dags, tmp_path, left):
    publish()
    (tmp_path / left).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / left).touch()
    (dags / "other.py").write_text("0", encoding="utf-8")
    assert publish().returncode == 0
    assert published(tmp_path / "dags.git") == {"canary.py", "other.py"} and commits(tmp_path / "dags.git") == 2


@pytest.fixture
def killed_at(publish, shell):
    """Callable that publishes twice, and kills the shell that waits for a command of git: before it does anything, and after it has."""
    real = shutil.which("git")

    def run(command):
        for body in ("", f'"{real}" "$@";'):
            kill = f"{body} kill -KILL $PPID; exit 137"
            shell.stand_in("git", f'case " $* " in *" {command} "*) {kill} ;; *) exec "{real}" "$@" ;; esac')
            assert publish().returncode != 0
        (shell.folder / "git").unlink()
    return run


@pytest.mark.parametrize("command", ["ls-files", "update-index", "write-tree", "commit-tree", "update-ref"])
def test_a_run_that_is_killed_at_any_command_is_continued(publish, killed_at, dags, tmp_path, command):
    publish()
    before = git(tmp_path / "dags.git", "rev-parse", "main")
    (dags / "other.py").write_text("0", encoding="utf-8")
    killed_at(command)
    assert publish().returncode == 0
    assert published(tmp_path / "dags.git") == {"canary.py", "other.py"}
    assert git(tmp_path / "dags.git", "rev-parse", "main^") == before
    assert git(tmp_path / "dags.git", "fsck") == []


def test_a_run_that_is_killed_while_it_makes_the_repository_is_continued(publish, killed_at, tmp_path):
    killed_at("init")
    assert publish().returncode == 0
    assert published(tmp_path / "dags.git") == {"canary.py"}


def test_a_folder_that_cannot_be_listed_is_not_published_as_empty(publish, shell, dags, tmp_path):
    publish()
    for command in ("ls-files", "update-index"):
        real = shutil.which("git")
        shell.stand_in("git", f'case " $* " in *" {command} "*) exit 1 ;; *) exec "{real}" "$@" ;; esac')
        assert publish().returncode != 0
        (shell.folder / "git").unlink()
    assert published(tmp_path / "dags.git") == {"canary.py"}


def test_what_is_being_written_is_not_published_half(publish, shell, dags, tmp_path):
    # An editor goes on writing between two looks.
    shell.stand_in("sleep", f'[ -e {dags}/done ] || echo "y = 2" >> {dags}/canary.py; [ "$(wc -l < {dags}/canary.py)" -lt 3 ] || touch {dags}/done')
    publish()
    assert commits(tmp_path / "dags.git") == 1
    assert git(tmp_path / "dags.git", "show", "main:canary.py") == "x = 1 y = 2 y = 2".split()
    assert published(tmp_path / "dags.git") == {"canary.py", "done"}


def test_one_publisher_at_a_time_touches_the_repository(publish, shell, dags, tmp_path):
    publish()
    (dags / "other.py").write_text("0", encoding="utf-8")
    for program in ("flock", "git"):
        shell.stand_in(program, f'echo {program} >> {tmp_path}/order; exec "{shutil.which(program)}" "$@"')
    publish()
    order = (tmp_path / "order").read_text(encoding="utf-8").split()
    assert order[0] == "flock" and set(order[1:]) == {"git"}
    with open(tmp_path / "dags.git.lock", "a", encoding="utf-8") as lock:
        # No process holds it any more.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_folder_that_never_keeps_still_is_published(publish, shell, dags, tmp_path):
    shell.stand_in("sleep", f'echo "y = 2" >> {dags}/canary.py')
    assert publish().returncode == 0
    assert commits(tmp_path / "dags.git") == 1


def test_a_missing_folder_is_named(publish, tmp_path):
    result = publish(folder=tmp_path / "nowhere")
    assert result.returncode == 66
    assert f"no folder {tmp_path}/nowhere" in result.stderr


class Server:
    """`git-server serve`, on a free port of loopback.

    log: what it has said.
    """

    def __init__(self, script, folders, repositories, path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = []
        self._process = subprocess.Popen(
            [script, "serve", repositories, folders], env={"PATH": path, "GIT_SERVER_PORT": str(self.port)}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self._reader = threading.Thread(target=lambda: self.log.extend(self._process.stdout))
        self._reader.start()

    def stop(self):
        """Kill it, and all that it has started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()

    def main(self, name="dags"):
        """:returns: the commit that a client finds on main; it asks until the server answers."""
        command = ["git", "ls-remote", "--exit-code", f"git://127.0.0.1:{self.port}/{name}.git", "refs/heads/main"]
        while True:
            asked = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS)
            if asked.returncode == 0:
                return asked.stdout.split()[0]
            assert "Connection refused" in asked.stderr and self._process.poll() is None, (asked.stderr, self.log)


@pytest.fixture
def serve(images, dags, tmp_path):
    """A context with a running `Server` of the folders; each continues what the one before has left."""
    @contextlib.contextmanager
    def run():
        (tmp_path / "repositories").mkdir(exist_ok=True)
        server = Server(images / "git_server" / "git-server", tmp_path / "folders", tmp_path / "repositories", os.environ["PATH"])
        try:
            yield server
        finally:
            server.stop()
    return run


def test_a_change_is_there_at_the_next_fetch_and_nothing_is_restarted(serve, dags, tmp_path):
    repository = tmp_path / "repositories" / "dags.git"
    with serve() as server:
        first = server.main()
        (dags / "canary.py").write_text("x = 2\n", encoding="utf-8")
        second = server.main()
        clone = tmp_path / "clone"
        subprocess.run(["git", "clone", "--quiet", f"git://127.0.0.1:{server.port}/dags.git", clone], check=True, timeout=LIMIT_SECONDS)
        assert (clone / "canary.py").read_text(encoding="utf-8") == "x = 2\n"
        assert server.main() == second
        assert git(repository, "rev-list", "main") == [second, first]
    assert [line for line in server.log if "published" in line] == [
        f"git-server: published {commit} of {dags}\n" for commit in (first, second)]


def test_another_container_continues_the_history(serve, dags, tmp_path):
    with serve() as server:
        first = server.main()
    (dags / "canary.py").write_text("x = 2\n", encoding="utf-8")
    with serve() as server:
        assert git(tmp_path / "repositories" / "dags.git", "rev-list", server.main()) == [server.main(), first]


def test_each_folder_is_a_repository_of_its_own(serve, tmp_path):
    (tmp_path / "folders" / "canary").mkdir()
    with serve() as server:
        assert server.main("canary") != server.main("dags")


def test_while_the_folder_is_gone_the_last_commit_is_served(serve, dags):
    with serve() as server:
        first = server.main()
        shutil.rmtree(dags)
        assert server.main() == first
        dags.mkdir()
        assert server.main() != first
    assert any("there is no folder" in line for line in server.log)
    assert any("serves the last commit of" in line for line in server.log)


def test_all_who_fetch_at_once_get_the_same_commit(serve, dags, tmp_path):
    with serve() as server:
        server.main()
        (dags / "canary.py").write_text("x = 2\n", encoding="utf-8")
        found = []
        clients = [threading.Thread(target=lambda: found.append(server.main())) for _number in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    assert len(found) == 8 and len(set(found)) == 1 and commits(tmp_path / "repositories" / "dags.git") == 2


def test_a_damaged_history_begins_anew(serve, dags, tmp_path):
    with serve() as server:
        first = server.main()
    tree = git(tmp_path / "repositories" / "dags.git", "rev-parse", "main^{tree}")[0]
    damaged = tmp_path / "repositories" / "dags.git" / "objects" / tree[:2] / tree[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"")
    with serve() as server:
        assert server.main() == first
    assert any("its history begins anew" in line for line in server.log)
