"""What a course asks for: a rubric with its parts, cases and checks, and the handout that may enter the jail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grader.nouns.plain import Json, Limits, Place, WrittenItem


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs of a probe. `apart`: run in a job of its own. `public`: students have it.

    `vary`: what of its input is changed, a run for each change: axis -> how many places it has.
    `means`: what sets it apart from the others, in words: "a batch of one".
    """

    name: str
    args: Mapping[str, Json]
    public: bool = False
    apart: bool = False
    vary: Mapping[str, int] = field(default_factory=dict)
    means: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """Small inputs of a probe, among which the smallest one that fails is looked for.

    `like`: the case whose checks and further arguments they share. `over`: argument -> its values, simplest first, or
    `{rows: 3, most: 4}` for lists of up to 3 whole numbers from 1 to 4, the largest first.
    """

    like: str
    over: Mapping[str, Json]


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
    voids: tuple[str, ...] = ()  # parts that mean nothing once this check has proved a leak
    hint: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture that the report draws: `heatmap` and `curve` an output, `image` and `series` what a figure shows.

    `influence`: who sees whom, from the runs of a case that is varied.
    """

    kind: Literal["heatmap", "curve", "image", "series", "influence"]
    output: str  # for `image` that of the figures
    case: str
    title: str
    x: str = ""
    y: str = ""
    figures: str = ""  # of `series`: the output of the figures in which it is drawn and marked
    beside: str = ""  # of `image`: the reference's output that stands beside it
    clip: float | None = None  # of `series`: the limit; what is above it was clipped
    changed: str = ""  # of `influence`: the axis of the case's `vary`
    public: bool = False  # whether students see their own side of it even if the case is hidden


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
    after: tuple[str, ...] = ()  # parts whose answers this one builds on; for the order of messages, never for points
    smallest: Space | None = None
    of: float = 0.0  # in a public rubric: its points when it is graded
    costly: bool = False  # a training: only mistakes that it names are tried, and none is looked for in a class
    place: Place | None = None

    @property
    def shows_figure(self) -> bool:
        """Whether it asks for a figure, so that a picture is worth a look where no code draws one."""
        return any(plot.kind in ("image", "series") for plot in self.plots) or any(
            check.kind in ("image", "line", "marks") for check in self.checks
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A module of the hand-in, found by what it defines; `given`: modules of the staff in place of its siblings."""

    name: str
    defines: tuple[str, ...]
    given: Mapping[str, str] = field(default_factory=dict)  # module name -> path under reference/<id>/


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code of the hand-in that is found by what it reads and calls, wherever it stands.

    `take`: `pick` only what it needs, or `run` the whole notebook or script that it stands in.
    """

    name: str
    take: Literal["pick", "run"]
    reads: tuple[str, ...] = ()  # variables or attributes, any of which it reads
    calls: tuple[str, ...] = ()  # functions or methods, any of which it calls
    near: tuple[str, ...] = ()  # words, any of which stands in a name or text of the same snippet


@dataclass(frozen=True, slots=True)
class Edition:
    """A year of the handout, known by a text in the file header; `current`: this rubric is made for it."""

    name: str
    header: str
    current: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A thing that is handed in: a file, found by any of these patterns below the homework folder."""

    name: str  # "the translations of the test set"
    kind: Literal["code", "notebook", "log", "checkpoint", "plot", "answers", "data"]
    patterns: tuple[str, ...]  # as in a .gitignore: "outputs/test_outputs.txt", "*.ipynb"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class StudentKit:
    """What `grade handout` puts into a kit beside the public checks, and what `grade pack` looks for.

    `starter`: a folder of the reference folder; if not given, the solved files with the answers cut out.
    `files`: path in the kit -> path in the reference folder. `packages`: what students install beside grade.
    """

    starter: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    expects: tuple[Expected, ...] = ()


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
    logs: tuple[str, ...] = ()  # formats of training logs that are read, for staff and for curves
    snippets: tuple[Snippet, ...] = ()
    data: tuple[str, ...] = ()  # files of the reference folder that probes read
    student_kit: StudentKit = field(default_factory=StudentKit)
    public: bool = False  # the rubric of a student kit: public cases only, no reference beside it
    of: float = 0.0  # of a public rubric: the points of the assignment


@dataclass(frozen=True, slots=True)
class Handout:
    """What may enter the jail beside a hand-in, and may go to students: nothing in here is secret."""

    probes: str  # the text of probes.py
    units: tuple[Unit, ...]
    given: Mapping[str, bytes] = field(default_factory=dict)  # path under reference/<id>/ -> text
    staff_files: Mapping[str, bytes] = field(default_factory=dict)  # path in the hand-in -> text
    repairs: tuple[str, ...] = ()  # names in kit/repairs.py
    snippets: tuple[Snippet, ...] = ()
