"""Smallest failing inputs of mistakes of a4: the sentence and the input are right, checked against rules of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
import torch

from grader.authoring import Edit
from grader.judge.smallest import fails_on, smallest_failing
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation
from grader.smallest import family, small_runs
from tests.imports import undone
from tests.reference.test_a4 import MISTAKES, PARTS, PROBES, RUBRIC, hand_in

Lengths: TypeAlias = Sequence[int]
TWO_DIFFER = "fails as soon as two sentences differ in length"
# (part, mistake) -> the smallest lengths that fail, the sentence, and by hand: on which lengths the mistake shows.
TOLD: dict[tuple[str, str], tuple[Lengths, str, Callable[[Lengths], bool]]] = {
    ("1a", "first_is_longest"): (
        [1, 2],
        "fails as soon as the first sentence is not the longest",
        lambda lengths: max(lengths) > lengths[0],
    ),
    ("1a", "last_not_looked_at"): (
        [1, 2],
        "fails as soon as the last sentence is longer than all others",
        lambda lengths: len(lengths) > 1 and all(lengths[-1] > length for length in lengths[:-1]),
    ),
    ("1a", "empty_dropped"): ([0], "fails as soon as a sentence is empty", lambda lengths: 0 in lengths),
    ("1d", "reads_padding"): ([2, 1], TWO_DIFFER, lambda lengths: len(set(lengths)) > 1),
    ("1d", "last_step"): (
        [2],
        "fails as soon as a sentence is longer than 1",
        lambda lengths: lengths[0] > 1,
    ),
    ("1d", "state_by_view"): (
        [1, 1],
        "fails as soon as there is more than one sentence",
        lambda lengths: len(lengths) > 1,
    ),
    ("1d", "one_projection"): ([1], "fails always, even with lengths [1]", lambda lengths: True),
    ("1f", "mask_missing"): ([2, 1], TWO_DIFFER, lambda lengths: len(set(lengths)) > 1),
    ("1f", "mask_zero"): ([2, 1], TWO_DIFFER, lambda lengths: len(set(lengths)) > 1),
    ("1f", "even_attention"): (
        [2],
        "fails as soon as a sentence is longer than 1",
        lambda lengths: lengths[0] > 1,
    ),
    ("1f", "softmax_over_batch"): ([2], "fails always but with lengths [1]", lambda lengths: list(lengths) != [1]),
    ("1f", "bare_squeeze_step"): (
        [1],
        "fails where there is one sentence or no sentence is longer than 1",
        lambda lengths: len(lengths) == 1 or max(lengths) == 1,
    ),
    ("1g", "mask_one_late"): ([2, 1], TWO_DIFFER, lambda lengths: len(set(lengths)) > 1),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def observed(folder: Path, part: str, *edits: Edit) -> dict[str, Observation]:
    """What the reference with these edits gives on the small inputs of a part."""
    folder.mkdir()
    with undone():
        hw = hand_in(folder, *edits)
        found = {}
        for run in small_runs(RUBRIC, PARTS[part]):
            try:
                answer = getattr(PROBES, run.probe)(hw, seed=run.seed, **run.args)
            except Exception as error:
                found[run.case] = Observation("raised", fault=Fault(type(error).__name__, str(error)))
                continue
            found[run.case] = Observation(
                "answered", {name: np.asarray(value) for name, value in answer.items() if not isinstance(value, str)}
            )
        return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Observation]]:
    folder = tmp_path_factory.mktemp("reference")
    return {part: observed(folder / part, part) for part in sorted({part for part, _ in TOLD})}


@pytest.mark.parametrize(("part_id", "mistake"), TOLD, ids=[f"{part}-{name}" for part, name in TOLD])
def test_the_smallest_input_of_a_mistake_and_what_is_said_of_it(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]], part_id: str, mistake: str
) -> None:
    lengths, sentence, shows = TOLD[part_id, mistake]
    part = PARTS[part_id]
    got = observed(tmp_path / "edited", part_id, *MISTAKES[mistake].edits)
    fails = {
        case.name: fails_on(part, case, RUBRIC, expected[part_id][case.name], got[case.name]) for case in family(part)
    }

    found = smallest_failing(part, lambda case: fails[case.name], 60)

    assert fails == {case.name: shows(case.args["lengths"]) for case in family(part)}
    assert found is not None
    assert (found.args, found.sentence) == ({"lengths": lengths}, sentence)


def test_the_reference_fails_on_no_small_input(expected: Mapping[str, Mapping[str, Observation]]) -> None:
    failing = [
        (name, case.name)
        for name, seen in expected.items()
        for case in family(PARTS[name])
        if fails_on(PARTS[name], case, RUBRIC, seen[case.name], seen[case.name]) is not False
    ]

    assert failing == []
