"""Coarse fingerprints of known mistakes, so that a student kit can tell a mistake without holding it.

A cell is one output in one case, or the ending of a case that crashed. Of every cell that a mistake gets wrong on the
public cases its kit holds a print: shape, kind of numbers, and of floats a few weighted sums of how they differ from
the expected ones, rounded to three digits. Equal answers agree in them up to noise; the values cannot be read back.
Integers, truth values and texts must be equal, so of them a hash is enough.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from grader.errors import UsageError
from grader.frozen import damaged
from grader.nouns.asked import Part, Rubric
from grader.nouns.plain import Array
from grader.nouns.seen import Observation

if TYPE_CHECKING:  # the judge is imported only when something is to be judged: whoever reads a kit needs none of it
    from pydantic import TypeAdapter

    from grader.judge.cells import Cell
    from grader.judge.evidence import Evidence

HINTS: Final = "the hints about known mistakes"  # as messages call the file
LOOKS: Final = 5  # weighted sums that stand for all values
NEAR: Final = 0.012  # of two sums of one answer: a unit of the third digit, on either side of which noise may put it
MOST: Final = 2**20  # values of one output that are looked at
IRRATIONAL: Final = 0.7548776662466927  # steps of the weights; any number whose multiples do not repeat


@dataclass(frozen=True, slots=True)
class Print:
    """What is told of one cell. `kind`: of ending, text, as expected, whole numbers or floats."""

    kind: Literal["ended", "text", "expected", "whole", "float"]
    shape: tuple[int, ...] = ()
    told: str = ""  # must be equal: type of an exception, a hash
    looks: tuple[float, ...] = ()  # may differ by rounding


@dataclass(frozen=True, slots=True)
class Told:
    """A print and its cell."""

    case: str
    output: str  # none for the ending of a case
    print: Print


@dataclass(frozen=True, slots=True)
class KnownMistake:
    """What a kit holds of a mistake: what a student reads about it, and how it shows."""

    hint: str
    prints: tuple[Told, ...] = field(default=())

    @property
    def cells(self) -> dict[Cell, Print]:
        """Cell -> its print."""
        return {(told.case, told.output): told.print for told in self.prints}


KnownParts: TypeAlias = Mapping[str, tuple[KnownMistake, ...]]  # part -> mistakes that its public cases tell apart


def prints_of(evidence: Evidence) -> tuple[Told, ...] | None:
    """The prints of all that is wrong; none if nothing is. None itself if something has no print: a figure."""
    told = [(cell, _print(evidence, cell)) for cell in _wrong(evidence)]
    if any(each is None for _, each in told):
        return None
    return tuple(Told(*cell, each) for cell, each in told if each is not None)


def shows_in(mistake: KnownMistake, other: KnownMistake) -> bool:
    """Whether another mistake shows all that this one shows, so that the two cannot be told apart."""
    there = other.cells
    return all(cell in there and _alike(each, there[cell]) for cell, each in mistake.cells.items())


def hint_for(
    part: Part,
    rubric: Rubric,
    expected: Mapping[str, Observation],
    got: Mapping[str, Observation],
    known: Sequence[KnownMistake],
) -> str:
    """The hint of the one known mistake that all wrong outputs are consistent with, else those of some outputs.

    Empty if none fits, or several. A mistake fits if everything that it gets wrong is wrong here in the same way.
    """
    if not known:
        return ""
    from grader.judge.evidence import Evidence

    evidence = Evidence(part, rubric, expected, got)
    cells = _wrong(evidence)
    fitting = _fitting(evidence, cells, known)
    if not fitting:
        return ""
    for_all = {hint for hint in fitting[cells[0][1]] if all(hint in hints for hints in fitting.values())}
    if for_all:
        return for_all.pop() if len(for_all) == 1 else ""
    return " ".join(dict.fromkeys(hint for hints in fitting.values() if len(hints) == 1 for hint in hints))


def known_json(known: KnownParts) -> bytes:
    """The bytes of `checks/known.json`."""
    told = json.loads(_adapter().dump_json(dict(known)))
    return (json.dumps({"schema": 1, "parts": told}, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_known(path: Path) -> KnownParts:
    """The known mistakes of a student kit, by part.

    Raises: UsageError if the file is not there, cut, or of another form.
    """
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))["parts"]
        return _adapter().validate_json(json.dumps(parts))
    except OSError as error:
        raise UsageError(damaged(path, HINTS, error.strerror or "it cannot be read")) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(damaged(path, HINTS, "it is not as it was written")) from None


@cache
def _adapter() -> TypeAdapter[dict[str, tuple[KnownMistake, ...]]]:
    from pydantic import TypeAdapter

    return TypeAdapter(dict[str, tuple[KnownMistake, ...]])


# --- matching -------------------------------------------------------------------------------------------------------


def _wrong(evidence: Evidence) -> tuple[Cell, ...]:
    from grader.judge.cells import WRONG, wrong_cells
    from grader.judge.checks import findings

    found = (verdict for check in evidence.part.checks for verdict in findings(check, evidence))
    return wrong_cells(verdict for verdict in found if verdict.outcome in WRONG)


def _fitting(evidence: Evidence, cells: Sequence[Cell], known: Iterable[KnownMistake]) -> dict[str, set[str]]:
    """Output -> the hints of the mistakes that fit it."""
    mine = {cell: _print(evidence, cell) for cell in cells}
    ended = {case for case, output in cells if not output}
    fitting: dict[str, set[str]] = {output: set() for _, output in cells}
    for mistake in known:
        theirs = mistake.cells
        seen = [cell for cell in theirs if cell in mine or cell[0] not in ended]  # a case that crashed hides the rest
        same = {cell for cell in seen if cell in mine and _fits(theirs[cell], mine[cell])}
        if not same or len(same) < len(seen):
            continue
        for output in fitting:
            if all(cell in same for cell in cells if cell[1] == output):
                fitting[output].add(mistake.hint)
    return fitting


def _fits(known: Print, mine: Print | None) -> bool:
    return mine is not None and _alike(known, mine)


def _alike(one: Print, other: Print) -> bool:
    if (one.kind, one.shape, one.told, len(one.looks)) != (other.kind, other.shape, other.told, len(other.looks)):
        return False
    if not one.looks:
        return True
    (size, *sums), (other_size, *other_sums) = one.looks, other.looks
    near = abs(size - other_size) <= NEAR * max(size, other_size)
    return near and all(abs(a - b) <= NEAR * max(1.0, abs(a)) for a, b in zip(sums, other_sums, strict=True))


# --- prints ---------------------------------------------------------------------------------------------------------


def _print(evidence: Evidence, cell: Cell) -> Print | None:
    from grader.figures import is_figures
    from grader.judge.compare import agree

    case, output = cell
    got, expected = evidence.got[case], evidence.expected.get(case)
    if not output:
        return _of_ending(got)
    if is_figures(output, got.tensors):
        return None
    array = got.tensors.get(output)
    if array is None:
        return Print("text", told=_hash(repr(got.texts.get(output)).encode()))
    reference = expected.tensors.get(output) if expected else None
    if reference is not None and agree(reference, array, evidence.tolerance({})):
        return Print("expected", array.shape)
    if array.dtype.kind == "f" or array.ndim == 0:
        return _of_floats(array, reference)
    whole = array.astype(np.int64) if array.dtype.kind in "biu" else array
    kind = "bool" if array.dtype.kind == "b" else "integer"
    return Print("whole", array.shape, f"{kind} {_hash(np.ascontiguousarray(whole).tobytes())}")


def _of_ending(got: Observation) -> Print:
    """Of an exception its message too: in how many other ways may a shape not fit."""
    fault = f" {got.fault.type} {_hash(got.fault.message.encode('utf-8', 'surrogatepass'))}" if got.fault else ""
    return Print("ended", told=got.ended + fault)


def _of_floats(array: Array, reference: Array | None) -> Print:
    comparable = reference is not None and reference.shape == array.shape and reference.dtype.kind in "fiu"
    with np.errstate(invalid="ignore", over="ignore"):  # a signalling NaN, or where both are infinite
        wide = array.astype(np.float64)
        difference = wide - np.asarray(reference, np.float64) if comparable else wide
    kinds = np.sign(np.nan_to_num(wide, nan=0.0)) * np.isinf(wide) + 2 * np.isnan(wide)
    told = f"{'off' if comparable else 'value'} {_hash(kinds.astype(np.int8).tobytes())}"
    return Print("float", array.shape, told, _looks(np.where(np.isfinite(difference), difference, 0.0).ravel()))


def _looks(values: Array) -> tuple[float, ...]:
    """The size of values, and sums of them in units of it with weights that belong to their places."""
    values = values[:: max(1, -(-values.size // MOST))]
    largest = float(np.max(np.abs(values), initial=0.0))
    if not largest:
        return (0.0, *(0.0,) * LOOKS)
    scaled = values / largest
    size = float(np.sqrt(np.mean(scaled**2)))
    places = np.arange(1, values.size + 1) * IRRATIONAL
    sums = [float(scaled @ np.cos(look * places)) / (size * np.sqrt(values.size)) for look in range(1, LOOKS + 1)]
    return tuple(float(f"{each:.3g}") for each in (size * largest, *sums))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
