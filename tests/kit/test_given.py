"""The student's class is kept where it is as good as the staff's; else the staff's does what theirs can do."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn

from grader.kit.given import in_the_place_of


class Given(nn.Module):
    """The staff's: one table."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.table = nn.Embedding(rows, 3, padding_idx=0)


class Theirs(nn.Module):
    """As a student wrote it: another argument, and a method of their own."""

    def __init__(self, rows: int, name: str = "", **options: Any) -> None:
        super().__init__()
        self.table = nn.Embedding(rows, 3, **{"padding_idx": 0, **options})
        self.name = name

    def describe(self) -> str:
        return f"{type(self).__name__} {self.table}"


class Renamed(nn.ModuleDict):
    """The table is reached by index too."""

    def __init__(self, rows: int) -> None:
        super().__init__({"table": nn.Embedding(rows, 3, padding_idx=0)})


class Raises(nn.Module):
    """Cannot be made."""

    def __init__(self, rows: int) -> None:
        raise KeyError(rows)


def test_theirs_is_kept_where_it_is_as_good() -> None:
    made = in_the_place_of(Theirs, Given)(5, name="x")

    assert type(made) is Theirs
    assert made.name == "x"


def test_theirs_may_be_reached_in_its_own_way() -> None:
    assert in_the_place_of(Renamed, Given)(5)["table"].num_embeddings == 5


@pytest.mark.parametrize(
    "options", [{"padding_idx": None}, {"max_norm": 1.0}, {"sparse": True}], ids=["padding", "norm", "sparse"]
)
def test_the_staffs_takes_its_place_where_theirs_differs(options: dict[str, Any]) -> None:
    made = in_the_place_of(Theirs, Given)(5, "x", **options)

    assert isinstance(made, Given)
    assert made.describe() == "Given Embedding(5, 3, padding_idx=0)"  # type: ignore[attr-defined]


def test_the_staffs_takes_its_place_where_theirs_is_frozen() -> None:
    class Frozen(Theirs):
        def __init__(self, rows: int) -> None:
            super().__init__(rows)
            self.table.weight.requires_grad_(False)

    assert isinstance(in_the_place_of(Frozen, Given)(5), Given)


def test_the_staffs_takes_its_place_where_theirs_raises() -> None:
    assert isinstance(in_the_place_of(Raises, Given)(5), Given)


def test_arguments_that_neither_takes_are_still_wrong() -> None:
    with pytest.raises(TypeError):
        in_the_place_of(Renamed, Given)()


@pytest.mark.parametrize(("theirs", "given"), [(None, Given), (Theirs, len), (Given, Given)])
def test_what_is_no_class_stays_as_given(theirs: Any, given: Any) -> None:
    assert in_the_place_of(theirs, given) is given
