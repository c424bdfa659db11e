"""Who may see whom, and who must: models of every wiring, and outputs written by hand.

The models run in this process, each run with a model made anew; tests/box/test_causality.py runs them in the jail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import conclude, findings
from grader.judge.part import judge_part
from grader.nouns.asked import Case, Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Fault
from grader.nouns.seen import Observation
from grader.varied import again, changes
from tests.judge.conftest import make_evidence, make_observation, make_part, make_rubric
from tests.judge.windows import OF_COLUMNS, OF_POSITIONS, check_of, judged, part_of, said, seen_here
from tests.judge.wirings import RIGHT

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
FREE: dict[str, dict[str, Any]] = {
    "bool mask": {"mask": "bool"},
    "mask of -1e9": {"mask": "billion"},
    "before the norm": {"norm_first": True, "layers": 2},
    "tuple": {"as_tuple": True},
    "tied": {"tied": True, "root": True, "places": "waves"},
    "learned places": {"places": "learned", "activation": "gelu"},
}
EACH = "pairs that must not see each other do"
ALL, NEXT = f"; 21 of 21 {EACH}", f"; 6 of 21 {EACH}"
LEAKS = {
    "shifted_targets": {"future": ("void", f"position 3 sees 4: its own label{ALL}")},
    "starter_line": {"future": ("void", f"position 6 sees 7: its own label{ALL}")},
    "source_open": {"future": ("void", f"position 3 sees 4: its own label{ALL}")},
    "memory_open": {"future": ("void", f"position 6 sees 7: its own label{ALL}")},
    "no_mask": {"future": ("void", f"position 5 sees 6: its own label{ALL}")},
    "first_layer_only": {"future": ("void", f"position 6 sees 7: its own label{ALL}")},
    "one_too_wide": {"future": ("void", f"position 1 sees 2: its own label{NEXT}")},
    "softmax_over_queries": {"future": ("void", f"position 6 sees 7: its own label{ALL}")},
    "masked_after": {"future": ("void", f"position 6 sees 7: its own label{ALL}")},
    "both_sides": {"future": ("void", f"position 5 sees 6: its own label{ALL}")},
    "centred": {"future": ("void", f"position 1 sees 2: its own label{NEXT}")},
    "mean_of_all": {"future": ("void", f"position 3 sees 4: its own label{ALL}")},
    "largest_of_all": {"future": ("void", f"position 1 sees 2: its own label{ALL}")},
    "norm_over_time": {"future": ("void", f"position 5 sees 6: its own label{ALL}")},
    "from_the_right": {"future": ("void", f"position 3 sees 4: its own label{ALL}")},
    "behind_a_gate": {"future": ("void", f"position 3 sees 4: its own label{NEXT}")},
    "transposed": {
        "future": ("void", f"position 6 sees 7: its own label{ALL}"),
        "past": ("failed", "position 4 sees none before it"),
    },
    "over_batch": {
        "past": ("failed", "position 4 sees none before it"),
        "columns": ("failed", f"column 2 sees column 3; 6 of 6 {EACH}"),
    },
    "mean_of_batch": {"columns": ("failed", f"column 3 sees column 2; 6 of 6 {EACH}")},
    "statistics_in_evaluation": {
        "future": ("void", f"position 1 sees 2: its own label{ALL}"),
        "columns": ("failed", f"column 2 sees column 1; 6 of 6 {EACH}"),
    },
    "last_call": {"previous": ("failed", "the answer depends on the previous call")},
}


@pytest.mark.parametrize("wiring", [*RIGHT, "tiny"])
def test_a_right_wiring_is_accused_of_nothing(wiring: str) -> None:
    part = part_of(wiring)

    result = judged(part, seen_here(part))

    assert (result.score, said(result)) == (9, {})


@pytest.mark.parametrize("free", FREE.values(), ids=FREE)
def test_what_else_a_model_is_made_of_makes_no_difference(free: dict[str, Any]) -> None:
    part = part_of("masked", free=free, columns=2)

    assert said(judged(part, seen_here(part))) == {}


def test_a_batch_of_one_is_accused_of_nothing() -> None:
    part = part_of("masked", columns=1)

    assert said(judged(part, seen_here(part))) == {}


@pytest.mark.parametrize("wiring", LEAKS)
def test_a_leak_is_named_by_its_clearest_pair(wiring: str) -> None:
    part = part_of(wiring)

    assert said(judged(part, seen_here(part))) == LEAKS[wiring]


# --- outputs written by hand ----------------------------------------------------------------------------------------

VARY = {"position": 5, "column": 2}
FUTURE = {**OF_POSITIONS, "allowed": "past", "label": True}
PAST = {**OF_POSITIONS, "needed": "before"}
INPUT = np.random.default_rng(1).standard_normal((5, 2))
NEW = np.random.default_rng(2).standard_normal((5, 2))
SCORES = np.random.default_rng(3).standard_normal(11)
Program = Callable[[Array], Array]


def causal(x_lb: Array) -> Array:
    """The sum of all that came before, for every word."""
    return np.asarray(x_lb.cumsum(axis=0)[..., None] * SCORES)


def seen(program: Program, vary: Mapping[str, int] = VARY) -> dict[str, Observation]:
    """What a program gives in every run."""
    runs = {"window": INPUT, again("window"): INPUT}
    for change in changes("window", vary):
        runs[change.run] = INPUT.copy()
        places = slice(change.first, change.end)
        at = (places, slice(None)) if change.axis == "position" else (slice(None), places)
        runs[change.run][at] = NEW[at]
    return {run: make_observation(logits=program(x_lb)) for run, x_lb in runs.items()}


def verdict(
    got: Mapping[str, Observation],
    rule: Mapping[str, Any] = FUTURE,
    *,
    voids: tuple[str, ...] = (),
    expected: Mapping[str, Observation] | None = None,
    public: bool = False,
) -> Verdict:
    """What one check says."""
    check = Check("future", "causal", dict(rule), 5, ("window",), voids=voids)
    part = make_part(check, cases=(Case("window", {}, vary=VARY, public=public),))
    return conclude(check, findings(check, make_evidence(part, expected or {}, got)))


def leaking(amount: float, *, at: tuple[int, int] = (1, 3)) -> Program:
    """Causal, but for one place that sees another."""

    def program(x_lb: Array) -> Array:
        logits_lbv = causal(x_lb)
        logits_lbv[at[0]] += amount * x_lb[at[1]][:, None]
        return logits_lbv

    return program


def test_without_voids_a_leak_is_failed() -> None:
    result = verdict(seen(leaking(1.0)))

    assert (result.outcome, result.code, result.reason) == ("failed", "E-LEAK", "position 2 sees 4")
    assert (result.case, result.output) == ("window", "logits")
    assert result.detail.startswith("logits moved by ")
    assert result.margin is not None
    assert result.margin > 1e4


def test_with_voids_a_leak_is_void() -> None:
    assert verdict(seen(leaking(1.0)), voids=("3d",)).outcome == "void"


def test_the_own_label_is_told_before_what_moves_farther() -> None:
    def program(x_lb: Array) -> Array:
        return leaking(9.0)(x_lb) + leaking(0.1, at=(3, 4))(x_lb)

    assert verdict(seen(program)).reason.startswith("position 4 sees 5: its own label; 2 of 10 pairs")


@pytest.mark.parametrize("amount", [1e-7, 1e-6])
def test_what_is_as_small_as_rounding_is_no_leak(amount: float) -> None:
    result = verdict(seen(leaking(amount)))

    assert result.outcome == "passed"
    assert result.margin is not None
    assert 0 < result.margin < 1


def test_a_shift_of_all_values_hides_no_leak() -> None:
    assert verdict(seen(lambda x_lb: leaking(1.0)(x_lb) + 1e6)).code == "E-LEAK"


def test_a_huge_value_beside_the_others_hides_no_leak() -> None:
    def program(x_lb: Array) -> Array:
        logits_lbv = leaking(1.0)(x_lb)
        logits_lbv[..., 0] = -1e9
        return logits_lbv

    assert verdict(seen(program)).code == "E-LEAK"


def test_a_leak_that_shows_only_when_all_later_places_change_together_is_seen() -> None:
    def program(x_lb: Array) -> Array:
        both = np.array([(x_lb[3, b] == NEW[3, b]) and (x_lb[4, b] == NEW[4, b]) for b in range(2)])
        logits_lbv = causal(x_lb)
        logits_lbv[0] += both[:, None]
        return logits_lbv

    assert (
        verdict(seen(program)).reason
        == (f"position 1 sees position 2 to 5, changed together; 3 of 10 {EACH}".partition(";")[0])
    )


def test_nan_that_comes_with_a_change_is_a_leak() -> None:
    def program(x_lb: Array) -> Array:
        logits_lbv = causal(x_lb)
        logits_lbv[0, x_lb[4] != INPUT[4]] = np.nan
        return logits_lbv

    result = verdict(seen(program))

    assert (result.code, result.reason) == ("E-LEAK", "position 1 sees 5")


def test_nan_in_every_run_is_told_as_such() -> None:
    def program(x_lb: Array) -> Array:
        logits_lbv = causal(x_lb)
        logits_lbv[0] = np.nan
        return logits_lbv

    result = verdict(seen(program))

    assert (result.outcome, result.code) == ("failed", "E-NONFINITE")
    assert result.reason == "logits: 22 of 110 values are NaN"


def test_nan_elsewhere_hides_no_leak() -> None:
    def program(x_lb: Array) -> Array:
        logits_lbv = leaking(1.0)(x_lb)
        logits_lbv[0] = np.nan
        return logits_lbv

    assert verdict(seen(program)).code == "E-LEAK"


def test_words_that_are_shut_out_with_minus_infinity_are_no_leak() -> None:
    def program(x_lb: Array) -> Array:
        logits_lbv = causal(x_lb)
        logits_lbv[..., 2] = -np.inf
        return logits_lbv

    assert verdict(seen(program)).outcome == "passed"


@pytest.mark.parametrize("rule", [FUTURE, PAST], ids=["allowed", "needed"])
def test_two_runs_that_differ_are_unsteady_and_never_a_leak(rule: dict[str, Any]) -> None:
    chance = np.random.default_rng(5)

    result = verdict(seen(lambda x_lb: leaking(1.0)(x_lb) + 0.1 * chance.standard_normal()), rule, voids=("3d",))

    assert (result.outcome, result.code) == ("failed", "E-UNSTEADY")
    assert result.reason == "logits: two runs on the same input differ"


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4])
def test_noise_as_of_threads_and_of_the_order_of_adding_is_neither_a_leak_nor_unsteady(size: float) -> None:
    chance = np.random.default_rng(6)

    def program(x_lb: Array) -> Array:
        logits_lbv = (size * causal(x_lb)).astype(np.float32)
        return logits_lbv * (1 + 2e-7 * chance.standard_normal(logits_lbv.shape).astype(np.float32))

    assert verdict(seen(program)).outcome == "passed"
    assert verdict(seen(program), PAST).outcome == "passed"
    assert verdict(seen(lambda x_lb: 0 * x_lb + program(INPUT)[..., 0]), {**PAST, "axes": "l b"}).code == "E-BLIND"


def test_columns_may_not_touch_each_other() -> None:
    result = verdict(seen(lambda x_lb: causal(x_lb + x_lb[:, ::-1])), {**OF_COLUMNS, "allowed": "same"})

    assert result.reason == f"column 1 sees column 2; 2 of 2 {EACH}"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"of": "logits", "changed": "column", "allowed": "none"}, f"the answer depends on column 2; 2 of 2 {EACH}"),
        ({**OF_POSITIONS, "changed": "column", "allowed": "none"}, f"place 2 sees column 2; 10 of 10 {EACH}"),
    ],
    ids=["all together", "place by place"],
)
def test_what_nothing_may_see_is_told_by_its_name(rule: dict[str, Any], reason: str) -> None:
    assert verdict(seen(causal), rule).reason == reason


@pytest.mark.parametrize(
    ("axis", "told"),
    [("previous", "previous call"), ("column-order", "column order"), ("length", "length")],
)
def test_the_only_change_of_its_kind_has_no_number(axis: str, told: str) -> None:
    rule = {"of": "logits", "changed": axis, "allowed": "none"}
    check = Check("still", "causal", rule, 1, ("window",))
    part = make_part(check, cases=(Case("window", {}, vary={axis: 1}),))
    got = {"window": causal(INPUT), "window~again": causal(INPUT), f"window~{axis}.0": causal(NEW)}
    evidence = make_evidence(part, {}, {run: make_observation(logits=values) for run, values in got.items()})

    assert conclude(check, findings(check, evidence)).reason == f"the answer depends on the {told}"


def test_a_later_place_that_sees_nothing_before_it_is_blind() -> None:
    result = verdict(seen(lambda x_lb: x_lb[..., None] * SCORES), PAST)

    assert (result.outcome, result.code, result.reason) == ("failed", "E-BLIND", "position 3 sees none before it")


@pytest.mark.parametrize(
    "program",
    [
        lambda x_lb: np.concatenate([x_lb[:2], x_lb[2:] + x_lb[:-2]])[..., None] * SCORES,
        lambda x_lb: np.concatenate([0 * x_lb[:1], x_lb[:-1]])[..., None] * SCORES,
        lambda x_lb: causal(x_lb) * 1e-4,
    ],
    ids=["two places back", "only the place before", "small values"],
)
def test_a_place_need_see_no_more_than_one_before_it(program: Program) -> None:
    assert verdict(seen(program), PAST).outcome == "passed"


@pytest.mark.parametrize(
    ("needed", "program", "reason"),
    [
        ("past", lambda x_lb: causal(0 * x_lb), "position 3 sees neither itself nor any before it"),
        ("same", lambda x_lb: causal(np.roll(x_lb, 1, axis=0)), "position 1 does not see itself"),
        ("all", lambda x_lb: causal(x_lb * [[1], [0], [1], [1], [1]]), "nothing sees position 2"),
        ("all", lambda x_lb: x_lb.sum(axis=0)[None, :, None] * SCORES * np.eye(5)[0][:, None, None],
         "place 2 sees no position"),
    ],
    ids=["past", "same", "all are seen", "all see"],
)  # fmt: skip
def test_who_must_see_whom_is_told(needed: str, program: Program, reason: str) -> None:
    assert verdict(seen(program), {**OF_POSITIONS, "needed": needed}).reason == reason


def test_an_answer_that_depends_on_nothing_is_blind() -> None:
    rule = {"of": "logits", "changed": "position", "needed": "all"}

    assert verdict(seen(lambda x_lb: np.ones((5, 2, 11))), rule).reason == "the answer depends on no position"


@pytest.mark.parametrize("needed", ["past", "before", "same"])
def test_who_sees_what_it_must_has_passed(needed: str) -> None:
    assert verdict(seen(causal), {**OF_POSITIONS, "needed": needed}).outcome == "passed"


def test_axes_in_another_order_than_the_references_are_no_leak() -> None:
    got = seen(lambda x_lb: causal(x_lb).transpose(1, 0, 2))

    result = verdict(got, expected={"window": make_observation(logits=causal(INPUT))})

    assert (result.outcome, result.code) == ("failed", "E-SHAPE")
    assert result.reason == "logits: got (2, 5, 11) = (b, l, v), expected (5, 2, 11) = (l, b, v)"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (lambda x_lb: causal(x_lb)[..., 0], "logits: got (5, 2), expected the axes l b v"),
        (lambda x_lb: causal(x_lb)[:, :0], "logits: holds no values"),
        (
            lambda x_lb: causal(x_lb)[: 5 if x_lb[0, 0] == INPUT[0, 0] else 4],
            "logits: the shape is (5, 2, 11), and (4, 2, 11) when a position is changed",
        ),
    ],
    ids=["an axis is missing", "empty", "another one in one run"],
)
def test_a_shape_that_cannot_be_read_is_told(program: Program, reason: str) -> None:
    result = verdict(seen(program))

    assert (result.outcome, result.code, result.reason) == ("failed", "E-SHAPE", reason)


@pytest.mark.parametrize("dtype", ["float16", "float32", "int64", "complex64"])
def test_any_numbers_can_be_watched(dtype: str) -> None:
    def program(x_lb: Array, leak: float) -> Array:
        return np.asarray(leaking(leak)(x_lb) * 9).astype(dtype)

    assert verdict(seen(lambda x_lb: program(x_lb, 0.0))).outcome == "passed"
    assert verdict(seen(lambda x_lb: program(x_lb, 50.0))).code == "E-LEAK"


def test_an_output_that_is_missing_or_a_text_is_told() -> None:
    texts = {run: make_observation(logits="none") for run in seen(causal)}

    assert verdict({run: make_observation() for run in texts}).reason == "logits: is missing"
    assert verdict(texts).code == "E-OUTPUT"


CRASHED = Observation("raised", fault=Fault("IndexError", "index 6 is out of range", (), ()))


@pytest.mark.parametrize("run", ["window", "window~again", "window~position.3"])
@pytest.mark.parametrize(("public", "told"), [(True, "IndexError: index 6 is out of range"), (False, "IndexError")])
def test_a_run_that_crashed_is_told_as_of_its_case(run: str, public: bool, told: str) -> None:
    result = verdict({**seen(causal), run: CRASHED}, public=public)

    assert (result.outcome, result.case, result.reason) == ("crashed", "window", told)


def test_staff_see_the_first_run_that_crashed_beside_its_case() -> None:
    check = Check("future", "causal", FUTURE, 5, ("window",))
    part = make_part(check, cases=(Case("window", {}, vary=VARY, public=True),))
    got = {**seen(causal), "window~position.3": CRASHED, "window~position.4": CRASHED}

    result = judge_part(part, make_rubric(part), {}, got, {}, {})

    assert [(case.case, case.ended, case.public) for case in result.cases] == [
        ("window", "answered", True),
        ("window~position.3", "raised", True),
    ]


def test_a_crash_in_one_run_hides_no_leak_in_another() -> None:
    assert verdict({**seen(leaking(1.0)), "window~position.2": CRASHED}).code == "E-LEAK"


def test_a_run_that_was_not_made_is_our_fault() -> None:
    got = seen(causal)
    del got["window~position.3"]

    assert verdict(got).outcome == "broken"


def test_a_leak_in_one_case_is_told_before_a_failure_in_another() -> None:
    check = Check("future", "causal", FUTURE, 5, ("first", "window"), voids=("3d",))
    part = make_part(check, cases=(Case("first", {}, vary=VARY), Case("window", {}, vary=VARY)))
    first = {run.replace("window", "first"): make_observation() for run in seen(causal)}

    result = conclude(check, findings(check, make_evidence(part, {}, {**first, **seen(leaking(1.0))})))

    assert (result.outcome, result.case) == ("void", "window")


def test_a_mistake_that_leaks_is_known_by_its_output() -> None:
    check = Check("future", "causal", FUTURE, 5, ("window",), voids=("3d",), hint="Mask it.")
    part = make_part(check, cases=(Case("window", {}, vary=VARY),), mistakes={"far": 0, "near": 0})
    known = {"far": seen(leaking(1.0)), "near": seen(leaking(1.0, at=(3, 4)))}

    result = judge_part(part, make_rubric(part), seen(causal), seen(leaking(1.0)), known, {"far": "Look at it."})

    assert (result.verdict, result.mistakes, result.hint) == ("void", ("far",), "Look at it.")
    assert check_of(result, "future").hint == "Mask it."
    assert replace(result, checks=()).score == 0
