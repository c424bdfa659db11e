"""The end of a job without a pid namespace: nobody survives it, nothing of theirs is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.box.inside.roundup import remove, sweep

SCRIPT = """
import os, resource, signal, sys, time
from grader.box.inside import namespaces, roundup
alone, uid = {alone}, {uid}
if uid:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    resource.setrlimit(resource.RLIMIT_NPROC, (60, 60))
namespaces.prctl(namespaces.PR_SET_CHILD_SUBREAPER, 1)
told, tell = os.pipe()
if os.fork() == 0:
    try:
        {code}
    finally:
        os._exit(1)
os.read(told, 1)
time.sleep({after_s})
roundup.kill_descendants(is_alone=alone)
print(open(f"/proc/{{os.getpid()}}/task/{{os.getpid()}}/children").read().split())
"""
DAEMON = "os.setsid(); os.fork() and os._exit(0); os.setsid(); os.write(tell, b'x'); time.sleep(60)"
DEAF = "[signal.signal(n, signal.SIG_IGN) for n in range(1, 16) if n != 9]; os.write(tell, b'x'); time.sleep(60)"
CHAIN = """os.write(tell, b'x')
        while True:
            try:
                if os.fork(): os._exit(0)
            except OSError: pass"""
BOMB = CHAIN.replace("if os.fork(): os._exit(0)", "os.fork()")
UID = 61_907  # nobody's

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can take a uid that nobody has")


def left_after(code: str, *, alone: bool = False, uid: int = 0, after_s: float = 0.0) -> str:
    """The children that are left when the descendants that `code` makes have been rounded up."""
    script = SCRIPT.format(code=code, alone=alone, uid=uid, after_s=after_s)
    try:
        return subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()
    finally:
        if uid:  # what this test could not end must not go on after it
            subprocess.run([sys.executable, "-c", END.format(uid=uid)], check=True)


END = """
import os, signal
from contextlib import suppress
os.setresgid({uid}, {uid}, {uid})
os.setresuid({uid}, {uid}, {uid})
with suppress(ProcessLookupError):
    os.kill(-1, signal.SIGKILL)
"""


@pytest.mark.parametrize("code", [DAEMON, DEAF], ids=["daemon", "deaf"])
def test_no_descendant_survives(code: str) -> None:
    assert left_after(code) == "[]"


@needs_root
@pytest.mark.parametrize("code", [DAEMON, DEAF, CHAIN, BOMB], ids=["daemon", "deaf", "chain", "bomb"])
@pytest.mark.parametrize("after_s", [0.0, 0.3])
def test_alone_under_its_uid_nothing_outruns_it(code: str, after_s: float) -> None:
    assert left_after(code, alone=True, uid=UID, after_s=after_s) == "[]"


@needs_root
def test_with_a_shared_uid_a_chain_of_processes_does_not_outrun_it() -> None:
    assert left_after(CHAIN, uid=UID) == "[]"


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
