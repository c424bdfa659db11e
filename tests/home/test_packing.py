"""What is packed is what will be received, and each thing that is handed in is found or missing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.home.files import homework
from grader.home.packing import Item, Packing, archive, fits, packing, where_to, write
from grader.intake import Entry, Unpack, read_submission
from grader.intake.manifest import MANIFEST
from grader.intake.rules import CAPS, POINTER, Caps
from grader.kit_line import FIRST_LINE, README_MARK
from grader.nouns.asked import Expected, Part, Rubric, StudentKit
from grader.nouns.checked import State
from tests.intake.conftest import unpack  # noqa: F401 (a fixture)
from tests.judge.conftest import make_part, make_rubric

Files = Mapping[str, bytes | str]
KIT = {
    "public.yaml": f"{FIRST_LINE}\nassignment: a4\n",
    "README.md": f"# a4\n{README_MARK}\n",
    "checks/probes.py": "x = 1\n",
    "checks/answers.md": "not theirs",
}
CODE = Expected("the model", "code", ("nmt_model.py",))
OUTPUTS = Expected("the translations", "data", ("outputs/test_outputs.txt",))
NOTEBOOK = Expected("the notebook", "notebook", ("*.ipynb",))
LOG = Expected("the log of the training", "log", ("train.log", "logs/*.log", "*.out"), optional=True)
RUNS = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def asked(*expects: Expected, parts: tuple[Part, ...] = ()) -> Rubric:
    """A rubric that expects these things."""
    kit = StudentKit(expects=expects)
    return replace(make_rubric(make_part()), assignment="a4", title="Translation", parts=parts, student_kit=kit)


@pytest.fixture
def put(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes files into a homework folder that holds a kit."""
    root = tmp_path / "作业 four"

    def written(files: Files) -> Path:
        for path, content in {**KIT, **files}.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return written


Put = Callable[[Files], Path]


def packed(
    root: Path, *expects: Expected, parts: tuple[Part, ...] = (), checked: Mapping[str, State] | None = None
) -> Packing:
    """What is packed of a folder."""
    return packing(asked(*expects, parts=parts), root, checked or {})


def item(root: Path, expected: Expected, checked: Mapping[str, State] | None = None, *parts: Part) -> Item:
    """How the one expected thing is found."""
    (found,) = packed(root, expected, parts=parts, checked=checked).items
    return found


# --- found and missing ------------------------------------------------------------------------------------------------


def test_a_file_is_found_with_its_size(put: Put) -> None:
    assert item(put({"nmt_model.py": "class NMT: pass"}), CODE) == Item(
        "the model", "code", "found", "nmt_model.py", size=15
    )


def test_what_is_not_there_is_missing_and_where_it_should_lie_is_told(put: Put) -> None:
    assert item(put({"a.py": "x"}), OUTPUTS) == Item("the translations", "data", "missing", "outputs/test_outputs.txt")


def test_only_what_is_not_optional_is_missed(put: Put) -> None:
    got = packed(put({"a.py": "x"}), OUTPUTS, LOG)

    assert [(each.name, each.state) for each in got.items] == [
        ("the translations", "missing"),
        ("the log of the training", "missing"),
    ]
    assert [each.name for each in got.missing] == ["the translations"]


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"test_outputs.txt": "x"}, "there is test_outputs.txt"),
        ({"outputs/Test_Outputs.TXT": "x"}, "there is outputs/Test_Outputs.TXT"),
        ({"outputs/test_outputs.txt": ""}, "it is there, and empty"),
        ({"outputs/test_outputs.txt": " \n"}, "it is there, and empty"),
        ({"outputs/test_outputs.txt": POINTER + b"v1"}, "a Git LFS pointer lies there, not the file itself"),
    ],
    ids=["elsewhere", "letters", "empty", "blank", "pointer"],
)
def test_why_it_is_missing_is_told_where_that_can_be_seen(put: Put, files: Files, note: str) -> None:
    got = item(put(files), OUTPUTS)

    assert (got.state, got.note) == ("missing", note)


def test_a_link_is_not_followed_and_that_is_said(put: Put) -> None:
    root = put({"a.py": "x"})
    (root / "outputs").mkdir()
    (root / "outputs" / "test_outputs.txt").symlink_to(root / "a.py")

    assert item(root, OUTPUTS).note == "outputs/test_outputs.txt is there, and left out: a symbolic link"


def test_a_file_beyond_the_limit_is_told_with_the_limit(put: Put) -> None:
    root = put({"a.py": "x"})
    (root / "outputs").mkdir()
    with (root / "outputs" / "test_outputs.txt").open("wb") as file:
        file.truncate(CAPS.total_bytes + 1)

    assert item(root, OUTPUTS).note == (
        "outputs/test_outputs.txt is there, and left out: 268,435,457 bytes, which is more than is left of 268,435,456"
    )


def test_what_is_expected_has_room_before_all_else(put: Put) -> None:
    root = put({"big.bin": b"x" * 100, "z/outputs.txt": b"y" * 60, "a.py": "1"})
    caps = Caps(total_bytes=150 + len(KIT["public.yaml"]) + len(KIT["checks/probes.py"]))

    got = packing(asked(Expected("outputs", "data", ("z/outputs.txt",))), root, {}, caps=caps)

    assert set(got.files) == {"a.py", "z/outputs.txt"}
    assert any(line.startswith("big.bin: 100 bytes, which is more than is left of") for line in got.left_out)


def test_the_first_pattern_and_the_file_nearest_to_the_top_count(put: Put) -> None:
    root = put({"logs/b.log": "1", "logs/a.log": "1", "nohup.out": "1"})

    got = item(root, LOG)

    assert (got.file, got.note) == ("logs/a.log", "1 more would fit: logs/b.log")


def test_the_files_of_the_kit_are_nobodys_answers(put: Put) -> None:
    assert item(put({"a.py": "x"}), Expected("answers", "answers", ("answers.md",))).state == "missing"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (RUNS, ""),
        ("{'cells'", "it cannot be read as a notebook: open it, and save it again"),
        ("[]", "it cannot be read as a notebook: open it, and save it again"),
        ("[" * 100_000, "it cannot be read as a notebook: open it, and save it again"),
        ('{"cells": 1}', "it is no notebook"),
    ],
    ids=["whole", "cut", "list", "deep", "other"],
)
def test_a_notebook_that_cannot_be_read_is_told(put: Put, content: str, note: str) -> None:
    got = item(put({"hw.ipynb": content}), NOTEBOOK)

    assert (got.state, got.note) == ("found", note)


ENCODE = replace(make_part(), id="1d", fills=("nmt_model.NMT.encode",))
STEP = replace(make_part(), id="1f", fills=("nmt_model.NMT.step",))
PAD = replace(make_part(), id="1a", fills=("utils.pad_sents",))


@pytest.mark.parametrize(
    ("states", "note"),
    [
        ({"1d": "not started", "1f": "not started", "1a": "passed"}, "not started: 1d, 1f"),
        ({"1d": "passed", "1f": "not started"}, "not started: 1f"),
        ({"1d": "failed", "1f": "waiting", "1a": "not started"}, ""),
        ({}, ""),
    ],
    ids=["none", "partly", "begun", "not checked"],
)
def test_what_is_not_started_in_a_file_is_told(put: Put, states: Mapping[str, State], note: str) -> None:
    root = put({"nmt_model.py": "class NMT(nn.Module):\n    def encode(self): pass"})

    assert item(root, CODE, states, ENCODE, STEP, PAD).note == note


def test_a_file_as_the_handout_has_it_is_told(put: Put) -> None:
    hashes = {"nmt_model.py": hashlib.sha256(b"x").hexdigest(), "answers.md": "0" * 64, "gone.py": "1" * 64}
    root = put({"nmt_model.py": "x", "answers.md": "y", "checks/starter.json": json.dumps({"files": hashes})})

    assert [each.note for each in packed(root, CODE, Expected("answers", "answers", ("answers.md",))).items] == [
        "as the handout has it: nothing of yours in it yet",
        "",
    ]


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"files": []}', "\xff"], ids=range(5))
def test_a_kit_that_does_not_tell_what_it_held_is_no_trouble(put: Put, text: str) -> None:
    assert item(put({"nmt_model.py": "x", "checks/starter.json": text}), CODE).state == "found"


def test_a_script_in_the_place_of_a_notebook_is_read_as_a_script(put: Put) -> None:
    either = Expected("the notebook", "notebook", ("*.ipynb", "summarize.py"))

    assert item(put({"summarize.py": "x = 1"}), either).note == ""


@pytest.mark.parametrize(
    ("path", "pattern", "meant"),
    [
        ("a.ipynb", "*.ipynb", True),
        ("deep/a.ipynb", "*.ipynb", True),
        ("outputs/a.txt", "outputs/a.txt", True),
        ("x/outputs/a.txt", "outputs/a.txt", False),
        ("outputs/a.txt", "/outputs/a.txt", True),
        ("a.txt", "/a.txt", True),
        ("x/a.txt", "/a.txt", False),
        ("logs/x/a.log", "logs/*.log", False),
        ("logs/x/a.log", "logs/**/*.log", True),
        ("logs/a.log", "logs/**/*.log", True),
        ("x/y/a.log", "**/a.log", True),
        ("A.py", "a.py", False),
        ("图 1.png", "图 *.png", True),
        ("run[1].log", "run[[]1].log", True),
    ],
)
def test_patterns_mean_what_they_mean_in_a_gitignore(path: str, pattern: str, meant: bool) -> None:
    assert fits(path, pattern) is meant


# --- what goes in -----------------------------------------------------------------------------------------------------


def test_all_files_go_in_but_those_of_the_kit(put: Put) -> None:
    got = packed(put({"nmt_model.py": "x", "notes/笔记 1.md": "y", "checks_of_mine/a.py": "z"}))

    assert list(got.files) == ["checks_of_mine/a.py", "nmt_model.py", "notes/笔记 1.md"]
    assert got.left_out == ()


def test_a_readme_of_their_own_goes_in(put: Put) -> None:
    assert list(packed(put({"README.md": "mine"})).files) == ["README.md"]


def test_what_is_left_out_is_told_once_for_each_folder(put: Put) -> None:
    root = put(
        {
            "a.py": "x",
            "__pycache__/a.pyc": "x",
            ".idea/workspace.xml": "/home/ada",
            ".idea/in/b.xml": "x",
            "in/.env": "TOKEN=1",
            "venv/pyvenv.cfg": "home = /usr",
            "venv/lib/torch.py": "x",
            "a4.zip": "PK",
            MANIFEST: "{}",
        }
    )

    got = packed(root)

    assert list(got.files) == ["a.py"]
    assert got.left_out == (
        "__pycache__/: compiled Python",
        "venv/: an installed environment",
        ".idea/: its name begins with a dot: settings of this machine",
        "in/.env: its name begins with a dot: settings of this machine",
        "a4.zip: an archive beside your files is not opened: unpack what belongs to your work",
    )


def test_a_hidden_file_that_is_asked_for_goes_in(put: Put) -> None:
    assert list(packed(put({".results.json": "x"}), Expected("r", "data", (".results.json",))).files) == [
        ".results.json"
    ]


def test_what_cannot_be_read_is_left_out_and_the_rest_goes_in(put: Put) -> None:
    root = put({"a.py": "x"})
    os.mkfifo(root / "pipe")

    got = packed(root)

    assert list(got.files) == ["a.py"]
    assert got.left_out == ("pipe: not a regular file",)


def test_what_is_packed_is_what_is_received(put: Put, unpack: Unpack, tmp_path: Path) -> None:  # noqa: F811
    root = put({"nmt_model.py": "class NMT: pass", "outputs/译文 1.txt": "one\n", "e\u0301.md": "x", "b\nc.py": "y"})
    (tmp_path / "ada.zip").write_bytes(archive(packed(root), "1"))

    got = read_submission(Entry("ada", tmp_path / "ada.zip", "archive"), unpack, assignment="a4")

    assert got.files == packed(root).files
    assert got.warnings == ("packed by grade pack, all as packed (3 files)",)
    assert got.left_out == ()


def test_the_folder_itself_is_received_as_it_would_be_packed(put: Put, unpack: Unpack) -> None:  # noqa: F811
    root = put({"nmt_model.py": "class NMT: pass", "in/__pycache__/x.py": "x", "so/x.so": "x", "c.py": "x"})
    (root / "l").symlink_to(root)

    received = read_submission(Entry("ada", root, "folder"), unpack)

    assert received.files == homework(root).files == packed(root).files


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_same_files_give_the_same_bytes(put: Put) -> None:
    root = put({"a.py": "x", "b/c.txt": "y"})
    before = archive(packed(root, OUTPUTS), "1.0")
    os.utime(root / "a.py", (1, 1))
    (root / "a.py").chmod(0o755)

    assert archive(packed(root, OUTPUTS), "1.0") == before


def test_the_manifest_tells_hashes_states_and_what_is_missing(put: Put) -> None:
    made = archive(packed(put({"a.py": "x"}), OUTPUTS, LOG, checked={"1a": "passed", "1b": "not started"}), "1.0")

    assert json.loads(zipfile.ZipFile(io.BytesIO(made)).read(MANIFEST)) == {
        "schema": 1,
        "assignment": "a4",
        "files": {"a.py": hashlib.sha256(b"x").hexdigest()},
        "missing": ["the translations"],
        "checked": {"1a": "passed", "1b": "not started"},
        "made_with": "grade 1.0",
    }


def test_no_time_no_person_and_no_place_is_told(put: Put, tmp_path: Path) -> None:
    opened = zipfile.ZipFile(io.BytesIO(archive(packed(put({"a.py": "x"})), "1.0")))

    assert {(each.date_time, each.create_system, each.extra, each.comment) for each in opened.infolist()} == {
        ((1980, 1, 1, 0, 0, 0), 3, b"", b"")
    }
    assert str(tmp_path).encode() not in opened.read(MANIFEST)


def test_by_default_it_is_named_as_the_assignment_in_the_homework_folder(tmp_path: Path) -> None:
    assert where_to(None, tmp_path, "a4") == tmp_path / "a4.zip"


@pytest.mark.parametrize(
    ("given", "meant"),
    [("in", "in/a4.zip"), ("mine", "mine.zip"), ("mine.zip", "mine.zip"), ("我 的.ZIP", "我 的.ZIP")],
)
def test_a_folder_or_a_bare_name_may_be_given(tmp_path: Path, given: str, meant: str) -> None:
    (tmp_path / "in").mkdir()

    assert where_to(tmp_path / given, tmp_path, "a4") == tmp_path / meant


def test_an_older_pack_is_replaced(put: Put) -> None:
    root = put({"a.py": "x"})
    write(root / "a4.zip", archive(packed(root), "1.0"))

    write(where_to(None, root, "a4"), b"new")

    assert (root / "a4.zip").read_bytes() == b"new"
    assert not list(root.glob(".*"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + b"x" * 100, b"mine"], ids=["empty", "zip", "text"])
def test_a_file_of_somebody_else_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a4.zip").write_bytes(content)

    with pytest.raises(UsageError) as error:
        where_to(None, tmp_path, "a4")

    assert str(error.value) == (
        f"{tmp_path}/a4.zip: there is a file of this name that grade pack did not write  [E-PACK]\n"
        "  allowed: a new name ending in .zip, or a file that grade pack wrote\n"
        "  help: move it away, or give another name: grade pack -o a4-2.zip"
    )


@pytest.mark.parametrize(
    ("given", "fact"),
    [("a4.tar.gz", "'.gz' is no ending of a zip"), ("nowhere/a4.zip", "its folder is not there")],
)
def test_a_place_that_cannot_be_is_told(tmp_path: Path, given: str, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        where_to(tmp_path / given, tmp_path, "a4")


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_left_there(tmp_path: Path) -> None:
    (tmp_path / "a4.zip").mkdir()
    (tmp_path / "a4.zip" / "x").touch()

    with pytest.raises(UsageError, match=r"a4\.zip: cannot be written: .*\n.*\n  help: close it where it is open"):
        write(tmp_path / "a4.zip", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a4.zip"]
