"""A folder is read without following, waiting, or reading twice."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.intake import walk
from grader.intake.rules import Caps, Gathering
from grader.intake.walk import gather_file, gather_folder, inodes_of

Put = Callable[[Mapping[str, bytes | str]], Path]


def gathered(folder: Path, **kwargs: object) -> Gathering:
    """What is read of a folder."""
    gathering = Gathering()
    gather_folder(folder, gathering, **kwargs)  # type: ignore[arg-type]  # passed on
    return gathering


def test_all_regular_files_are_read(put: Put) -> None:
    root = put({"a.py": "1", "a4/b.py": "2", "a4/data/c.txt": "3"})

    assert gathered(root).files == {"a.py": b"1", "a4/b.py": b"2", "a4/data/c.txt": b"3"}


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "a symbolic link"),
        (lambda path: path.symlink_to("/etc"), "a symbolic link"),
        (os.mkfifo, "a named pipe"),
        (lambda path: socket.socket(socket.AF_UNIX).bind(str(path)), "a socket"),
    ],
    ids=["link to a file", "link to a folder", "pipe", "socket"],
)
def test_special_files_are_refused_by_name_and_the_rest_is_read(
    put: Put, make: Callable[[Path], object], why: str
) -> None:
    root = put({"good.py": "1"})
    make(root / "odd.py")

    got = gathered(root)

    assert got.files == {"good.py": b"1"}
    assert got.left_out == (f"odd.py: {why}",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_refused(put: Put) -> None:
    root = put({"good.py": "1"})
    try:
        os.mknod(root / "odd", 0o020666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this machine lets nobody make devices")

    assert gathered(root).left_out == ("odd: a device",)


def test_a_hard_link_to_a_file_of_the_course_is_refused(put: Put, tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "solved.py").write_text("secret")
    root = put({"good.py": "1"})
    os.link(tmp_path / "course" / "solved.py", root / "mine.py")

    got = gathered(root, course=inodes_of(tmp_path / "course"))

    assert got.files == {"good.py": b"1"}
    assert got.left_out == ("mine.py: a hard link to a file of the course",)


def test_a_sparse_file_counts_in_full(put: Put) -> None:
    root = put({"good.py": "1"})
    with (root / "sparse.bin").open("wb") as file:
        file.truncate(1024**4)

    got = gathered(root)

    assert got.files == {"good.py": b"1"}
    assert got.left_out == ("sparse.bin: 1,099,511,627,776 bytes, which is more than is left of 268,435,456",)


def test_caps_meet_data_before_source(put: Put) -> None:
    root = put({"aaa/data.txt": "123", "zzz/nmt_model.py": "456"})
    gathering = Gathering(Caps(files=1))

    gather_folder(root, gathering)

    assert gathering.files == {"zzz/nmt_model.py": b"456"}


def test_a_folder_that_is_left_out_is_named_once(put: Put) -> None:
    root = put({".git/a": "", ".git/b": "", "x.py": "1"})

    assert gathered(root).left_out == (".git/: version control",)


def test_a_folder_without_end_ends(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_NAMES", 2)

    got = gathered(put({"a.py": "1", "b.py": "2", "c.py": "3"}))

    assert sorted(got.files) == ["a.py", "b.py"]
    assert got.left_out == ("c.py: more than 2 names in the hand-in",)


def test_names_that_are_not_utf_8_are_kept_under_one_that_can_be_shown(put: Put) -> None:
    root = put({"x.py": "1"})
    os.rename(root / "x.py", os.path.join(os.fsencode(root), b"caf\xe9.py"))  # noqa: PTH104, PTH118 (bytes)

    assert gathered(root).files == {"caf_xe9.py": b"1"}


def test_a_name_with_a_newline_is_refused_as_safe_text(put: Put) -> None:
    assert gathered(put({"a\nb.py": "1", "c.py": "2"})).left_out == ("a␊b.py: a control character in its name",)


def test_a_folder_is_read_by_one_descriptor_at_a_time(put: Put) -> None:
    root = put({f"{number}/x.py": "1" for number in range(30)})
    before = len(list(Path("/proc/self/fd").iterdir()))

    gathered(root)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_folder_that_is_a_link_is_not_opened(put: Put, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(put({"x.py": "1"}))

    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        gathered(tmp_path / "link")


def test_a_single_file_is_read_under_its_own_name(put: Put) -> None:
    gathering = Gathering()

    gather_file(put({"hw4.py": "1"}) / "hw4.py", gathering)

    assert gathering.files == {"hw4.py": b"1"}


def test_the_folder_of_submissions_may_be_a_link(put: Put, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(put({"hw4.py": "1"}))
    gathering = Gathering()

    gather_file(tmp_path / "link" / "hw4.py", gathering)

    assert gathering.files == {"hw4.py": b"1"}


def test_a_single_file_that_is_a_link_is_refused(put: Put) -> None:
    root = put({"x.py": "1"})
    (root / "y.py").symlink_to(root / "x.py")
    gathering = Gathering()

    gather_file(root / "y.py", gathering)

    assert gathering.left_out == ("y.py: a symbolic link",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_left_out(put: Put) -> None:
    root = put({"x.py": "1", "y.py": "2"})
    (root / "y.py").chmod(0)

    assert gathered(root).left_out == ("y.py: cannot be read: Permission denied",)
