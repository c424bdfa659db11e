"""Pictures that were handed in find their part, and leave its points to a person where no code draws a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judge.pasted import REASON, for_a_person, is_drawn, pasted_pictures
from grader.nouns.asked import Part
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.plain import Array, Outcome
from grader.nouns.seen import Document, DocumentCell, Observation


def pixels(grey: int) -> Array:
    """A picture that is known by its grey."""
    return np.full((2, 2, 3), grey, np.uint8)


def part(id: str = "P1", title: str = "Similarity of positions") -> Part:
    """A part that asks for a figure."""
    return Part(id, title, 1.0, "probe", probe="similarity")


def file(path: str, grey: int = 1) -> Document:
    """A picture that was handed in as a file."""
    return Document("picture", path, "5" * 64, pictures=(pixels(grey),))


def found(*documents: Document, of: Part | None = None, answer: str = "", drawn: bool = False) -> list[int]:
    """The greys of the pictures that belong to a part."""
    seen = pasted_pictures(of or part(), documents, answer, drawn=drawn)
    return [int(each[0, 0, 0]) for each in seen.tensors.values()] if seen else []


NORMS = part("P2", "Gradient norms")
NOTEBOOK = Document(
    "notebook",
    "hw5.ipynb",
    "5" * 64,
    cells=(
        DocumentCell(1, "code", "plt.imshow(batch)", "", pictures=(0,)),
        DocumentCell(2, "markdown", "## Problem 1\nthe matrix", ""),
        DocumentCell(3, "code", "plt.matshow(m)", "", pictures=(1,)),
        DocumentCell(4, "markdown", "and the *explanation*", ""),
        DocumentCell(5, "code", "plt.colorbar()", "", pictures=(2,)),
        DocumentCell(6, "markdown", "# Training", ""),
        DocumentCell(7, "code", "plt.plot(grad_norms)", "", pictures=(3,)),
    ),
    pictures=tuple(map(pixels, (10, 11, 12, 13))),
)
REPORT = Document(
    "pdf",
    "r.pdf",
    "5" * 64,
    pages=("Name: ada", "Problem 1\nbright on the diagonal", "P2. Gradient norms"),
    pictures=tuple(map(pixels, (20, 21, 22))),
)


def test_pictures_below_the_heading_of_a_part_belong_to_it() -> None:
    assert found(NOTEBOOK) == [11, 12]


def test_a_cell_that_speaks_of_it_belongs_to_a_part_without_a_heading() -> None:
    assert found(NOTEBOOK, of=NORMS) == [13]


def test_the_page_with_the_heading_of_a_part_belongs_to_it() -> None:
    assert (found(REPORT), found(REPORT, of=NORMS)) == ([21], [22])


@pytest.mark.parametrize("name", ["similarity.png", "img/position_sim.jpg", "Positions.PNG", "P1.png"])
def test_a_file_that_is_called_so_belongs_to_a_part(name: str) -> None:
    assert found(file("other.png", 1), file(name, 2)) == [2]


def test_a_file_that_the_answer_names_belongs_to_its_part() -> None:
    answer = "see ![heat](figs/x1.png)"

    assert found(file("similarity.png", 1), file("figs/x1.png", 2), answer=answer) == [2]


def test_a_picture_that_may_belong_anywhere_is_shown_where_nothing_else_is() -> None:
    assert found(file("figure1.png", 1), file("figure2.png", 2)) == [1, 2]


def test_where_code_draws_a_figure_only_what_surely_belongs_to_it_is_shown() -> None:
    assert found(file("figure1.png"), drawn=True) == []
    assert found(file("similarity.png", 7), drawn=True) == [7]


def test_at_most_four_are_shown() -> None:
    assert found(*[file(f"{grey}.png", grey) for grey in range(9)]) == [0, 1, 2, 3]


def test_names_and_places_are_told() -> None:
    seen = pasted_pictures(part(), [NOTEBOOK], "", drawn=False)

    assert seen is not None
    assert list(seen.tensors) == ["picture", "picture.1"]
    assert seen.notes == ("hw5.ipynb, cell 3", "hw5.ipynb, cell 5")


def test_nothing_handed_in_is_nothing_shown() -> None:
    unshown = Document("picture", "a.png", "5" * 64, reason="it is broken")

    assert pasted_pictures(part(), [unshown], "", drawn=False) is None


@pytest.mark.parametrize(
    ("tensors", "drawn"),
    [({}, False), ({"figures": 1}, False), ({"similarity": 1}, False), ({"figures": 1, "figures.0.0.0": 1}, True)],
)
def test_code_drew_something_if_any_piece_of_a_figure_was_seen(tensors: dict[str, Any], drawn: bool) -> None:
    got = {"own": Observation("answered", {name: np.zeros(1) for name in tensors}), "x": Observation("raised")}

    assert is_drawn(got) is drawn


# --- points ---


def result(*verdicts: Outcome, whole: Outcome = "failed") -> PartResult:
    """A part whose checks are worth a point each."""
    checks = tuple(
        CheckResult(f"c{at}", "image", (), "", verdict, float(verdict == "passed"), 1.0, reason="why", margin=3.0)
        for at, verdict in enumerate(verdicts)
    )
    pending = float(verdicts.count("pending") + verdicts.count("broken"))
    score = float(verdicts.count("passed"))
    return PartResult("P1", "t", score, float(len(verdicts)), pending, whole, "why", 0.1, 1, checks=checks)


@pytest.mark.parametrize("verdict", ["failed", "crashed", "stopped", "skipped"])
def test_what_was_lost_waits_for_a_person(verdict: Outcome) -> None:
    after = for_a_person(result(verdict, "passed", "pending"))

    assert (after.score, after.pending, after.verdict, after.reason) == (1.0, 2.0, "pending", REASON)
    assert [check.verdict for check in after.checks] == ["pending", "passed", "pending"]
    assert (after.checks[0].code, after.checks[0].detail) == ("E-PASTED", f"{verdict}: why")


@pytest.mark.parametrize("before", [result("passed", whole="passed"), result("broken", whole="broken")])
def test_what_was_not_lost_stays_as_it_is(before: PartResult) -> None:
    assert for_a_person(before) == before


def with_other(*verdicts: Outcome) -> PartResult:
    """A part with a check of a figure and one of values."""
    whole = result(*verdicts)
    return replace(whole, checks=(whole.checks[0], replace(whole.checks[1], check="close")))


def test_a_check_of_values_stays_lost() -> None:
    after = for_a_person(with_other("skipped", "failed"))

    assert [check.verdict for check in after.checks] == ["pending", "failed"]
    assert (after.verdict, after.score, after.pending, after.reason) == ("failed", 0.0, 1.0, "why")


def test_a_part_with_checks_of_values_alone_waits_for_them() -> None:
    plain = result("failed")
    values = replace(plain, checks=(replace(plain.checks[0], check="close"),))

    assert for_a_person(values).pending == 1.0
