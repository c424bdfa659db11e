"""One example of every way in which a part can go wrong: small parts, judged as `grade` judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.judge.part import judge_part
from grader.nouns.asked import Case, Part
from grader.nouns.checked import Checked, PartChecked, State
from grader.nouns.judged import PartResult, Smallest
from grader.nouns.plain import Array, Fault, Frame, Limits
from grader.nouns.seen import Observation, Usage
from tests.judge.conftest import make_check, make_observation, make_part, make_rubric

LENGTHS = (7, 5, 3, 2)
DRAWN = np.random.default_rng(4224)
HIDDENS = DRAWN.normal(size=(4, 7, 6))
STATE = DRAWN.normal(size=(4, 3))
ALONE = DRAWN.normal(size=(1, 5, 6))
ALONE_STATE = DRAWN.normal(size=(1, 3))
CASES = (
    Case("ragged", {"lengths": list(LENGTHS)}, public=True, means="sentences of different lengths"),
    Case("alone", {"lengths": [5]}, public=True, means="a batch of one"),
)
BOTH = ("ragged", "alone")
AXES = {"enc_hiddens": "b s 2h", "h0": "b h", "c0": "b h"}
ENCODER: Part = make_part(
    make_check("shape", AXES, id="shapes", cases=BOTH),
    make_check("close", ["enc_hiddens"], 3, id="hiddens", cases=BOTH),
    make_check("close", ["h0", "c0"], 2, id="state", cases=BOTH),
    cases=CASES,
    axes=AXES,
    limits=Limits(wall_s=10),
)
RIGHT = {
    "ragged": {"enc_hiddens": HIDDENS, "h0": STATE, "c0": 2 + STATE},
    "alone": {"enc_hiddens": ALONE, "h0": ALONE_STATE, "c0": 2 + ALONE_STATE},
}
PADS = np.arange(7) >= np.array(LENGTHS)[:, None]
STEP_LINE = "e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(1))"
BMM = Fault(
    "RuntimeError",
    "Expected size for first two dimensions of batch2 tensor to be: [4, 3] but got: [4, 1].",
    (Frame("nmt_model.py", 312, "step", ((311, "        # scores"), (312, f"        {STEP_LINE}"))),),
)


def judged(
    part: Part,
    expected: Mapping[str, Any],
    got: Mapping[str, Any],
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    hints: Mapping[str, str] | None = None,
) -> PartResult:
    """A part judged on values beside values; an observation stands for itself."""
    mistakes = {name: _observed(cases) for name, cases in (known or {}).items()}
    asked = replace(part, mistakes=dict.fromkeys(mistakes, 0.0))
    return judge_part(asked, make_rubric(asked), _observed(expected), _observed(got), mistakes, hints or {})


def _observed(cases: Mapping[str, Any]) -> dict[str, Observation]:
    return {
        case: values if isinstance(values, Observation) else make_observation(**values)
        for case, values in cases.items()
    }


def encoder(*, ragged: Any = None, alone: Any = None, **more: Any) -> PartResult:
    """The encoder with other outputs in a case, or another ending."""
    got = {"ragged": _changed("ragged", ragged), "alone": _changed("alone", alone)}
    return judged(ENCODER, RIGHT, got, **more)


def _changed(case: str, change: Any) -> Any:
    return change if isinstance(change, Observation) else {**RIGHT[case], **(change or {})}


def everywhere(change: Any) -> dict[str, Any]:
    """The hidden states of both cases changed in one way."""
    return {"ragged": {"enc_hiddens": change(HIDDENS)}, "alone": {"enc_hiddens": change(ALONE)}}


def at_one_place() -> Array:
    """The hidden states with another value at one place."""
    wrong = HIDDENS.copy()
    wrong[2, 5, 1] += 0.31
    return wrong


MODES: Part = make_part(
    make_check("close", "y", id="train", cases=("train",)),
    make_check("close", "y", id="eval", cases=("eval",)),
    cases=(
        Case("train", {"train": True}, public=True, means="train mode"),
        Case("eval", {"train": False}, public=True, means="eval mode"),
    ),
    axes={"y": "b s 2h"},
    title="Dropout",
)
GRADIENT: Part = make_part(
    make_check("gradient", "grad_target", cases=("tables",), hint="The table is frozen: it would never be trained."),
    cases=(Case("tables", {}, public=True),),
    title="Embeddings",
)
DTYPE: Part = make_part(
    make_check("equal", "mask", cases=("ragged",)), cases=CASES[:1], axes={"mask": "b s"}, title="Masks"
)


def example_results() -> dict[str, PartResult]:
    """Kind of failure -> a part that fails so."""
    stopped = Observation("stopped", limit="wall", usage=Usage(wall_s=10.2))
    missing = Observation("missing", reason="the class 'NMT' is missing; expected: NMT(embed_size, hidden_size, vocab)")
    return {
        "passed": encoder(),
        "axes swapped": encoder(
            ragged={"enc_hiddens": HIDDENS.swapaxes(0, 1)}, alone={"enc_hiddens": ALONE.swapaxes(0, 1)}
        ),
        "axis lost": encoder(ragged={"h0": STATE[:, :2]}),
        "dtype": judged(DTYPE, {"ragged": {"mask": PADS.astype(np.int64)}}, {"ragged": {"mask": PADS * 1.0}}),
        "off everywhere": encoder(**everywhere(lambda values: 0.5 * values)),
        "unlike everywhere": encoder(**everywhere(lambda values: np.random.default_rng(1).normal(size=values.shape))),
        "off at one place": encoder(ragged={"enc_hiddens": at_one_place()}),
        "padded places": encoder(ragged={"enc_hiddens": np.where(PADS[..., None], 9.0, HIDDENS)}),
        "batch of one": encoder(alone={"h0": ALONE_STATE[0]}),
        "train mode": judged(
            MODES,
            {"train": {"y": HIDDENS}, "eval": {"y": HIDDENS}},
            {"train": {"y": HIDDENS / 2}, "eval": {"y": HIDDENS}},
        ),
        "no gradient": judged(
            GRADIENT, {"tables": {"grad_target": STATE}}, {"tables": {"grad_target": np.zeros((4, 3))}}
        ),
        "not a number": encoder(ragged={"enc_hiddens": np.where(PADS[..., None], np.nan, HIDDENS)}),
        "crash": encoder(ragged=Observation("raised", fault=BMM), alone=Observation("raised", fault=BMM)),
        "limit": encoder(ragged=stopped, alone=stopped),
        "untouched": encoder(ragged=Observation("untouched"), alone=Observation("untouched")),
        "missing": encoder(ragged=missing, alone=missing),
        "known": encoder(
            **everywhere(lambda values: -values),
            known={"negative": {case: {**RIGHT[case], "enc_hiddens": -RIGHT[case]["enc_hiddens"]} for case in BOTH}},
            hints={"negative": "The forward state comes first."},
        ),
    }


STATES: Mapping[str, State] = {
    "passed": "passed",
    "failed": "failed",
    "crashed": "crashed",
    "stopped": "stopped",
    "skipped": "not started",
    "broken": "broken",
}


def a_part(result: PartResult, *, state: State | None = None, id_: str = "", **fields: Any) -> PartChecked:
    """A part as `grade check` found it."""
    named = replace(result, id=id_ or result.id)
    return PartChecked(named, state or STATES[named.verdict], fields.pop("of", 8.0), **fields)


def a_check(*parts: PartChecked, first: str = "", **fields: Any) -> Checked:
    """What `grade check` found in a folder."""
    known = {"assignment": "a4", "title": "Neural translation", "folder": "a4", "looks_at": 14.0, "of": 35.0}
    return Checked(**known | {"seconds": 3.12} | fields, parts=parts, first=first)


SMALLEST = Smallest({"lengths": [2, 1]}, "fails as soon as two sentences differ in length", ("lengths [1, 1]",))
