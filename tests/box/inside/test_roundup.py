"""The end of a job without a pid namespace: nobody survives it, nothing of theirs is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.box.inside.roundup import remove, sweep

SCRIPT = """
import os, signal, sys, time
from grader.box.inside import namespaces, roundup
namespaces.prctl(namespaces.PR_SET_CHILD_SUBREAPER, 1)
told, tell = os.pipe()
if os.fork() == 0:
    {code}
os.read(told, 1)
roundup.kill_descendants()
print(open(f"/proc/{{os.getpid()}}/task/{{os.getpid()}}/children").read().split())
"""
DAEMON = "os.setsid(); os.fork() and os._exit(0); os.setsid(); os.write(tell, b'x'); time.sleep(60)"
CHAINS = """os.write(tell, b'x')
    for _ in range(5): os.fork()
    while True:
        if os.fork(): os._exit(0)"""
DEAF = "[signal.signal(n, signal.SIG_IGN) for n in range(1, 16) if n != 9]; os.write(tell, b'x'); time.sleep(60)"


@pytest.mark.parametrize("code", [DAEMON, DEAF], ids=["daemon", "deaf"])
def test_no_descendant_survives(code: str) -> None:
    script = SCRIPT.format(code=code)
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert out.stdout == "[]\n"


@pytest.mark.parametrize("again", range(5))
def test_no_chain_of_processes_that_fork_and_leave_outruns_it(again: int) -> None:
    out = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=CHAINS)], capture_output=True, text=True, timeout=10, check=True
    )

    assert out.stdout == "[]\n"


def test_folders_are_removed_whatever_their_modes(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    (folder / "closed" / "deep").mkdir(parents=True)
    (folder / "closed" / "deep" / "file").write_text("x")
    (folder / "closed").chmod(0)
    remove(str(folder))

    assert not folder.exists()


def test_folders_are_removed_that_lie_deeper_than_a_path_may_be_long(tmp_path: Path) -> None:
    script = (
        "import os; os.mkdir('job'); os.chdir('job')"
        + "; [(os.mkdir('d' * 50), os.chdir('d' * 50)) for _ in range(1500)]"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    (tmp_path / "job" / "beside").mkdir()
    (tmp_path / "job" / "beside" / "link").symlink_to("/usr")
    remove(str(tmp_path / "job"))

    assert not (tmp_path / "job").exists()
    assert Path("/usr/bin").is_dir()


def test_sweeping_removes_files_folders_and_links_of_this_user(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("/etc")
    sweep(str(tmp_path))

    assert list(tmp_path.iterdir()) == []
    assert Path("/etc").is_dir()
