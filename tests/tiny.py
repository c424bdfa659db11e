"""A tiny assignment, written into a folder: two parts, two mistakes, one variant, and hand-ins for them."""

from __future__ import annotations

from pathlib import Path

SOLVED = '''"""Attention over a handful of scores."""

import torch


def weights(scores_bs, padding_bs):
    """Softmax over the words."""
    shut_bs = scores_bs.masked_fill(padding_bs, -torch.inf)
    return torch.softmax(shut_bs, dim=1)


def context(weights_bs, values_bsv):
    """The mean of the values under the weights."""
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
'''

PROBES = '''"""Probes of the tiny assignment."""

import torch

from grader.kit import drawn


def weights(hw, *, lengths, seed):
    """w: the weights of a ragged batch."""
    padding_bs = torch.arange(max(lengths)) >= torch.tensor(lengths).unsqueeze(1)
    return {"weights": hw.attention.weights(drawn("scores", tuple(padding_bs.shape), seed), padding_bs)}


def context(hw, *, sizes, seed):
    """c: the mean of drawn values under drawn weights."""
    b, s, v = sizes
    return {"context": hw.attention.context(drawn("weights", (b, s), seed), drawn("values", (b, s, v), seed))}
'''

# Kills the zygote that it runs under: the box breaks, by our fault. Only for level `open`, where it can be seen.
DEADLY_PROBES = '''
import os
import signal
import time
from pathlib import Path


def dies(hw, *, seed, **args):
    """Never answers."""
    chain = [os.getpid()]
    while b"zygote.py" in Path(f"/proc/{chain[-1]}/cmdline").read_bytes():
        chain.append(int(Path(f"/proc/{chain[-1]}/stat").read_text().rpartition(")")[2].split()[1]))
    os.kill(chain[-2], signal.SIGKILL)
    time.sleep(5)  # a whole answer counts, whatever happens after it: give none while the box is dying
'''

MISTAKES = '''"""Known mistakes and variants of the tiny assignment."""

from grader.authoring import Edit, Mistake, Variant

no_mask = Mistake(
    "attention.py",
    was="scores_bs.masked_fill(padding_bs, -torch.inf)",
    now="scores_bs",
    hint="Padding may not get any weight.",
)
over_batch = Mistake(
    "attention.py",
    was="torch.softmax(shut_bs, dim=1)",
    now="torch.softmax(shut_bs, dim=0)",
    hint="The weights of one sentence sum to one.",
)
by_hand = Variant(
    (Edit("attention.py", "torch.softmax(shut_bs, dim=1)", "shut_bs.exp() / shut_bs.exp().sum(1)[:, None]"),)
)
'''

RUBRIC = """\
assignment: tiny
title: Tiny attention
points: 7
seed: 11
limits: {wall_s: 3, cpu_s: 3}
units:
  attention: {defines: [weights, context]}
accept: [by_hand]
parts:
  w:
    title: Weights
    points: 4
    probe: weights
    cases:
      ragged: {lengths: [7, 5, 3, 2]}
      pair: {lengths: [3, 2], public: true}
    checks:
      - {id: shape, shape: {weights: b s}, points: 1}
      - {id: values, close: weights, points: 3}
    mistakes: {no_mask: 1, over_batch: 1}
  c:
    title: Context
    points: 2
    probe: context
    cases:
      mean: {sizes: [4, 7, 5]}
    checks:
      - {id: values, close: context, points: 2}
  why:
    title: Why
    points: 1
    written:
      - {id: reason, text: "Padding is no word.", points: 1}
"""

HAND_INS = {
    "right": SOLVED,
    "unmasked": SOLVED.replace("scores_bs.masked_fill(padding_bs, -torch.inf)", "scores_bs"),
    "raises": SOLVED.replace(
        'return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)', "return values_bsv @ weights_bs"
    ),
    "import": "import no_such_package_anywhere\n" + SOLVED,
    "endless": SOLVED.replace('return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)', "while True:\n        pass"),
}


def write_course(root: Path, *, rubric: str = RUBRIC) -> Path:
    """Writes rubric and reference below `root`; the path of the rubric."""
    reference = root / "reference" / "tiny"
    texts = {
        reference / "solved" / "attention.py": SOLVED,
        reference / "probes.py": PROBES,
        reference / "mistakes.py": MISTAKES,
        root / "rubrics" / "tiny.yaml": rubric,
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "rubrics" / "tiny.yaml"


def write_hand_ins(root: Path, *names: str) -> Path:
    """Writes the named hand-ins below `root`/submissions; that folder."""
    for name in names:
        folder = root / "submissions" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "attention.py").write_text(HAND_INS[name], encoding="utf-8")
    return root / "submissions"


# The same course in numpy: its zygotes do not import torch, and so start in a quarter of the time.
IN_NUMPY = {
    "scores_bs.masked_fill(padding_bs, -torch.inf)": "np.where(padding_bs, -np.inf, scores_bs)",
    "torch.softmax(shut_bs, dim=1)": "softmax(shut_bs, 1)",
    "torch.softmax(shut_bs, dim=0)": "softmax(shut_bs, 0)",
    "shut_bs.exp() / shut_bs.exp().sum(1)[:, None]": "np.exp(shut_bs) / np.exp(shut_bs).sum(1)[:, None]",
    "torch.einsum(": "np.einsum(",
    "torch.arange(max(lengths)) >= torch.tensor(lengths).unsqueeze(1)": (
        "np.arange(max(lengths)) >= np.array(lengths)[:, None]"
    ),
    "from grader.kit import drawn\n": '''
def drawn(name, shape, seed):
    """Numbers from a name."""
    return np.random.default_rng([seed, *name.encode()]).standard_normal(shape).astype(np.float32)
''',
    "import torch\n": "import numpy as np\n",
}
SOFTMAX = '''

def softmax(scores_bs, axis):
    """Shares of the exponentials."""
    raised_bs = np.exp(scores_bs - scores_bs.max(axis, keepdims=True))
    return raised_bs / raised_bs.sum(axis, keepdims=True)
'''


def in_numpy(root: Path) -> Path:
    """Rewrites the course and the hand-ins below `root`, for tests whose subject is what happens around them."""
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for torch_text, numpy_text in IN_NUMPY.items():
            text = text.replace(torch_text, numpy_text)
        assert "torch" not in text, path
        path.write_text(text + (SOFTMAX if path.name == "attention.py" else ""), encoding="utf-8")
    return root
