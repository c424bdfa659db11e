"""Whether an output depends on what it may not see, and on what it must: proved by changing the input.

In this order. Two runs on the same input must agree: who draws random numbers in eval mode, or answers by the clock,
is unsteady, and accused of nothing else. Then a place that moves although it may see none of what was changed has
leaked; every change counts, the clearest is told. Then NaN. The text of the code is never looked at.

`needed` is lenient, since a wrong accusation is worse than a missed one. A place must be moved by one change at least
that it needs, however little beyond rounding. Of `past` and `before` the first half of the places is not asked: short
windows, strides and masks that hide the present leave little there to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.judge.compare import LARGEST_MARGIN
from grader.judge.counting import how_many
from grader.judge.endings import broken
from grader.judge.evidence import Evidence, Verdicts
from grader.judge.influence import Watched, may_see, movement, movements, watched
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array
from grader.varied import Change, again

TOO_FAR = 1e-5  # of the typical size, at least of 1: a place that may not move has moved
ENOUGH = 1e-6  # of the typical size: a place that must move has moved; the blind do not move at all
ONLY = {"previous": "previous call"}  # what an axis of one place is called, if not as it is


@dataclass(frozen=True, slots=True)
class _Leak:
    """A place that moved although it may see nothing of what was changed."""

    place: int
    change: Change
    moved: float
    is_label: bool

    @property
    def clarity(self) -> tuple[bool, bool, float]:
        """The clearest leak is the largest of these: of one place, of its own label, the farthest."""
        return self.change.is_single, self.is_label, self.moved


def causal(check: Check, evidence: Evidence) -> Verdicts:
    """Whether an output moves only, or at all, by the changes that the rule names."""
    for case in check.cases:
        verdict = _of_case(check, case, evidence)
        yield replace(verdict, case=case, output=verdict.output or str(check.rule["of"]))


def _of_case(check: Check, case: str, evidence: Evidence) -> Verdict:
    on = evidence.ended(case, beside_reference=False) or watched(check, case, evidence)
    if isinstance(on, Verdict):
        return on
    still = movement(on, again(case), evidence)
    if isinstance(still, Verdict):
        return still
    if (still > _too_far(on)).any():
        return _unsteady(on, still)
    return _of_changes(check, on, list(movements(on, evidence)))


def _of_changes(check: Check, on: Watched, seen: Sequence[tuple[Change, Array | Verdict]]) -> Verdict:
    leaks = list(_leaks(check, on, seen)) if "allowed" in check.rule else []
    if leaks:
        return _leaked(check, on, leaks, seen)
    failed = next((moved for _, moved in seen if isinstance(moved, Verdict)), None)
    if failed is not None:
        return failed
    missing = np.isnan(on.base)
    if missing.any():
        return Verdict("failed", f"{on.output}: {how_many(missing)} NaN", "E-NONFINITE")
    if "allowed" in check.rule:
        return Verdict("passed", margin=_worst(check, on, seen) / _too_far(on))
    return _needed(check, on, _answered(seen))


def _too_far(on: Watched) -> float:
    return TOO_FAR * max(1.0, on.typical)


def _unsteady(on: Watched, still: Array) -> Verdict:
    detail = f"moved by {float(still.max()):.3g}, allowed {_too_far(on):.3g}"
    return Verdict("failed", f"{on.output}: two runs on the same input differ", "E-UNSTEADY", detail=detail)


def _answered(seen: Sequence[tuple[Change, Array | Verdict]]) -> list[tuple[Change, Array]]:
    return [(change, moved) for change, moved in seen if not isinstance(moved, Verdict)]


# --- what may not be seen -------------------------------------------------------------------------------------------


def _forbidden(check: Check, on: Watched, change: Change) -> list[int]:
    """The places that may see nothing of what was changed."""
    rule = check.rule["allowed"]
    return [
        place
        for place in range(on.places)
        if not any(may_see(rule, place, changed) for changed in range(change.first, change.end))
    ]


def _leaks(check: Check, on: Watched, seen: Sequence[tuple[Change, Array | Verdict]]) -> Iterator[_Leak]:
    for change, moved in _answered(seen):
        for place in _forbidden(check, on, change):
            if moved[place] > _too_far(on):
                is_label = bool(check.rule.get("label")) and change.first == place + 1
                yield _Leak(place, change, float(moved[place]), is_label)


def _leaked(
    check: Check, on: Watched, leaks: Sequence[_Leak], seen: Sequence[tuple[Change, Array | Verdict]]
) -> Verdict:
    clearest = max(leaks, key=lambda leak: leak.clarity)
    single = [change for change, _ in seen if change.is_single]
    pairs = sum(len(_forbidden(check, on, change)) for change in single)
    found = sum(leak.change in single for leak in leaks)
    more = f"; {found} of {pairs} pairs that must not see each other do" if found > 1 else ""
    return Verdict(
        "void" if check.voids else "failed",
        _told(check, on, clearest) + more,
        "E-LEAK",
        detail=f"{on.output} moved by {clearest.moved:.3g}, allowed {_too_far(on):.3g}",
        margin=min(clearest.moved / _too_far(on), LARGEST_MARGIN),
    )


def _told(check: Check, on: Watched, leak: _Leak) -> str:
    """`position 5 sees 6: its own label`, `column 1 sees column 3`, `the answer depends on the previous call`."""
    first, end, axis = leak.change.first, leak.change.end, on.changed
    many = f"{first + 1} to {end}, changed together"
    if on.along is None:
        if on.vary == 1:
            return f"the answer depends on the {ONLY.get(axis, axis.replace('-', ' '))}"
        return f"the answer depends on {axis} {first + 1 if leak.change.is_single else many}"
    rule = check.rule["allowed"]
    who = f"place {leak.place + 1}" if rule == "none" else f"{axis} {leak.place + 1}"
    if not leak.change.is_single:
        return f"{who} sees {axis} {many}"
    if leak.is_label:
        return f"{who} sees {first + 1}: its own label"
    return f"{who} sees {'' if rule in ('past', 'before') else f'{axis} '}{first + 1}"


def _worst(check: Check, on: Watched, seen: Sequence[tuple[Change, Array | Verdict]]) -> float:
    far = [float(moved[place]) for change, moved in _answered(seen) for place in _forbidden(check, on, change)]
    return max(far, default=0.0)


# --- what must be seen ----------------------------------------------------------------------------------------------


def _needed(check: Check, on: Watched, seen: Sequence[tuple[Change, Array]]) -> Verdict:
    rule, single = check.rule["needed"], [(change, moved) for change, moved in seen if change.is_single]
    if not single:
        return broken("nothing was changed", code="E-COMPARE")
    has_moved_tu = np.stack([moved > ENOUGH * on.typical for _, moved in single], axis=1)
    for place in range(on.places // 2 if rule in ("past", "before") else 0, on.places):
        wanted = [may_see(rule, place, change.first) for change, _ in single]
        if any(wanted) and not has_moved_tu[place, wanted].any():
            return Verdict("failed", _blind(rule, on, place), "E-BLIND")
    unseen = [change for at, (change, _) in enumerate(single) if not has_moved_tu[:, at].any()]
    if rule == "all" and unseen:
        return Verdict("failed", f"nothing sees {on.changed} {unseen[0].first + 1}", "E-BLIND")
    return Verdict("passed")


def _blind(rule: str, on: Watched, place: int) -> str:
    if on.along is None:
        return f"the answer depends on no {on.changed}"
    return {
        "past": f"{on.changed} {place + 1} sees neither itself nor any before it",
        "before": f"{on.changed} {place + 1} sees none before it",
        "same": f"{on.changed} {place + 1} does not see itself",
    }.get(rule, f"place {place + 1} sees no {on.changed}")
