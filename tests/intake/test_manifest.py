"""What is the course's is taken out of a hand-in, and what a manifest says is told; neither is believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake import Unpack, list_submissions, read_submission
from grader.intake.manifest import LARGEST, MANIFEST
from grader.kit_line import FIRST_LINE, README_MARK
from grader.nouns.seen import Submission

Put = Callable[[Mapping[str, bytes | str]], Path]
Zipped = Callable[[Mapping[str, bytes | str]], bytes]
MINE = {"nmt_model.py": "class NMT: pass\n", "outputs/译文 1.txt": "one\n"}
KIT = {
    "public.yaml": f"{FIRST_LINE}\nassignment: a4\n",
    "README.md": f"# a4\n{README_MARK}\n",
    "checks/probes.py": "x = 1\n",
    "checks/stand_ins/model_embeddings.py": "class ModelEmbeddings: pass\n",
}


def read(root: Path, unpack: Unpack, assignment: str = "a4") -> Submission:
    """The only submission of a folder."""
    (entry,) = list_submissions(root, "a4")
    return read_submission(entry, unpack, assignment=assignment)


def below(folder: str, *trees: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """The files of all trees in a folder."""
    return {f"{folder}/{path}": text for tree in trees for path, text in tree.items()}


def manifest(files: Mapping[str, str], assignment: str = "a4") -> str:
    """What `grade pack` would write of these files."""
    hashes = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}
    return json.dumps({"schema": 1, "assignment": assignment, "files": hashes})


# --- the kit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["ada", "ada/a4", "ada/homework 四/a4"])
def test_a_kit_is_left_out_wherever_it_lies_and_told_in_one_line(put: Put, unpack: Unpack, folder: str) -> None:
    got = read(put(below(folder, MINE, KIT)), unpack)

    above = f"{folder}/".removeprefix("ada/")
    assert set(got.files) == {f"{above}{path}" for path in MINE}
    assert got.left_out == (f"the student kit: {above}public.yaml, {above}README.md, {above}checks/ (2 files)",)


def test_a_kit_in_an_archive_is_left_out(put: Put, zipped: Zipped, unpack: Unpack) -> None:
    got = read(put({"ada.zip": zipped(below("a4", MINE, KIT))}), unpack)

    assert set(got.files) == {f"a4/{path}" for path in MINE}


def test_the_kit_is_no_source_beside_which_an_archive_would_stay_closed(
    put: Put, zipped: Zipped, unpack: Unpack
) -> None:
    got = read(put(below("ada", KIT, {"mine.zip": zipped(MINE)})), unpack)

    assert set(got.files) == set(MINE)


def test_a_hand_in_with_a_kit_is_the_same_as_without(put: Put, unpack: Unpack, tmp_path: Path) -> None:
    without = read(put(below("ada", MINE)), unpack)

    assert read(put(below("ada", KIT)), unpack).sha256 == without.sha256


@pytest.mark.parametrize(
    "first",
    ["assignment: a4", "", "\n" + FIRST_LINE, "x" * 1_000_000, "\x00\xff"],
    ids=["other", "empty", "second line", "long", "no text"],
)
def test_a_folder_named_checks_beside_another_public_yaml_is_the_students(put: Put, unpack: Unpack, first: str) -> None:
    files = {"public.yaml": first, "checks/mine.py": "x = 1"}

    got = read(put(below("ada", files)), unpack)

    assert (set(got.files), got.left_out) == (set(files), ())


def test_a_kit_known_by_its_line_may_have_been_saved_by_any_editor(put: Put, unpack: Unpack) -> None:
    kit = {"public.yaml": f"\ufeff{FIRST_LINE}\r\n", "checks/probes.py": "x"}

    assert set(read(put(below("ada", kit, MINE)), unpack).files) == set(MINE)


def test_a_readme_of_their_own_stays(put: Put, unpack: Unpack) -> None:
    got = read(put(below("ada", MINE, KIT, {"README.md": "How to run my homework"})), unpack)

    assert got.files["README.md"] == b"How to run my homework"
    assert got.left_out == ("the student kit: public.yaml, checks/ (2 files)",)


def test_who_calls_their_work_a_kit_loses_only_their_own_files(put: Put, unpack: Unpack) -> None:
    hidden = {"in/public.yaml": FIRST_LINE, "in/checks/nmt_model.py": "x", "in/checks/in/public.yaml": FIRST_LINE}

    got = read(put(below("ada", MINE, hidden)), unpack)

    assert set(got.files) == set(MINE)
    assert got.left_out == ("the student kit: in/public.yaml, in/checks/ (2 files)",)


def test_nothing_but_a_kit_is_nothing_to_grade(put: Put, unpack: Unpack) -> None:
    with pytest.raises(IntakeError, match=r"no file that can be graded; left out: the student kit: .*E-EMPTY"):
        read(put(below("ada", KIT)), unpack)


# --- the manifest -----------------------------------------------------------------------------------------------------


def told(put: Put, unpack: Unpack, manifest: str | bytes, mine: Mapping[str, str] = MINE, at: str = "") -> str:
    """The one warning about a hand-in with this manifest."""
    got = read(put(below("ada", mine, {f"{at}{MANIFEST}": manifest})), unpack)
    assert set(got.files) == set(mine)
    (line,) = got.warnings
    return line


def test_a_packed_hand_in_is_recognised(put: Put, unpack: Unpack) -> None:
    assert told(put, unpack, manifest(MINE)) == "packed by grade pack, all as packed (2 files)"


def test_the_manifest_changes_nothing_of_the_hand_in(put: Put, unpack: Unpack) -> None:
    without = read(put(below("ada", MINE)), unpack)

    assert read(put({f"ada/{MANIFEST}": manifest(MINE)}), unpack).sha256 == without.sha256


def test_a_pack_that_was_unpacked_into_a_folder_is_recognised(put: Put, unpack: Unpack) -> None:
    got = read(put(below("ada/a4", MINE, {MANIFEST: manifest(MINE)})), unpack)

    assert got.warnings == ("packed by grade pack, all as packed (2 files)",)


def test_names_that_macos_took_apart_are_the_same(put: Put, unpack: Unpack) -> None:
    assert "all as packed" in told(put, unpack, manifest({"caf\u00e9.py": "x"}), {"cafe\u0301.py": "x"})


def test_what_changed_after_packing_is_named(put: Put, unpack: Unpack) -> None:
    before = {"nmt_model.py": "class NMT:", "gone.py": "", "outputs/译文 1.txt": "one\n"}

    line = told(put, unpack, manifest(before), {**MINE, "new.py": "x"})

    assert line == "packed by grade pack, and not the same since: changed: nmt_model.py; gone: gone.py; added: new.py"


def test_what_lies_beside_the_folder_of_the_manifest_was_added(put: Put, unpack: Unpack) -> None:
    got = read(put(below("ada", {"late.py": "x"}, below("a4", MINE, {MANIFEST: manifest(MINE)}))), unpack)

    assert got.warnings == ("packed by grade pack, and not the same since: added: late.py",)


def test_many_changes_are_counted(put: Put, unpack: Unpack) -> None:
    many = {f"{number}.py": "x" for number in range(9)}

    assert told(put, unpack, manifest(many)).endswith(
        "gone: 0.py, 1.py, 2.py, 3.py and 5 more; added: nmt_model.py, outputs/译文 1.txt"
    )


def test_a_pack_for_another_assignment_is_told(put: Put, unpack: Unpack) -> None:
    assert told(put, unpack, manifest(MINE, "hw5")) == "packed by grade pack for another assignment: hw5"


@pytest.mark.parametrize(
    ("forged", "fault"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        (b"\xff\xfe\x00", "it is no JSON"),
        ("9" * 5000, "it is no JSON"),
        ("[]", "'assignment' or 'files' is missing"),
        ("7", "'assignment' or 'files' is missing"),
        ('{"assignment": "a4"}', "'assignment' or 'files' is missing"),
        ('{"assignment": ["a4"], "files": {}}', "'assignment' is no text, or 'files' no list of paths"),
        ('{"assignment": "a4", "files": []}', "'assignment' is no text, or 'files' no list of paths"),
        ('{"assignment": "a4", "files": {"a.py": 1}}', "a hash is no text"),
        (b" " * (LARGEST + 1), f"it has {LARGEST + 1:,} bytes"),
    ],
    ids=["empty", "deep", "bytes", "number", "list", "seven", "no files", "texts", "files", "hash", "large"],
)
def test_a_forged_manifest_is_told_and_does_no_harm(put: Put, unpack: Unpack, forged: str | bytes, fault: str) -> None:
    assert told(put, unpack, forged) == f"{MANIFEST} is not what grade pack writes: {fault}"


@pytest.mark.parametrize(
    "forged",
    [
        {"assignment": "a4\x1b[2J\u202e", "files": {}},
        {"assignment": "a4", "files": {"../../etc/passwd": "x", "\ud800": "y", "a\x1b[31m": "z", "": ""}},
        {"assignment": "a4\n" * 100_000, "files": {}},
    ],
    ids=["assignment", "paths", "long"],
)
def test_what_a_manifest_says_is_safe_text(put: Put, unpack: Unpack, forged: object) -> None:
    line = told(put, unpack, json.dumps(forged))

    assert len(line) <= 200
    assert line.isprintable()


def test_a_manifest_within_the_work_is_not_the_one_that_counts(put: Put, unpack: Unpack) -> None:
    inner = {"old/a.py": "x", f"old/{MANIFEST}": manifest({"a.py": "y"}, "hw5")}

    got = read(put(below("ada", inner, {MANIFEST: manifest({"old/a.py": "x"})})), unpack)

    assert got.warnings == ("packed by grade pack, all as packed (1 file)",)
    assert set(got.files) == {"old/a.py"}
