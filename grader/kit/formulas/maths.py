"""Answers that are formulas, found in a hand-in and evaluated at points: `dy_dw` as a function, a line, or in LaTeX.

Where a name is looked for, first to last: `answers.yaml` and its like, `answers.md`, the code (a function of the name,
an assignment, a sympy expression), Markdown cells of notebooks, other pages. The first place that gives values
counts; of several equations for a name in one document the last, of several sides of one equation the last that has
a value. A side without any symbol counts only where there is no other. What a document defines itself (`t = ...`,
`y = w t`) may stand in its formulas.

No text is run as code. A function or a sympy expression of theirs is, like everything else of theirs in this process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from ..answers import Answer

if TYPE_CHECKING:
    from ..handin import Handin


def evaluated(
    hw: Handin,
    answers: Mapping[str, Sequence[str]],
    points: Mapping[str, Tensor],
    spellings: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Answer]:
    """The values of the hand-in's formulas at points, as the outputs of a probe.

    `answers`: name -> further names for it; the id of the question (`1b`) is one, for a formula without a name under
    that heading. `spellings`: symbol -> further names for it.
    `NAME` holds the values, or says in words what is wrong with a formula that was read; `NAME.unread` says why one
    that was written could not be read, or where a person may look for it; it stands beside values where something else
    for the name comes last. `at.SYMBOL` holds the points.

    Shapes: points (n,) float64 -> (n,).
    Raises: Missing if nothing is found for any of the names.
    """
    from .search import Search  # few probes ask for formulas
    from .spelling import Names

    found = Search(hw, points, Names(points, spellings or {}), answers).find_all()
    return found | {f"at.{symbol}": values for symbol, values in points.items()}
