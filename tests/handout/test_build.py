"""A kit of the small course: what is in it, how it loads, and what makes it impossible."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.fingerprints import read_known
from grader.frozen import read_frozen
from grader.handout.build import Kit
from grader.handout.parcel import write_folder
from grader.rubric.load import load_rubric
from tests.handout import courses


@pytest.fixture(scope="module")
def unpacked(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit in a folder; not to be written to."""
    folder = tmp_path_factory.mktemp("kit") / "tiny"
    write_folder(folder, kit.files)
    return folder


def test_a_kit_holds_these_files_and_no_others(kit: Kit) -> None:
    assert sorted(kit.files) == [
        "README.md",
        "answers.md",
        "attention.py",
        "checks/data/words.txt",
        "checks/expected.safetensors",
        "checks/known.json",
        "checks/probes.py",
        "checks/starter.json",
        "public.yaml",
        "words.py",
    ]


def test_the_public_rubric_loads_like_any_other(unpacked: Path) -> None:
    rubric = load_rubric(unpacked / "public.yaml")

    assert (rubric.public, rubric.points, rubric.of) == (True, 6, 9)
    assert Path(rubric.folder) == unpacked / "checks"
    assert [(part.id, part.points, part.of, part.source) for part in rubric.parts] == [
        ("w", 4, 4, "probe"),
        ("c", 2, 2, "probe"),
        ("hidden", 0, 1, "probe"),
        ("curve", 0, 1, "file"),
        ("why", 0, 1, "person"),
    ]
    assert not any(part.mistakes or part.written or part.plots for part in rubric.parts)


def test_a_kit_without_its_checks_says_to_unpack_it_again(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "public.yaml").write_bytes(kit.files["public.yaml"])

    with pytest.raises(RubricError) as error:
        load_rubric(tmp_path / "public.yaml")

    assert "there is no folder checks/ beside it  [E-KIT]" in str(error.value)
    assert "help: unpack the handout again" in str(error.value)


def test_the_reference_is_frozen_on_public_cases_and_small_inputs(unpacked: Path) -> None:
    expected = read_frozen(unpacked / "checks" / "expected.safetensors")

    small = [("w", f"smallest-{number}") for number in range(5)]
    assert sorted(expected) == [("c", "drawn"), ("w", "pair"), *small]
    assert {seen.ended for seen in expected.values()} == {"answered"}


def test_only_mistakes_that_can_be_told_apart_are_known(kit: Kit, unpacked: Path) -> None:
    known = read_known(unpacked / "checks" / "known.json")

    assert {part: [each.hint for each in told] for part, told in known.items()} == {
        "w": ["The weights of one sentence sum to one."],
        "c": ["One mean for each sentence."],
    }
    assert kit.mistakes_left_out == {
        ("w", "no_mask"): "cannot be told from mask_forgotten on the public cases",
        ("w", "long_ones_doubled"): "does not show on the public cases",
    }


def test_the_starter_is_known_by_its_hashes(kit: Kit) -> None:
    assert sorted(json.loads(kit.files["checks/starter.json"])["files"]) == ["answers.md", "attention.py", "words.py"]


def test_the_same_course_gives_the_same_kit_and_runs_nothing_again(kit: Kit, course: Path) -> None:
    assert courses.built(course).files == kit.files


def faults_of(root: Path, rubric: str = courses.RUBRIC, **changed: str) -> str:
    """The message of a course that gives no kit."""
    with pytest.raises(RubricError) as error:
        courses.built(root, rubric, **changed)
    return str(error.value)


def test_data_that_is_missing_from_the_kit_is_told(tmp_path: Path) -> None:
    told = faults_of(tmp_path, courses.RUBRIC.replace("checks/data/words.txt: data/words.txt, ", ""))

    assert "reference: part c, case drawn: with what the kit holds, there is no answer: FileNotFoundError" in told
    assert "[E-HANDOUT]" in told
    assert "help: name its data under handout.files" in told


def test_a_starter_that_counts_as_work_is_told_with_its_line(tmp_path: Path) -> None:
    solved = courses.SOLVED.replace("        mean_bv = None\n", "        mean_bv = weights_bs @ values_bsv\n")
    whole = solved.replace("    ### BEGIN ANSWER w\n", "").replace("def weights", "### BEGIN ANSWER w\ndef weights")

    told = faults_of(tmp_path, solved__attention=whole)

    assert "starter: attention.weights: 'attention.weights' does not count as not yet written: it is not there" in told
    assert "starter: attention.py:14: 'attention.Context.mean' does not count as not yet written: it is run" in told
    assert "[E-HANDOUT]" in told
    assert "help: take loops, calls and sums into the answer" in told


def test_a_wrong_mark_is_told_before_anything_runs(tmp_path: Path) -> None:
    told = faults_of(tmp_path, solved__attention=courses.SOLVED.replace("    ### END ANSWER\n\n\nclass", "\n\nclass"))

    assert "solved/attention.py:" in told
    assert "an answer begins within another  [E-HANDOUT]" in told
