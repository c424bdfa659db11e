"""Mistakes and variants: named edits of the solved files, and what is proved of them without running any."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring import Edit, Mistake, Variant
from grader.errors import RubricError
from grader.nouns.asked import Rubric
from grader.rubric.load import load_rubric
from grader.rubric.versions import edited, mistakes_of, reference_files, static_proof, variants_of

MISTAKES = "reference/hw0/mistakes.py"


def test_mistakes_and_variants_are_found_by_name(rubric: Rubric) -> None:
    forgets = Mistake("sums.py", "sum(values)", "sum(values[:-1])", "Add every value.")

    assert mistakes_of(rubric) == {"forgets_last": forgets}
    assert variants_of(rubric) == {"add_reversed": Variant((Edit("sums.py", "sum(values)", "sum(reversed(values))"),))}


def test_private_names_are_no_mistakes(rubric: Rubric, rewrite: Callable[..., None]) -> None:
    rewrite("forgets_last =", "_forgets_last =", MISTAKES)

    assert mistakes_of(rubric) == {}


def test_nothing_of_mistakes_stays_imported(rubric: Rubric) -> None:
    before = set(sys.modules)

    mistakes_of(rubric)

    assert set(sys.modules) == before
    assert not list(Path("reference").rglob("*.pyc"))


def test_a_rubric_without_folder_has_no_versions(rubric: Rubric) -> None:
    alone = replace(rubric, folder="")

    assert (mistakes_of(alone), variants_of(alone), reference_files(alone), static_proof(alone)) == ({}, {}, {}, ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'hint="Add every value."',
            "hints=3",
            "3:1: TypeError: Mistake.__init__() got an unexpected keyword argument 'hints'",
        ),
        ("from grader.authoring", "raise SystemExit(3)\nfrom grader.authoring", "1:1: SystemExit: 3"),
        ("from grader.authoring", "from grader.noun", "1:1: ModuleNotFoundError: No module named 'grader.noun'"),
    ],
)
def test_an_error_in_mistakes_is_told_with_its_line(
    old: str, new: str, message: str, rubric: Rubric, rewrite: Callable[..., None]
) -> None:
    rewrite(old, new, MISTAKES)

    with pytest.raises(RubricError) as error:
        mistakes_of(rubric)

    assert str(error.value) == (
        f"{MISTAKES}:{message}  [E-RUBRIC-PYTHON]\n  allowed: a file that runs without errors\n  help: mend this line"
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "name"),
    [
        ('was="sum(values)"', "was=3", "3:1", "forgets_last"),
        ('hint="Add every value."', "hint=None", "3:1", "forgets_last"),
        ('hint="Add every value."', 'hint="Add.", also=(3,)', "3:1", "forgets_last"),
        ('hint="Add every value."', 'hint="Add.", also=(Edit("sums.py", "a", b"b"),)', "3:1", "forgets_last"),
    ],
)
def test_a_version_of_other_things_than_texts_is_refused(
    old: str, new: str, place: str, name: str, rubric: Rubric, rewrite: Callable[..., None]
) -> None:
    rewrite(old, new, MISTAKES)

    with pytest.raises(RubricError) as error:
        mistakes_of(rubric)

    assert str(error.value) == (
        f"{MISTAKES}:{place}: '{name}' holds something else than texts  [E-RUBRIC-PYTHON]\n"
        "  allowed: texts for file, was, now and hint; further edits as a tuple of Edit\n  help: mend it"
    )


def test_a_variant_with_one_edit_that_is_no_tuple_is_refused(rubric: Rubric, rewrite: Callable[..., None]) -> None:
    rewrite('reversed(values))"),)', 'reversed(values))"))', MISTAKES)

    with pytest.raises(RubricError, match="4:1: 'add_reversed' holds something else than texts"):
        variants_of(rubric)


def test_the_line_is_that_of_the_file_even_if_the_error_comes_from_deeper(
    rubric: Rubric, rewrite: Callable[..., None]
) -> None:
    rewrite("forgets_last =", "import json\njson.loads('{')\nforgets_last =", MISTAKES)

    with pytest.raises(RubricError, match=r"mistakes\.py:4:1: JSONDecodeError"):
        mistakes_of(rubric)


def test_the_reference_is_what_lies_below_solved(rubric: Rubric) -> None:
    solved = Path("reference/hw0/solved")
    (solved / "outputs").mkdir()
    (solved / "outputs" / "test.txt").write_bytes(b"x\n")
    (solved / "__pycache__").mkdir()
    (solved / "__pycache__" / "sums.pyc").write_bytes(b"\0")

    assert list(reference_files(rubric)) == ["outputs/test.txt", "sums.py"]


def test_edits_are_made_one_after_the_other() -> None:
    edits = (Edit("a.py", "one", "two"), Edit("a.py", "two two", "three"), Edit("b.py", "é", "e"))

    assert edited({"a.py": b"one two", "b.py": "é".encode(), "c": b"\xff"}, edits, "x") == {
        "a.py": b"three",
        "b.py": b"e",
        "c": b"\xff",
    }


def test_the_files_given_are_not_changed() -> None:
    files = {"a.py": b"one"}

    edited(files, (Edit("a.py", "one", "two"),), "x")

    assert files == {"a.py": b"one"}


EDITS = {
    "not there": (
        Edit("a.py", "y = 1", "y = 2"),
        "'y = 1' does not occur in a.py",
        "once",
        "copy it from the solved file, with its blanks",
    ),
    "more than once": (
        Edit("a.py", "x", "y"),
        "'x' occurs 3 times in a.py, in lines 1, 3, 3",
        "once",
        "take more of the line",
    ),
    "over itself": (
        Edit("a.py", "aba", "c"),
        "'aba' occurs 2 times in a.py, in lines 2, 2",
        "once",
        "take more of the line",
    ),
    "no file": (
        Edit("b.py", "x", "y"),
        "there is no solved file 'b.py'",
        "a.py",
        "name one of these files",
    ),
    "no change": (
        Edit("a.py", "x = 1", "x = 1"),
        "the edit of a.py changes nothing",
        "'now' that differs from 'was'",
        "write what it becomes",
    ),
    "nothing to find": (
        Edit("a.py", "", "x"),
        "'' does not occur in a.py",
        "once",
        "copy it from the solved file, with its blanks",
    ),
}
FILES = {"a.py": b"x = 1\n'ababa'\nx + x\n"}


@pytest.mark.parametrize("case", EDITS)
def test_what_an_edit_replaces_must_occur_exactly_once(case: str) -> None:
    edit, fact, allowed, help = EDITS[case]

    with pytest.raises(RubricError) as error:
        edited(FILES, (edit,), "wrong_sum")

    assert str(error.value) == (
        f"mistakes.py: wrong_sum: {fact}  [E-MISTAKE-EDIT]\n  allowed: {allowed}\n  help: {help}"
    )


def test_a_long_list_of_lines_is_cut() -> None:
    with pytest.raises(RubricError, match=r"occurs 20 times in a, in lines 1, 2, 3, 4, 5, 6, 7, 8, \.\.\.  \["):
        edited({"a": b"x\n" * 20}, (Edit("a", "x", "y"),), "x")


def test_versions_that_keep_their_promises_are_proved(rubric: Rubric) -> None:
    assert static_proof(rubric) == ()


PROOFS = {
    "edit": (
        'was="sum(values)"',
        'was="sum(value)"',
        "3:1: 'forgets_last': 'sum(value)' does not occur in sums.py  [E-MISTAKE-EDIT]\n"
        "  allowed: once\n  help: copy it from the solved file, with its blanks",
    ),
    "variant": (
        '"sum(reversed(values))"),)',
        '"sum(values)"),)',
        "4:1: 'add_reversed': the edit of sums.py changes nothing  [E-MISTAKE-EDIT]\n"
        "  allowed: 'now' that differs from 'was'\n  help: write what it becomes",
    ),
    "no edits": (
        '(Edit("sums.py", "sum(values)", "sum(reversed(values))"),)',
        "()",
        "4:1: 'add_reversed' edits nothing  [E-MISTAKE-EDIT]\n"
        "  allowed: one edit or more\n  help: write what it changes",
    ),
    "syntax": (
        'now="sum(values[:-1])"',
        'now="sum(values[:-1]"',
        "3:1: 'forgets_last': sums.py is no Python after the edit, line 2: '(' was never closed  [E-MISTAKE-EDIT]\n"
        "  allowed: edits that leave Python\n  help: look at brackets and indentation",
    ),
    "hint without stop": (
        "Add every value.",
        "Add every value",
        "3:1: the hint of 'forgets_last' has 15 characters and ends in 'e'  [E-MISTAKE-HINT]\n"
        "  allowed: one sentence of at most 100 characters, with a full stop\n  help: end it",
    ),
    "long hint": (
        "Add every value.",
        "A" * 100 + ".",
        "3:1: the hint of 'forgets_last' has 101 characters and ends in '.'  [E-MISTAKE-HINT]\n"
        "  allowed: one sentence of at most 100 characters, with a full stop\n  help: shorten it",
    ),
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_broken_promise_is_told_with_the_line_of_the_version(
    case: str, rubric: Rubric, rewrite: Callable[..., None]
) -> None:
    old, new, message = PROOFS[case]
    rewrite(old, new, MISTAKES)

    assert "\n".join(map(str, static_proof(rubric))) == f"{MISTAKES}:{message}"


def test_a_mistake_that_keeps_everything_is_told(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("{forgets_last: 3}", "{forgets_last: 6}")

    assert "\n".join(map(str, static_proof(load_rubric(course)))) == (
        f"{MISTAKES}:3:1: 'forgets_last' keeps all points of 1a  [E-MISTAKE-POINTS]\n"
        "  allowed: a mistake loses points in one part or more\n"
        "  help: write in rubrics/hw0.yaml what it loses"
    )


def test_all_broken_promises_are_told_in_the_order_of_the_file(rubric: Rubric, rewrite: Callable[..., None]) -> None:
    rewrite("Add every value.", "", MISTAKES)
    rewrite('was="sum(values)"', 'was="sum"', MISTAKES)
    rewrite('"sum(reversed(values))"', '"("', MISTAKES)

    assert [message.code for message in static_proof(rubric)] == ["E-MISTAKE-HINT", "E-MISTAKE-EDIT"]
