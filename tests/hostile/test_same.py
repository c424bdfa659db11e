"""The same class gives the same results: byte for byte, whoever runs beside, in whatever order, as often as you like.

Left out of the comparison is what is measured, and nothing else: every `seconds` and `peak_bytes`, and in the reason of
a stopped part how much it had used of what it was allowed. Hand-ins that are random themselves are no part of this
class: tests/test_repeats.py says what is done with them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.box.levels import best_level
from tests import tiny

CASES = Path(__file__).with_name("cases")
NEIGHBOURS = (
    "daemon",
    "env-secrets",
    "exit0-import",
    "forge-frame",
    "leave-files",
    "segfault-abort",
    "patch-serialiser",
)
MEASURED = re.compile(r'"(?:seconds|peak_bytes)": [\d.e+-]+|[\d.]+ (?:s|[KMG]iB) used')
QUICK = tiny.RUBRIC.replace("wall_s: 3, cpu_s: 3", "wall_s: 20, cpu_s: 0.5")
ELSEWHERE = {  # all that may be another on another day, on another machine: one run tells that none of it matters
    "OMP_NUM_THREADS": "4",
    "MKL_NUM_THREADS": "4",
    "OPENBLAS_NUM_THREADS": "3",
    "PYTHONHASHSEED": "4224",
    "TZ": "Asia/Tokyo",
    "LANG": "C",
}
Run = Callable[..., Path]  # the folder with what a run wrote


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Grades the tiny class, each time into a fresh folder: hand-ins under these names, with these words."""
    root = tmp_path_factory.mktemp("same")
    tiny.write_course(root, rubric=QUICK)

    @cache
    def run(*words: str, name_of: Callable[[str], str] = str, beside: bool = False, **changed: str) -> Path:
        submissions, out = Path(root, "submissions"), tmp_path_factory.mktemp("out")
        shutil.rmtree(submissions, ignore_errors=True)
        for name, text in tiny.HAND_INS.items():
            Path(submissions, name_of(name)).mkdir(parents=True)
            Path(submissions, name_of(name), "attention.py").write_text(text, encoding="utf-8")
        for case in NEIGHBOURS if beside else ():
            shutil.copytree(CASES / case, submissions / f"0-{case}", ignore=shutil.ignore_patterns("expect.yaml"))
        command = [sys.executable, "-m", "grader.cli", "run", "submissions", "--rubric", "rubrics/tiny.yaml"]
        command += ["--out", str(out), "--isolation", best_level(), "--progress", "none", *words]
        done = subprocess.run(command, cwd=root, env={**os.environ, **changed}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return out

    return run


def document(out: Path) -> str:
    """results.json without what is measured."""
    return MEASURED.sub("", (out / "results.json").read_text(encoding="utf-8"))


def arrays(out: Path) -> Mapping[str, bytes]:
    """Every array file."""
    return {path.name: path.read_bytes() for path in (out / "arrays").iterdir()}


def pages(out: Path) -> Mapping[str, str]:
    """What students get."""
    return {path.name: MEASURED.sub("", path.read_text(encoding="utf-8")) for path in out.glob("*[!x].html")}


def by_files(out: Path) -> dict[str, Any]:
    """sha256 of the files -> its result, but for the name it was handed in under and the mark that rests on it."""
    submissions = json.loads((out / "results.json").read_text(encoding="utf-8"))["submissions"]
    return {each["sha256"]: _without_measured({**each, "id": "", "mark": ""}) for each in submissions}


def _without_measured(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_measured(each) for key, each in value.items() if key not in ("seconds", "peak_bytes")}
    if isinstance(value, list):
        return [_without_measured(each) for each in value]
    return MEASURED.sub("", value) if isinstance(value, str) else value


def test_nothing_measured_is_left_out_but_times_memory_and_what_was_used(graded: Run) -> None:
    text = (graded("-j", "1") / "results.json").read_text(encoding="utf-8")
    keys = {match.split('"')[1] for match in MEASURED.findall(text) if match.startswith('"')}

    assert keys == {"seconds", "peak_bytes"}


@pytest.mark.parametrize(
    ("words", "changed"),
    [(("-j", "1"), ELSEWHERE), (("-j", "2"), {})],
    ids=["threads, hash seed, time zone, language", "two workers"],
)
def test_the_same_class_graded_again_gives_the_same_bytes_whatever_is_around_it(
    graded: Run, words: tuple[str, ...], changed: dict[str, str]
) -> None:
    first, second = graded("-j", "1"), graded(*words, **changed)

    assert document(first) == document(second)
    assert arrays(first) == arrays(second)
    assert pages(first) == pages(second)


def _reversed(name: str) -> str:
    """Names whose order is the other way round, after those of the hostile neighbours."""
    return f"{9 - sorted(tiny.HAND_INS).index(name)}-{name}"


def test_neither_the_order_nor_hostile_hand_ins_in_the_same_slot_change_anybodys_result(graded: Run) -> None:
    alone = by_files(graded("-j", "1"))
    beside = by_files(graded("-j", "1", name_of=_reversed, beside=True))

    assert len(beside) == len(alone) + len(NEIGHBOURS)
    assert {sha256: beside[sha256] for sha256 in alone} == alone
