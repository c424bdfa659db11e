"""The words of the command line: which verb is meant, in which order they are shown, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import verbs

VERBS = ["run", "prove", "report", "schema", "check", "pack", "handout", "explain", "doctor"]


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grade(*words: str) -> Result:
    """What the command prints, and its exit code."""
    return CliRunner().invoke(verbs, words, prog_name="grade")


# --- help ---


@pytest.mark.parametrize("words", [["--help"], ["-h"]])
def test_verbs_are_shown_in_the_order_of_use(words: list[str]) -> None:
    lines = grade(*words).output.split("Verbs:\n")[1].splitlines()

    assert [line.split()[0] for line in lines if line[:3].strip()] == VERBS


def test_every_verb_has_a_whole_sentence() -> None:
    lines = grade("--help").output.split("Verbs:\n")[1].splitlines()

    assert all(line.endswith(".") for line in lines)


def test_help_fits_on_one_screen() -> None:
    lines = grade("--help").output.splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example_that_names_it(verb: str) -> None:
    done = grade(verb, "--help")

    example = next(line for line in done.output.splitlines() if "Example: grade" in line)
    assert done.exit_code == 0
    assert verb in example.split() or verb == "run"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("option", ["--debug", "--progress", "--json"])
def test_every_verb_takes_the_shared_options(verb: str, option: str) -> None:
    assert option in grade(verb, "-h").output


def test_the_version_is_told() -> None:
    assert grade("--version").output.startswith("grade, version ")


def test_without_a_word_the_help_is_shown() -> None:
    assert "Verbs:" in grade().output


# --- which verb ---


def test_a_folder_means_run(somewhere: Path) -> None:
    (somewhere / "hand_ins").mkdir()

    assert "Missing option '--rubric'" in grade("hand_ins").output


@pytest.mark.parametrize("word", ["hand-ins", "./hand_ins", "a/b", "course.2024", "--fresh"])
def test_whatever_cannot_be_a_verb_means_run(word: str) -> None:
    done = grade(word)

    assert done.exit_code == 2
    assert "Usage: grade run" in done.output


def test_options_may_come_before_the_folder(somewhere: Path) -> None:
    done = grade("--rubric", "none.yaml", "nowhere")

    assert done.exit_code == 2
    assert "[E-RUBRIC-FIND]" in done.output


@pytest.mark.parametrize(("word", "meant"), [("prov", "prove"), ("shema", "schema"), ("docter", "doctor")])
def test_a_verb_that_is_misspelled_is_answered_with_the_nearest(word: str, meant: str) -> None:
    done = grade(word)

    assert done.exit_code == 2
    assert f"{word}: there is no such folder and no such verb  [E-VERB]" in done.output
    assert f"help: write 'grade {meant}'" in done.output


def test_a_word_like_no_verb_is_answered_with_all_of_them() -> None:
    done = grade("zzz")

    assert f"allowed: a folder of submissions, or {', '.join(VERBS)}" in done.output
    assert "help: write" not in done.output


def test_a_verb_wins_over_a_folder_of_its_name(somewhere: Path) -> None:
    (somewhere / "schema").mkdir()

    assert "properties" in json.loads(grade("schema").output)


# --- options ---


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "x", "--rubric", "y", "-j", "0"], "0 is not in the range 1<=x<=256"),
        (["run", "x", "--rubric", "y", "--isolation", "none"], "'none' is not one of 'strict', 'container', 'open'"),
        (["run", "x", "--rubric", "y", "--progress", "loud"], "'loud' is not one of 'rich', 'plain', 'none'"),
        (["prove"], "Missing argument 'RUBRICS...'"),
        (["explain"], "Missing argument 'CODE'"),
    ],
    ids=["workers", "isolation", "progress", "no rubric", "no code"],
)
def test_what_is_not_allowed_is_named(words: list[str], said: str) -> None:
    done = grade(*words)

    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_the_exit_code_is_that_of_the_verb() -> None:
    assert [grade("schema").exit_code, grade("explain", "E-NONE").exit_code] == [0, 2]


def test_nothing_heavy_is_imported_for_help() -> None:
    asked = "import sys, grader.cli; print({'torch', 'numpy', 'pydantic', 'jinja2', 'yaml'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert told == "set()\n"
