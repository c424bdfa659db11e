"""A part that asks who sees whom, and what its checks say of a model: run here, or of what a jail gave."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.judge.part import judge_part
from grader.nouns.asked import Case, Check, Part, Plot, Rubric
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation
from grader.runs import runs_of
from tests.judge.conftest import make_rubric

LIMITS = Limits(wall_s=60.0, cpu_s=20.0)
OF_POSITIONS = {"of": "logits", "changed": "position", "axes": "l b v", "along": "l"}
OF_COLUMNS = {"of": "logits", "changed": "column", "axes": "l b v", "along": "b"}
CASES = ("window",)


def part_of(wiring: str, *, length: int = 7, columns: int = 3, free: Mapping[str, Any] | None = None) -> Part:
    """Part 3b of a small language model: future, past, columns, previous call."""
    vary = {"position": length, "column": columns, "previous": 1}
    args = {"wiring": wiring, "length": length, "columns": columns, "free": dict(free or {})}
    checks = (
        Check("future", "causal", {**OF_POSITIONS, "allowed": "past", "label": True}, 5, CASES, voids=("3d",)),
        Check("past", "causal", {**OF_POSITIONS, "needed": "before"}, 2, CASES),
        Check("columns", "causal", {**OF_COLUMNS, "allowed": "same"}, 1, CASES),
        Check("previous", "causal", {"of": "logits", "changed": "previous", "allowed": "none"}, 1, CASES),
    )
    plot = Plot("influence", "logits", "window", "Who sees whom", changed="position", public=True)
    return Part(
        id="3b",
        title="Causality",
        points=9,
        source="probe",
        probe="influence",
        cases=(Case("window", args, vary=vary),),
        checks=checks,
        plots=(plot,),
        limits=LIMITS,
    )


def rubric_of(part: Part) -> Rubric:
    """A rubric of that part alone."""
    return make_rubric(part)


def seen_here(part: Part, source: str = "") -> dict[str, Observation]:
    """What every run of the part gives in this process; the model is made anew for each, `source` read anew."""
    import torch

    from tests.judge import wirings
    from tests.judge.influence_probe import influence

    seen, threads = {}, torch.get_num_threads()
    torch.set_num_threads(1)  # as in the jail
    try:
        for run in runs_of(rubric_of(part)):
            hw = SimpleNamespace(model=_module(source) if source else wirings)
            outputs = influence(hw, seed=run.seed, **run.args)
            tensors = {name: np.asarray(value.detach()) for name, value in outputs.items()}
            seen[run.case] = Observation("answered", tensors=tensors)
    finally:
        torch.set_num_threads(threads)
    return seen


def _module(source: str) -> SimpleNamespace:
    names: dict[str, Any] = {"__file__": "model.py"}
    exec(compile(source, "model.py", "exec"), names)
    return SimpleNamespace(Model=names["Model"])


def judged(part: Part, seen: Mapping[str, Observation]) -> PartResult:
    """The result of the part; no reference is needed."""
    return judge_part(part, rubric_of(part), {}, seen, {}, {})


def said(result: PartResult) -> dict[str, tuple[str, str]]:
    """Check -> its verdict and reason, of those that have not passed."""
    return {check.id: (check.verdict, check.reason) for check in result.checks if check.verdict != "passed"}


def check_of(result: PartResult, id: str) -> CheckResult:
    """One check of the result."""
    return next(check for check in result.checks if check.id == id)
