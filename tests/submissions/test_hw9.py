"""The ten sample hand-ins of hw9 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from grader.judge.logs.together import training_log
from tests.submissions.at_home import SaidAtHome
from tests.submissions.samples import ROOT, STUDENTS, Promises, Samples

ASSIGNMENT, PARTS = "hw9", ()
SAMPLES = ROOT / "submissions" / ASSIGNMENT


class TestHw9(Promises):
    FULL = {
        "1-triplet": 3,
        "1-semihard": 3,
        "1-all": 2,
        "3-sdpa": 6,
        "3-mha": 5,
        "3-layer": 6,
        "3-positions": 2,
        "3-model": 3,
        "3a": 2,
        "4-maps": 2,
    }
    WITH_WRITTEN = frozenset({"3a"})
    FAULTS = {
        "ada": {},
        "bo": {},
        "cleo": {"3-mha": ("failed", 1), "3-model": ("failed", 1)},
        "dev": {"3-sdpa": ("failed", 4), "3-model": ("failed", 1), "3a": ("failed", 1), "4-maps": ("failed", 1)},
        "eli": {
            "1-semihard": ("skipped", 0),
            "1-all": ("crashed", 1),
            "3-layer": ("skipped", 0),
            "3-positions": ("skipped", 0),
            "3-model": ("crashed", 0),
            "3a": ("skipped", 0),
        },
        "fay": {"3-sdpa": ("skipped", 0), "3-model": ("crashed", 0), "4-maps": ("crashed", 0)},
        "gus": {"1-semihard": ("stopped", 0)},
        "hana": {},
        "ivo": {"3a": ("skipped", 0)},
        "june": {},
    }
    SCORES = {
        "ada": (34, 26),
        "bo": (34, 26),
        "cleo": (28, 26),
        "dev": (28, 26),
        "eli": (17, 26),
        "fay": (23, 26),
        "gus": (31, 26),
        "hana": (34, 26),
        "ivo": (32, 26),
        "june": (34, 26),
    }
    MISTAKES = {
        ("cleo", "3-mha"): ("no_oproj",),
        ("dev", "3-sdpa"): ("no_causal",),  # 3-model and 4-maps are costly: nobody is named there
    }
    HINTS = {
        ("cleo", "3-mha"): "Project the joined heads once more.",
        ("dev", "3-sdpa"): "When causal is asked for, no query may see a later key.",
    }
    REASONS = (
        ("dev", "4-maps", "weight_on_later_keys: is not below 1e-06"),
        ("eli", "3-layer", "layer.TransformerLayer.forward is as the handout has it"),
        ("eli", "3-model", "q_summarize_part_1.ipynb[cell 12]"),
        ("eli", "1-all", "NotImplementedError"),
        ("fay", "3-sdpa", "'scaled_dot_product_attention' is missing: hw9/summarize.ipynb cell 5 does not parse"),
        ("fay", "4-maps", "name 'scaled_dot_product_attention' is not defined"),
        ("gus", "1-semihard", "16 MiB of output are allowed"),
    )
    FINDINGS = (
        ("ada", "file heads: q_summarize_part_1.ipynb"),
        ("ada", "file mining: facenet.py"),
        ("bo", "file attention: hw9_bo/attention.py"),
        ("bo", "file model: hw9_bo/summarizer.py"),
        ("dev", "stand-in google.colab"),
        ("fay", "hw9/summarize.ipynb: cell 5 skipped: it does not parse: '(' was never closed (<unknown>, line 3)"),
        ("hana", "HW9.ipynb: cell 15 skipped: it only raises"),
        ("hana", "stand-in bertviz"),
        ("ivo", "file triplets: solution.py"),
        ("june", "file layer: handin/q_summarize_part_1.ipynb"),
    )

    def test_only_the_log_of_june_does_not_add_up(self, samples: Samples) -> None:
        rules = {
            result.id: [finding.rule for finding in result.training.findings]
            for result in samples.results.submissions
            if result.training and result.training.findings
        }

        assert rules == {
            "june": [
                "an epoch has as many steps as the examples have batches",
                "samples a second x runtime = examples x epochs",
            ]
        }

    def test_a_sample_without_a_log_is_said_to_have_none(self, samples: Samples) -> None:
        facts = {result.id: result.training.facts for result in samples.results.submissions if result.training}

        assert [student for student in STUDENTS if "no log" in facts[student]] == ["eli", "ivo"]


# --- the samples as files -------------------------------------------------------------------------------------------

# student -> validation loss after the last epoch, as the log has it
LOSSES = {
    "ada": 5.030173,
    "bo": 4.961477,
    "cleo": 5.083362,
    "dev": 0.612388,
    "fay": 5.121958,
    "gus": 5.060488,
    "hana": 5.148026,
    "june": 5.010521,
}


@pytest.mark.parametrize("student", LOSSES)
def test_a_log_is_read_and_only_that_of_june_is_flagged(student: str) -> None:
    folder = SAMPLES / student
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    log, arrays = training_log(files, ("hw9",))

    last = next(arrays[series.values][-1] for series in log.series if series.name == "validation loss")
    assert (last, bool(log.findings)) == (LOSSES[student], student == "june")


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in SAMPLES.rglob("*")) <= 1024 * 1024


def test_no_two_samples_share_their_attention_or_their_triplets() -> None:
    files = [path.read_bytes() for path in SAMPLES.rglob("*") if path.is_file()]
    solved = [
        [file for file in files if f"def {name}(".encode() in file] for name in ("triplet_loss", "make_positions")
    ]

    assert [len(set(each)) for each in solved] == [len(STUDENTS), len(STUDENTS)]


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.ipynb")), ids=lambda path: path.parent.name)
def test_a_notebook_is_valid(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_adas_notebook_is_as_long_as_the_handout() -> None:
    notebook = json.loads((SAMPLES / "ada" / "q_summarize_part_1.ipynb").read_text("utf-8"))

    assert 28 <= len(notebook["cells"]) <= 43


class TestHw9AtHome(SaidAtHome):
    """The samples in unpacked student kits."""
