"""No kit holds an answer, a hidden case, the secret seed or a mistake; and this would be seen if one did."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from grader.frozen import read_frozen
from grader.handout.build import EXPECTED, KNOWN, Kit, plain_kit
from grader.nouns.asked import Rubric
from grader.rubric.load import load_rubric
from grader.runs import case_seed, public_seed, runs_of
from grader.smallest import MARK
from grader.varied import case_of
from tests.handout import courses
from tests.handout.secrets import secrets_in
from tests.student_kits import student_kit

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"


@pytest.fixture(scope="module")
def rubric(kit: Kit, course: Path) -> Rubric:
    """The rubric of the small course, of which `kit` is the kit."""
    return load_rubric(course / "rubrics" / "tiny.yaml")


@pytest.fixture(scope="module", params=["a4", "hw5", "hw9", "hw12"])
def assignment(request: pytest.FixtureRequest) -> Rubric:
    """The rubric of a real assignment."""
    return load_rubric(RUBRICS / f"{request.param}.yaml")


def test_no_file_of_a_kit_holds_a_secret(assignment: Rubric) -> None:
    assert secrets_in(plain_kit(assignment).files, assignment) == []


def test_a_kit_names_only_public_cases(assignment: Rubric) -> None:
    public = {(part.id, case.name): case.args for part in assignment.parts for case in part.cases if case.public}

    named = {(part.id, case.name): case.args for part in plain_kit(assignment).public.parts for case in part.cases}

    assert named
    assert named.items() <= public.items()


def test_public_cases_have_a_seed_that_the_secret_one_has_no_part_in(assignment: Rubric) -> None:
    public = plain_kit(assignment).public

    assert public.seed == 0
    assert {run.seed for run in runs_of(public)} == {
        public_seed(assignment.assignment, part.id, case.name) for part in public.parts for case in part.cases
    }


def test_hints_and_frozen_values_of_a_kit_hold_no_secret(
    assignment: Rubric, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with zipfile.ZipFile(student_kit(assignment.assignment, tmp_path_factory)) as archive:
        files = {file: archive.read(f"{assignment.assignment}/{file}") for file in (EXPECTED, KNOWN)}
    (tmp_path / "expected.safetensors").write_bytes(files[EXPECTED])
    public = {(part.id, case.name) for part in assignment.parts for case in part.cases if case.public}

    frozen = read_frozen(tmp_path / "expected.safetensors")

    assert {(part, case_of(case)) for part, case in frozen if not case.startswith(MARK)} <= public
    assert secrets_in(files, assignment) == []


def test_a_whole_kit_holds_no_secret(kit: Kit, rubric: Rubric) -> None:
    assert secrets_in(kit.files, rubric) == []


def test_only_public_cases_and_small_inputs_are_frozen(kit: Kit, tmp_path: Path) -> None:
    file = tmp_path / "expected.safetensors"
    file.write_bytes(kit.files[EXPECTED])

    frozen = read_frozen(file)

    assert {name for name in frozen if "smallest-" not in name[1]} == {("w", "pair"), ("c", "drawn")}
    assert all(array.size < 16 for seen in frozen.values() for array in seen.tensors.values())  # hidden: 28 and 20
    assert all(np.isfinite(array).all() for seen in frozen.values() for array in seen.tensors.values())


PLANTED: Mapping[str, tuple[str, str]] = {
    "a line of an answer": (
        "shut_bs = scores_bs.masked_fill(padding_bs, -torch.inf)",
        "an answer of attention.py: shut_bs = scores_bs",
    ),
    "an answer laid out anew": (
        "def f(  weights_bs,values_bsv ):\n  return torch . einsum(\n  'x', 1) ; mean_bv=torch.einsum(\n"
        '        "bs,bsv->bv",   weights_bs,values_bsv)',
        "an answer of attention.py: mean_bv = torch . einsum",
    ),
    "solved code that is not handed out": (
        courses.FILES["solved/plot.py"] + "\n" + 'print("a plot of the staff")',
        "all of solved/plot.py",
    ),
    "an edit of a mistake": (
        "scores_bs.masked_fill(padding_bs & False, -torch.inf)",
        "an answer of mistakes.py, mask_forgotten",
    ),
    "a hint that is not public": (
        json.dumps({"hint": "This mask hides nothing, and that is a secret."}),
        "the hint of mask_forgotten, which is not public",
    ),
    "the secret seed": ("seed: 918273645", "the secret seed 918273645"),
    "a seed of a hidden case": (
        f"# drawn from {case_seed(918273645, 'w', 'ragged')}",
        f"the seed {case_seed(918273645, 'w', 'ragged')} of a hidden case",
    ),
    "a hidden case": ("ragged: {lengths: [7, 5, 3, 2]}", "what a hidden case is given: [7, 5, 3, 2]"),
    "a written answer": (
        "Because the staff says so, and this is the answer.",
        "a line of answers.md: Because the staff says so",
    ),
    "what a person looks for": ("The answer that a person looks for.", "a line of what a person looks for in why"),
    "how the data were made": ('print("how the data were made")', "a line of make.py"),
    "data of hidden cases": (courses.FILES["data/more.txt"], "all of data/more.txt"),
    "all of the mistakes": (courses.MISTAKES, "all of mistakes.py"),
}


@pytest.mark.parametrize(("planted", "found"), PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("file", ["README.md", "checks/probes.py", "checks/known.json"])
def test_whatever_is_planted_is_found(kit: Kit, rubric: Rubric, file: str, planted: str, found: str) -> None:
    content = kit.files[file] + b"\n\n" + planted.encode() + b"\n"

    told = secrets_in({**kit.files, file: content}, rubric)

    assert any(f"{file}: {found}" in each for each in told), told
