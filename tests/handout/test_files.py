"""Which files of a reference folder get into a kit, and which never may."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.handout.files import check_files, starter_files
from grader.nouns.asked import Rubric
from grader.rubric.load import load_rubric
from tests.handout import courses

NAMED = "files: {checks/data/words.txt: data/words.txt, answers.md: starter/answers.md, words.py: solved/words.py}"


def a_rubric(root: Path, named: str = NAMED, **changed: str) -> Rubric:
    """The rubric of the small course with other `handout.files`."""
    return load_rubric(courses.write_course(root, courses.RUBRIC.replace(NAMED, named), **changed))


def test_solved_code_with_answers_goes_in_without_them(tmp_path: Path) -> None:
    starters = starter_files(a_rubric(tmp_path, "files: {}"))

    assert sorted(starters.files) == ["attention.py"]
    assert b"secret of padding" not in starters.files["attention.py"]
    assert starters.left_out == ("answers.md", "curve.csv", "plot.py", "words.py")


def test_solved_code_that_is_named_goes_in_whole(tmp_path: Path) -> None:
    starters = starter_files(a_rubric(tmp_path, "files: {tools/plot.py: solved/plot.py}"))

    assert starters.files["tools/plot.py"] == courses.FILES["solved/plot.py"].encode()
    assert list(starters.cut) == ["attention.py"]


def test_solved_code_with_answers_that_is_named_is_cut_too(tmp_path: Path) -> None:
    starters = starter_files(a_rubric(tmp_path, "files: {other.py: solved/attention.py}"))

    assert b"secret of padding" not in starters.files["other.py"]


def test_a_starter_folder_takes_the_place_of_the_solved_files(tmp_path: Path) -> None:
    starters = starter_files(a_rubric(tmp_path, "starter: starter"))

    assert sorted(starters.files) == ["answers.md"]


def test_checks_hold_only_what_public_cases_need(tmp_path: Path) -> None:
    assert sorted(check_files(a_rubric(tmp_path))) == ["checks/data/words.txt", "checks/probes.py"]


REFUSED = {
    "answers.md: solved/answers.md": "handout.files would give solved/answers.md to students",
    "m.py: mistakes.py": "handout.files would give mistakes.py to students",
    "m.py: data/../mistakes.py": "a relative path with '/', without '..'",
    "labels.txt: link.txt": "handout.files would give link.txt to students",
    "a.txt: data/none.txt": "handout.files names data/none.txt, and there is no such file",
    "public.yaml: data/words.txt": "public.yaml is made by grade handout, or hidden",
    "README.md: data/words.txt": "README.md is made by grade handout, or hidden",
    ".bashrc: data/words.txt": ".bashrc is made by grade handout, or hidden",
    "checks/x.txt: data/words.txt": "checks/x.txt can only be a file of 'data' at its own path",
    "checks/data/make.py: data/make.py": "checks/data/make.py can only be a file of 'data' at its own path",
}


@pytest.mark.parametrize(("named", "fact"), REFUSED.items(), ids=REFUSED)
def test_what_no_student_may_get_is_refused(tmp_path: Path, named: str, fact: str) -> None:
    (tmp_path / "reference" / "tiny").mkdir(parents=True)
    (tmp_path / "reference" / "tiny" / "link.txt").symlink_to(Path("solved") / "answers.md")

    with pytest.raises(RubricError) as error:
        starter_files(a_rubric(tmp_path, "files: {" + named + "}"))

    assert fact in str(error.value)


def test_text_that_translations_are_compared_with_is_refused(tmp_path: Path) -> None:
    bleu = courses.RUBRIC.replace(
        "{curve_rows: {epochs: 3}, points: 1}", "{bleu: {references: data/more.txt, above: 18}, points: 1}"
    )
    path = courses.write_course(tmp_path, bleu.replace(NAMED, "files: {more.txt: data/more.txt}"))

    with pytest.raises(RubricError, match=r"handout\.files would give data/more\.txt to students"):
        starter_files(load_rubric(path))


@pytest.mark.parametrize("folder", ["nowhere", "solved"])
def test_a_starter_folder_that_is_none_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(RubricError, match=f"there is no folder {folder} for students in the reference folder"):
        starter_files(a_rubric(tmp_path, f"starter: {folder}"))


TAKEN = "would stand in the place of a file of the kit"
STARTER_REFUSED = {
    "link.md": ("solved/answers.md", "the starter folder would give answers.md to students"),
    "public.yaml": ("starter/answers.md", f"starter/public.yaml {TAKEN}"),
    "checks/probes.py": ("starter/answers.md", f"starter/checks/probes.py {TAKEN}"),
}


@pytest.mark.parametrize(("name", "told"), STARTER_REFUSED.items(), ids=STARTER_REFUSED)
def test_a_starter_folder_with_what_no_student_may_get_is_refused(
    tmp_path: Path, name: str, told: tuple[str, str]
) -> None:
    target, fact = told
    rubric, reference = a_rubric(tmp_path, "starter: starter"), tmp_path / "reference" / "tiny"
    (reference / "starter" / name).parent.mkdir(exist_ok=True)
    (reference / "starter" / name).symlink_to(reference / target)

    with pytest.raises(RubricError) as error:
        starter_files(rubric)

    assert fact in str(error.value)


def test_hidden_files_of_a_starter_folder_stay_behind(tmp_path: Path) -> None:
    rubric = a_rubric(tmp_path, "starter: starter")
    (tmp_path / "reference" / "tiny" / "starter" / ".notes").write_text("for the staff", encoding="utf-8")

    assert sorted(starter_files(rubric).files) == ["answers.md"]


def test_a_starter_that_is_no_text_is_told(tmp_path: Path) -> None:
    rubric = a_rubric(tmp_path)
    (tmp_path / "reference" / "tiny" / "solved" / "attention.py").write_bytes(b"\xff\xfe")

    with pytest.raises(RubricError, match=r"the file is not UTF-8  \[E-RUBRIC-ENCODING\]"):
        starter_files(rubric)
