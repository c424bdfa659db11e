"""Whether a training ran to its end, and where its validation loss came to lie, as the Trainer's log says.

Of several trainings the best counts. A log that anyone can write proves nothing; what does not add up in it is shown
to staff. Where it is found: `logs/trainings.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from grader.judge.evidence import Evidence
from grader.judge.logs.series import figure
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

CASE: Final = "file"
NEARLY: Final = 0.01  # of an epoch: what is left out where the last batch is short


def trained(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether a training did all epochs, or whether the validation loss after the last lies between two bounds."""
    ended = evidence.ended(CASE, beside_reference=False)
    if ended is not None:
        yield ended
        return
    got = evidence.got[CASE]
    done, losses, file = got.tensors["done"], got.tensors["losses"], got.texts["file"]
    epochs = float(check.rule["epochs"])
    if not len(done):
        yield Verdict("pending", f"{file}: no line of the Trainer could be read", "E-TRAINED", case=CASE)
    elif check.rule.get("loss"):
        above, below = map(float, check.rule["loss"])
        last = losses[np.abs(losses[:, 0] - epochs) <= NEARLY, 1]
        yield _between(last, epochs, above, below, file)
    elif done.max() >= epochs - NEARLY:
        yield Verdict("passed", f"{figure(float(done.max()))} epochs", case=CASE)
    else:
        reason = f"{file}: {figure(float(done.max()))} of {epochs:g} epochs were done"
        yield Verdict("failed", reason, "E-TRAINED", case=CASE)


def _between(losses: Array, epochs: float, above: float, below: float, file: str) -> Verdict:
    if not len(losses):
        reason = f"{file}: no validation loss after epoch {epochs:g} is there"
        return Verdict("failed", reason, "E-TRAINED", case=CASE)
    inside = losses[(losses >= above) & (losses <= below)]
    if len(inside):
        return Verdict("passed", f"validation loss {inside[-1]:.4g}", case=CASE)
    reason = f"{file}: the validation loss after epoch {epochs:g} is {losses[-1]:.4g}, expected {above:g} to {below:g}"
    return Verdict("failed", reason, "E-TRAINED", case=CASE)
