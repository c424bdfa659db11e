"""The ten sample hand-ins of hw12 keep the verdicts that submissions/README.md promises."""

from __future__ import annotations

import nbformat
import pytest

from grader.judge.logs.together import training_log
from tests.submissions.at_home import SaidAtHome
from tests.submissions.samples import ROOT, STUDENTS, Promises, Samples

ASSIGNMENT, PARTS = "hw12", ()
SAMPLES = ROOT / "submissions" / ASSIGNMENT
LEAK = "position 3 sees 4: its own label"


class TestHw12(Promises):
    FULL = {
        "1a": 2,
        "1b": 3,
        "1c": 3,
        "2a": 6,
        "2b": 0,
        "3a": 3,
        "3b": 8,
        "3c": 2,
        "3d": 5,
        "3e": 4,
        "3f": 0,
        "3g": 2,
        "4": 0,
    }
    WITH_WRITTEN = frozenset({"2b", "3f", "4"})
    FAULTS = {
        "ada": {},
        "bo": {},
        "cleo": {"2a": ("failed", 3)},
        "dev": {"3b": ("void", 3), **dict.fromkeys(("3c", "3d", "3g"), ("void", 0))},
        "eli": {"1b": ("failed", 0), "2a": ("skipped", 0), "3e": ("skipped", 0)},
        "fay": {"3e": ("crashed", 0)},
        "gus": {"3e": ("stopped", 0)},
        "hana": {},
        "ivo": {"3g": ("skipped", 0)},
        "june": {"3g": ("failed", 1)},
    }
    SCORES = {
        "ada": (38, 12),
        "bo": (38, 12),
        "cleo": (35, 12),
        "dev": (24, 12),
        "eli": (25, 12),
        "fay": (34, 12),
        "gus": (34, 12),
        "hana": (38, 12),
        "ivo": (36, 12),
        "june": (37, 12),
    }
    MISTAKES = {("cleo", "2a"): ("o_index",), ("eli", "1b"): ("inner_w_constant",)}
    HINTS = {}
    REASONS = (
        ("cleo", "2a", "dL_dC_prev: it gives -0.482, expected -0.278"),
        ("dev", "3b", LEAK),
        ("dev", "3c", f"void: part 3b proved a leak ({LEAK})"),
        ("dev", "3d", f"void: part 3b proved a leak ({LEAK})"),
        ("dev", "3g", f"void: part 3b proved a leak ({LEAK})"),
        ("eli", "2a", "no 'dL_dC_prev = ...' was found"),
        ("eli", "3e", "the class 'LSTMStep' is missing"),
        ("fay", "3e", "NameError: name 'trace' is not defined"),
        ("gus", "3e", "s allowed"),
        ("ivo", "3g", "curve.csv was not handed in"),
        ("june", "3g", "epoch 6: the validation perplexity is 151.78"),
    )
    FINDINGS = (
        ("ada", "file lstm: lstm.py"),
        ("bo", "file lstm: lm/nets/cell.py"),
        ("cleo", "file model: hw12.py"),
        ("fay", "homework/main.py: line 14 (parse_args) acts on import; only its definitions were taken"),
        ("hana", "file model: HW12.ipynb"),
        ("hana", "stand-in google.colab"),
        ("june", "file model: language_model.py"),
    )

    def test_the_leak_of_dev_is_drawn_and_its_superb_perplexity_kept_for_staff(self, samples: Samples) -> None:
        proving, real_text = samples.part("dev", "3b"), samples.part("dev", "3d")

        assert [picture.kind for picture in proving.pictures] == ["influence"]
        assert proving.pictures[0].public
        assert all(
            check.detail.startswith("by itself it ") and "perplexity" in check.detail for check in real_text.checks
        )

    def test_a_line_of_fay_is_named_although_its_script_is_never_run(self, samples: Samples) -> None:
        line = samples.line_of("fay/homework/lstm.py", "trace.append")

        assert f"homework/lstm.py:{line}: NameError" in samples.part("fay", "3e").reason

    def test_only_the_curve_of_june_does_not_add_up(self, samples: Samples) -> None:
        rules = {
            result.id: [finding.rule for finding in result.training.findings]
            for result in samples.results.submissions
            if result.training and result.training.findings
        }

        assert rules == {"june": ["the validation perplexity is exp(loss)"] * 2}

    def test_facts_of_the_logs_point_at_who_has_none_and_who_is_too_good(self, samples: Samples) -> None:
        facts = {
            result.id: " ".join(result.training.facts) for result in samples.results.submissions if result.training
        }

        assert [student for student in STUDENTS if "no log" in facts[student]] == ["ivo"]
        assert [student for student in STUDENTS if "does not come below 50" in facts[student]] == ["dev"]


# --- the samples as files -------------------------------------------------------------------------------------------

CURVES = {
    "ada": "curve.csv",
    "bo": "lm/runs/train.log",
    "cleo": "curve.csv",
    "dev": "src/curve.csv",
    "eli": "curve.csv",
    "fay": "homework/curve.csv",
    "gus": "curve.csv",
    "hana": "HW12.ipynb",
    "june": "results/curve.csv",
}


@pytest.mark.parametrize("student", CURVES)
def test_a_curve_is_read_and_only_that_of_june_is_flagged(student: str) -> None:
    content = (SAMPLES / student / CURVES[student]).read_bytes()

    log, _ = training_log({CURVES[student]: content}, ("hw12",))

    assert len(log.series) == 4
    assert bool(log.findings) == (student == "june")


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in SAMPLES.rglob("*")) <= 256 * 1024


def test_no_two_samples_share_a_file_with_a_model() -> None:
    models = [
        path.read_bytes() for path in SAMPLES.rglob("*") if path.is_file() and b"class LMModel_" in path.read_bytes()
    ]

    assert len(set(models)) == len(models) == len(STUDENTS)


def test_the_notebook_is_valid_and_has_one_picture() -> None:
    notebook = nbformat.read(SAMPLES / "hana" / "HW12.ipynb", as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]

    assert (notebook.nbformat, notebook.nbformat_minor, len(pictures)) == (4, 5, 1)


class TestHw12AtHome(SaidAtHome):
    """The samples in unpacked student kits."""
