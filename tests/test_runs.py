"""Which runs a rubric asks for."""

from __future__ import annotations

from grader.nouns.asked import Case, Part, Rubric
from grader.runs import case_seed, runs_of


def a_rubric(*parts: Part, seed: int = 7) -> Rubric:
    return Rubric(
        assignment="tiny",
        title="Tiny",
        points=1.0,
        parts=parts,
        units=(),
        seed=seed,
        rtol=1e-4,
        atol=1e-5,
        accept=(),
        repairs={},
        staff_files={},
        editions=(),
        reveal="none",
        path="tiny.yaml",
        sha256="0" * 64,
        folder="",
    )


ENCODER = Part("1d", "Encoder", 1.0, "probe", probe="encode", cases=(Case("ragged", {"n": 3}), Case("alone", {})))
WRITTEN = Part("1i", "Essay", 4.0, "person")


def test_every_part_with_a_probe_gives_one_run_per_case() -> None:
    runs = runs_of(a_rubric(ENCODER, WRITTEN))

    assert [(run.part, run.case, run.probe, run.args) for run in runs] == [
        ("1d", "ragged", "encode", {"n": 3}),
        ("1d", "alone", "encode", {}),
    ]


def test_only_the_parts_named_are_run() -> None:
    assert runs_of(a_rubric(ENCODER, WRITTEN), ["1i"]) == ()


def test_seeds_differ_between_cases_parts_and_courses() -> None:
    seeds = {
        case_seed(*what) for what in [(7, "1d", "ragged"), (7, "1d", "alone"), (7, "1e", "ragged"), (8, "1d", "ragged")]
    }

    assert len(seeds) == 4


def test_a_seed_does_not_depend_on_the_run() -> None:
    assert case_seed(4224, "1d", "ragged") == 3582577530


VARIED = Part("3b", "Causality", 1.0, "probe", probe="see", cases=(Case("window", {"n": 3}, vary={"position": 3}),))


def test_a_varied_case_gives_a_run_for_each_change_with_the_same_seed() -> None:
    runs = runs_of(a_rubric(VARIED))

    assert {run.case: run.args for run in runs} == {
        "window": {"n": 3},
        "window~again": {"n": 3},
        "window~position.0": {"n": 3, "change": {"axis": "position", "first": 0, "end": 1}},
        "window~position.1": {"n": 3, "change": {"axis": "position", "first": 1, "end": 2}},
        "window~position.2": {"n": 3, "change": {"axis": "position", "first": 2, "end": 3}},
        "window~position.1+": {"n": 3, "change": {"axis": "position", "first": 1, "end": 3}},
    }
    assert {run.seed for run in runs} == {case_seed(7, "3b", "window")}


def test_every_run_of_a_varied_case_has_a_job_of_its_own() -> None:
    assert all(run.apart for run in runs_of(a_rubric(VARIED)))
