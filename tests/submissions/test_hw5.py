"""The ten sample hand-ins of hw5 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from grader.box.levels import best_level
from grader.judge.logs.together import training_log
from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.pipeline import Order, grade
from grader.progress import Silent

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "submissions" / "hw5"
STUDENTS = ("ada", "bo", "cleo", "dev", "eli", "fay", "gus", "hana", "ivo", "june")
# What the machine can give.
FULL = {
    "P1": 1,
    "P2": 2,
    "bleu": 4,
    "rate": 2,
    "arch": 1,
    "table": 2,
    "encoder": 2,
    "decoder": 2,
    "mask": 1,
    "loss": 1,
    "gnorm": 1,
}
WITH_WRITTEN = {"P1"}  # waits for a person even where the machine is content

# student -> part -> (verdict, points); every part of FULL that is not named here is right
FAULTS: dict[str, dict[str, tuple[str, float]]] = {
    "ada": {},
    "bo": {},
    "cleo": {"P1": ("failed", 0.5), "bleu": ("failed", 3)},
    "dev": {"bleu": ("failed", 0), "decoder": ("failed", 0)},
    "eli": {
        "P2": ("skipped", 0),
        "bleu": ("failed", 0),
        "rate": ("failed", 0),
        "decoder": ("skipped", 0),
        "mask": ("crashed", 0),
        "gnorm": ("failed", 0),
    },
    "fay": {"bleu": ("failed", 2), **dict.fromkeys(("encoder", "decoder", "mask"), ("crashed", 0))},
    "gus": {"P2": ("stopped", 0), "bleu": ("failed", 3.5)},
    "hana": {},
    "ivo": {"P1": ("pending", 0), "P2": ("pending", 0), "bleu": ("skipped", 0)},
    "june": {"bleu": ("failed", 1)},
}


# --- what the graded samples give ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return grade(
        Order(
            submissions=ROOT / "submissions",
            rubric=ROOT / "rubrics" / "hw5.yaml",
            out=tmp_path_factory.mktemp("samples") / "out",
            level=best_level(),
            workers=2,
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
        ("ada", 19, 1),
        ("bo", 19, 1),
        ("cleo", 17.5, 1),
        ("dev", 13, 1),
        ("eli", 7, 1),
        ("fay", 12, 1),
        ("gus", 16.5, 1),
        ("hana", 19, 1),
        ("ivo", 12, 4),
        ("june", 16, 1),
    ],
)
def test_score_and_points_that_wait(results: Results, student: str, score: float, pending: float) -> None:
    graded = of(results, student)

    assert (graded.score, graded.pending, graded.max) == (score, pending, 20)


@pytest.mark.slow
def test_mistakes_are_named_where_they_are_made_and_nowhere_else(results: Results) -> None:
    named = {
        (result.id, judged.id): judged.mistakes
        for result in results.submissions
        for judged in result.parts
        if judged.mistakes
    }

    assert named == {
        ("cleo", "P1"): ("nan_row",),
        ("dev", "decoder"): ("no_causal_mask",),
        ("eli", "rate"): ("constant_rate",),
        ("eli", "gnorm"): ("gnorm_not_recorded",),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "part_id", "hint"),
    [
        ("cleo", "P1", "The padding row has length zero; guard the division."),
        ("dev", "decoder", "A decoder position may look only at itself and the past."),
        ("eli", "rate", "Replace the constant by the warm-up formula."),
    ],
)
def test_a_named_mistake_comes_with_its_hint(results: Results, student: str, part_id: str, hint: str) -> None:
    assert part(results, student, part_id).hint == hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "part_id", "reason"),
    [
        ("cleo", "P1", "2051 cells are NaN: row and column 1"),
        ("eli", "P2", "no code that calls 'plot' was found"),
        ("eli", "decoder", "decoder.TransformerDecoder.forward is as the handout has it"),
        ("eli", "mask", "NotImplementedError"),
        ("gus", "P2", "s allowed"),
        ("ivo", "P1", "a picture was handed in; a person looks at it"),
        ("ivo", "P2", "a picture was handed in; a person looks at it"),
        ("ivo", "bleu", "prediction.txt was not handed in"),
    ],
)
def test_a_part_without_its_points_says_why(results: Results, student: str, part_id: str, reason: str) -> None:
    assert reason in part(results, student, part_id).reason


def line_of(path: str, text: str) -> int:
    lines = (SAMPLES / path).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.slow
@pytest.mark.parametrize("part_id", ["encoder", "decoder", "mask"])
def test_the_syntax_error_of_fay_is_named_with_its_line(results: Results, part_id: str) -> None:
    line = line_of("fay/hw5/transformer.py", "1.bool()")

    assert f"hw5/transformer.py:{line}: SyntaxError" in part(results, "fay", part_id).reason


@pytest.mark.slow
def test_the_bars_that_the_predictions_do_not_reach(results: Results) -> None:
    missed = {
        student: [check.id for check in part(results, student, "bleu").checks if check.points < check.max]
        for student in ("cleo", "gus", "june")
    }

    assert missed == {
        "cleo": ["public-boss", "private-boss"],
        "gus": ["private-boss"],
        "june": [f"{half}-{bar}" for half in ("public", "private") for bar in ("medium", "strong", "boss")],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("student", "finding"),
    [
        ("bo", "file rate: hw5_mt/src/schedule.py"),
        ("bo", "file training: hw5_mt/src/engine.py"),
        ("dev", "file encoder: homework5.py"),
        ("gus", "file rate: train.py"),
        ("hana", "file decoder: HW05.ipynb"),
        ("hana", "HW05.ipynb: cell 8 skipped: it only raises"),
        ("hana", "stand-in google.colab"),
        ("hana", "stand-in tqdm"),
        ("june", "file table: hw5_june/network.py"),
    ],
)
def test_findings_say_how_a_sample_was_read(results: Results, student: str, finding: str) -> None:
    assert finding in of(results, student).findings


@pytest.mark.slow
def test_only_the_log_of_june_does_not_add_up(results: Results) -> None:
    rules = {
        result.id: [finding.rule for finding in result.training.findings]
        for result in results.submissions
        if result.training and result.training.findings
    }

    assert rules == {"june": ["BP is min(1, exp(1 - ref_len / hyp_len))"]}


@pytest.mark.slow
def test_a_sample_without_a_log_is_said_to_have_none(results: Results) -> None:
    facts = {result.id: result.training.facts for result in results.submissions if result.training}

    assert [student for student in STUDENTS if "no log" in facts[student]] == ["ivo"]


# --- the samples as files -------------------------------------------------------------------------------------------

LOGS = {
    "ada": "train.log",
    "bo": "hw5_mt/logs/train.log",
    "cleo": "log.txt",
    "dev": "train.log",
    "eli": "train.log",
    "fay": "hw5/nohup.out",
    "gus": "train.log",
    "hana": "HW05.ipynb",
    "june": "hw5_june/train.log",
}
WITH_NORMS = [student for student in LOGS if student != "eli"]


@pytest.mark.parametrize("student", LOGS)
def test_a_log_is_read_and_only_that_of_june_is_flagged(student: str) -> None:
    content = (SAMPLES / student / LOGS[student]).read_bytes()

    log, _ = training_log({LOGS[student]: content}, ("hw5",))

    assert [series.name for series in log.series] == ["training loss", "validation loss", "validation BLEU"]
    assert len(log.findings) == (student == "june")


@pytest.mark.parametrize("student", WITH_NORMS)
def test_the_norms_are_as_many_as_the_updates_in_the_log(student: str) -> None:
    log = (SAMPLES / student / LOGS[student]).read_text("utf-8")
    norms = json.loads(next((SAMPLES / student).rglob("gnorm.json")).read_text("utf-8"))

    updates = [int(count) for count in re.findall(r"grouped total_num_itrs = (\d+)", log)]

    assert len(norms) == sum(updates)
    assert len(set(updates)) == 1


def test_there_are_ten_samples_and_they_are_small() -> None:
    sizes = {path.name: sum(file.stat().st_size for file in path.rglob("*")) for path in SAMPLES.iterdir()}

    assert tuple(sorted(sizes)) == STUDENTS
    assert sum(sizes.values()) <= 1024 * 1024


@pytest.mark.parametrize("student", STUDENTS)
def test_a_sample_has_a_prediction_for_every_line_of_the_test_set_or_none(student: str) -> None:
    counts = [len(path.read_text("utf-8").splitlines()) for path in (SAMPLES / student).rglob("prediction.txt")]

    assert counts == ([] if student == "ivo" else [200])


def test_no_two_samples_share_a_prediction_or_a_file_with_a_model() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    models = [path.read_bytes() for path in files if b"class TransformerEncoder(" in path.read_bytes()]
    predictions = [path.read_bytes() for path in files if path.name == "prediction.txt"]

    assert (len(set(models)), len(set(predictions))) == (len(STUDENTS), len(STUDENTS) - 1)


def test_the_notebook_is_valid_and_has_one_picture() -> None:
    notebook = nbformat.read(SAMPLES / "hana" / "HW05.ipynb", as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]

    assert (notebook.nbformat, notebook.nbformat_minor, len(pictures)) == (4, 5, 1)
