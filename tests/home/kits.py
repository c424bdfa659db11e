"""A tiny student kit, written into a folder: three parts, the third builds on the first two."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from grader.frozen import write_frozen
from grader.home.folder import Home, read_home
from grader.home.session import Session
from grader.kit_line import FIRST_LINE
from grader.runs import runs_of
from tests import tiny

SOLVED = '''"""Attention over a handful of scores."""

import torch


def weights(scores_bs, padding_bs):
    """Softmax over the words that are no padding."""
    ### YOUR CODE HERE (w)
    shut_bs = scores_bs.masked_fill(padding_bs, -torch.inf)
    return torch.softmax(shut_bs, dim=1)
    ### END YOUR CODE


def context(weights_bs, values_bsv):
    """The mean of the values under the weights."""
    ### YOUR CODE HERE (c)
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
    ### END YOUR CODE
'''

STARTER = '''"""Attention over a handful of scores."""

import torch


def weights(scores_bs, padding_bs):
    """Softmax over the words that are no padding."""
    ### YOUR CODE HERE (w)
    raise NotImplementedError
    ### END YOUR CODE


def context(weights_bs, values_bsv):
    """The mean of the values under the weights."""
    ### YOUR CODE HERE (c)
    raise NotImplementedError
    ### END YOUR CODE
'''

PROBES = (
    tiny.PROBES
    + '''

def together(hw, *, lengths, seed):
    """t: both, one after the other."""
    weights_bs = weights(hw, lengths=lengths, seed=seed)["weights"]
    values_bsv = drawn("values", (*weights_bs.shape, 3), seed)
    return {"context": hw.attention.context(weights_bs, values_bsv)}
'''
)

PUBLIC = (
    FIRST_LINE
    + """
public: true
assignment: tiny
title: A tiny assignment
points: 4
of: 12
seed: 0
limits: {wall_s: 5}
units:
  attention: {defines: [weights, context]}
parts:
  w:
    title: Weights
    points: 2
    of: 4
    probe: weights
    fills: [attention.weights]
    cases:
      ragged: {lengths: [4, 3, 1], public: true}
    checks:
      - {id: shape, shape: {weights: b s}, points: 1}
      - {id: values, close: weights, points: 1}
  c:
    title: Context
    points: 1
    of: 2
    probe: context
    fills: [attention.context]
    cases:
      drawn: {sizes: [4, 5, 3], public: true}
    checks:
      - {id: values, close: context, points: 1}
  t:
    title: Together
    points: 1
    of: 2
    probe: together
    after: [w, c]
    cases:
      ragged: {lengths: [4, 2], public: true}
    checks:
      - {id: values, close: context, points: 1}
  log: {title: Training log, points: 0, of: 1, reads: train.log}
  why: {title: Why a mask, points: 0, of: 3}
"""
)


def write_kit(folder: Path) -> Path:
    """A kit with the solved file in the place of the starter; what is expected is what it gives here."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checks").mkdir()
    (folder / "public.yaml").write_text(PUBLIC, encoding="utf-8")
    (folder / "attention.py").write_text(SOLVED, encoding="utf-8")
    (folder / "checks" / "probes.py").write_text(PROBES, encoding="utf-8")
    (folder / "checks" / "known.json").write_text('{"schema": 1, "parts": {}}', encoding="utf-8")
    write_frozen(folder / "checks" / "expected.safetensors", {})
    home = read_home(folder)
    with Session(home.handout) as session:
        seen = session.observe({"attention.py": SOLVED.encode()}, runs_of(home.rubric))
    assert all(each.ended == "answered" for each in seen.values()), seen
    write_frozen(folder / "checks" / "expected.safetensors", seen)
    return folder


def read_kit(folder: Path, **files: str) -> Home:
    """The kit, with these files beside it: the name of a module, and its text."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    return read_home(folder)
