"""What a job holds in files is counted: by name, hidden by modes, or without a name at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.box.inside import fill
from grader.box.inside.fill import Fill

MIB = 1 << 20


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job may hold 4 MiB and 50 files, so that the tests write little."""
    monkeypatch.setattr(fill, "MOST_BYTES", 4 * MIB)
    monkeypatch.setattr(fill, "MOST_FILES", 50)


def written(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def hidden(folder: Path) -> None:
    written(folder / "closed" / "deep" / "large", 5 * MIB)
    (folder / "closed" / "deep").chmod(0)
    (folder / "closed").chmod(0)


FILLINGS: dict[str, Callable[[Path], object]] = {
    "one file": lambda folder: written(folder / "large", 5 * MIB),
    "many files": lambda folder: [written(folder / "many" / str(number), 0) for number in range(60)],
    "deep": lambda folder: written(folder.joinpath(*["deeper"] * 40) / "large", 5 * MIB),
    "behind modes": hidden,
}


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS.keys())
def test_a_job_that_holds_too_much_is_over(tmp_path: Path, filling: Callable[[Path], object]) -> None:
    counted = Fill([str(tmp_path)])
    filling(tmp_path)

    assert counted.is_over([])


def test_a_file_without_a_name_is_held_as_long_as_it_is_open(tmp_path: Path) -> None:
    counted = Fill([str(tmp_path)])
    path = written(tmp_path / "large", 5 * MIB)
    with path.open("rb"):
        path.unlink()
        while_open = counted.is_over([os.getpid()])

    assert (while_open, counted.is_over([os.getpid()])) == (True, False)


def test_what_was_there_at_the_start_is_not_counted(tmp_path: Path) -> None:
    written(tmp_path / "handin" / "data.bin", 20 * MIB)
    counted = Fill([str(tmp_path)])
    written(tmp_path / "tmp" / "own", 3 * MIB)

    assert not counted.is_over([])


def test_holes_links_and_what_is_gone_are_nothing(tmp_path: Path) -> None:
    counted = Fill([str(tmp_path / "job"), str(tmp_path / "never")])
    written(tmp_path / "elsewhere" / "large", 20 * MIB)
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "link").symlink_to(tmp_path / "elsewhere")
    os.truncate(written(tmp_path / "job" / "sparse", 1), 10**9)

    assert not counted.is_over([os.getpid(), 2**22 - 1])


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    counted = Fill([str(tmp_path)])
    (tmp_path / "second").hardlink_to(written(tmp_path / "first", 3 * MIB))

    assert not counted.is_over([])
