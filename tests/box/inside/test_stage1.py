"""A job's walls: what they are made of, and what is reported over the status socket."""

from __future__ import annotations

import json
import os
import resource
import stat
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.box.inside.namespaces import JOB_UID
from grader.box.inside.plan import Plan, read_plan
from grader.box.inside.stage1 import Places, give_up, make_places, raise_walls, unpack
from grader.box.levels import lacks
from grader.box.slot import BoxDiedError, RunningJob, Zygote, packed
from grader.box.staging import plan
from grader.box.switches import ALL_ON
from grader.box.watch import tree
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from tests.box.inside.forked import in_child, refusal
from tests.box.orders import LIMITS, asked, imported, ordered

Zygotes = Callable[[Level], Zygote]
LEVELS: list[Level] = ["open", "strict"]
WALLS = pytest.mark.skipif("namespaces of a job" in lacks("strict"), reason="this machine gives no namespaces")


def plan_of(level: Level, folder: Path, **changes: Any) -> Plan:
    (folder / "plan.json").write_text(json.dumps({**plan(Handout("", ()), level, ALL_ON, shares_uid=False), **changes}))
    return read_plan(folder)


# --- unpacking --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.py": b""},
        {"a.py": b"x = 1\n", "deep/er/b.py": b"\0\xff" * 70_000},
        {"na\u00efve name.py": b"1", "-rf": b"2", "..hidden": b"3", "line\nbreak": b"4"},
        {os.fsdecode(b"\xff\xfe"): b"not UTF-8"},
    ],
    ids=["none", "empty", "folders", "odd names", "bytes"],
)
def test_what_is_packed_is_unpacked_to_the_byte(tmp_path: Path, files: dict[str, bytes]) -> None:
    unpack(packed(files), str(tmp_path))

    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == files


@pytest.mark.parametrize("name", ["/etc/mark", "../mark", "a/../../mark", "a/.."])
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    root = tmp_path / "job"
    root.mkdir()
    with pytest.raises(ValueError, match="leads out of the job"):
        unpack(packed({name: b"x"}), str(root))

    assert [*tmp_path.rglob("*")] == [root]


def test_half_a_message_is_an_error_of_ours(tmp_path: Path) -> None:
    fd = os.memfd_create("half")
    os.write(fd, struct.pack("<I", 2) + struct.pack("<HQ", 1, 1) + b"ax")

    with pytest.raises(struct.error):
        unpack(fd, str(tmp_path))


def test_a_hand_in_can_be_unpacked_again(tmp_path: Path) -> None:
    fd = packed({"a.py": b"x"})
    for name in ("one", "two"):
        unpack(os.dup(fd), str(tmp_path / name))
    os.close(fd)

    assert (tmp_path / "one/a.py").read_bytes() == (tmp_path / "two/a.py").read_bytes() == b"x"


# --- walls ------------------------------------------------------------------------------------------------------


def walled(folder: Path, look: Callable[[Places], Any], **changes: Any) -> Any:
    """What `look` returns behind the strict level's walls."""
    told = plan_of("strict", folder, namespaces=["user", "mount", "ipc", "uts", "net"], **changes)
    return in_child(lambda: look(raise_walls(told)))


@WALLS
def test_without_file_systems_of_its_own_a_job_has_a_folder_of_its_own(tmp_path: Path) -> None:
    job, tmp, mode = walled(
        tmp_path, lambda places: [places.job, places.tmp, Path(places.job).stat().st_mode], tmpfs=False
    )
    Path(job).rmdir()

    assert (Path(job).parent, tmp) == (Path("/tmp"), "/tmp")
    assert stat.S_IMODE(mode) == 0o700


@WALLS
def test_behind_the_walls_nobody_is_root(tmp_path: Path) -> None:
    uid, folder = walled(tmp_path, lambda places: [os.getuid(), places.job], tmpfs=False)
    Path(folder).rmdir()

    assert uid == JOB_UID


def test_places_of_a_job_without_walls_are_its_own_and_closed_to_others(tmp_path: Path) -> None:
    places = make_places(str(tmp_path))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}

    assert {str(path) for path in tmp_path.rglob("*")} == {places.scratch, places.job, places.tmp}
    assert modes == {0o700}


def test_places_that_are_still_there_are_an_error_of_ours(tmp_path: Path) -> None:
    make_places(str(tmp_path))

    with pytest.raises(FileExistsError):
        make_places(str(tmp_path))


def given_up(folder: Path, level: Level, look: Callable[[], Any], **changes: Any) -> Any:
    """What `look` returns in a child that has given up all that a job of this level must not have."""
    told, places = plan_of(level, folder, seccomp=False, **changes), make_places(str(folder))

    def first() -> Any:
        give_up(told, {"limits": LIMITS}, places, b"")
        return look()

    return in_child(first)


@pytest.mark.parametrize("level", ["open", "container"])
def test_a_student_process_stands_in_its_folder_and_its_home_is_its_tmp(tmp_path: Path, level: Level) -> None:
    here, home, temporary = given_up(
        tmp_path, level, lambda: [str(Path.cwd()), os.environ["HOME"], os.environ["TMPDIR"]]
    )

    assert Path(here).name == "job"
    assert Path(home).name == "tmp"
    assert home == temporary


def test_files_of_a_job_are_nobody_elses(tmp_path: Path) -> None:
    def write() -> int:
        path = Path(os.environ["TMPDIR"], "note")
        path.write_text("x")
        return path.stat().st_mode & 0o777

    assert given_up(tmp_path, "container", write) == 0o600


@pytest.mark.parametrize(
    ("level", "changes", "answer"),
    [("container", {}, "EACCES"), ("container", {"landlock": False}, "allowed"), ("open", {}, "allowed")],
)
def test_landlock_is_put_on_where_the_plan_has_it(
    tmp_path: Path, level: Level, changes: dict[str, bool], answer: str
) -> None:
    assert given_up(tmp_path, level, lambda: refusal(lambda: os.scandir("/")), **changes) == answer


@pytest.mark.parametrize(("shares", "reached"), [(False, True), (True, False)])
def test_processes_of_the_same_user_do_not_count_against_the_limit(tmp_path: Path, shares: bool, reached: bool) -> None:
    found = given_up(tmp_path, "container", lambda: resource.getrlimit(resource.RLIMIT_NPROC)[0], shares_uid=shares)

    assert (found == LIMITS["processes"]) == reached
    assert found >= LIMITS["processes"]


# --- what is reported -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("end", "status"), [("os._exit(5)", 5), ("os.kill(os.getpid(), 15)", -15), ("os.abort()", -6)])
def test_how_the_student_process_ended_is_reported(zygotes: Zygotes, level: Level, end: str, status: int) -> None:
    with ordered(zygotes(level), f"import os\n{end}\ndef answer():\n    pass\n") as job:
        imported(job)
        while not job.is_over:
            job.step(5.0)
        report = job.end()

    # pid 1 of a job is deaf to signals it does not handle; the student process is pid 2 and is not
    assert report["exit"] == status
    assert 0 < report["cpu_s"] < 10
    assert report["peak"] > 2**20


@pytest.mark.parametrize("level", LEVELS)
def test_a_job_that_is_ended_from_outside_counts_as_killed_and_nothing_of_it_is_left(
    zygotes: Zygotes, level: Level
) -> None:
    source = "import os, time\nos.fork() or time.sleep(600)\ntime.sleep(600)\ndef answer():\n    pass\n"
    with ordered(zygotes(level), source) as job:
        pid = job.pid()
        deadline = time.monotonic() + 20
        while len(tree(pid)) < 3 and time.monotonic() < deadline:
            job.step(0.05)
        below = tree(pid)
        report = job.end()

    assert len(below) >= 3
    assert report["exit"] == -9
    assert not any(Path(f"/proc/{each}").exists() for each in below)


@pytest.mark.parametrize("level", LEVELS)
def test_a_hand_in_may_write_beside_its_code_and_is_gone_afterwards(zygotes: Zygotes, level: Level) -> None:
    source = """
import os
from pathlib import Path
def answer():
    Path(__file__).with_name('notes.txt').write_text('hello')
    return {'said': open('notes.txt').read(), 'here': os.getcwd()}
"""
    with ordered(zygotes(level), source) as job:
        imported(job)
        found = asked(job).texts
        job.end()

    assert found["said"] == "hello"
    assert not Path(found["here"]).exists() or (found["here"] == "/job" and level == "strict")


def test_behind_walls_the_room_beside_the_code_is_small(zygotes: Zygotes) -> None:
    source = """
import os
def answer():
    written = 0
    try:
        with open('full.bin', 'wb', buffering=0) as file:
            while True:
                written += file.write(bytes(1 << 20))
    except OSError as error:
        return {'said': f'{os.strerror(error.errno)} after {written >> 20} MiB'}
"""
    with ordered(zygotes("strict"), source) as job:
        imported(job)
        found = asked(job)

    assert found.texts["said"] in {f"No space left on device after {mib} MiB" for mib in (15, 16)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_hand_in_that_cannot_be_unpacked_is_our_fault_and_the_zygote_stays(zygotes: Zygotes, level: Level) -> None:
    zygote = zygotes(level)
    with pytest.raises(BoxDiedError, match="leads out of the job"), ordered(zygote, "", **{"../mark": ""}):
        pass

    assert zygote.next_message(30)["at"] == "over"


def test_an_order_that_stage1_does_not_understand_is_our_fault(zygotes: Zygotes) -> None:
    files = packed({})
    job = RunningJob(zygotes("open"), {"limits": {}, "blocked": {}}, files, 100)
    os.close(files)
    with job:
        said = imported(job)
        job.end()

    assert said[0]["at"] == "error"
    assert "KeyError" in said[0]["error"]
