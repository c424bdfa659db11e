"""Series and tables as pandas has them: they hold, index and draw what they were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader.kit import seaborn_plots
from grader.kit.pandas_stand_in import DataFrame, Series
from grader.kit.series import Series as Norms
from grader.kit.stand_ins import Inert
from tests.drawings import drawn

VALUES = [0.5, 3.0, 0.25, 1.5]


@pytest.fixture
def table() -> DataFrame:
    """Steps and norms."""
    return DataFrame({"step": [10, 20, 30, 40], "gnorm": VALUES})


def test_a_series_is_an_array_with_labels() -> None:
    series = Series(VALUES)

    assert (len(series), series.shape, float(series.max())) == (4, (4,), 3.0)
    assert series.values.tolist() == series.to_numpy().tolist() == np.asarray(series).tolist() == VALUES
    assert (series[series > 1].index.tolist(), series[series > 1].values.tolist()) == ([1, 3], [3.0, 1.5])
    assert (series.nlargest(2).index.tolist(), series.nlargest(2).tolist()) == ([1, 3], [3.0, 1.5])
    assert (series * 2).iloc[1] == 6.0


def test_our_norms_become_a_series() -> None:
    assert Series(Norms([torch.tensor(value) for value in VALUES])).tolist() == VALUES


def test_a_table_is_asked_for_columns_and_rows(table: DataFrame) -> None:
    high = table[table["gnorm"] > 1]

    assert (table.columns, table.shape, len(table)) == (["step", "gnorm"], (4, 2), 4)
    assert (high.step.tolist(), high["gnorm"].tolist(), high.index.tolist()) == ([20, 40], [3.0, 1.5], [1, 3])
    assert table[["gnorm"]].values.tolist() == [[value] for value in VALUES]
    table["twice"] = table["gnorm"] * 2
    assert [*table] == ["step", "gnorm", "twice"]


@pytest.mark.parametrize("data", [np.eye(3), torch.eye(3), np.eye(3).tolist()], ids=["array", "tensor", "lists"])
def test_a_table_of_a_matrix_is_the_matrix(data: Any) -> None:
    table = DataFrame(data, columns=["a", "b", "c"])

    assert np.array_equal(np.asarray(table), np.eye(3))
    assert table["b"].tolist() == [0, 1, 0]


def test_a_table_may_be_given_by_rows() -> None:
    assert DataFrame([{"gnorm": value} for value in VALUES])["gnorm"].tolist() == VALUES


def test_whatever_else_is_asked_of_them_leads_to_nothing(table: DataFrame) -> None:
    assert isinstance(table.to_csv("gnorm.csv"), Inert)
    assert isinstance(table["gnorm"].rolling(3).mean(), Inert)
    assert len(DataFrame()) == 0


def test_a_heat_map_of_a_table_is_that_of_its_matrix() -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: seaborn_plots.heatmap(DataFrame(np.eye(3))))]

    assert [artist.values.tolist() for artist in axes.artists] == [np.eye(3).tolist()]


@pytest.mark.parametrize(
    ("draw", "along"),
    [
        (lambda table: Series(VALUES).plot(figsize=(9, 3), title="norms"), range(4)),
        (lambda table: DataFrame({"gnorm": VALUES}).plot(), range(4)),
        (lambda table: table["gnorm"].plot(color="r", logy=True), range(4)),
        (lambda table: table.plot(x="step", y="gnorm"), [10, 20, 30, 40]),
        (lambda table: table.plot.scatter("step", "gnorm"), [10, 20, 30, 40]),
        (lambda table: table.plot("step", kind="line"), [10, 20, 30, 40]),
        (lambda table: seaborn_plots.lineplot(data=table, x="step", y="gnorm"), [10, 20, 30, 40]),
        (lambda table: seaborn_plots.lineplot(data=Series(VALUES)), range(4)),
    ],
)
def test_their_plots_are_those_of_matplotlib(table: DataFrame, draw: Callable[[Any], object], along: Any) -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: draw(table))]

    assert [artist.values.tolist() for artist in axes.artists] == [np.column_stack([along, VALUES]).tolist()]


def test_plots_go_where_they_are_told(table: DataFrame) -> None:
    def _draw(plt: Any) -> None:
        left, right = plt.subplots(1, 2)[1]
        table["gnorm"].plot(ax=right)
        plt.sca(left)
        table["step"].plot.bar()
        plt.scatter(table["gnorm"].nlargest(2).index, table["gnorm"].nlargest(2).values)

    (figure,) = drawn(_draw)

    kinds = [sorted(artist.kind for artist in axes.artists) for axes in figure.axes]
    assert kinds == [["bars", "points"], ["line"]]
