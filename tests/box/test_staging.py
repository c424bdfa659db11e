"""What a slot gets to see of us."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.inside.plan import read_files, read_plan
from grader.box.staging import ENTRY, make_folder, plan, stage
from grader.box.switches import ALL_ON, Switches
from grader.nouns import Handout, Level, Unit

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


def test_files_of_a_folder_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert read_files(tmp_path / "none") == {}


def test_folders_of_runs_that_were_killed_are_removed_and_others_kept() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    here = make_folder()
    old, young = (here.with_name(f"grade-box-{gone.pid}-{name}") for name in ("old", "young"))
    old.mkdir()
    young.mkdir()
    os.utime(old, (0, 0))
    os.utime(here, (0, 0))
    another = make_folder()
    found = (old.exists(), young.exists(), here.exists(), another.exists())
    for folder in (here, young, another):
        folder.rmdir()

    assert found == (False, True, True, True)
