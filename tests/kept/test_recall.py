"""What makes a run be known as a repetition of the last one, and everything that does not."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.kept import fingerprint, recall
from grader.kept.recall import FILE, NEW_NS, Lines, Recall

WORDS = {"workers": None, "only": (), "parts": (), "isolation": None}
LINES = Lines({"plain": ["1/1 ada 6/7 unchanged"], "rich": ["tiny · 1 submission"]}, ["  graded 1"])
SUBMISSIONS, RUBRIC, OUT = Path("submissions"), Path("rubrics/tiny.yaml"), Path("out")
FILES = (
    "rubrics/tiny.yaml",
    "reference/tiny/probes.py",
    "reference/tiny/solved/attention.py",
    "submissions/ada/attention.py",
    "submissions/ben/attention.py",
    "out/results.json",
    "out/pages.json",
    "out/level.json",
    "out/index.html",
    "out/ada.html",
    "out/staff/ada.html",
    "out/arrays/0.safetensors",
    "out/observations/0.seen",
)


def order(**changes: object) -> Recall:
    return Recall({**WORDS, **changes}, submissions=SUBMISSIONS, rubric=RUBRIC, out=OUT)


def write(path: str | Path, text: str = "") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text or f"the text of {path}")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course that was graded, all of it older than the clock's tick: the clock that is asked is ahead."""
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        write(name)
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + NEW_NS + 10**9)
    return tmp_path


@pytest.fixture
def kept(course: Path) -> Path:
    """The same, with what its run would say again."""
    order().keep(LINES)
    return course


def test_the_same_order_says_the_same_lines(kept: Path) -> None:
    assert order().said() == LINES


def test_without_a_record_nothing_is_known(course: Path) -> None:
    assert order().said() is None


@pytest.mark.parametrize(
    "change",
    [{"workers": 1}, {"only": ("ada",)}, {"parts": ("w",)}, {"isolation": "container"}],
    ids=lambda change: next(iter(change)),
)
def test_another_order_is_not_known(kept: Path, change: dict[str, object]) -> None:
    assert order(**change).said() is None


def swap(path: str) -> None:
    """Another file of the same size and time in its place."""
    there, text = Path(path).stat(), Path(path).read_text()
    write(f"{path}.new", text.swapcase())
    os.utime(f"{path}.new", ns=(there.st_atime_ns, there.st_mtime_ns))
    Path(f"{path}.new").replace(path)


def rewrite_in_place(path: str) -> None:
    """Another text of the same size, with the old time put back."""
    there, text = Path(path).stat(), Path(path).read_text()
    Path(path).write_text(text.swapcase())
    os.utime(path, ns=(there.st_atime_ns, there.st_mtime_ns))


CHANGES: dict[str, Callable[[str], object]] = {
    "touched": lambda path: Path(path).touch(),
    "longer": lambda path: write(path, "longer than before, by far and away"),
    "another of the same size and time": swap,
    "rewritten, its time put back": rewrite_in_place,
    "other rights": lambda path: Path(path).chmod(0o600),
    "gone": lambda path: Path(path).unlink(),
    "a link to itself": lambda path: Path(Path(path).rename(f"{path}.old")) and Path(path).symlink_to(f"{path}.old"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", [path for path in FILES if "observations" not in path])
def test_a_file_that_was_read_or_written_and_is_now_different(kept: Path, path: str, change: str) -> None:
    CHANGES[change](path)

    assert order().said() is None


@pytest.mark.parametrize(
    "path",
    [
        "submissions/new.py",
        "submissions/ada/new.py",
        "submissions/ada/.hidden",
        "submissions/tiny/zoe/attention.py",
        "reference/tiny/data.txt",
        "reference/other/probes.py",
        "rubrics/reference/tiny/probes.py",
        "out/new.html",
    ],
)
def test_a_file_that_was_not_there(kept: Path, path: str) -> None:
    write(path)

    assert order().said() is None


def test_another_place_of_the_same_files(kept: Path) -> None:
    Path("submissions").rename("old")
    Path("submissions").mkdir()
    for name in ("ada", "ben"):
        Path("old", name).rename(f"submissions/{name}")

    assert order().said() is None


def test_another_working_directory(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("submissions", "rubrics", "reference", "out"):
        (kept / "elsewhere").mkdir(exist_ok=True)
        (kept / "elsewhere" / name).symlink_to(kept / name)
    monkeypatch.chdir(kept / "elsewhere")

    assert order().said() is None


def test_another_version_of_our_own_code(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("package/cli.py")
    monkeypatch.setattr(recall, "PACKAGE", tmp_path / "package")
    order().keep(LINES)
    assert order().said() == LINES

    Path("package/cli.py").touch()

    assert order().said() is None


def test_another_machine_or_python(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert order().said() is None


@pytest.mark.parametrize("path", ["out/observations/0.seen", "out/log/bug-1.txt", "out/.lock"])
def test_what_no_page_shows_may_change(kept: Path, path: str) -> None:
    write(path, "something else")

    assert order().said() == LINES


def test_what_python_keeps_beside_our_code_may_change(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "PACKAGE", tmp_path / "package")
    write("package/cli.py")
    order().keep(LINES)

    write("package/__pycache__/cli.pyc")

    assert order().said() == LINES


def _sealed(text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}\n"


BROKEN: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut": lambda text: text[:-40],
    "another line": lambda text: text.replace("graded 1", "graded 2"),
    "another's": lambda text: '{"order": []}',
    "no record": lambda text: _sealed("[]"),
    "no JSON": lambda text: _sealed("{"),
    "too deep": lambda text: _sealed("[" * 100_000),
    "of other keys": lambda text: _sealed("{}"),
}


@pytest.mark.parametrize("change", BROKEN)
def test_a_record_that_is_not_ours_to_the_letter_is_as_none(kept: Path, change: str) -> None:
    path = OUT / FILE
    path.write_text(BROKEN[change](path.read_text()))

    assert order().said() is None


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_bytes(b"\xff" * 200)])
def test_a_record_that_cannot_be_read_is_as_none(kept: Path, change: Callable[[Path], object]) -> None:
    change(OUT / FILE)

    assert order().said() is None


class TestNothingIsKept:
    """Where a fingerprint could deceive."""

    @pytest.mark.parametrize("path", ["submissions/ada/attention.py", "rubrics/tiny.yaml", "reference/tiny/probes.py"])
    def test_what_changes_while_the_run_goes_on(self, course: Path, path: str) -> None:
        running = order()
        Path(path).touch()

        running.keep(LINES)

        assert not (OUT / FILE).exists()

    @pytest.mark.parametrize("path", ["submissions/ada/attention.py", "rubrics/tiny.yaml", "reference/tiny/probes.py"])
    def test_what_is_as_new_as_the_run(self, course: Path, path: str) -> None:
        ahead = time.time_ns()
        os.utime(path, ns=(ahead, ahead))

        order().keep(LINES)

        assert not (OUT / FILE).exists()

    @pytest.mark.parametrize("link", ["reference/tiny/data", "submissions/tiny"])
    def test_a_link_that_is_followed(self, course: Path, link: str) -> None:
        Path(link).symlink_to(course)

        order().keep(LINES)

        assert not (OUT / FILE).exists()

    def test_a_folder_of_millions(self, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fingerprint, "MOST", 3)

        order().keep(LINES)

        assert not (OUT / FILE).exists()

    def test_an_out_folder_within_the_submissions(self, course: Path) -> None:
        out = SUBMISSIONS / "out"
        for _ in range(2):
            asked = Recall(WORDS, submissions=SUBMISSIONS, rubric=RUBRIC, out=out)
            assert asked.said() is None
            write(out / "results.json")
            asked.keep(LINES)

    def test_a_folder_that_cannot_be_written(self, course: Path) -> None:
        write("file")

        Recall(WORDS, submissions=SUBMISSIONS, rubric=RUBRIC, out=Path("file")).keep(LINES)

        assert Path("file").read_text() == "the text of file"


def test_a_link_within_a_hand_in_is_followed_by_nobody_and_does_no_harm(course: Path) -> None:
    Path("submissions/ada/link").symlink_to("/")
    order().keep(LINES)

    assert order().said() == LINES
