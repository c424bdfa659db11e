"""Writes a source file that is one number with 10^5 signs before it."""

from __future__ import annotations

from pathlib import Path

REST = """

def weights(scores_bs, padding_bs):
    return scores_bs


def context(weights_bs, values_bsv):
    return values_bsv
"""


def make(folder: Path) -> None:
    """The hand-in."""
    (folder / "attention.py").write_text("x = " + "-" * 100_000 + "1" + REST)
