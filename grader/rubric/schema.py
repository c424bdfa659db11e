"""The form of a rubric file: every key, its type, and what it means.

The sentences beside the keys are what editors show, and what docs/rubric.md explains at length. Only the form is told
here; whether names, points and files agree is the matter of `agreement.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field

from grader.rubric.rules import (
    BleuRule,
    CausalRule,
    CurveRowsRule,
    DropoutRule,
    ImageRule,
    LineRule,
    LinesRule,
    MarksRule,
    PerplexityRule,
    TrainedRule,
)
from grader.rubric.student_kit import SpaceForm, StudentKitForm
from grader.rubric.values import (
    MEMORY_AT_LEAST,
    Axes,
    Bound,
    Dotted,
    FilePath,
    Form,
    Name,
    Names,
    Number,
    PartId,
    Points,
    Seconds,
    Size,
    Text,
    Tolerance,
)

KINDS = (
    "shape",
    "close",
    "equal",
    "below",
    "above",
    "finite",
    "same",
    "gradient",
    "parameters",
    "dropout",
    "raises",
    "number",
    "lines",
    "bleu",
    "image",
    "line",
    "marks",
    "curve_rows",
    "trained",
    "causal",
    "perplexity",
    "answer",
    "all",
)


class ToleranceForm(Form):
    """How far a value may be off: `abs(got - expected) <= atol + rtol * abs(expected)`."""

    rtol: Tolerance = Field(default=1e-4, description="Relative tolerance. 1e-4 if not given.")
    atol: Tolerance = Field(default=1e-5, description="Absolute tolerance. 1e-5 if not given.")


class LimitsForm(Form):
    """What a part may use. The cases of a part share the wall clock; the rest holds for each process."""

    wall_s: Seconds | None = Field(default=None, description="Seconds by the clock, all cases of a part together.")
    cpu_s: Seconds | None = Field(default=None, description="Seconds of computing.")
    memory: Size | None = Field(default=None, description="Memory, as in '2 GiB'; at least 64 MiB.", ge=MEMORY_AT_LEAST)
    answer: Size | None = Field(default=None, description="Size of what a probe returns, as in '64 MiB'.")
    output: Size | None = Field(default=None, description="Size of what is printed, as in '1 MiB'.")
    processes: Annotated[int, Field(ge=1, le=4096)] | None = Field(default=None, description="Processes and threads.")


class UnitForm(Form):
    """A module of the hand-in, found by what it defines, whatever its file is called."""

    defines: Annotated[list[Dotted], Field(min_length=1)] = Field(
        description="Classes and functions that tell the module from others."
    )
    given: dict[Dotted, FilePath] = Field(
        default_factory=dict,
        description="Modules it imports that the staff replaces: name, then path in the reference folder.",
    )


class SnippetForm(Form):
    """Code of a hand-in that is found by what it reads and calls, not by the name of a function or file."""

    take: Literal["pick", "run"] = Field(
        description="pick: only the statements that it needs. run: the whole notebook or script, cell by cell."
    )
    reads: Names | None = Field(default=None, description="Variables or attributes, any of which it reads.")
    calls: Names | None = Field(default=None, description="Functions or methods, any of which it calls.")
    near: Names | None = Field(
        default=None, description="Words, any of which stands in a name or text of the same snippet."
    )


class RepairsForm(Form):
    """Repairs of old code for a current torch, and the points that each costs."""

    uint8_masks: Points | None = Field(default=None, description="Masks of uint8 where bool is needed.")
    float_beam_index: Points | None = Field(default=None, description="An index made by '/' where '//' is needed.")
    torch_load: Points | None = Field(default=None, description="Pickled objects in torch.load.")
    numpy_names: Points | None = Field(default=None, description="Names that numpy 2 no longer has.")
    version_asserts: Points | None = Field(default=None, description="Asserts on exact versions.")


class EditionForm(Form):
    """A year of the handout, known by a text in the header of its files."""

    name: Text = Field(description="What the report calls it, as in W2023.")
    header: Text = Field(description="The text that only this edition's files hold.")
    current: bool = Field(description="Whether this rubric is made for it.")


class RuleForm(Form):
    """One kind of check with its rule, and what changes it. Exactly one of the kinds stands here."""

    shape: dict[str, Axes] | None = Field(default=None, description="Output: axes, as in `enc_hiddens: b s 2h`.")
    close: Names | None = Field(default=None, description="Outputs that equal the reference's within the tolerance.")
    equal: Names | None = Field(default=None, description="Outputs that equal the reference's exactly.")
    below: dict[str, Bound] | None = Field(default=None, description="Output: bound; every value is at most this.")
    above: dict[str, Bound] | None = Field(default=None, description="Output: bound; every value is at least this.")
    finite: Names | None = Field(default=None, description="Outputs without infinite values and NaN.")
    same: Annotated[list[str], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Two outputs of the student that agree: `case.output` or `case.output[0:1]`."
    )
    gradient: Names | None = Field(default=None, description="Gradients that are finite and not all zero.")
    parameters: Names | None = Field(default=None, description="Patterns, as in `encoder.*`, of shapes of parameters.")
    dropout: DropoutRule | None = Field(default=None, description="A share of zeros near the rate, the rest scaled.")
    raises: Dotted | None = Field(default=None, description="The type of the error that the code must raise.")
    number: dict[str, Number] | None = Field(default=None, description="Name in answers.md: value, as in 0.375 or 3/8.")
    lines: LinesRule | None = Field(default=None, description="As many lines as a reference file has.")
    bleu: BleuRule | None = Field(default=None, description="BLEU above a bar.")
    image: ImageRule | None = Field(default=None, description="An image that shows a matrix of the reference.")
    line: LineRule | None = Field(default=None, description="A line that shows a series of the reference.")
    marks: MarksRule | None = Field(default=None, description="Marks at steps of the student's own series.")
    curve_rows: CurveRowsRule | None = Field(default=None, description="Losses and perplexities by epoch, in a file.")
    trained: TrainedRule | None = Field(default=None, description="Epochs and loss of a training, by its log.")
    causal: CausalRule | None = Field(default=None, description="Who may see whom, by changing a case's input.")
    perplexity: PerplexityRule | None = Field(default=None, description="A perplexity below a bound, above a floor.")
    answer: Names | None = Field(default=None, description="Expressions that equal the reference's at random points.")
    cases: Names | None = Field(default=None, description="Cases it must hold on. All of the part if not given.")
    rtol: Tolerance | None = Field(default=None, description="Relative tolerance of this check.")
    atol: Tolerance | None = Field(default=None, description="Absolute tolerance of this check.")
    to: Text | None = Field(
        default=None, description="The output of the reference to compare with, if its name differs."
    )
    dtype: Literal["exact"] | None = Field(default=None, description="exact: the dtype must be the reference's, too.")
    read_as: Literal["bool"] | None = Field(
        default=None, alias="as", description="bool: masks of zeros and ones are compared whatever their dtype."
    )
    hint: Text | None = Field(default=None, description="A sentence for the student, shown when the check fails.")
    voids: Names | None = Field(
        default=None,
        description="Parts that get no points once this check has proved a leak; of causal and perplexity.",
    )

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of check that stand here; exactly one should."""
        given = self.model_fields_set
        return tuple(kind for kind in KINDS if kind in given)


def _one_kind(schema: dict[str, Any]) -> None:
    kinds = [kind for kind in KINDS if kind in schema["properties"]]
    schema["oneOf"] = [{"required": [kind]} for kind in kinds]


class SubcheckForm(RuleForm):
    """One check of an `all`; it has no points of its own."""

    model_config = ConfigDict(json_schema_extra=_one_kind)


class CheckForm(RuleForm):
    """One rule worth points. Exactly one kind of check stands here. It pays only if it holds on every case."""

    model_config = ConfigDict(json_schema_extra=_one_kind)

    id: Name | None = Field(default=None, description="Its name in reports; the kind if not given. Once in a part.")
    points: Points = Field(description="What it is worth.")
    all: Annotated[list[SubcheckForm], Field(min_length=1)] | None = Field(
        default=None, description="Checks that must all hold for these points."
    )


PlotKind: TypeAlias = Literal["heatmap", "curve", "image", "series", "influence"]
PLOTS: tuple[PlotKind, ...] = get_args(PlotKind)


def _one_plot(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": [kind]} for kind in PLOTS]


class PlotForm(Form):
    """A picture in the report. Exactly one of its kinds stands here: `heatmap`, `curve`, ..."""

    model_config = ConfigDict(json_schema_extra=_one_plot)

    heatmap: Text | None = Field(default=None, description="The output to draw as a map of colours.")
    curve: Text | None = Field(default=None, description="The output to draw as a line.")
    image: Text | None = Field(default=None, description="Figures whose heat map is drawn again from its data.")
    series: Text | None = Field(default=None, description="The output to draw as a line with a limit and marks.")
    influence: Text | None = Field(default=None, description="The output of a varied case: who sees whom.")
    case: Name = Field(description="The case it is taken from.")
    title: Text = Field(description="What stands above the picture.")
    x: str = Field(default="", description="Label of the axis to the right. Of a series what it counts, as in update.")
    y: str = Field(default="", description="Label of the axis upwards.")
    beside: Text | None = Field(default=None, description="The reference's output beside an image.")
    figures: Text | None = Field(default=None, description="Figures in which the series is drawn and marked.")
    clip: float | None = Field(default=None, description="The limit of a series; every step above it is shown.")
    changed: Name | None = Field(default=None, description="What is changed for an influence: a key of `vary`.")
    public: bool = Field(
        default=False,
        description="true: students see their own side, never the reference's, though the case is hidden.",
    )

    @property
    def kinds(self) -> tuple[PlotKind, ...]:
        """The kinds of picture that stand here; exactly one should."""
        return tuple(kind for kind in PLOTS if getattr(self, kind))


class WrittenForm(Form):
    """One thing that a person looks for in a written answer."""

    id: Name = Field(description="Its name in reports; once in a part.")
    text: Text = Field(description="What a person must find to give the points.")
    points: Points = Field(description="What it is worth.")


class RepeatForm(Form):
    """Which parts are run again to find hand-ins that answer otherwise each time, and what follows from it."""

    parts: Literal["lost", "all", "none"] = Field(
        default="lost",
        description="lost: parts that lost points and that no known mistake explains. all: every part with points.",
    )
    runs: Annotated[int, Field(ge=2, le=25)] = Field(
        default=5, description="How often a part is run in all, once an answer has differed. 5 if not given."
    )
    unstable: Literal["most", "none"] = Field(
        default="most", description="most: graded on what it did most often. none: a person grades the part."
    )


class PartForm(Form):
    """A gradable question. At most one of `probe`, `reads` and `answers` says where its observations come from."""

    title: Text = Field(description="What reports call it.")
    points: Points = Field(description="The sum of its checks and written items.")
    probe: Name | None = Field(default=None, description="A function in probes.py.")
    reads: FilePath | None = Field(default=None, description="A file of the hand-in that is judged as it is.")
    answers: bool = Field(default=False, description="true: numbers in answers.md are judged.")
    fills: list[Dotted] = Field(
        default_factory=list, description="What students write here: unit.Class.function or unit.function."
    )
    cases: dict[Name, dict[str, Any]] = Field(
        default_factory=dict,
        description="Case: arguments of the probe. `public: true` shows it to students, `apart: true` runs it alone, "
        "`vary: {position: 7}` runs it once more for every change of that many places, `means: a batch of one` says "
        "what sets it apart.",
    )
    limits: LimitsForm = Field(default=LimitsForm(), description="Limits of this part only.")
    after: list[PartId] = Field(
        default_factory=list,
        description="Parts whose answers this one builds on: `grade check` names the first that fails. No points.",
    )
    smallest: SpaceForm | None = Field(
        default=None, description="Small inputs, among which the smallest one that fails is looked for."
    )
    of: Points = Field(default=0.0, description="Only in public.yaml: the points of the part when it is graded.")
    costly: bool = Field(
        default=False,
        description="true: its probe trains. The proof tries only the mistakes that it names, and what a student gets "
        "wrong in it is not compared with them.",
    )
    needs: list[Literal["shared_memory"]] = Field(
        default_factory=list, description="What not every level of isolation offers; without it the part is not run."
    )
    checks: list[CheckForm] = Field(default_factory=list, description="What is judged by machine.")
    plots: list[PlotForm] = Field(default_factory=list, description="Pictures in the report.")
    written: list[WrittenForm] = Field(default_factory=list, description="What a person reads.")
    advice: list[Dotted] = Field(
        default_factory=list, description="Dotted names whose use is remarked to a reader, never punished."
    )
    mistakes: dict[str, Points] = Field(
        default_factory=dict, description="Mistake in mistakes.py: the points it keeps of this part's checks."
    )


class RubricForm(Form):
    """One assignment."""

    assignment: Name = Field(description="Its short name; the reference is in reference/<assignment>/.")
    title: Text = Field(description="What reports call it.")
    points: Points = Field(description="The sum of its parts.")
    seed: int = Field(description="The secret seed of this course run; inputs are drawn from it.")
    reveal: Literal["none", "all"] = Field(default="none", description="all: students may see hidden cases.")
    tolerance: ToleranceForm = Field(default=ToleranceForm(), description="How far values may be off.")
    limits: LimitsForm = Field(default=LimitsForm(), description="What every part may use.")
    repeat: RepeatForm = Field(default=RepeatForm(), description="How hand-ins are found that are random themselves.")
    units: dict[Dotted, UnitForm] = Field(default_factory=dict, description="The modules of a hand-in.")
    snippets: dict[Name, SnippetForm] = Field(
        default_factory=dict, description="Code that probes ask for by what it does, as in `hw.snippets(NAME)`."
    )
    public: bool = Field(default=False, description="Only in public.yaml, which `grade handout` writes.")
    of: Points = Field(default=0.0, description="Only in public.yaml: the points of the assignment when it is graded.")
    handout: StudentKitForm = Field(
        default=StudentKitForm(),
        description="For `grade handout` and `grade pack`: what students get, and what they hand in.",
    )
    data: list[FilePath] = Field(
        default_factory=list, description="Files of the reference folder that probes read, as `hw.data(PATH)`."
    )
    staff_files: dict[FilePath, FilePath] = Field(
        default_factory=dict,
        description="Path in the hand-in: path in the reference folder. Always put over the student's file.",
    )
    repairs: RepairsForm = Field(default=RepairsForm(), description="Repairs to be made, and what each costs.")
    editions: list[EditionForm] = Field(default_factory=list, description="Years of the handout.")
    logs: list[Literal["a4", "hw5", "hw12", "hw9"]] = Field(
        default_factory=list, description="Formats of training logs: drawn as curves, checked for staff, never points."
    )
    accept: list[str] = Field(default_factory=list, description="Variants in mistakes.py that must keep full marks.")
    parts: Annotated[dict[PartId, PartForm], Field(min_length=1)] = Field(description="The questions, in order.")


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema of a rubric file, with a sentence for every key."""
    schema = RubricForm.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
