"""The rules of checks that have keys of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.rubric.values import Axes, Bound, FilePath, Form, Name, Names, Text


class DropoutRule(Form):
    """Names of two outputs and the rate: `train` holds n draws along its first axis, `eval` one."""

    eval: Text = Field(description="The output in eval mode.")
    train: Text = Field(description="The output in train mode, n draws along axis 0.")
    rate: Annotated[float, Field(gt=0, lt=1)] = Field(description="The dropout rate, as in 0.5.")


class LinesRule(Form):
    """A file with as many lines as the reference file."""

    reference: FilePath = Field(description="Path in the reference folder, as in data/test.en.")


class BleuRule(Form):
    """BLEU as sacrebleu computes it, against one or more reference files."""

    references: Names = Field(description="One path or more in the reference folder, as in data/test.en.")
    above: Annotated[float, Field(ge=0, le=100)] = Field(description="The bar, 0 to 100; it must be reached.")
    tokenize: Literal["13a", "intl", "zh", "char", "none"] = Field(
        default="13a", description="sacrebleu's tokenizer; 13a if not given."
    )
    lines: FilePath | None = Field(default=None, description="A file with the numbers of the lines that count, from 1.")


class ImageRule(Form):
    """An image that shows a matrix of the reference, or a block of it on its diagonal."""

    figures: Text = Field(default="figures", description="The output with the figures; `figures` if not given.")
    to: Text = Field(description="The output of the reference that is shown: a matrix.")
    cells: Literal["finite", "all"] = Field(
        default="all",
        description="finite: every finite cell is right. all: also every position is there, without NaN.",
    )
    may_be: list[Literal["transposed", "flipped", "normalised"]] = Field(
        default_factory=list, description="What it may be beside equal. normalised: to 0..1, or (x + 1) / 2."
    )
    without: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=4)] = Field(
        default_factory=list, description="Rows, with their columns, that may be missing, counted from 0."
    )


class LineRule(Form):
    """A line, markers or bars that show a series of the reference, one point for each step."""

    figures: Text = Field(default="figures", description="The output with the figures; `figures` if not given.")
    to: Text = Field(description="The output of the reference that is shown: a series.")
    may_be: list[Literal["logged"]] = Field(default_factory=list, description="logged: a logarithm of the series.")


class MarksRule(Form):
    """Marks at steps at which the student's own series is above a limit."""

    figures: Text = Field(default="figures", description="The output with the figures; `figures` if not given.")
    series: Text = Field(description="The output of the student with the series.")
    above: float = Field(description="Steps above this are to be marked.")
    within: Annotated[float, Field(ge=0, le=1000)] = Field(
        default=2.0, description="How many steps a mark may be off; 2 if not given."
    )
    at_least: Annotated[int, Field(ge=1)] = Field(default=1, description="How many steps must be marked.")


class CausalRule(Form):
    """Who may see whom: places of an output that may move, or must, when places of the input are changed."""

    of: Text = Field(description="The output that is watched.")
    changed: Name = Field(description="What is changed: a key of the case's `vary`.")
    axes: Axes | None = Field(default=None, description="The letters of the output's axes, as in `l b v`.")
    along: Text | None = Field(
        default=None, description="The letter of the axis whose places answer to the changed ones; none: all together."
    )
    allowed: Literal["past", "before", "same", "none"] | None = Field(
        default=None,
        description="Which changed places may move a place: past: its own and earlier ones; before: earlier ones; "
        "same: its own; none: none at all.",
    )
    needed: Literal["past", "before", "same", "all"] | None = Field(
        default=None, description="Which changed places must move a place, instead of `allowed`."
    )
    label: bool = Field(default=False, description="true: the next place is the label of a place, and is called so.")


class CurveRowsRule(Form):
    """The rows of a training's curves, from a table or a log: whether they add up, or how many there are."""

    perplexity: Literal["exp"] | None = Field(
        default=None, description="exp: in each row the perplexity is exp of the loss beside it, within its digits."
    )
    epochs: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="The curves of training and validation have so many epochs at least."
    )


class TrainedRule(Form):
    """What the Trainer's log says: that all epochs were done, or where the validation loss lies after the last."""

    epochs: Annotated[int, Field(ge=1, le=10_000)] = Field(description="How many epochs there are.")
    loss: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Where the validation loss lies after the last, as in [4.8, 5.2]."
    )


class PerplexityRule(Form):
    """The perplexity of logits, computed on the trusted side, and what it must be below."""

    logits: Text = Field(description="The output with one row of logits for each label; log-softmax is applied to it.")
    labels: Text | None = Field(default=None, description="The output of the reference that holds the labels.")
    labels_in: FilePath | None = Field(
        default=None, description="A file in the reference folder, a label in each line; it never enters the jail."
    )
    below: Bound | None = Field(
        default=None, description="The bound: a number, or {times: x} for x times the reference's perplexity."
    )
    unigram: FilePath | None = Field(
        default=None, description="A file of token numbers: the perplexity is below that of their frequencies."
    )
    floor: Annotated[float, Field(gt=1)] | None = Field(
        default=None,
        description="Labels are drawn evenly from so many: less than this, by more than chance, is a leak.",
    )
