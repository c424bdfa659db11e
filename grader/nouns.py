"""The nouns of the house, as frozen dataclasses: no torch, no I/O, no rule that decides a point.

    Rubric > Part > Case, Check, WrittenItem                 what the author asks for; made by rubric/
    Submission; Run -> Observation                           what was sent, and what it gave; made by intake/ and box/
    Verdict < CheckResult < PartResult < SubmissionResult < Results          made by judge/ and marker.py

Units: seconds and bytes, unless the name says otherwise. Mappings are never changed once they are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

Json: TypeAlias = Any
Array: TypeAlias = np.ndarray[Any, Any]
Outcome: TypeAlias = Literal["passed", "failed", "crashed", "stopped", "skipped", "void", "pending", "broken"]
Level: TypeAlias = Literal["strict", "container", "open"]
LEVELS: tuple[Level, ...] = ("open", "container", "strict")  # weakest first

# How a run ended. `answered`: the tensors are there. `raised`: their code raised. `import_error`: their file did
# while it was imported. `missing`: a file, class or function is not there. `untouched`: the handout's stub is
# unchanged. `left`: the process ended before it answered. `unreadable`: the answer breaks the rules of the wire.
# `stopped`: a limit (which one stands in `limit`). `broken`: our fault.
Ended: TypeAlias = Literal[
    "answered", "raised", "import_error", "missing", "untouched", "left", "unreadable", "stopped", "broken"
]
Limit: TypeAlias = Literal["wall", "cpu", "memory", "output", "answer", "processes"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, so that a message can be clicked."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one part may use. Its cases share the wall clock; the other limits hold for each process."""

    wall_s: float = 60.0
    cpu_s: float = 60.0
    memory_bytes: int = 2 * 1024**3
    answer_bytes: int = 64 * 1024**2
    output_bytes: int = 1024**2
    processes: int = 64


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs of a probe. `apart`: run in a job of its own. `public`: students have it."""

    name: str
    args: Mapping[str, Json]
    public: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One rule worth points. `kind` picks the rule in judge/; `rule` is the value under that key in YAML."""

    id: str
    kind: str
    rule: Json
    points: float
    cases: tuple[str, ...]  # in the order of the part; never empty for a part with a probe
    options: Mapping[str, Json] = field(default_factory=dict)  # what else it was given: rtol, atol, rate
    subchecks: tuple[Check, ...] = ()  # of an `all:` check; their points are 0
    hint: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One thing that a person looks for in a written answer."""

    id: str
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture that the report draws from an observation: `kind` is `heatmap` or `curve`."""

    kind: Literal["heatmap", "curve"]
    output: str
    case: str
    title: str
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A gradable question. `source`: where its observations come from, a probe, a file or `answers.md`."""

    id: str
    title: str
    points: float
    source: Literal["probe", "file", "answers", "person"]
    probe: str = ""  # name in probes.py, for source `probe`
    reads: str = ""  # path in the hand-in, for source `file`
    fills: tuple[str, ...] = ()  # `module.Class.function` that students write; untouched ones are `skipped`
    cases: tuple[Case, ...] = ()
    checks: tuple[Check, ...] = ()
    written: tuple[WrittenItem, ...] = ()
    plots: tuple[Plot, ...] = ()
    axes: Mapping[str, str] = field(default_factory=dict)  # output name -> axis letters, e.g. "b s 2h"
    limits: Limits = field(default_factory=Limits)
    mistakes: Mapping[str, float] = field(default_factory=dict)  # mistake -> points it keeps of this part
    advice: tuple[str, ...] = ()  # dotted names whose use is remarked to a reader, never punished
    needs: tuple[str, ...] = ()  # what not every level offers: shared_memory
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A module of the hand-in, found by what it defines; `given`: modules of the staff in place of its siblings."""

    name: str
    defines: tuple[str, ...]
    given: Mapping[str, str] = field(default_factory=dict)  # module name -> path under reference/<id>/


@dataclass(frozen=True, slots=True)
class Edition:
    """A year of the handout, known by a text in the file header; `current`: this rubric is made for it."""

    name: str
    header: str
    current: bool


@dataclass(frozen=True, slots=True)
class Rubric:
    """One assignment: its parts, points, limits and the modules a hand-in consists of."""

    assignment: str
    title: str
    points: float
    parts: tuple[Part, ...]
    units: tuple[Unit, ...]
    seed: int
    rtol: float
    atol: float
    accept: tuple[str, ...]  # variants that must keep full marks
    repairs: Mapping[str, float]  # repair -> points it costs
    staff_files: Mapping[str, str]  # path in the hand-in -> path under reference/<id>/: always overlaid
    editions: tuple[Edition, ...]
    reveal: Literal["none", "all"]
    path: str
    sha256: str
    folder: str  # reference/<id>/, absolute
    repeat: Literal["lost", "all", "none"] = "lost"  # parts that are run again, to find answers that differ
    runs: int = 5  # how often an unstable part is run in all
    unstable: Literal["most", "none"] = "most"  # graded on what it did most often, or by a person


@dataclass(frozen=True, slots=True)
class Handout:
    """What may enter the jail beside a hand-in, and may go to students: nothing in here is secret."""

    probes: str  # the text of probes.py
    units: tuple[Unit, ...]
    given: Mapping[str, bytes] = field(default_factory=dict)  # path under reference/<id>/ -> text
    staff_files: Mapping[str, bytes] = field(default_factory=dict)  # path in the hand-in -> text
    repairs: tuple[str, ...] = ()  # names in kit/repairs.py


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files, read once. Paths are relative, `/`-separated and safe; the bytes are theirs."""

    id: str
    files: Mapping[str, bytes]
    sha256: str
    left_out: tuple[str, ...] = ()  # safe text: "evil.py: a symbolic link"
    warnings: tuple[str, ...] = ()  # safe text: "random.py hides a module of the standard library"


@dataclass(frozen=True, slots=True)
class Run:
    """One probe on one case."""

    part: str
    case: str
    probe: str
    args: Mapping[str, Json]
    seed: int
    limits: Limits
    apart: bool = False
    fills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of their traceback: safe text; `near` are the lines around it, as (number, text)."""

    file: str
    line: int
    function: str
    near: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What their code raised: safe text. `frames` are those in their own files, outermost first."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    traceback: str = ""  # all of it, for staff


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run used, measured from outside where that is possible."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe gave, or how it ended: one type for reference and student. All texts are safe text."""

    ended: Ended
    tensors: Mapping[str, Array] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    limit: Limit | None = None  # for `stopped`
    reason: str = ""  # one sentence for whatever is not `answered`: "left before answering"
    notes: tuple[str, ...] = ()  # repairs, stand-ins, chosen files: "file nmt_model: student/nmt_model.py"
    stdout: str = ""
    stderr: str = ""
    usage: Usage = field(default_factory=Usage)


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

    kind: Literal["matrices", "heatmap", "curve"]
    title: str
    case: str
    output: str
    public: bool
    yours: str
    expected: str
    axes: str = ""
    x: str = ""
    y: str = ""


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
    error: str = ""  # why it could not be collected; then there are no parts
    mark: str = ""  # names everything this result rests on: equal marks, equal results


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
