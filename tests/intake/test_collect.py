"""From entries to submissions: one student's trouble stops nobody else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake import Unpack, collect, list_submissions, read_submission
from grader.nouns.seen import Submission

Put = Callable[[Mapping[str, bytes | str]], Path]
Zipped = Callable[[Mapping[str, bytes | str]], bytes]


def read(root: Path, unpack: Unpack) -> Submission:
    """The only submission of a folder."""
    (entry,) = list_submissions(root, "a4")
    return read_submission(entry, unpack)


def error_of(root: Path, unpack: Unpack) -> str:
    """The error of the only submission of a folder."""
    with pytest.raises(IntakeError) as error:
        read(root, unpack)
    return str(error.value)


FILES = {"a4/nmt_model.py": "class NMT: pass\n", "a4/outputs/test.txt": "one\n"}
BYTES = {path: text.encode() for path, text in FILES.items()}


def test_a_folder_is_a_submission(put: Put, unpack: Unpack) -> None:
    got = read(put({f"ada/{path}": text for path, text in FILES.items()}), unpack)

    assert (got.id, got.files, got.left_out, got.warnings) == ("ada", BYTES, (), ())


def test_an_archive_gives_the_same_submission_as_its_folder(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    root = put({**{f"ada/{path}": text for path, text in FILES.items()}, "bo.zip": zipped(FILES)})

    (_, ada), (_, bo) = collect(list_submissions(root, "a4"), unpack)

    assert isinstance(ada, Submission)
    assert isinstance(bo, Submission)
    assert (ada.files, ada.sha256) == (bo.files, bo.sha256)


@pytest.mark.parametrize("name", ["eli.py", "eli.ipynb"])
def test_a_single_file_is_a_submission(put: Put, unpack: Unpack, name: str) -> None:
    assert read(put({name: "x = 1"}), unpack).files == {name: b"x = 1"}


def test_a_folder_that_holds_the_archive_is_opened(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    got = read(put({"ada/assignment4.zip": zipped(FILES), "ada/report.pdf": "%PDF"}), unpack)

    assert got.files == {**BYTES, "report.pdf": b"%PDF"}


def test_an_archive_within_an_archive_is_opened(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    assert read(put({"ada.zip": zipped({"in/a4.zip": zipped(FILES)})}), unpack).files == BYTES


def test_a_third_archive_is_not_opened(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    inner = zipped({"two.zip": zipped({"three.zip": zipped(FILES)}), "notes.txt": "x"})

    got = read(put({"ada.zip": inner}), unpack)

    assert got.files == {"notes.txt": b"x"}
    assert got.left_out == ("three.zip: an archive beside the files of the hand-in; it is not opened",)


def test_an_archive_beside_source_is_not_opened(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    got = read(put({"ada/nmt_model.py": "x", "ada/data.zip": zipped(FILES)}), unpack)

    assert got.files == {"nmt_model.py": b"x"}
    assert got.left_out == ("data.zip: an archive beside the files of the hand-in; it is not opened",)


def test_several_archives_without_source_are_an_error(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    root = put({"ada/v1.zip": zipped(FILES), "ada/v2.zip": zipped(FILES)})

    assert "ada: 2 archives and no source beside them: v1.zip, v2.zip  [E-ARCHIVE]" in error_of(root, unpack)


def test_a_cut_archive_names_the_file_in_its_folder(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    message = error_of(put({"s044/a4.zip": zipped(FILES)[:50]}), unpack)

    assert message.startswith("s044/a4.zip: the archive ends after 50 of ")


@pytest.mark.parametrize(
    ("files", "fact"),
    [
        ({"ada/.DS_Store": ""}, "no file that can be graded; left out: .DS_Store: made by macOS"),
        ({"ada/x.so": ""}, "no file that can be graded; left out: x.so: compiled code"),
    ],
)
def test_a_submission_without_files_is_an_error(put: Put, unpack: Unpack, files: dict[str, str], fact: str) -> None:
    message = error_of(put(files), unpack)

    assert message.startswith(f"ada: {fact}  [E-EMPTY]\n  expected: a folder, an archive")


def test_an_empty_folder_is_an_error(put: Put, unpack: Unpack) -> None:
    root = put({})
    (root / "ada").mkdir()

    assert error_of(root, unpack).startswith("ada: no file that can be graded  [E-EMPTY]")


def test_an_archive_of_another_kind_is_an_error(put: Put, unpack: Unpack) -> None:
    assert error_of(put({"gus.rar": "x"}), unpack).startswith(
        "gus.rar: an archive of a kind that is not opened  [E-FILE]"
    )


def test_a_submission_that_is_gone_is_an_error(put: Put, unpack: Unpack) -> None:
    root = put({"eli.py": "x"})
    (entry,) = list_submissions(root, "a4")
    (root / "eli.py").unlink()

    with pytest.raises(IntakeError, match=r"eli.py: cannot be read: No such file or directory  \[E-FILE\]"):
        read_submission(entry, unpack)


def test_the_trouble_of_one_stops_nobody_else(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    root = put({"ada/x.py": "1", "bo.zip": zipped(FILES)[:50], "cleo/x.py": "2"})

    got = [(entry.id, type(read)) for entry, read in collect(list_submissions(root, "a4"), unpack)]

    assert got == [("ada", Submission), ("bo", IntakeError), ("cleo", Submission)]


def test_the_hash_depends_on_paths_and_bytes_only(put: Put, unpack: Unpack) -> None:
    root = put({"ada/x.py": "1", "bo/x.py": "1", "cleo/y.py": "1", "dev/x.py": "2"})

    hashes = [read.sha256 for _, read in collect(list_submissions(root, "a4"), unpack) if isinstance(read, Submission)]

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_odd_names_of_students_are_shown_as_safe_text(put: Put, unpack: Unpack) -> None:
    root = put({})
    os.mkdir(os.path.join(os.fsencode(root), b"caf\xe9\n"))  # noqa: PTH102, PTH118 (bytes)

    assert error_of(root, unpack).startswith("caf\\xe9")


def test_a_large_source_file_is_kept(put: Put, unpack: Unpack) -> None:
    got = read(put({"ada/nmt_model.py": b"#" * 50_000_000}), unpack)

    assert len(got.files["nmt_model.py"]) == 50_000_000
