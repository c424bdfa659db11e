"""Advice about sources is a remark for a reader."""

from __future__ import annotations

import pytest

from grader.judge.policy import advice_remarks

NAME = "torch.nn.MultiheadAttention"


@pytest.mark.parametrize(
    "line",
    ["x = nn.MultiheadAttention(4, 2)", "from torch.nn import MultiheadAttention as M", "# like MultiheadAttention"],
)
def test_a_name_is_found_however_it_is_reached(line: str) -> None:
    (remark,) = advice_remarks([NAME], {"model.py": f"import torch\n{line}\n".encode()})

    assert remark == f"look: {NAME} is named at model.py:2; the handout asks to write it"


@pytest.mark.parametrize("line", ["class MyMultiheadAttention:", "multihead_attention = 1", ""])
def test_other_words_are_left_alone(line: str) -> None:
    assert advice_remarks([NAME], {"model.py": line.encode()}) == ()


def test_only_sources_are_looked_at() -> None:
    assert advice_remarks([NAME], {"answers.md": b"MultiheadAttention"}) == ()


def test_many_places_are_counted() -> None:
    (remark,) = advice_remarks([NAME], {"model.py": b"MultiheadAttention\n" * 5})

    assert "model.py:1, model.py:2, model.py:3 and 2 more" in remark
