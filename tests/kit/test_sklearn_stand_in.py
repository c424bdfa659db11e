"""sklearn's comparisons of rows are those of torch; rows of length 0 are like nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from grader.kit import sklearn_stand_in

ROWS = torch.randn(5, 3, generator=torch.Generator().manual_seed(2))
ROWS[1] = 0
OTHERS = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("given", [ROWS, ROWS.numpy(), ROWS.tolist()], ids=["tensor", "array", "lists"])
def test_cosines_of_all_rows(given: Any) -> None:
    cosines = sklearn_stand_in.cosine_similarity(given)

    assert isinstance(cosines, np.ndarray)
    assert np.allclose(cosines, functional.cosine_similarity(ROWS[:, None], ROWS[None], dim=-1), atol=1e-6)
    assert not cosines[1].any()


def test_cosines_to_other_rows() -> None:
    assert sklearn_stand_in.cosine_similarity(ROWS, OTHERS).shape == (5, 4)


@pytest.mark.parametrize(("given", "kept"), [("float32", "float32"), ("float64", "float64"), ("int64", "float64")])
def test_floats_keep_their_type(given: str, kept: str) -> None:
    rows = np.arange(6).reshape(2, 3).astype(given)

    assert sklearn_stand_in.cosine_similarity(rows).dtype == kept
    assert sklearn_stand_in.euclidean_distances(rows).dtype == kept


@pytest.mark.parametrize(("norm", "order"), [("l2", 2), ("l1", 1), ("max", np.inf)])
def test_rows_or_columns_get_length_one(norm: str, order: float) -> None:
    rows = sklearn_stand_in.normalize(ROWS, norm=norm)
    columns = sklearn_stand_in.normalize(ROWS, norm, axis=0)

    assert np.allclose(np.linalg.norm(rows, order, axis=1), [1, 0, 1, 1, 1])
    assert np.allclose(np.linalg.norm(columns, order, axis=0), 1)


def test_distances_are_those_of_torch() -> None:
    assert np.allclose(sklearn_stand_in.euclidean_distances(ROWS, OTHERS), torch.cdist(ROWS, OTHERS), atol=1e-6)
    assert not np.diag(sklearn_stand_in.euclidean_distances(ROWS)).any()
    assert np.allclose(sklearn_stand_in.euclidean_distances(ROWS, squared=True)[1], (ROWS**2).sum(1))


def test_a_single_row_is_an_error_as_it_is_for_sklearn() -> None:
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        sklearn_stand_in.cosine_similarity(ROWS[0])
