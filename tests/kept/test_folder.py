"""A folder belongs to one run at a time, and no file in it is ever half written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.kept.folder import LOCK, claimed, write_whole

HOLDS = """
import sys
from pathlib import Path
from grader.kept.folder import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_that_another_process_writes_is_refused_by_its_pid(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UsageError) as raised, claimed(tmp_path):
            pass
        other.kill()

    assert str(raised.value) == (
        f"{tmp_path}: process {other.pid} is writing to this folder  [E-OUT-BUSY]\n"
        "  allowed: one run at a time in a folder\n"
        "  help: wait until that one has ended, or name another folder with --out"
    )
    with claimed(tmp_path):  # the claim of a process that was killed has ended with it
        assert (tmp_path / LOCK).read_text() == str(os.getpid())


def test_a_claim_ends_with_its_block(tmp_path: Path) -> None:
    with claimed(tmp_path / "out"):
        pass
    with claimed(tmp_path / "out"):
        assert (tmp_path / "out").is_dir()


def test_a_folder_that_cannot_be_locked_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with claimed(tmp_path / "out"):
        assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.parametrize("folder", ["", "staff", "arrays", "observations"])
def test_half_files_of_a_run_that_is_gone_are_removed_and_no_others(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    gone = tmp_path / folder / ".a.html.4194305.half"  # no pid is that high
    others = [tmp_path / folder / name for name in (f".a.html.{os.getpid()}.half", "mine.half", ".hidden")]
    for path in (gone, *others):
        path.write_text("x")

    with claimed(tmp_path):
        assert not gone.exists()
        assert all(path.exists() for path in others)


def test_a_file_is_replaced_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"

    write_whole(path, b"one")
    write_whole(path, b"two")

    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["b.json"]


def test_a_link_is_replaced_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "page.html").symlink_to("secret")
    (tmp_path / f".page.html.{os.getpid()}.half").symlink_to("secret")

    write_whole(tmp_path / "page.html", b"page")

    assert ((tmp_path / "secret").read_text(), (tmp_path / "page.html").read_text()) == ("mine", "page")


def test_what_cannot_be_written_names_the_file_and_leaves_no_half_of_it(tmp_path: Path) -> None:
    (tmp_path / "page.html" / "in the way").mkdir(parents=True)

    with pytest.raises(OSError, match="Is a directory") as raised:
        write_whole(tmp_path / "page.html", b"page")

    assert raised.value.filename == str(tmp_path / "page.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]
