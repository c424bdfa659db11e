"""The rules of checks that have keys of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.rubric.values import FilePath, Form, Names, Text


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
