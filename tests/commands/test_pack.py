"""`grade pack` tells what is in the file, what is missing and what was left out; checks that fail stop nothing."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.commands.pack import lines, pack
from grader.errors import UsageError
from grader.home.packing import Item, Packing
from grader.home.wrapping import cells
from grader.intake.manifest import MANIFEST
from tests.home.kits import SOLVED, STARTER, write_kit

EXPECTS = """\
handout:
  expects:
    the functions: {kind: code, files: [attention.py]}
    the notebook: {kind: notebook, files: ["*.ipynb"], optional: true}
    the log of the training: {kind: log, files: [train.log]}
units:
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A homework folder whose log is missing."""
    folder = write_kit(tmp_path_factory.mktemp("home") / "作业 4")
    form = folder / "public.yaml"
    form.write_text(form.read_text(encoding="utf-8").replace("units:\n", EXPECTS, 1), encoding="utf-8")
    return folder


@pytest.fixture
def here(kit: Path) -> Iterator[Path]:
    """The homework folder as the working directory; afterwards it is as it was."""
    before, there = Path.cwd(), set(kit.iterdir())
    os.chdir(kit)
    yield kit
    os.chdir(before)
    for path in set(kit.iterdir()) - there:
        path.unlink()
    (kit / "attention.py").write_text(SOLVED, encoding="utf-8")


def test_the_file_is_written_though_something_is_missing_and_that_is_the_last_word(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "attention.py").write_text(STARTER, encoding="utf-8")

    code = pack(folder=None, out=None, as_json=False, progress=None)

    printed = capsys.readouterr().out.splitlines()
    assert code == 1
    assert printed == [
        "tiny · A tiny assignment · what will be received",
        "  found     attention.py: the functions, 397 bytes; not started: w, c",
        "  missing   train.log: the log of the training",
        "  parts     not started w, c; waiting t; missing log, why",
        f"wrote tiny.zip: 1 file, {(here / 'tiny.zip').stat().st_size} bytes",
        "missing: train.log. The file was written all the same; add what is missing, and",
        "  pack again",
    ]
    assert zipfile.ZipFile(here / "tiny.zip").namelist() == [MANIFEST, "attention.py"]


def test_when_all_is_there_that_is_the_last_word(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.log").write_text("step 1 loss 2.0\n", encoding="utf-8")
    (here / ".env").write_text("TOKEN=1", encoding="utf-8")

    code = pack(folder=None, out=None, as_json=False, progress=None)

    printed = capsys.readouterr().out.splitlines()
    assert code == 0
    assert printed[3:5] == [
        "  left out  .env: its name begins with a dot: settings of this machine",
        "  parts     passed w, c, t; found log; missing why",
    ]
    assert printed[-1] == "nothing is missing; hand in this file as it is"


@pytest.mark.parametrize("name", ["expected.safetensors", "known.json"])
def test_a_damaged_kit_stops_nothing_and_json_is_the_same_record(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    whole = (here / "checks" / name).read_bytes()
    (here / "checks" / name).write_bytes(whole[:20])
    try:
        code = pack(folder=None, out=Path("mine"), as_json=True, progress="none")
    finally:
        (here / "checks" / name).write_bytes(whole)

    record = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (here / "mine.zip").stat().st_size == record["bytes"]
    assert (record["file"], record["files"], record["missing"]) == (
        "mine.zip",
        ["attention.py"],
        ["the log of the training"],
    )
    assert [(each["file"], each["state"]) for each in record["items"]] == [
        ("attention.py", "found"),
        ("*.ipynb", "missing"),
        ("train.log", "missing"),
    ]
    assert record["checked"] == {}
    assert record["note"].startswith("they did not run: ")


def test_a_file_of_somebody_else_is_told_before_anything_runs(here: Path) -> None:
    (here / "tiny.zip").write_bytes(b"mine")

    with pytest.raises(UsageError, match="E-PACK"):
        pack(folder=here, out=None, as_json=False, progress=None)
    assert (here / "tiny.zip").read_bytes() == b"mine"


def test_outside_of_a_homework_folder_it_is_said_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="E-HOME"):
        pack(folder=tmp_path, out=None, as_json=False, progress=None)


# --- words ------------------------------------------------------------------------------------------------------------

FOUND = Item("the model", "code", "found", "student/nmt_model.py", 12_600)
MISSING = Item("the translations", "data", "missing", "outputs/test_outputs.txt", note="there is test_outputs.txt")
WIDE = Item("测试集的译文，由训练好的模型给出", "data", "found", "outputs/译文/第一个测试集的译文.txt", 3 * 1024**2)


def printed(*items: Item, width: int = 80, left_out: tuple[str, ...] = (), note: str = "", **files: bytes) -> list[str]:
    """What is said of these things."""
    checked = {} if note else {"1d": "passed", "1e": "failed", "1f": "passed"}
    packed = Packing("a4", "Translation", items, files, left_out, checked)  # type: ignore[arg-type]
    return list(lines(packed, Path("a4.zip"), 2048, width, note))


def test_each_thing_has_its_line() -> None:
    assert printed(FOUND, MISSING, a=b"x" * 10, b=b"y" * 20) == [
        "a4 · Translation · what will be received",
        "  found     student/nmt_model.py: the model, 12.3 KB",
        "  missing   outputs/test_outputs.txt: the translations; there is",
        "            test_outputs.txt",
        "  also in   2 other files, 30 bytes, the largest b",
        "  parts     passed 1d, 1f; failed 1e",
        "wrote a4.zip: 2 files, 2.0 KB",
        "missing: outputs/test_outputs.txt. The file was written all the same; add what",
        "  is missing, and pack again",
    ]


def test_no_line_is_wider_than_it_may_be() -> None:
    told = printed(FOUND, MISSING, WIDE, width=60, left_out=("a.so: compiled code",), a=b"x")

    assert max(map(cells, told)) <= 60


def test_a_terminal_of_few_signs_gets_few() -> None:
    packed = Packing("a4", "Translation", (FOUND,), {"a": b"x"}, (), {"1d": "passed"})

    assert all(line.isascii() for line in lines(packed, Path("a4.zip"), 1, signs=False))


def test_what_was_left_out_is_told_up_to_a_number() -> None:
    told = printed(FOUND, left_out=tuple(f"{number}.so: compiled code" for number in range(20)), a=b"x")

    assert sum(line.startswith("  left out  ") for line in told) == 8
    assert "            and 12 more" in told


def test_a_folder_with_nothing_in_it_is_told() -> None:
    assert printed()[-1] == "nothing to hand in: the folder holds no file of yours"


def test_a_note_stands_where_the_parts_would() -> None:
    assert "  parts     they did not run: torch is not installed" in printed(
        FOUND, note="they did not run: torch is not installed", a=b"x"
    )


def test_foreign_names_are_safe_text() -> None:
    hostile = Item("x\x1b[2J", "code", "found", "a\u202eb.py", 1, "n\x07")

    assert all(line.isprintable() for line in printed(hostile, a=b"x"))
