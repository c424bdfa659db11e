"""Small parts, observations and verdicts for the tests of the judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation


def make_observation(**outputs: Any) -> Observation:
    """An answer that holds these outputs: texts as texts, everything else as arrays."""
    texts = {name: value for name, value in outputs.items() if isinstance(value, str)}
    tensors = {name: np.asarray(value) for name, value in outputs.items() if name not in texts}
    return Observation("answered", tensors=tensors, texts=texts)


def make_part(*checks: Check, cases: tuple[Case, ...] = (Case("one", {}),), **fields: Any) -> Part:
    """A part with a probe and these checks."""
    points = sum(check.points for check in checks)
    known = {"id": "1d", "title": "Encoder", "points": points, "source": "probe", "probe": "encode"}
    return Part(**known | fields, checks=checks, cases=cases)


def make_rubric(part: Part, **fields: Any) -> Rubric:
    """A rubric of one part, with the usual tolerance."""
    known: dict[str, Any] = {
        "assignment": "a4",
        "title": "",
        "points": part.points,
        "parts": (part,),
        "units": (),
        "seed": 1,
        "rtol": 1e-4,
        "atol": 1e-5,
        "accept": (),
        "repairs": {},
        "staff_files": {},
        "editions": (),
        "reveal": "none",
        "path": "rubrics/a4.yaml",
        "sha256": "",
        "folder": "",
    }
    return Rubric(**known | fields)


def make_evidence(
    part: Part, expected: Mapping[str, Observation], got: Mapping[str, Observation], **rubric: Any
) -> Evidence:
    """Both sides of a part."""
    return Evidence(part, make_rubric(part, **rubric), expected, got)


def make_check(kind: str, rule: Any, points: float = 1, cases: tuple[str, ...] = ("one",), **fields: Any) -> Check:
    """A check of this kind on the one case."""
    return Check(fields.pop("id", kind), kind, rule, points, cases, **fields)


def make_verdict(
    kind: str,
    rule: Any,
    expected: Mapping[str, Any],
    got: Mapping[str, Any] | Observation,
    *,
    public: bool = False,
    axes: Mapping[str, str] | None = None,
    args: Mapping[str, Any] | None = None,
    **options: Any,
) -> Verdict:
    """The verdict of one check on one case, from the outputs of both sides."""
    check = make_check(kind, rule, options=options)
    part = make_part(check, cases=(Case("one", args or {}, public=public),), axes=axes or {})
    observation = got if isinstance(got, Observation) else make_observation(**got)
    evidence = make_evidence(part, {"one": make_observation(**expected)}, {"one": observation})
    return conclude(check, findings(check, evidence))


@pytest.fixture
def answered() -> Callable[..., Observation]:
    """`make_observation`."""
    return make_observation


@pytest.fixture
def a_part() -> Callable[..., Part]:
    """`make_part`."""
    return make_part


@pytest.fixture
def a_rubric() -> Callable[..., Rubric]:
    """`make_rubric`."""
    return make_rubric


@pytest.fixture
def a_check() -> Callable[..., Check]:
    """`make_check`."""
    return make_check


@pytest.fixture
def an_evidence() -> Callable[..., Evidence]:
    """`make_evidence`."""
    return make_evidence


@pytest.fixture
def verdict() -> Callable[..., Verdict]:
    """`make_verdict`."""
    return make_verdict
