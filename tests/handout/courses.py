"""A small course whose kit has something of everything: cuts, data, hidden cases, public mistakes of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.box.store import Store
from grader.handout.build import Kit, build_kit
from grader.nouns.asked import Handout
from grader.observer import Observer
from grader.rubric.load import load_rubric

SOLVED = '''"""Attention over a handful of scores."""

import torch


def weights(scores_bs, padding_bs):
    """Softmax over the words."""
    ### BEGIN ANSWER w
    #: Padding gets no weight: (b, s) -> (b, s).
    shut_bs = scores_bs.masked_fill(padding_bs, -torch.inf)  # the secret of padding
    return torch.softmax(shut_bs, dim=1)
    ### END ANSWER


class Context:
    """Values under weights."""

    def mean(self, weights_bs, values_bsv):
        mean_bv = None
        ### BEGIN ANSWER c
        mean_bv = torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
        ### END ANSWER
        return mean_bv
'''

PROBES = '''"""Probes of the tiny assignment."""

import torch

from grader.kit import drawn


def weights(hw, *, lengths, seed):
    """w: the weights of a ragged batch."""
    padding_bs = torch.arange(max(lengths)) >= torch.tensor(lengths).unsqueeze(1)
    return {"weights": hw.attention.weights(drawn("scores", tuple(padding_bs.shape), seed), padding_bs)}


def context(hw, *, sizes, file="data/words.txt", seed):
    """c: the mean of drawn values under drawn weights, and how many words a file has."""
    b, s, v = sizes
    mean = hw.attention.Context().mean(drawn("weights", (b, s), seed), drawn("values", (b, s, v), seed))
    return {"context": mean, "words": torch.tensor(len(hw.data(file).split()))}
'''

MISTAKES = '''"""Known mistakes of the tiny assignment."""

from grader.authoring import Mistake

over_batch = Mistake(
    "attention.py",
    was="torch.softmax(shut_bs, dim=1)",
    now="torch.softmax(shut_bs, dim=0).nan_to_num()",
    hint="The weights of one sentence sum to one.",
    public=True,
)
no_mask = Mistake(
    "attention.py",
    was="scores_bs.masked_fill(padding_bs, -torch.inf)",
    now="scores_bs",
    hint="Padding may not get any weight.",
    public=True,
)
mask_forgotten = Mistake(
    "attention.py",
    was="scores_bs.masked_fill(padding_bs, -torch.inf)",
    now="scores_bs.masked_fill(padding_bs & False, -torch.inf)",
    hint="This mask hides nothing, and that is a secret.",
)
long_ones_doubled = Mistake(
    "attention.py",
    was="torch.softmax(shut_bs, dim=1)",
    now="torch.softmax(shut_bs if shut_bs.size(1) < 5 else 2 * shut_bs, dim=1)",
    hint="Length must not matter.",
    public=True,
)
summed = Mistake(
    "attention.py",
    was='torch.einsum("bs,bsv->bv", weights_bs, values_bsv)',
    now="(weights_bs @ values_bsv).sum(0)",
    hint="One mean for each sentence.",
    public=True,
)
'''

RUBRIC = """\
# A comment of the author that students need not read.
assignment: tiny
title: Tiny attention
points: 9
seed: 918273645
reveal: none
limits: {wall_s: 3, cpu_s: 3, memory: 2 GiB}
units:
  attention: {defines: [weights, Context]}
data: [data/words.txt, data/more.txt]
handout:
  files: {checks/data/words.txt: data/words.txt, answers.md: starter/answers.md, words.py: solved/words.py}
  packages: [einops]
  expects:
    the code: {kind: code, files: [attention.py]}
    the curve: {kind: plot, files: ["*.png", "*.pdf"], optional: true}
parts:
  w:
    title: Weights
    points: 4
    probe: weights
    fills: [attention.weights]
    cases:
      ragged: {lengths: [7, 5, 3, 2], means: a long batch}
      pair: {lengths: [4, 3], public: true}
    smallest: {like: pair, over: {lengths: {rows: 2, most: 2}}}
    checks:
      - {id: shape, shape: {weights: b s}, points: 1}
      - {id: values, close: weights, points: 3, hint: "Weights of one sentence: they sum to one, pads have none."}
    mistakes: {over_batch: 1, no_mask: 1, mask_forgotten: 1, long_ones_doubled: 1}
  c:
    title: Context
    points: 2
    probe: context
    fills: [attention.Context.mean]
    after: [w]
    limits: {wall_s: 5}
    cases:
      more: {sizes: [4, 7, 5], file: data/more.txt}
      drawn: {sizes: [3, 2, 4], public: true}
    checks:
      - id: both
        points: 2
        all:
          - {close: context, hint: "One mean for each sentence."}
          - {equal: words, cases: [drawn, more]}
          - {finite: context, cases: more}
    mistakes: {summed: 0}
  hidden:
    title: Only after hand-in
    points: 1
    probe: weights
    cases:
      secret: {lengths: [61, 59, 53]}
    checks:
      - {id: values, close: weights, points: 1}
    mistakes: {no_mask: 0}
  curve:
    title: Curve
    points: 1
    reads: curve.csv
    checks:
      - {curve_rows: {epochs: 3}, points: 1}
  why:
    title: Why
    points: 1
    written:
      - {id: reason, text: "The answer that a person looks for.", points: 1}
"""

FILES = {
    "solved/attention.py": SOLVED,
    "solved/words.py": '"""How words are read: given as it is."""\n\n\ndef read(text):\n    return text.split()\n',
    "solved/plot.py": '"""Draws the curve; no student gets it."""\n\nprint("a plot of the staff")\n',
    "solved/answers.md": "# Why\n\nBecause the staff says so, and this is the answer.\n",
    "solved/curve.csv": "epoch,loss\n1,0.25\n",
    "starter/answers.md": "# Why\n\n(your answer)\n",
    "probes.py": PROBES,
    "mistakes.py": MISTAKES,
    "data/words.txt": "ada bo cleo\n",
    "data/more.txt": "dev eli fay gus hana ivo june\n",
    "data/make.py": '"""Draws the data."""\n\nprint("how the data were made")\n',
}


def write_course(root: Path, rubric: str = RUBRIC, **changed: str) -> Path:
    """Writes rubric and reference below `root`; the path of the rubric. `solved__a` stands for solved/a.py."""
    texts: Mapping[str, str] = {**FILES, **{name.replace("__", "/") + ".py": text for name, text in changed.items()}}
    paths = {root / "reference" / "tiny" / path: text for path, text in texts.items()}
    paths[root / "rubrics" / "tiny.yaml"] = rubric
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "rubrics" / "tiny.yaml"


def built(root: Path, rubric: str = RUBRIC, **changed: str) -> Kit:
    """The kit of the course, its observations kept below `root`."""
    path = write_course(root, rubric, **changed)
    return build_kit(load_rubric(path), lambda handout: open_observer(handout, root))


def open_observer(handout: Handout, root: Path) -> Observer:
    """An observer without a jail."""
    return Observer(handout, level="open", workers=1, store=Store(root / "observations"))
