"""The ten sample hand-ins of a4 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

import pytest

from tests.submissions.at_home import SaidAtHome
from tests.submissions.samples import ROOT, STUDENTS, Promises, Samples

ASSIGNMENT = "a4"
# Parts without points in which gus loops once more are left out: `together`, `beam`, `toy`.
PARTS = ("1a", "1b", "1c", "1d", "1e", "1f", "1g", "1h", "2c", "1i", "2a", "2b", "1d-final")
SAMPLES = ROOT / "submissions" / ASSIGNMENT


class TestA4(Promises):
    FULL = {"1a": 2, "1b": 3, "1c": 4, "1d": 8, "1e": 8, "1f": 10, "1g": 1, "1h": 3, "2c": 8}
    WITH_WRITTEN = frozenset({"1g", "2c"})
    FAULTS = {
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
    SCORES = {
        "ada": (47, 23),
        "bo": (47, 23),
        "cleo": (44, 23),
        "dev": (45, 23),
        "eli": (26, 23),
        "fay": (16, 23),
        "gus": (37, 23),
        "hana": (47, 23),
        "ivo": (36, 31),
        "june": (47, 23),
    }
    MISTAKES = {
        ("cleo", "1d"): ("one_projection",),
        ("dev", "1d"): ("graph_cut_src",),
        ("dev", "1e"): ("bare_squeeze",),
    }
    HINTS = {
        ("cleo", "1d"): "The cell state has its own layer, c_projection.",
        ("dev", "1d"): "Stay in tensors from the embedding on, or it will never be trained.",
        ("dev", "1e"): "Name the dimension you squeeze; a batch may hold one sentence.",
    }
    REASONS = (
        ("eli", "1e", "nmt_model.NMT.decode is as the handout has it"),
        ("eli", "1h", "outputs/test_outputs.txt was not handed in"),
        ("gus", "1f", "10 s allowed"),
        ("ivo", "2c", "answers.md was not handed in"),
    )
    FINDINGS = (
        ("bo", "staff file assignment4/student/vocab.py replaced: it differed"),
        ("bo", "file nmt_model: assignment4/student/nmt_model.py"),
        ("gus", "staff file student/vocab.py replaced: it differed"),
        ("hana", "file nmt_model: a4.ipynb"),
        ("hana", "file utils: a4.ipynb"),
        ("ivo", "student/src.model is a Git LFS pointer: the file itself was not handed in"),
        ("ivo", "repair uint8_masks"),
        ("fay", "repair numpy_names"),
    )

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
    def test_checks_that_lose_points(self, samples: Samples, student: str, checks: dict[str, float]) -> None:
        judged = [(part.id, check) for part in samples.of(student).parts for check in part.checks]

        assert {f"{id}.{each.id}": each.max - each.points for id, each in judged if each.points < each.max} == checks

    @pytest.mark.parametrize(
        ("path", "text", "part_id", "error"),
        [
            ("eli/nmt_model.py", "enc_hiddens_projection", "1f", "NameError"),
            ("fay/nmt_model.py", "asfarray([", "1c", "AttributeError"),
            ("dev/student/nmt_model.py", "squeeze(),", "1e", "IndexError"),
        ],
    )
    def test_a_crash_names_file_line_and_error(
        self, samples: Samples, path: str, text: str, part_id: str, error: str
    ) -> None:
        student, _, inside = path.partition("/")

        assert f"{inside}:{samples.line_of(path, text)}: {error}" in samples.part(student, part_id).reason

    @pytest.mark.parametrize("student", ["ada", "cleo", "dev", "eli", "hana", "ivo", "june"])
    def test_a_vocab_left_as_it_was_is_no_finding(self, samples: Samples, student: str) -> None:
        assert [finding for finding in samples.of(student).findings if "replaced" in finding] == []

    def test_only_june_claims_a_bleu_that_the_outputs_do_not_give(self, samples: Samples) -> None:
        parts = [(result.id, part) for result in samples.results.submissions for part in result.parts]
        remarked = {student: part.remarks for student, part in parts if part.remarks}

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


@pytest.mark.parametrize("student", STUDENTS)
def test_a_sample_has_outputs_for_every_line_of_the_test_set_or_none(student: str) -> None:
    counts = [len(path.read_text("utf-8").splitlines()) for path in (SAMPLES / student).rglob("test_outputs.txt")]

    assert counts == ([] if student in ("eli", "ivo") else [60])


def test_no_two_samples_share_a_model() -> None:
    models = [path.read_bytes() for path in SAMPLES.rglob("nmt_model.py")]

    assert len(set(models)) == len(models) == len(STUDENTS) - 1


class TestA4AtHome(SaidAtHome):
    """The samples in unpacked student kits."""
