"""What a fingerprint sees of a tree, and where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.kept import fingerprint as module
from grader.kept.fingerprint import HIDDEN, fingerprint


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """`a/one`, `a/b/two` and an empty folder."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_text("1")
    (tmp_path / "a" / "b" / "two").write_text("2")
    (tmp_path / "a" / "empty").mkdir()
    return tmp_path / "a"


def test_nothing_changed_is_the_same_fingerprint(tree: Path) -> None:
    assert fingerprint(tree) == fingerprint(tree)


def test_the_newest_time_is_told(tree: Path) -> None:
    os.utime(tree / "b" / "two", ns=(0, 2**62))

    seen = fingerprint(tree)

    assert seen is not None
    assert seen.newest_ns == 2**62


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file more": lambda tree: (tree / "b" / "three").touch(),
    "a folder more": lambda tree: (tree / "b" / "c").mkdir(),
    "a file less": lambda tree: (tree / "b" / "two").unlink(),
    "a folder less": lambda tree: (tree / "empty").rmdir(),
    "another name": lambda tree: (tree / "one").rename(tree / "b" / "one"),
    "other rights": lambda tree: (tree / "b").chmod(0o700),
    "a pipe": lambda tree: os.mkfifo(tree / "pipe"),
    "another folder": lambda tree: (tree.rename(f"{tree}.old"), tree.mkdir()),
    "nothing": lambda tree: tree.rename(f"{tree}.old"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_another_fingerprint(tree: Path, change: str) -> None:
    before = fingerprint(tree)

    CHANGES[change](tree)

    assert fingerprint(tree) not in (before, None)


def test_a_file_that_comes_and_goes_leaves_its_trace(tree: Path) -> None:
    before = fingerprint(tree)
    (tree / "b" / "three").touch()
    (tree / "b" / "three").unlink()

    assert fingerprint(tree) != before


def test_what_is_skipped_does_not_count(tree: Path) -> None:
    before = fingerprint(tree, skip=("kept", HIDDEN))
    (tree / "b" / "kept").mkdir()
    (tree / "b" / ".lock").touch()

    assert fingerprint(tree, skip=("kept", HIDDEN)) == before


def test_the_order_of_roots_and_what_is_missing_count(tree: Path, tmp_path: Path) -> None:
    assert fingerprint(tree, tmp_path / "none") != fingerprint(tmp_path / "none", tree)
    assert fingerprint(tree, tmp_path / "none") != fingerprint(tree)


def test_one_file_is_a_tree_too(tree: Path) -> None:
    before = fingerprint(tree / "one")

    (tree / "one").write_text("2")

    assert fingerprint(tree / "one") != before


class TestLinks:
    """Links are not followed, so they may not be followed by others either."""

    def test_a_link_has_no_fingerprint(self, tree: Path) -> None:
        (tree / "b" / "link").symlink_to("two")

        assert fingerprint(tree) is None

    def test_an_inner_link_has_one_where_nobody_follows_it(self, tree: Path) -> None:
        (tree / "b" / "link").symlink_to("two")

        assert fingerprint(tree, inner_links=True) is not None

    def test_a_link_right_below_the_root_has_none(self, tree: Path) -> None:
        (tree / "link").symlink_to("b")

        assert fingerprint(tree, inner_links=True) is None

    def test_the_root_itself_may_be_one_and_is_followed(self, tree: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tree)
        before = fingerprint(tmp_path / "link")

        (tree / "b" / "two").touch()

        assert fingerprint(tmp_path / "link") not in (before, None)


def test_too_many_files_have_no_fingerprint(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)

    assert fingerprint(tree) is None


def test_a_folder_that_cannot_be_listed_has_none(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: object) -> object:
        raise PermissionError(path)

    monkeypatch.setattr(os, "scandir", refused)

    assert fingerprint(tree) is None
