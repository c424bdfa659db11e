"""The curves of hw12: `curve.csv`, or lines `training: ... loss ... ppl ...`; the perplexity is exp(loss) in each.

Where most rows do not follow that, the perplexity is another one (a mean over batches, base 2), and nothing is wrong.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from grader.judge.logs.find import Text, lines_with
from grader.judge.logs.series import NUMBER, Line, Printed, Reading, figure, finding, printed, series_of
from grader.nouns.judged import LogFinding

WORDS: Final = ("training:", "validation:")
LINE: Final = re.compile(
    rf"(training|validation):[^\n]{{0,60}}?loss:?[ =\t]{{1,3}}{NUMBER}"
    rf"[ ,;|\t]{{1,4}}(?:ppl|perplexity):?[ =\t]{{1,3}}{NUMBER}"
)
COLUMNS: Final = ("epoch", "train_loss", "train_ppl", "valid_loss", "valid_ppl")
ONE_NUMBER: Final = re.compile(NUMBER)
FLOAT32: Final = 1e-6  # relative: what exp in single precision may take
MOST_ROWS: Final = 5000
SMALL_ON_PTB: Final = 50.0  # validation perplexity on Penn Treebank that no small model reaches
MOST_LOSS: Final = 700.0  # exp of more is no float


@dataclass(frozen=True, slots=True)
class Point:
    """Loss and perplexity of one epoch."""

    kind: Literal["training", "validation"]
    epoch: float
    loss: Printed
    ppl: Printed
    line: Line

    @property
    def expected(self) -> float:
        """The perplexity that the loss gives; not finite where it cannot be told."""
        return math.exp(self.loss.value) if self.loss.is_finite and abs(self.loss.value) < MOST_LOSS else math.nan

    @property
    def bound(self) -> float:
        """How far ppl / exp(loss) may be from 1."""
        return self.loss.half + self.ppl.half / self.expected + FLOAT32

    @property
    def is_off(self) -> bool:
        """Whether the perplexity is not exp(loss)."""
        return abs(self.ppl.value / self.expected - 1) > self.bound


def read_hw12(texts: Sequence[Text], data: Sequence[Text]) -> Reading:
    """What the rows and lines of this format say: loss and perplexity by epoch, and what does not add up."""
    points = [point for text in data for point in _rows(text)]
    points += [point for text in texts for point in _lines(text)]
    if not points:
        return Reading()
    series = [
        each
        for kind in ("training", "validation")
        for name in ("loss", "perplexity")
        for each in series_of(f"{kind} {name}", "epoch", _chosen(points, kind, name))
    ]
    return Reading(len(points), tuple(series), tuple(_findings(points)), tuple(_facts(points)))


def _chosen(points: Sequence[Point], kind: str, name: str) -> list[tuple[float, Printed, Line]]:
    return [
        (point.epoch, point.loss if name == "loss" else point.ppl, point.line) for point in points if point.kind == kind
    ]


def _rows(text: Text) -> Iterator[Point]:
    """The rows of a CSV file with the columns of the handout, in any order, among others."""
    if PurePosixPath(text.file).suffix.lower() != ".csv":
        return
    rows = [row[:200] for row in text.content.split("\n", MOST_ROWS)[:MOST_ROWS]]
    try:
        table = list(csv.reader(rows))
    except csv.Error:
        return
    head = [name.strip().lower() for name in table[0]] if table else []
    if any(name not in head for name in COLUMNS[1:3]):
        return
    for number, row in enumerate(table[1:], 2):
        cells = {name: cell.strip() for name, cell in zip(head, row, strict=False)}
        line = Line(text.file, number, rows[number - 1] if number <= len(rows) else "")
        epoch = _number(cells.get("epoch", ""))
        step = epoch.value if epoch and epoch.is_finite else float(number - 1)
        for kind, short in (("training", "train"), ("validation", "valid")):
            loss, ppl = _number(cells.get(f"{short}_loss", "")), _number(cells.get(f"{short}_ppl", ""))
            if loss and ppl:
                yield Point("training" if kind == "training" else "validation", step, loss, ppl, line)


def _number(cell: str) -> Printed | None:
    match = ONE_NUMBER.fullmatch(cell)
    return printed(match[1]) if match else None


def _lines(text: Text) -> Iterator[Point]:
    counts = {"training": 0, "validation": 0}
    for line in lines_with(text, WORDS):
        match = LINE.search(line.text)
        if match:
            counts[match[1]] += 1
            kind: Literal["training", "validation"] = "training" if match[1] == "training" else "validation"
            yield Point(kind, counts[kind], printed(match[2]), printed(match[3]), line)


def _telling(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.ppl.is_finite and math.isfinite(point.expected) and point.expected > 0]


def _is_foreign(points: Sequence[Point]) -> bool:
    telling = _telling(points)
    return 2 * sum(point.is_off for point in telling) > len(telling)


def _findings(points: Sequence[Point]) -> Iterator[LogFinding]:
    if _is_foreign(points):
        return
    for point in _telling(points):
        if point.is_off:
            yield finding(
                point.line,
                f"the {point.kind} perplexity is exp(loss)",
                expected=figure(point.expected),
                found=figure(point.ppl.value),
                bound=figure(point.bound * point.expected, 3),
            )


def _facts(points: Sequence[Point]) -> Iterator[str]:
    telling = _telling(points)
    if _is_foreign(points):
        off = sum(point.is_off for point in telling)
        place = points[0].line.file
        yield f"{place}: in {off} of {len(telling)} rows the perplexity is not exp(loss): another kind of it"
    best = min((p.ppl.value for p in points if p.kind == "validation" and p.ppl.is_finite), default=math.inf)
    if best < SMALL_ON_PTB:
        yield f"validation perplexity {figure(best)}: on Penn Treebank a small model does not come below 50"
