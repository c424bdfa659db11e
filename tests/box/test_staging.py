"""What a slot gets to see of us."""

from __future__ import annotations

import json
import os
import py_compile
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.inside.plan import read_plan
from grader.box.pool import Pool
from grader.box.staging import ENTRY, end_left, make_folder, plan, stage
from grader.box.switches import ALL_ON, Switches
from grader.nouns.asked import Handout, Unit
from grader.nouns.plain import Level

REPOSITORY = Path(__file__).resolve().parents[2]
HANDOUT = Handout(
    probes="def probe(hw): ...\n",
    units=(Unit("nmt_model", ("NMT",), {"vocab": "stand_ins/vocab.py"}),),
    given={"stand_ins/vocab.py": b"x = 1\n"},
    staff_files={"data/train.txt": b"a b c\n"},
    repairs=("uint8_masks",),
)


def staged(folder: Path, level: Level = "strict", switches: Switches = ALL_ON) -> Path:
    worker = folder / "worker"
    worker.mkdir()
    stage(worker, HANDOUT, plan(HANDOUT, level, switches, shares_uid=False))
    return worker


def test_kit_the_inside_and_the_handout_are_there_and_nothing_else(tmp_path: Path) -> None:
    worker = staged(tmp_path)
    tops = {path.name for path in worker.iterdir()}
    ours = {path.relative_to(worker).parts[1] for path in (worker / "grader").rglob("*")}
    box = {path.name for path in (worker / "grader" / "box").iterdir()}

    assert tops == {"grader", "probes.py", "plan.json", "given", "staff"}
    assert ours <= {"grader"} | {"__init__.py", "kit", "box"}
    assert box == {"__init__.py", "inside"}
    assert (worker / ENTRY).is_file()


def test_what_was_compiled_once_is_not_compiled_in_every_slot(tmp_path: Path) -> None:
    py_compile.compile(str(REPOSITORY / "grader" / "kit" / "census.py"), doraise=True)
    worker = staged(tmp_path)

    program = [sys.executable, "-v", "-c", "import grader.kit.census"]
    away = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = subprocess.run(program, cwd=worker, env=away, capture_output=True, text=True, check=True).stderr

    assert f"{worker}/grader/kit/__pycache__/census.{sys.implementation.cache_tag}.pyc matches" in told


def test_the_files_of_the_handout_keep_their_paths(tmp_path: Path) -> None:
    worker = staged(tmp_path)

    assert (worker / "given/stand_ins/vocab.py").read_bytes() == b"x = 1\n"
    assert (worker / "staff/data/train.txt").read_bytes() == b"a b c\n"


def test_every_user_may_read_everything(tmp_path: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in staged(tmp_path).rglob("*")}

    assert modes == {0o755, 0o644}


@pytest.mark.parametrize("name", ["../mistakes.py", "/etc/passwd", "a/../../b"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="leads out of its folder"):
        stage(tmp_path, replace(HANDOUT, given={name: b""}), {})


def test_the_worker_reads_the_plan_that_staging_wrote(tmp_path: Path) -> None:
    read = read_plan(staged(tmp_path))

    assert read.level == "strict"
    assert read.has_pids
    assert read.units[0]["name"] == "nmt_model"
    assert read.repairs == ("uint8_masks",)


@pytest.mark.parametrize(
    ("level", "walls", "confined"), [("strict", True, True), ("container", False, True), ("open", False, False)]
)
def test_which_walls_a_level_has(level: Level, walls: bool, confined: bool) -> None:
    told = plan(HANDOUT, level, ALL_ON, shares_uid=True)

    assert bool(told["namespaces"]) == told["tmpfs"] == told["may_share_memory"] == walls
    assert told["landlock"] == told["seccomp"] == told["nproc"] == confined
    assert told["fsize"]


@pytest.mark.parametrize("switch", ["pidns", "netns", "ipcns"])
def test_a_switch_takes_one_namespace_away(switch: str) -> None:
    told = plan(HANDOUT, "strict", replace(ALL_ON, **{switch: False}), shares_uid=False)

    assert {"user", "mount", "pid", "net", "ipc", "uts"} - set(told["namespaces"]) == {switch[:-2]}


@pytest.mark.parametrize("switch", ["landlock", "seccomp", "nproc", "fsize", "tmpfs"])
def test_a_switch_takes_one_layer_away(switch: str) -> None:
    told = plan(HANDOUT, "strict", replace(ALL_ON, **{switch: False}), shares_uid=False)

    assert [name for name in ("landlock", "seccomp", "nproc", "fsize", "tmpfs") if not told[name]] == [switch]
    assert json.dumps(told)


@pytest.fixture
def gone() -> int:
    """The pid of a process that is no more."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of this test alone, as `make_folder` sees it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


NAMESPACE = Path("/proc/self/ns/pid").stat().st_ino
LEFT = "grade-box-{gone}-{namespace}-ab12_cd3"


def test_a_folder_is_fresh_and_only_ours_to_list(temporary: Path) -> None:
    one, two = make_folder(), make_folder()

    assert one != two
    assert one.parent == two.parent == temporary
    assert one.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_run_left_is_removed_with_all_that_is_in_it(temporary: Path, gone: int) -> None:
    left = temporary / LEFT.format(gone=gone, namespace=NAMESPACE)
    (left / "slot-0" / "job").mkdir(parents=True)
    (left / "slot-0" / "job" / "work.py").write_text("x")
    here = make_folder()

    assert [*temporary.iterdir()] == [here]


@pytest.mark.parametrize(
    "name",
    [
        "grade-box-{alive}-{namespace}-ab12_cd3",
        "grade-box-1-{namespace}-ab12_cd3",
        "grade-box-{gone}-1-ab12_cd3",
        "grade-box-{gone}-ab12_cd3",
        "grade-box-0{gone}-{namespace}-ab12_cd3",
        "grade-box-99999999999999999999-{namespace}-ab12_cd3",
        "grade-box-{gone}-{namespace}-ab.old",
        "grade-box-notes",
        "grade-{gone}-{namespace}-ab12_cd3",
    ],
    ids=["alive", "not ours to signal", "namespace", "no namespace", "zero", "no pid", "no end", "words", "prefix"],
)
def test_a_folder_that_may_be_somebodys_is_kept(temporary: Path, gone: int, name: str) -> None:
    kept = temporary / name.format(alive=os.getpid(), gone=gone, namespace=NAMESPACE)
    kept.mkdir()
    make_folder()

    assert kept.is_dir()


def test_a_folder_of_another_container_is_removed_after_a_day(temporary: Path, gone: int) -> None:
    old = temporary / LEFT.format(gone=gone, namespace=1)
    old.mkdir()
    os.utime(old, (0, 0))
    make_folder()

    assert not old.exists()


def test_a_link_by_such_a_name_leads_nowhere(temporary: Path, gone: int) -> None:
    target = temporary / "work"
    target.mkdir()
    link = temporary / LEFT.format(gone=gone, namespace=NAMESPACE)
    link.symlink_to(target)
    make_folder()

    assert target.is_dir()
    assert link.is_symlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder another user's")
def test_a_folder_of_another_user_is_theirs(temporary: Path, gone: int) -> None:
    theirs = temporary / LEFT.format(gone=gone, namespace=NAMESPACE)
    theirs.mkdir()
    os.chown(theirs, 61_111, 61_111)
    make_folder()

    assert theirs.is_dir()


KILLED = """
import os, signal
from grader.box.pool import Pool
from grader.nouns.asked import Handout
Pool(Handout("", ()), level="open", workers=1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_pool_removes_what_a_killed_one_left(temporary: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED], env={**os.environ, "TMPDIR": str(temporary)}, check=False)
    (left,) = temporary.iterdir()
    with Pool(HANDOUT, level="open", workers=1):
        found = left.exists()

    assert not found
    assert [*temporary.iterdir()] == []


def test_a_bubblewrap_that_outlived_its_run_is_ended_and_nobody_else(tmp_path: Path) -> None:
    waits = ["-c", "read line", f"{tmp_path}/worker"]
    left = subprocess.Popen(["/usr/bin/bwrap", *waits], executable="/bin/bash", stdin=subprocess.PIPE)
    other = subprocess.Popen(["/usr/bin/editor", *waits], executable="/bin/bash", stdin=subprocess.PIPE)
    elsewhere = subprocess.Popen(["/usr/bin/bwrap", *waits[:2]], executable="/bin/bash", stdin=subprocess.PIPE)

    end_left(tmp_path)

    assert left.wait(timeout=10) == -signal.SIGKILL
    for each in (other, elsewhere):
        each.communicate(b"\n", timeout=10)
