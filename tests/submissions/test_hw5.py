"""The ten sample hand-ins of hw5 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from grader.judge.logs.together import training_log
from tests.submissions.at_home import SaidAtHome
from tests.submissions.samples import ROOT, STUDENTS, Promises, Samples

ASSIGNMENT, PARTS = "hw5", ()
SAMPLES = ROOT / "submissions" / ASSIGNMENT


class TestHw5(Promises):
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
    WITH_WRITTEN = frozenset({"P1"})
    FAULTS = {
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
    SCORES = {
        "ada": (19, 1),
        "bo": (19, 1),
        "cleo": (17.5, 1),
        "dev": (13, 1),
        "eli": (7, 1),
        "fay": (12, 1),
        "gus": (16.5, 1),
        "hana": (19, 1),
        "ivo": (12, 4),
        "june": (16, 1),
    }
    MISTAKES = {
        ("cleo", "P1"): ("nan_row",),
        ("dev", "decoder"): ("no_causal_mask",),
        ("eli", "rate"): ("constant_rate",),
        ("eli", "gnorm"): ("gnorm_not_recorded",),
    }
    HINTS = {
        ("cleo", "P1"): "The padding row has length zero; guard the division.",
        ("dev", "decoder"): "A decoder position may look only at itself and the past.",
        ("eli", "rate"): "Replace the constant by the warm-up formula.",
    }
    REASONS = (
        ("cleo", "P1", "2051 cells are NaN: row and column 1"),
        ("eli", "P2", "no code that calls 'plot' was found"),
        ("eli", "decoder", "decoder.TransformerDecoder.forward is as the handout has it"),
        ("eli", "mask", "NotImplementedError"),
        ("gus", "P2", "s allowed"),
        ("ivo", "P1", "a picture was handed in; a person looks at it"),
        ("ivo", "P2", "a picture was handed in; a person looks at it"),
        ("ivo", "bleu", "prediction.txt was not handed in"),
    )
    FINDINGS = (
        ("bo", "file rate: hw5_mt/src/schedule.py"),
        ("bo", "file training: hw5_mt/src/engine.py"),
        ("dev", "file encoder: homework5.py"),
        ("gus", "file rate: train.py"),
        ("hana", "file decoder: HW05.ipynb"),
        ("hana", "HW05.ipynb: cell 8 skipped: it only raises"),
        ("hana", "stand-in google.colab"),
        ("hana", "stand-in tqdm"),
        ("june", "file table: hw5_june/network.py"),
    )

    @pytest.mark.parametrize("part_id", ["encoder", "decoder", "mask"])
    def test_the_syntax_error_of_fay_is_named_with_its_line(self, samples: Samples, part_id: str) -> None:
        line = samples.line_of("fay/hw5/transformer.py", "1.bool()")

        assert f"hw5/transformer.py:{line}: SyntaxError" in samples.part("fay", part_id).reason

    def test_the_bars_that_the_predictions_do_not_reach(self, samples: Samples) -> None:
        missed = {
            student: [check.id for check in samples.part(student, "bleu").checks if check.points < check.max]
            for student in ("cleo", "gus", "june")
        }

        assert missed == {
            "cleo": ["public-boss", "private-boss"],
            "gus": ["private-boss"],
            "june": [f"{half}-{bar}" for half in ("public", "private") for bar in ("medium", "strong", "boss")],
        }

    def test_only_the_log_of_june_does_not_add_up(self, samples: Samples) -> None:
        rules = {
            result.id: [finding.rule for finding in result.training.findings]
            for result in samples.results.submissions
            if result.training and result.training.findings
        }

        assert rules == {"june": ["BP is min(1, exp(1 - ref_len / hyp_len))"]}

    def test_a_sample_without_a_log_is_said_to_have_none(self, samples: Samples) -> None:
        facts = {result.id: result.training.facts for result in samples.results.submissions if result.training}

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


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in SAMPLES.rglob("*")) <= 1024 * 1024


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


class TestHw5AtHome(SaidAtHome):
    """The samples in unpacked student kits."""
