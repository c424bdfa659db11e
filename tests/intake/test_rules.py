"""Which files are kept: by name, kind, number and size."""

from __future__ import annotations

import pytest

from grader.intake.rules import Caps, Gathering, plain_path, priority, reason_to_leave_out


@pytest.mark.parametrize(
    "path", ["a.py", "a4/b/c.py", "作业.py", "a b.py", "-rf", "CON", ".hidden", "x.pt", "e\u0301.py"]
)
def test_ordinary_names_are_kept(path: str) -> None:
    assert reason_to_leave_out(path) == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../x.py", "a path that leaves the hand-in"),
        ("a/../x.py", "a path that leaves the hand-in"),
        ("/etc/passwd", "a path that leaves the hand-in"),
        ("a//x.py", "a path that leaves the hand-in"),
        ("", "a path that leaves the hand-in"),
        ("C:/x.py", "a path with a drive letter"),
        ("a\\b.py", "a backslash in its name"),
        ("a\nb.py", "a control character in its name"),
        ("a\0.py", "a control character in its name"),
        ("x" * 256, "a name of more than 255 bytes"),
        ("中" * 86, "a name of more than 255 bytes"),
        ("/".join("d" * 17) + "/x.py", "more than 16 folders deep"),
        ("/".join(["d" * 200] * 6), "a path of more than 1,024 bytes"),
        ("a/__pycache__/b.py", "compiled Python"),
        ("b.pyc", "compiled Python"),
        ("b.so", "compiled code"),
        ("b.pyd", "compiled code"),
        ("x.pth", "Python runs such files at its start"),
        ("a/sitecustomize.py", "Python runs such files at its start"),
        ("usercustomize.py", "Python runs such files at its start"),
        ("x.egg-link", "Python reads such files at its start"),
        ("a/conftest.py", "pytest runs such files by itself"),
        ("pytest.ini", "pytest reads such files by itself"),
        (".git/config", "version control"),
        (".venv/bin/python", "an installed environment"),
        ("__MACOSX/._a.py", "made by macOS"),
        ("._a.py", "made by macOS"),
        (".ipynb_checkpoints/a.ipynb", "older states of notebooks"),
    ],
)
def test_a_rule_that_is_broken_is_named(path: str, why: str) -> None:
    assert reason_to_leave_out(path) == why


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("n\udce9.py", "n_xe9.py"),
        ("\u202eyp.x.py", "_yp.x.py"),
        ("a\u200bb.py", "a_b.py"),
        ("作业/a.py", "作业/a.py"),
        ("\ud800.py", "_.py"),
    ],
)
def test_a_path_can_be_shown(path: str, shown: str) -> None:
    assert plain_path(path) == shown


def test_source_and_what_lies_near_the_top_come_first() -> None:
    paths = ["data/a.txt", "z.txt", "deep/in/x.py", "b.ipynb"]

    assert sorted(paths, key=priority) == ["b.ipynb", "deep/in/x.py", "z.txt", "data/a.txt"]


def test_names_that_differ_in_case_only_are_refused_by_name() -> None:
    gathering = Gathering()
    gathering.add("utils.py", b"1")

    assert not gathering.admits("Utils.py", 1)
    assert gathering.left_out == ("Utils.py: its name equals that of utils.py but for upper and lower case",)


def test_names_that_become_equal_when_shown_are_both_kept() -> None:
    gathering = Gathering()
    gathering.add("n\u200bx.py", b"1")
    gathering.add("n\u200cx.py", b"2")

    assert sorted(gathering.files) == ["_n_x.py", "n_x.py"]
    assert "n_x.py: renamed, its name holds signs that cannot be shown" in gathering.warnings


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (Caps(files=1), "b.py: more than 1 files"),
        (Caps(total_bytes=5), "b.py: 3 bytes, which is more than is left of 5"),
    ],
)
def test_what_is_over_a_cap_is_refused_by_name(caps: Caps, why: str) -> None:
    gathering = Gathering(caps)
    gathering.add("a.py", b"123")

    assert not gathering.admits("b.py", 3)
    assert gathering.left_out == (why,)


def test_a_long_list_of_refusals_ends_with_their_number() -> None:
    gathering = Gathering()
    for number in range(205):
        gathering.leave_out(f"{number}.so", "compiled code")

    assert len(gathering.left_out) == 201
    assert gathering.left_out[-1] == "and 5 more"


def test_refusals_are_safe_text() -> None:
    gathering = Gathering()
    gathering.leave_out(b"\x1b[31m\xff\n.py", "a control character in its name")

    assert gathering.left_out == ("␛[31m\\xff␊.py: a control character in its name",)


@pytest.mark.parametrize(
    ("path", "warning"),
    [
        ("random.py", "random.py hides a module of the standard library; imports get the original"),
        ("a4/torch.py", "a4/torch.py hides a module of the grader's environment; imports get the original"),
        ("data.json", "data.json is a Git LFS pointer: the file itself was not handed in"),
    ],
)
def test_a_reader_is_warned_of_odd_files(path: str, warning: str) -> None:
    gathering = Gathering()
    gathering.add(path, b"version https://git-lfs.github.com/spec/v1\n")

    assert warning in gathering.warnings


@pytest.mark.parametrize(
    ("path", "warned"), [("a.py", True), ("a.ipynb", True), ("__init__.py", False), ("x.txt", False)]
)
def test_empty_sources_are_warned_of(path: str, warned: bool) -> None:
    gathering = Gathering()
    gathering.add(path, b"")

    assert (f"{path} is empty" in gathering.warnings) is warned
