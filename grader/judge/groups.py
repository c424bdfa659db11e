"""Equal wrong outputs that no known mistake explains, found over the whole class.

Every unexplained wrong part gets a signature; equal ones are a group. Floats of two machines or two ways of adding are
never bit for bit the same, so a signature holds rounded figures of how the outputs differ from the expected ones. A
figure that stands just at a boundary of rounding could part two equal answers: so there are two hashes, with boundaries
half a step apart, and two answers are equal if either agrees.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grader.judge.cells import wrong_cells
from grader.judge.evidence import Evidence
from grader.nouns.judged import Group, SubmissionResult, Verdict
from grader.nouns.plain import Array
from grader.nouns.seen import Observation
from grader.safetext import safe_line

STEP = 0.02  # of rounding, where noise is about 1e-5 and different answers are about 1 apart
LOG_STEP = 0.01  # of rounding the size of a difference, in powers of ten
LOOKS = 6  # weighted sums that stand for all values
MOST = 4096  # values of one output that are looked at
IRRATIONAL = 0.7548776662466927  # steps of the weights; any number whose multiples do not repeat


@dataclass
class _Figures:
    """What a signature is made of: `exact` must agree, `rough` may differ by noise."""

    exact: list[str] = field(default_factory=list)
    rough: list[float] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)


def signature(evidence: Evidence, wrong: Iterable[Verdict]) -> str:
    """A key that equal wrong answers of one part share, up to noise: `1d/c0/5f0c21ab.91be004d`; empty if none is wrong.

    Import errors have none: they are about files, not about an answer. Nor has what a file or a number was judged by:
    a bar is missed in many ways.
    """
    if evidence.part.source != "probe":
        return ""
    cells = [cell for cell in wrong_cells(wrong) if evidence.got[cell[0]].ended in ("answered", "raised")]
    if not cells:
        return ""
    figures = _Figures()
    for case, output in sorted(cells):
        figures.exact.append(f"{case}.{output}")
        _look_at(evidence.got[case], evidence.expected.get(case), output, figures)
    rough = np.array([*figures.rough, *_looks(figures.values)])
    hashes = ".".join(_hash(figures.exact, np.floor(rough / STEP + shift)) for shift in (0.0, 0.5))
    return f"{evidence.part.id}/{safe_line(cells[0][1]) or 'ending'}/{hashes}"


def _look_at(got: Observation, expected: Observation | None, output: str, figures: _Figures) -> None:
    if got.ended != "answered":
        figures.exact.append(got.fault.type if got.fault else got.reason)
        return
    array = got.tensors.get(output)
    if array is None:
        figures.exact.append(f"text {got.texts.get(output)!r}")
        return
    figures.exact.append(f"{array.dtype.kind} {array.shape}")
    if array.dtype.kind != "f":
        figures.exact.append(hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest())
        return
    reference = expected.tensors.get(output) if expected else None
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN like any other
        wide = array.astype(np.float64)
    _look_at_floats(wide, reference, figures)


def _look_at_floats(array: Array, reference: Array | None, figures: _Figures) -> None:
    comparable = reference is not None and reference.shape == array.shape and reference.dtype.kind == "f"
    with np.errstate(invalid="ignore"):  # where both are infinite
        difference = array - reference if comparable else array
    kinds = np.sign(np.nan_to_num(array, nan=0.0)) * np.isinf(array) + 2 * np.isnan(array)
    figures.exact.append(hashlib.sha256(kinds.astype(np.int8).tobytes()).hexdigest())
    values = np.where(np.isfinite(difference), difference, 0.0).ravel()
    values = values[:: max(1, -(-values.size // MOST))]
    size = float(np.max(np.abs(values), initial=0.0))
    if size:
        figures.rough.append(np.log10(size) * STEP / LOG_STEP)
        figures.values.append(values / size)


def _looks(values: Sequence[Array]) -> Iterator[float]:
    if not values:
        return
    all_values = np.concatenate(values)
    places = np.arange(1, all_values.size + 1) * IRRATIONAL
    for look in range(1, LOOKS + 1):
        yield float(all_values @ np.cos(look * places)) / np.sqrt(all_values.size)


def _hash(exact: Sequence[str], rough: Array) -> str:
    text = "\n".join(exact) + "\n" + ",".join(str(int(figure)) for figure in rough)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def grouped(results: Sequence[SubmissionResult]) -> tuple[tuple[SubmissionResult, ...], tuple[Group, ...]]:
    """The results with one key for equal answers, and the groups of two or more, the largest first."""
    keys = _united(part.group for result in results for part in result.parts if part.group)
    members: dict[str, list[str]] = defaultdict(list)
    for result in results:
        for part in result.parts:
            if part.group:
                members[keys[part.group]].append(result.id)
    shared = {key: tuple(ids) for key, ids in members.items() if len(ids) > 1}
    groups = sorted((_group(key, ids) for key, ids in shared.items()), key=lambda g: (-len(g.submissions), g.key))
    return tuple(_with_keys(result, keys) for result in results), tuple(groups)


def _united(signatures: Iterable[str]) -> dict[str, str]:
    """Signature -> the first signature that it is equal to, directly or through others."""
    first: dict[str, str] = {}
    root: dict[str, str] = {}

    def _find(key: str) -> str:
        while root[key] != key:
            key = root[key]
        return key

    for key in dict.fromkeys(signatures):
        root[key] = key
        place, _, hashes = key.rpartition("/")
        for side, one in enumerate(hashes.split(".")):
            other = first.setdefault(f"{place} {side} {one}", key)
            root[_find(key)] = _find(other)
    return {key: _find(key) for key in root}


def _group(key: str, submissions: tuple[str, ...]) -> Group:
    part, _, rest = key.partition("/")
    return Group(key=key, part=part, output=rest.rpartition("/")[0], submissions=submissions)


def _with_keys(result: SubmissionResult, keys: dict[str, str]) -> SubmissionResult:
    parts = tuple(replace(part, group=keys[part.group]) if part.group else part for part in result.parts)
    return replace(result, parts=parts)
