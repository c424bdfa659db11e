"""What the page of a class shows, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from grader.nouns.plain import Outcome
from grader.report.class_figures import Bin, PartFigures
from grader.report.images import Image
from grader.report.model import PictureView


@dataclass(frozen=True, slots=True)
class Link:
    """A person's page, at a part if there is one."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of thing that a person must look at, with where to find it."""

    outcome: Outcome | None
    heading: str
    items: tuple[tuple[Link, str], ...]


@dataclass(frozen=True, slots=True)
class CommonMistake:
    """A known mistake, how often it explains an answer, and two examples."""

    name: str
    hint: str
    parts: str
    count: int
    examples: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class UnexplainedGroup:
    """People with the same wrong output that no mistake explains, and a `Mistake` to start from."""

    heading: str
    people: tuple[Link, ...]
    skeleton: str


@dataclass(frozen=True, slots=True)
class Cell:
    """The verdict of one part in the table."""

    part: str
    outcome: Outcome
    points: str  # "5 of 8"


@dataclass(frozen=True, slots=True)
class Row:
    """One submission in the table."""

    id: str
    name: str
    student: str
    staff: str
    score: str
    pending: str
    cells: tuple[Cell | None, ...]
    seconds: str
    seconds_number: float
    words: str  # what the filter looks through, beside the verdicts


@dataclass(frozen=True, slots=True)
class ClassTraining:
    """The curves of one loss, and those that lie outside of the band more often than not."""

    picture: PictureView
    outside: tuple[tuple[Link, str], ...]


@dataclass(frozen=True, slots=True)
class MapRow:
    """All who gave the same map; `more` of them are not named."""

    image: Image
    alt: str
    said: str
    count: int
    people: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class MapTable:
    """The maps of a class for one plot, the nearest to what is expected first."""

    title: str
    reference: Image | None
    rows: tuple[MapRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PerplexityStrip:
    """Perplexities on a line of 1000 units, logarithmic; `bound`: where the bound stands on it."""

    title: str
    said: str
    bound: float | None
    marks: tuple[tuple[float, Outcome], ...]
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The page of a class."""

    assignment: str
    title: str
    rubric: str
    level: str
    level_meaning: str
    is_open: bool
    figures: tuple[tuple[str, str], ...]
    duties: tuple[Duty, ...]
    bins: tuple[Bin, ...]
    tallest: int
    parts: tuple[PartFigures, ...]
    graded: int
    mistakes: tuple[CommonMistake, ...]
    groups: tuple[UnexplainedGroup, ...]
    part_ids: tuple[str, ...]
    rows: tuple[Row, ...]
    with_names: bool
    footer: tuple[tuple[str, str], ...]
    training: tuple[ClassTraining, ...] = ()
    maps: tuple[MapTable, ...] = ()
    perplexities: tuple[PerplexityStrip, ...] = ()
