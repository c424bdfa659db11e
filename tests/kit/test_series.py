"""A series answers as whatever a training would have kept it in."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.kit.series import Series

VALUES = [0.5, 3.0, 0.25, 1.5]


@pytest.fixture(params=["tensors", "floats"])
def series(request: pytest.FixtureRequest) -> Series:
    """The values as 0-d tensors or floats."""
    return Series([torch.tensor(value) for value in VALUES] if request.param == "tensors" else VALUES)


def test_it_is_a_list(series: Series) -> None:
    assert isinstance(series, list)
    assert (len(series), float(series[1]), float(series[-1]), len(series[1:])) == (4, 3.0, 1.5, 3)
    assert [float(value) for value in series] == VALUES


@pytest.mark.parametrize("key", ["gnorm", "grad_norm", "Norms"])
def test_keys_and_attributes_that_name_a_norm_lead_to_it(series: Series, key: str) -> None:
    assert series[key] is series
    assert series.get(key) is series
    assert getattr(series, key) is series
    assert key in series


def test_other_keys_lead_to_other_numbers(series: Series) -> None:
    assert len(series["loss"]) == 4
    assert not np.allclose(series["loss"], VALUES)


def test_torch_and_numpy_take_it(series: Series) -> None:
    assert np.allclose(np.array([float(value) for value in series]), VALUES)
    assert np.allclose(np.asarray(series, dtype=float), VALUES)
    assert torch.tensor([float(value) for value in series]).tolist() == VALUES
    assert max(map(float, series)) == 3.0


def test_it_does_what_an_array_does(series: Series) -> None:
    assert (series > 1.0).tolist() == [False, True, False, True]
    assert series[series > 1.0].tolist() == [3.0, 1.5]
    assert series[np.array([1, 3])].tolist() == [3.0, 1.5]
    assert float(series[torch.tensor(1)]) == float(series[np.argmax(VALUES)]) == 3.0
    assert float(series.max()) == 3.0
    assert (series.numpy() / 2).tolist() == (series / 2).tolist()


def test_it_has_the_shape_and_type_of_an_array(series: Series) -> None:
    assert series.astype(int).tolist() == [0, 3, 0, 1]
    assert series.ravel().tolist() == series.reshape(-1, 1)[:, 0].tolist() == series.round(2).tolist() == VALUES
    assert np.nonzero(series)[0].tolist() == series.nonzero()[0].tolist() == list(range(series.size))


def test_a_factor_scales_it_and_a_count_repeats_it(series: Series) -> None:
    assert (1.0 * series).tolist() == (series * np.ones(4)).tolist() == VALUES
    assert (series * 2.0).tolist() == [1.0, 6.0, 0.5, 3.0]
    assert [float(value) for value in series * 2] == [float(value) for value in 2 * series] == VALUES + VALUES


def test_as_a_table_it_has_updates_before_the_norms(series: Series) -> None:
    assert series[:, 0].tolist() == [1, 2, 3, 4]
    assert series[:, 1].tolist() == series[:, -1].tolist() == VALUES
    assert series[None, :].shape == (1, 4)


@pytest.mark.parametrize("key", ["stats", "train", "history"])
def test_keys_within_keys_lead_to_it(series: Series, key: str) -> None:
    assert series[key]["gnorm"] is series[key]["train"]["grad_norm"] is series[key].get("gnorm") is series
    assert series[key]["loss"] == series["loss"]


def test_it_can_be_changed_in_place(series: Series) -> None:
    for at in range(len(series)):
        series[at] = float(series[at]) * 2
    series.append(7.0)

    assert list(series) == [1.0, 6.0, 0.5, 3.0, 7.0]


def test_it_has_nothing_else(series: Series) -> None:
    with pytest.raises(AttributeError):
        _ = series.decoder
