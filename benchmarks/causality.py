"""Random language models, right ones and leaking ones, judged by the real check: false alarms and misses.

Every model is made of a wiring of tests/judge/wirings.py and of what is free: sizes, heads, layers, masks, positions,
norms before or after, dropout, tied weights. Its runs are those that a rubric asks for; they are made in this process
with a new model each, and `--jail` of them in the jail besides. An influence is how far a place moves that may not, in
units of the typical size of the output (at least of 1); the check calls more than 1e-5 a leak.
`python -m benchmarks.causality --right 220 --leaking 220 --jail 20`
"""

from __future__ import annotations

import argparse
import random
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.judge.influence import may_see, who_sees_whom
from grader.nouns.asked import Part, Plot
from grader.nouns.seen import Observation
from grader.runs import runs_of
from tests.judge import windows
from tests.judge.wirings import LEAKING, RIGHT

FOLDER = Path(windows.__file__).parent
HONEST_NAMES = {"position": "past", "column": "same", "previous": "none"}


@dataclass
class Found:
    """What came of the models of one kind."""

    count: int = 0
    accused: int = 0
    wrong: list[str] = field(default_factory=list)  # false alarms, or misses
    influences: list[float] = field(default_factory=list)
    seconds: float = 0.0


def drawn(wiring: str, chance: random.Random) -> Part:
    """A part about one model of this wiring, all that is free drawn by chance."""
    heads = chance.choice([1, 2, 4])
    length = chance.randint(4, 11)
    free = {
        "dim": heads * chance.choice([4, 6, 8, 12]),
        "heads": heads,
        "layers": chance.choice([1, 1, 2, 3]),
        "mask": chance.choice(["inf", "bool", "billion"]) if wiring != "hides_present" else "inf",
        "places": chance.choice(["none", "learned", "waves"]),
        "norm_first": chance.random() < 0.4,
        "norm": chance.choice(["layer", "none"]),
        "activation": chance.choice(["relu", "gelu"]),
        "dropout": chance.choice([0.0, 0.1, 0.5]),
        "tied": chance.random() < 0.3,
        "root": chance.random() < 0.5,
        "as_tuple": chance.random() < 0.2,
        "cell": chance.choice(["rnn", "lstm", "gru"]),
        "width": chance.choice([2, 3, 4] if wiring != "centred" else [3, 5]),
    }
    if wiring in ("rnn", "lstm", "gru"):
        free["cell"] = wiring
    columns = chance.choice([2, 3, 4] if wiring in ("mean_of_batch", "over_batch") else [1, 2, 3, 4])
    return windows.part_of(wiring, length=length, columns=columns, free=free)


def judge(part: Part, seen: Mapping[str, Observation], leaks: bool, found: Found) -> None:
    """Judges one model and notes what came of it."""
    result = windows.judged(part, seen)
    said = windows.said(result)
    accused = any(check.code == "E-LEAK" for check in result.checks)
    found.count += 1
    found.accused += accused
    right = accused if leaks else not said
    if not right:
        found.wrong.append(f"{part.cases[0].args} {said}")
    found.influences.append(largest(part, seen))


def largest(part: Part, seen: Mapping[str, Observation]) -> float:
    """How far any place moves that may not, over positions, columns and the previous call."""
    far = [0.0]
    for axis, rule in HONEST_NAMES.items():
        found = who_sees_whom(part, Plot("influence", "logits", "window", "", changed=axis), seen)
        if found is not None:
            moves_tu = found.moves_tu
            far += [
                float(moves_tu[place, changed])
                for place, changed in np.ndindex(moves_tu.shape)
                if not may_see(rule, place, changed)
            ]
    return max(far)


def here(wirings: Sequence[str], count: int, leaks: bool, seed: int) -> Found:
    """Judges so many models in this process."""
    chance, found, started = random.Random(seed), Found(), time.monotonic()
    for number in range(count):
        part = drawn(wirings[number % len(wirings)], chance)
        judge(part, windows.seen_here(part), leaks, found)
    found.seconds = time.monotonic() - started
    return found


def in_jail(count: int, seed: int) -> Found:
    """Judges so many models in the jail, by turns right and leaking; `wrong` holds both kinds of mistake."""
    from grader.box.levels import best_level
    from grader.box.pool import Job, Pool
    from grader.nouns.asked import Handout, Unit

    chance, found, started = random.Random(seed), Found(), time.monotonic()
    handout = Handout((FOLDER / "influence_probe.py").read_text(), (Unit("model", ("Model",)),))
    files = {"model.py": (FOLDER / "wirings.py").read_bytes()}
    with Pool(handout, level=best_level(), workers=1) as pool:
        for number in range(count):
            leaks = number % 2 == 1
            part = drawn(chance.choice(LEAKING if leaks else RIGHT), chance)
            ((_, seen),) = pool.each([Job(str(number), files, runs_of(windows.rubric_of(part)))])
            judge(part, {case: each for (_, case), each in seen.items()}, leaks, found)
    found.seconds = time.monotonic() - started
    return found


def main() -> None:
    """Prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--right", type=int, default=220)
    parser.add_argument("--leaking", type=int, default=220)
    parser.add_argument("--jail", type=int, default=20)
    parser.add_argument("--seed", type=int, default=12)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    kinds = {
        "right": here(RIGHT, given.right, False, given.seed),
        "leaking": here(LEAKING, given.leaking, True, given.seed + 1),
    }
    if given.jail:
        kinds["in the jail"] = in_jail(given.jail, given.seed + 2)
    for name, found in kinds.items():
        print(f"{name}: {found.count} models, {found.accused} accused, {len(found.wrong)} wrongly judged, ", end="")
        print(f"{found.seconds:.0f} s, influence {min(found.influences):.2g} to {max(found.influences):.2g}")
        for line, often in Counter(found.wrong).most_common(12):
            print(f"    {often} x {line}")


if __name__ == "__main__":
    main()
