"""What the pages show, as frozen dataclasses: every decision is made before a template sees it.

Texts are plain; only the fields of type `Markup` are HTML, and only markup.py makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from markupsafe import Markup

from grader.nouns.judged import LogFinding
from grader.nouns.plain import DocumentKind, Outcome

# How a picture is scaled: evenly by cells, stretched to be seen, as drawn (wide, square, small), as a photograph.
Form: TypeAlias = Literal["cells", "stretched", "line", "grid", "heads", "photo"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One image of a picture; `rows` are its numbers as text, if they are few."""

    label: str
    caption: str
    alt: str
    src: str
    width: int
    height: int
    form: Form
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class NumberTable:
    """What a picture shows, as text; the first of a row names it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PictureView:
    """A titled row of panels with what must be said about them; no panels, and a note that says why."""

    title: str
    case: str
    panels: tuple[Panel, ...] = ()
    notes: tuple[str, ...] = ()
    tables: tuple[NumberTable, ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether there is a table, of the picture or of a panel that is small enough."""
        return bool(self.tables) or any(panel.rows for panel in self.panels)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of their file; `marked` is the line that the traceback names."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class FaultBox:
    """What their code raised and where: the innermost of their lines, and the way to it."""

    title: str
    place: str
    lines: tuple[CodeLine, ...] = ()
    trail: tuple[str, ...] = ()  # "nmt_model.py:210 in decode", outermost first
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check; `bar` is the length of its margin bar, 0 to 100, with the tolerance at 50."""

    id: str
    outcome: Outcome
    name: str
    finding: str
    hint: str
    margin: str
    bar: float | None
    tolerance: str
    points: str
    code: str = ""
    detail: str = ""  # staff


@dataclass(frozen=True, slots=True)
class CaseRow:
    """How one case ran. Students get those they may see and that said something."""

    case: str
    visibility: str
    ended: str
    seconds: str
    memory: str
    reason: str
    traceback: str
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One thing that a reader looks for."""

    text: str
    points: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about a wrong answer. Students get the hint; the rest is for staff."""

    hint: str = ""
    mistakes: str = ""
    diff: str = ""
    group: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier part that says the same, so that it is read once."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class PartCard:
    """One part: its verdict, what was found, and the evidence for it."""

    id: str
    anchor: str
    title: str
    outcome: Outcome
    points: str  # "5 / 8"
    waiting: str  # "a person will read this: 4 points pending"
    reason: str
    explanation: Explanation
    fault: FaultBox | None
    checks: tuple[CheckRow, ...]
    checks_line: str  # "4 checks: 3 passed, 1 failed"
    is_folded: bool  # whether the checks say nothing that must be read at once
    pictures: tuple[PictureView, ...]
    hidden_note: str
    written: tuple[WrittenRow, ...]
    answer: Markup
    no_answer: str
    language: str
    cases: tuple[CaseRow, ...]
    cost: str  # staff: time and memory
    regrade: str
    same_as: Repeat | None = None  # an earlier part with the same error
    unstable: str = ""  # what follows from answers that differ from run to run
    log: str = ""  # staff: the file with the story of a fault of ours
    answer_from: str = ""  # where the answer was found, if not in answers.md
    evidence: tuple[PictureView, ...] = ()  # pictures that prove what the verdict says, and stand before all else
    proof: Repeat | None = None  # the part with the leak that makes this one void
    where: tuple[str, ...] = ()  # on which inputs it fails: "Fails only with a batch of one."

    @property
    def lead(self) -> str:
        """The reason, unless the box with their code says the same more clearly."""
        return "" if self.outcome == "crashed" and self.fault else self.reason

    @property
    def has_staff_notes(self) -> bool:
        """Whether staff read more about it than what it cost."""
        known = self.explanation
        return bool(self.cases or self.log or known.mistakes or known.diff or known.group or known.remarks)

    @property
    def summary(self) -> str:
        """What was found, in one line of the table at the top."""
        return f"the same error as in {self.same_as.title}" if self.same_as else self.reason or self.waiting


@dataclass(frozen=True, slots=True)
class FixFirst:
    """The one thing to do next; `anchor` is empty if there is nothing to link to."""

    heading: str
    text: str
    tone: Literal["act", "calm", "ours"]
    anchor: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The score in words and as three lengths of a bar, which sum to 100."""

    score: str
    out_of: str
    pending: str
    lost: str
    note: str
    earned_share: float
    pending_share: float
    lost_share: float


@dataclass(frozen=True, slots=True)
class Footer:
    """Where the result comes from."""

    facts: tuple[tuple[str, str], ...]
    level: str
    level_meaning: str
    is_open: bool
    words: tuple[tuple[Outcome, str], ...]


@dataclass(frozen=True, slots=True)
class CellFrame:
    """Cells of a notebook in a frame without rights; `document` is the value of its attribute `srcdoc`."""

    id: str
    title: str
    first: int
    last: int
    document: Markup
    height: int


@dataclass(frozen=True, slots=True)
class RaisedCell:
    """A cell whose output says that it raised; `anchor` is that of the frame in which it stands, if it does."""

    name: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page of a PDF, or a picture that was handed in."""

    src: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A file of the hand-in that people read; `reason` says why it could not be shown."""

    id: str
    title: str
    kind: DocumentKind
    reason: str = ""
    notes: tuple[str, ...] = ()
    raised: tuple[RaisedCell, ...] = ()
    frames: tuple[CellFrame, ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()  # of a PDF: page, text, language
    pictures: tuple[PagePicture, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingCard:
    """What the training logs say: curves, and for staff what does not add up, facts, or that all is well."""

    pictures: tuple[PictureView, ...]
    heading: str = ""
    note: str = ""
    findings: tuple[LogFinding, ...] = ()
    facts: tuple[str, ...] = ()
    calm: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """The page of one submission, for one audience."""

    assignment: str
    title: str
    id: str
    name: str
    staff: bool
    score: ScoreLine
    fix_first: FixFirst
    parts: tuple[PartCard, ...]
    findings: tuple[str, ...]
    error: str
    shortened: bool
    footer: Footer
    home: str = ""  # staff: the address of the class page
    documents: tuple[DocumentView, ...] = ()
    training: TrainingCard | None = None
