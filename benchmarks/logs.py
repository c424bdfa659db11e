"""How often the log checker errs: flags on honest logs, edited logs without a flag. `python -m benchmarks.logs`.

Seeds are fixed; a line gives the kind of log, how many were made, and the share that is flagged.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from random import Random

from grader.judge.logs.together import training_log
from tests.judge.logs import simulated as sim

HONEST, EDITED = 300, 150  # logs of each kind


def is_flagged(name: str, text: str, formats: tuple[str, ...]) -> bool:
    """Whether anything in this log does not add up."""
    return bool(training_log({name: text.encode()}, formats)[0].findings)


def honest() -> Iterator[tuple[str, str, tuple[str, ...], Callable[[Random], str]]]:
    """Kinds of honest logs: what they are, the name of the file, the format, and how one is made."""
    for kind in sim.KINDS:
        yield f"a4 {kind}", "train.log", ("a4",), lambda random, kind=kind: sim.a4_log(random, kind)
    around: dict[str, tuple[str, Callable[[Random], str]]] = {
        "two runs in one file": ("run.log", lambda r: sim.a4_log(r, "gpu") + sim.a4_log(r, "cpu")),
        "resumed": ("run.log", lambda r: sim.resumed(r, "gpu")),
        "line left out": ("run.log", lambda r: sim.removed(r, sim.a4_log(r, "gpu"))),
        "every third line": ("run.log", lambda r: sim.thinned(sim.a4_log(r, "gpu"), 3)),
        "every third line, steady": ("run.log", lambda r: sim.thinned(sim.a4_log(r, "steady"), 3)),
        "every third line, steadier": ("run.log", lambda r: sim.thinned(sim.a4_log(r, "steadier"), 3)),
        "cut anywhere": ("run.log", lambda r: (text := sim.a4_log(r, "gpu"))[: r.randint(0, len(text))]),
        "begins anywhere": ("run.log", lambda r: (text := sim.a4_log(r, "gpu"))[r.randint(0, len(text)) :]),
        "Windows newlines": ("run.txt", lambda r: sim.a4_log(r, "gpu").replace("\n", "\r\n")),
        "time stamps": ("run.log", lambda r: sim.with_times(sim.a4_log(r, "gpu"))),
        "torn lines": ("run.log", lambda r: sim.interleaved(r, sim.a4_log(r, "gpu"))),
        "bars in a notebook": ("a4.ipynb", lambda r: sim.in_notebook(sim.with_bars(sim.a4_log(r, "cpu")))),
    }
    for what, (name, make) in around.items():
        yield f"a4 gpu, {what}", name, ("a4",), make
    yield "hw5", "run.log", ("hw5",), sim.hw5_log
    yield "hw12", "curve.csv", ("hw12",), sim.curve_csv
    yield "hw9, printed", "hw9.log", ("hw9",), lambda random: sim.trainer_output(sim.trainer(random))
    yield "hw9, trainer_state", "trainer_state.json", ("hw9",), lambda random: json.dumps(sim.trainer_state(random))


def edited() -> Iterator[tuple[str, str, tuple[str, ...], Callable[[Random], str]]]:
    """Kinds of edited logs, likewise."""
    for kind in ("cpu", "sparse", "gpu"):
        for what, edit in sim.A4_EDITS.items():
            yield f"a4 {kind}, {what}", "train.log", ("a4",), lambda r, e=edit, k=kind: e(r, sim.a4_log(r, k))
    for what, edit in sim.HW5_EDITS.items():
        yield f"hw5, {what}", "run.log", ("hw5",), lambda r, e=edit: e(r, sim.hw5_log(r))
    for what, edit in sim.HW12_EDITS.items():
        yield f"hw12, {what}", "curve.csv", ("hw12",), lambda r, e=edit: e(r, sim.curve_csv(r))
    for what, edit in sim.HW9_EDITS.items():
        yield f"hw9, {what}", "hw9.log", ("hw9",), lambda r, e=edit: e(r, sim.trainer_output(sim.trainer(r)))
    for what in ("loss", "train_loss", "rate", "best"):
        yield (
            f"hw9 state, {what}",
            "trainer_state.json",
            ("hw9",),
            lambda r, w=what: json.dumps(sim.edited_state(r, sim.trainer_state(r), w)),
        )


def flagged(kinds: Iterator[tuple[str, str, tuple[str, ...], Callable[[Random], str]]], count: int) -> tuple[int, int]:
    """Prints a line for each kind; how many were flagged, and how many there were."""
    hits = total = 0
    for what, name, formats, make in kinds:
        random = Random(what)
        found = sum(is_flagged(name, make(random), formats) for _ in range(count))
        print(f"  {what:<40} {found:>5} of {count:>5}  {found / count:>7.2%}")
        hits, total = hits + found, total + count
    return hits, total


def main() -> int:
    """Prints both tables; 1 if an honest log was flagged."""
    started = time.monotonic()
    print("honest logs that are flagged")
    wrong, honest_count = flagged(honest(), HONEST)
    print(f"  {'in all':<40} {wrong:>5} of {honest_count:>5}\nedited logs that are flagged")
    found, edited_count = flagged(edited(), EDITED)
    print(f"  {'in all':<40} {found:>5} of {edited_count:>5}\n{time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
