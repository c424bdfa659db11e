"""The form of what concerns students at home: what their kit holds, what they hand in, which small inputs are tried."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from grader.rubric.values import FilePath, Form, Name, Text


class SpaceForm(Form):
    """Small inputs of a probe, among which the smallest one that fails is looked for."""

    like: Name = Field(description="The public case whose checks and further arguments they share.")
    over: Annotated[dict[Name, Any], Field(min_length=1)] = Field(
        description="Argument: its values, simplest first, or {rows: 3, most: 4}: lists of up to 3 whole numbers from "
        "1 to 4, the largest first."
    )


class ExpectedForm(Form):
    """A thing that is handed in."""

    kind: Literal["code", "notebook", "log", "checkpoint", "plot", "answers", "data"] = Field(description="What it is.")
    files: Annotated[list[Text], Field(min_length=1)] = Field(
        description="Paths or patterns below the homework folder, as in `*.ipynb`; the first that fits is it."
    )
    optional: bool = Field(default=False, description="true: nothing is said if it is not there.")


class StudentKitForm(Form):
    """What students get beside the public checks, and what they hand in."""

    starter: FilePath | None = Field(
        default=None, description="A folder of the reference folder; else the solved files with the answers cut out."
    )
    files: dict[FilePath, FilePath] = Field(
        default_factory=dict, description="Path in the kit: path in the reference folder."
    )
    packages: list[Text] = Field(default_factory=list, description="What students install beside grade.")
    expects: dict[Text, ExpectedForm] = Field(
        default_factory=dict, description="What is handed in, for `grade pack`: its name, then how it is found."
    )
