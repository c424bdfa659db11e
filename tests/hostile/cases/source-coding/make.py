"""Writes a source file that is in an encoding that is none."""

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
    (folder / "attention.py").write_bytes(b"# coding: rot13\n" + REST.encode())
