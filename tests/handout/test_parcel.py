"""A kit on disk: equal bytes for equal files, and nobody's own file is overwritten."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.handout.parcel import STARTER_HASHES, starter_hashes, write_folder, write_zip, zipped
from grader.kit_line import FIRST_LINE

STARTERS = {"net.py": b"x = 1\n"}
FILES = {**STARTERS, "public.yaml": f"{FIRST_LINE}\n".encode(), STARTER_HASHES: starter_hashes(STARTERS)}


def test_a_zip_holds_all_files_in_one_folder(tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "作业.zip"

    write_zip(out, FILES, "a4")

    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["a4/checks/starter.json", "a4/net.py", "a4/public.yaml"]
        assert archive.read("a4/net.py") == b"x = 1\n"
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_equal_files_give_equal_bytes() -> None:
    assert zipped(FILES, "a4") == zipped(dict(reversed(FILES.items())), "a4")


def test_an_older_kit_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "a4.zip"
    write_zip(out, {**FILES, "old.py": b""}, "a4")

    write_zip(out, FILES, "a4")

    assert out.read_bytes() == zipped(FILES, "a4")


@pytest.mark.parametrize("content", [b"", b"my thesis", zipped({"thesis.txt": b""}, "a4"), zipped(FILES, "hw5")])
def test_another_file_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "a4.zip"
    out.write_bytes(content)

    with pytest.raises(UsageError) as error:
        write_zip(out, FILES, "a4")

    assert "here is a file that is no student kit of this assignment; it is left as it is" in str(error.value)
    assert "[E-HANDOUT-OUT]" in str(error.value)
    assert "help: name another path with -o" in str(error.value)
    assert out.read_bytes() == content


def held(folder: Path) -> Mapping[str, bytes]:
    """The files of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_folder_holds_all_files(tmp_path: Path) -> None:
    write_folder(tmp_path / "new", FILES)

    assert held(tmp_path / "new") == FILES


def test_an_older_kit_in_a_folder_is_replaced_with_its_checks(tmp_path: Path) -> None:
    write_folder(tmp_path, {**FILES, "checks/old.json": b"{}"})

    write_folder(tmp_path, FILES)

    assert held(tmp_path) == FILES


REFUSED: Mapping[str, tuple[Mapping[str, bytes], str]] = {
    "other files": ({"thesis.txt": b""}, "a folder with other files in it"),
    "another public.yaml": ({"public.yaml": b"mine: true\n"}, "a folder with other files in it"),
    "worked on": ({**FILES, "net.py": b"x = 2\n"}, "a kit in which somebody has worked: net.py"),
    "hashes cut": ({**FILES, STARTER_HASHES: b"{"}, "a kit in which somebody has worked: checks/starter.json"),
}


@pytest.mark.parametrize(("there", "what"), REFUSED.values(), ids=REFUSED)
def test_a_folder_of_somebody_is_left_as_it_is(tmp_path: Path, there: Mapping[str, bytes], what: str) -> None:
    for path, content in there.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)

    with pytest.raises(UsageError) as error:
        write_folder(tmp_path, FILES)

    assert f"here is {what}; it is left as it is  [E-HANDOUT-OUT]" in str(error.value)
    assert held(tmp_path) == there


def test_a_file_where_a_folder_is_asked_for_is_left_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "kit"
    out.write_bytes(b"mine")

    with pytest.raises(UsageError, match="here is a file; it is left as it is"):
        write_folder(out, FILES)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UsageError) as error:
        write_zip(tmp_path / "file" / "a4.zip", FILES, "a4")

    assert "the kit cannot be written: " in str(error.value)
    assert "needed: a place with room, where you may write" in str(error.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UsageError, match="the kit cannot be written: "):
        write_folder(tmp_path / "file" / os.curdir / "a4", FILES)
