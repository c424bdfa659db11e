"""Reading an author's files: every way of failing is told in the same words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.files import read_file, shown


def refusal(path: Path, most_mib: int = 1) -> str:
    with pytest.raises(RubricError) as error:
        read_file(path, "a file", most_mib=most_mib)
    return str(error.value)


def test_a_file_is_read_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\0")

    assert read_file(tmp_path / "a", "a file") == b"\xff\0"


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1024**2)

    assert len(read_file(tmp_path / "a", "a file", most_mib=1)) == 1024**2


def test_a_larger_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").write_bytes(b"x" * (1024**2 + 1))

    assert refusal(Path("a")) == (
        "a: the file is larger than 1 MiB  [E-RUBRIC-REFERENCE]\n  allowed: a file\n  help: make it smaller"
    )


def test_a_file_is_never_read_further_than_the_limit() -> None:
    class Endless(type(Path())):  # type: ignore[misc]
        def open(self, mode: str = "r") -> io.BufferedIOBase:
            return io.BytesIO(b"x" * 3 * 1024**2)

    assert "larger than 2 MiB" in refusal(Endless("a"), most_mib=2)


def test_a_name_with_a_nul_is_refused() -> None:
    assert "the file cannot be read: embedded null byte" in refusal(Path("a\0b"))


def test_paths_below_the_working_directory_are_shown_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert shown(tmp_path / "a" / "b") == "a/b"
    assert shown(Path("/elsewhere/c")) == "/elsewhere/c"
    assert shown(Path("../c")) == "../c"
