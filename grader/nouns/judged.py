"""What came of it: verdicts, the results of checks, parts and submissions, and the document of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grader.nouns.plain import DocumentKind, Ended, Fault, Json, Level, Outcome, WrittenItem


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason. `reason` and `hint` are for the student, `detail` for staff only."""

    outcome: Outcome
    reason: str = ""
    code: str = ""
    hint: str = ""
    detail: str = ""
    margin: float | None = None  # worst distance in units of the tolerance; above 1 is outside
    case: str = ""  # the first case that failed
    output: str = ""  # the output that failed, for the report's pictures


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one submission."""

    id: str
    check: str
    of: tuple[str, ...]
    case: str
    verdict: Outcome
    points: float
    max: float
    reason: str = ""
    code: str = ""
    hint: str = ""
    detail: str = ""
    margin: float | None = None
    output: str = ""
    tolerance: str = ""  # "|a - b| <= 1e-05 + 0.0001 |b|"


@dataclass(frozen=True, slots=True)
class Picture:
    """Arrays worth drawing: names in the submission's array file (yours) and in the run's (expected)."""

    kind: Literal["matrices", "heatmap", "curve", "image", "series", "pixels", "influence"]
    title: str
    case: str
    output: str
    public: bool
    yours: str
    expected: str
    axes: str = ""
    x: str = ""
    y: str = ""
    line: str = ""  # of `series`, in the submission's file: the line that they drew, (n, 2)
    marks: str = ""  # of `series`, there too: boxes around what they marked, (k, 4): left, bottom, right, top
    marked: str = ""  # of `series`, there too: the steps above the limit that are marked, (j,), from 0
    clip: float | None = None  # of `series`
    hides_expected: bool = False  # from students: only their own side is public
    pixels: tuple[str, ...] = ()  # there too: pictures that were handed in, uint8 (h, w, 3)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case ran, for staff."""

    case: str
    ended: Ended
    seconds: float
    peak_bytes: int
    reason: str = ""
    fault: Fault | None = None
    stdout: str = ""
    stderr: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest input that fails, and what it tells: "fails as soon as two sentences differ in length"."""

    args: Mapping[str, Json]  # those that were looked through, as in {"lengths": [2, 1]}
    sentence: str
    passes: tuple[str, ...] = ()  # the nearest ones that pass, in words: "lengths [1, 1]"

    @property
    def told(self) -> str:
        """`lengths [2, 1]: fails as soon as two sentences differ in length; lengths [1, 1] and lengths [2, 2] pass`."""
        given = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in self.args.items())
        told = self.sentence if not given or given in self.sentence else f"{given}: {self.sentence}"
        verb = "passes" if len(self.passes) == 1 else "pass"
        return f"{told}; {' and '.join(self.passes)} {verb}" if self.passes else told


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of one submission. `pending` are points that wait for a person, or for us after a `broken`."""

    id: str
    title: str
    score: float
    max: float
    pending: float
    verdict: Outcome
    reason: str
    seconds: float
    peak_bytes: int
    mistakes: tuple[str, ...] = ()  # consistent with; empty unless the match is unique
    hint: str = ""  # of that mistake
    mistake_diff: str = ""  # staff
    group: str = ""  # key of equal unexplained wrong outputs
    checks: tuple[CheckResult, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    written: tuple[WrittenItem, ...] = ()
    answer: str = ""  # their written answer, safe text
    pictures: tuple[Picture, ...] = ()
    remarks: tuple[str, ...] = ()
    unstable: str = ""  # what was seen, if it answers otherwise when run again: "3 different answers in 5 runs"
    log: str = ""  # file under out/log/ with the story of a fault of ours
    only: str = ""  # what all that fails has in common and nothing that passes: "only with a batch of one"
    smallest: Smallest | None = None
    answer_from: str = ""  # where it was found, if that is not answers.md: "report.pdf, page 2"


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A file of the hand-in that people read, with what is kept of it under out/documents/."""

    kind: DocumentKind
    path: str
    content: str = ""  # the file with the HTML of its cells, or the text of its pages
    pictures: tuple[str, ...] = ()  # files, in the order in which the content numbers them
    raised: Mapping[int, str] = field(default_factory=dict)  # cell -> what it raised
    notes: tuple[str, ...] = ()
    reason: str = ""  # why it cannot be shown


@dataclass(frozen=True, slots=True)
class LogFinding:
    """A line of a training log that does not add up: evidence for staff, never points. All texts are safe text."""

    file: str  # "train.log", "a4.ipynb, cell 12"
    line: int
    quoted: str
    rule: str
    expected: str
    found: str
    bound: str = ""  # how far they may be apart by rounding; empty where they must be equal


@dataclass(frozen=True, slots=True)
class LogSeries:
    """A series of a training log; `steps` and `values` are names in the submission's array file."""

    name: str  # "training loss"
    x: str  # what the steps count: "iteration"
    file: str
    steps: str
    values: str


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """What the training logs of a hand-in say. It never changes a point."""

    series: tuple[LogSeries, ...] = ()
    findings: tuple[LogFinding, ...] = ()
    facts: tuple[str, ...] = ()  # "no log", "training not finished (stopped early): ..."


@dataclass(frozen=True, slots=True)
class SubmissionResult:
    """One submission: its parts and what a reader should know about how it was loaded."""

    id: str
    sha256: str
    score: float
    max: float
    pending: float
    seconds: float
    cached: bool
    parts: tuple[PartResult, ...] = ()
    findings: tuple[str, ...] = ()  # files chosen, left out, replaced, repaired; edition
    arrays: str = ""  # file under out/arrays/
    documents: tuple[ShownDocument, ...] = ()
    error: str = ""  # why it could not be collected; then there are no parts
    mark: str = ""  # names everything this result rests on: equal marks, equal results
    training: TrainingLog | None = None  # none where the rubric names no format of logs


@dataclass(frozen=True, slots=True)
class Group:
    """Equal wrong outputs that no known mistake explains."""

    key: str
    part: str
    output: str
    submissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RubricMark:
    """Which rubric gave these results."""

    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class Results:
    """The JSON document of a run; docs/results.md is its schema."""

    assignment: str
    title: str
    rubric: RubricMark
    isolation: Level
    versions: Mapping[str, str]
    seed: int
    max: float
    reveal: Literal["none", "all"]
    submissions: tuple[SubmissionResult, ...]
    groups: tuple[Group, ...] = ()
    mistake_hints: Mapping[str, str] = field(default_factory=dict)
    part_titles: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    schema: int = 1
