"""The ten sample hand-ins of a4 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.pipeline import Order, grade
from grader.progress import Silent

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "submissions" / "a4"
STUDENTS = ("ada", "bo", "cleo", "dev", "eli", "fay", "gus", "hana", "ivo", "june")
# What the machine can give. Parts without points in which gus loops once more are left out: `together`, `beam`, `toy`.
FULL = {"1a": 2, "1b": 3, "1c": 4, "1d": 8, "1e": 8, "1f": 10, "1g": 1, "1h": 3, "2c": 8}
UNPAID = ("1i", "2a", "2b", "1d-final")
WITH_WRITTEN = {"1g", "2c"}  # these wait for a person even where the machine is content

# student -> part -> (verdict, points); every part of FULL that is not named here is right
FAULTS: dict[str, dict[str, tuple[str, float]]] = {
    "ada": {},
    "bo": {},
    "cleo": {"1d": ("failed", 5)},
    "dev": {"1d": ("failed", 7), "1e": ("crashed", 7)},
    "eli": {"1e": ("skipped", 0), "1f": ("crashed", 0), "1h": ("skipped", 0)},
    "fay": dict.fromkeys(("1c", "1d", "1e", "1f", "1g"), ("crashed", 0)),
    "gus": {"1f": ("stopped", 0)},
    "hana": {},
    "ivo": {"1h": ("skipped", 0), "2c": ("pending", 0)},
    "june": {},
}


# --- what the graded samples give ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return grade(
        Order(
            submissions=ROOT / "submissions",
            rubric=ROOT / "rubrics" / "a4.yaml",
            out=tmp_path_factory.mktemp("samples") / "out",
            level=best_level(),
            workers=2,
            parts=(*FULL, *UNPAID),
        ),
        Silent(),
    )


def of(results: Results, student: str) -> SubmissionResult:
    return next(result for result in results.submissions if result.id == student)


def part(results: Results, student: str, part_id: str) -> PartResult:
    return next(part for part in of(results, student).parts if part.id == part_id)


def verdict_when_right(part_id: str) -> str:
    return "pending" if part_id in WITH_WRITTEN else "passed"


@pytest.mark.slow
def test_every_sample_is_graded_and_none_by_accident(results: Results) -> None:
    errors = {result.id: result.error for result in results.submissions}

    assert errors == dict.fromkeys(STUDENTS, "")


@pytest.mark.slow
@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("part_id", FULL)
def test_verdict_and_points_of_a_part(results: Results, student: str, part_id: str) -> None:
    judged = part(results, student, part_id)

    assert (judged.verdict, judged.score) == FAULTS[student].get(part_id, (verdict_when_right(part_id), FULL[part_id]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "score", "pending"),
    [
        ("ada", 47, 23),
        ("bo", 47, 23),
        ("cleo", 44, 23),
        ("dev", 45, 23),
        ("eli", 26, 23),
        ("fay", 16, 23),
        ("gus", 37, 23),
        ("hana", 47, 23),
        ("ivo", 36, 31),
        ("june", 47, 23),
    ],
)
def test_score_and_points_that_wait(results: Results, student: str, score: float, pending: float) -> None:
    graded = of(results, student)

    assert (graded.score, graded.pending, graded.max) == (score, pending, 70)


def lost(results: Results, student: str) -> dict[str, float]:
    return {
        f"{judged.id}.{check.id}": check.max - check.points
        for judged in of(results, student).parts
        for check in judged.checks
        if check.points < check.max
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "checks"),
    [
        ("ada", {}),
        ("bo", {}),
        ("cleo", {"1d.h0c0": 3}),
        ("dev", {"1d.robust": 1, "1e.robust": 1}),
        ("hana", {}),
        ("june", {}),
    ],
)
def test_checks_that_lose_points(results: Results, student: str, checks: dict[str, float]) -> None:
    assert lost(results, student) == checks


@pytest.mark.slow
def test_mistakes_are_named_where_they_are_made_and_nowhere_else(results: Results) -> None:
    named = {
        (result.id, judged.id): judged.mistakes
        for result in results.submissions
        for judged in result.parts
        if judged.mistakes
    }

    assert named == {
        ("cleo", "1d"): ("one_projection",),
        ("dev", "1d"): ("graph_cut_src",),
        ("dev", "1e"): ("bare_squeeze",),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "part_id", "hint"),
    [
        ("cleo", "1d", "The cell state has its own layer, c_projection."),
        ("dev", "1d", "Stay in tensors from the embedding on, or it will never be trained."),
        ("dev", "1e", "Name the dimension you squeeze; a batch may hold one sentence."),
    ],
)
def test_a_named_mistake_comes_with_its_hint(results: Results, student: str, part_id: str, hint: str) -> None:
    assert part(results, student, part_id).hint == hint


def line_of(path: str, text: str) -> int:
    lines = (SAMPLES / path).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text", "part_id", "error"),
    [
        ("eli/nmt_model.py", "enc_hiddens_projection", "1f", "NameError"),
        ("fay/nmt_model.py", "asfarray([", "1c", "AttributeError"),
        ("dev/student/nmt_model.py", "squeeze(),", "1e", "IndexError"),
    ],
)
def test_a_crash_names_file_line_and_error(results: Results, path: str, text: str, part_id: str, error: str) -> None:
    student, _, inside = path.partition("/")

    assert f"{inside}:{line_of(path, text)}: {error}" in part(results, student, part_id).reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "part_id", "reason"),
    [
        ("eli", "1e", "nmt_model.NMT.decode is as the handout has it"),
        ("eli", "1h", "outputs/test_outputs.txt was not handed in"),
        ("gus", "1f", "10 s allowed"),
        ("ivo", "2c", "answers.md was not handed in"),
    ],
)
def test_a_part_without_an_answer_says_why(results: Results, student: str, part_id: str, reason: str) -> None:
    assert reason in part(results, student, part_id).reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "finding"),
    [
        ("bo", "staff file assignment4/student/vocab.py replaced: it differed"),
        ("bo", "file nmt_model: assignment4/student/nmt_model.py"),
        ("gus", "staff file student/vocab.py replaced: it differed"),
        ("hana", "file nmt_model: a4.ipynb"),
        ("hana", "file utils: a4.ipynb"),
        ("ivo", "student/src.model is a Git LFS pointer: the file itself was not handed in"),
        ("ivo", "repair uint8_masks"),
        ("fay", "repair numpy_names"),
    ],
)
def test_findings_say_how_a_sample_was_read(results: Results, student: str, finding: str) -> None:
    assert finding in of(results, student).findings


@pytest.mark.slow
@pytest.mark.parametrize("student", ["ada", "cleo", "dev", "eli", "hana", "ivo", "june"])
def test_a_vocab_left_as_it_was_is_no_finding(results: Results, student: str) -> None:
    replaced = [finding for finding in of(results, student).findings if "replaced" in finding]

    assert replaced == []


@pytest.mark.slow
def test_only_june_claims_a_bleu_that_the_outputs_do_not_give(results: Results) -> None:
    remarked = {
        result.id: judged.remarks for result in results.submissions for judged in result.parts if judged.remarks
    }

    assert set(remarked) == {"june"}
    assert "says BLEU 25.91, the outputs give 19.86" in remarked["june"][0]


# --- the training logs, by the arithmetic that must hold ------------------------------------------------------------

LOGS = {
    "ada": "train.log",
    "bo": "assignment4/logs/train.log",
    "cleo": "log.txt",
    "dev": "student/train_log.txt",
    "fay": "nohup.out",
    "gus": "student/train.log",
    "hana": "a4.ipynb",
    "june": "hw4/train.log",
}
LINE = re.compile(
    r"epoch \d+, iter (\d+), avg\. loss (\S+), avg\. ppl (\S+) cum\. examples (\d+), "
    r"speed (\S+) words/sec, time elapsed (\S+) sec|(validation:)"
)


def log_text(student: str) -> str:
    path = SAMPLES / student / LOGS[student]
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "".join(line for cell in cells for output in cell.get("outputs", []) for line in output["text"])


def shares_of_the_bound(text: str) -> Iterator[tuple[int, float]]:
    """For every line with the one before it: how far words by loss and words by speed differ, in units of the bound.

    The bound is the rounding of the figures printed; examples are counted anew after each validation.
    """
    examples_before, seconds_before = 0, 0.0
    for iteration, *figures, validation in LINE.findall(text):
        if validation:
            examples_before = 0
            continue
        loss, perplexity, examples, speed, seconds = map(float, figures)
        elapsed = seconds - seconds_before
        words = loss * (examples - examples_before) / math.log(perplexity)
        bound = 0.01 / elapsed + 0.005 / loss + 0.005 / (perplexity * math.log(perplexity)) + 0.005 / speed + 2e-4
        yield int(iteration), abs(words / (speed * elapsed) - 1) / bound
        examples_before, seconds_before = int(examples), seconds


@pytest.mark.parametrize("student", [student for student in LOGS if student != "june"])
def test_an_honest_log_adds_up(student: str) -> None:
    shares = [share for _, share in shares_of_the_bound(log_text(student))]

    assert len(shares) > 50
    assert max(shares) <= 1


def test_one_perplexity_and_one_time_of_june_do_not_add_up() -> None:
    flagged = [iteration for iteration, share in shares_of_the_bound(log_text("june")) if share > 1.5]

    assert flagged == [5200, 7400, 7600]


# --- the samples as files -------------------------------------------------------------------------------------------


def test_there_are_ten_samples() -> None:
    assert tuple(sorted(path.name for path in SAMPLES.iterdir())) == STUDENTS


@pytest.mark.parametrize("student", STUDENTS)
def test_a_sample_has_outputs_for_every_line_of_the_test_set_or_none(student: str) -> None:
    counts = [len(path.read_text("utf-8").splitlines()) for path in (SAMPLES / student).rglob("test_outputs.txt")]

    assert counts == ([] if student in ("eli", "ivo") else [60])


def test_no_two_samples_share_a_model() -> None:
    models = [path.read_bytes() for path in SAMPLES.rglob("nmt_model.py")]

    assert len(set(models)) == len(models) == len(STUDENTS) - 1
