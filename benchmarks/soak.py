"""Thousands of mixed jobs through one pool: nothing wrong, nothing left, nothing that grows. `make soak`.

    answered  raised  left  segfault  daemon  memory  stopped  big answer  flood

Every hand-in bears a number of its own, which its answer, its message or its exit status must show: an answer that
reached the wrong student, or was invented, is seen. Figures are taken while nothing runs, after a first round through
all slots and at the end; between them only the maximum is noted. A figure that breaks the promise is marked `over`, and
the exit code is 1. `python -m benchmarks.soak --jobs 10000 --slots 4`
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from grader.box.levels import best_level
from grader.box.pool import Job, Pool
from grader.box.watch import tree
from grader.nouns.asked import Handout, Unit
from grader.nouns.plain import LEVELS, Limits
from grader.nouns.seen import Observation, Run

PROBES: Final = '''
def call(hw, *, seed):
    """Whatever the hand-in answers."""
    return hw.work.answer()
'''
HANDOUT: Final = Handout(PROBES, (Unit("work", ("answer",)),))
LIMITS: Final = Limits(wall_s=60.0, cpu_s=60.0)  # far above what any of these needs, on a busy machine too
SHORT: Final = Limits(wall_s=0.5, cpu_s=60.0)
ROOM_MIB: Final = 64  # what may be added while thousands of jobs pass: the last big answers, pools of numpy
UNITS: Final = {"memory": 1024**2, "slots_memory": 1024**2}
WORDS: Final = {"memory": "memory of grade, MiB", "slots_memory": "memory of slots, MiB"}
WARM_UP: Final = 25  # jobs per slot before the first figures are taken


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of hand-in: its source for a number, how often it comes, and whether what was seen is what must be."""

    source: str
    share: int
    right: Callable[[Observation, int], bool]
    limits: Limits = LIMITS


def _answers(seen: Observation, number: int) -> bool:
    return seen.ended == "answered" and float(seen.tensors["y"]) == number


KINDS: Final = {
    "answered": Kind("def answer():\n    return {'y': NUMBER}\n", 40, _answers),
    "raised": Kind(
        "def answer():\n    raise ValueError('it was NUMBER')\n",
        10,
        lambda seen, number: seen.ended == "raised" and seen.reason == f"ValueError: it was {number}",
    ),
    "left": Kind(
        "import os\ndef answer():\n    os._exit(NUMBER % 250 + 1)\n",
        10,
        lambda seen, number: seen.ended == "left" and seen.reason.endswith(f"exit status {number % 250 + 1}"),
    ),
    "segfault": Kind(
        "import ctypes\ndef answer():\n    ctypes.string_at(0)\n",
        10,
        lambda seen, number: seen.ended == "left" and "SIGSEGV" in seen.reason,
    ),
    "daemon": Kind(
        "import os, signal, time\n"
        "def answer():\n"
        "    if not os.fork():\n"
        "        os.setsid()\n"
        "        if not os.fork():\n"
        "            signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "            time.sleep(1000)\n"
        "        os._exit(0)\n"
        "    return {'y': NUMBER}\n",
        10,
        _answers,
    ),
    "memory": Kind(
        "def answer():\n    return {'y': len(bytearray(16 << 30)) + NUMBER}\n",
        5,
        lambda seen, number: (seen.ended, seen.limit) == ("stopped", "memory"),
    ),
    "stopped": Kind(
        "import time\ndef answer():\n    time.sleep(1000 + NUMBER)\n",
        2,
        lambda seen, number: (seen.ended, seen.limit) == ("stopped", "wall"),
        SHORT,
    ),
    "big answer": Kind(
        "import torch\ndef answer():\n    return {'y': torch.full((1 << 20,), NUMBER, dtype=torch.float64)}\n",
        8,
        lambda seen, number: seen.ended == "answered" and bool(np.all(seen.tensors["y"] == number)),
    ),
    "flood": Kind(
        "def answer():\n    while True:\n        print('NUMBER ' * 10000)\n",
        5,
        lambda seen, number: (seen.ended, seen.limit) == ("stopped", "output") and str(number) in seen.stdout,
    ),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What this process and its slots hold at one moment; memory in bytes, each page of several users counted once."""

    descriptors: int
    threads: int
    processes: int
    memory: int
    slots_memory: int

    @classmethod
    def now(cls) -> Figures:
        """Taken while it is called; what runs then is counted too."""
        below = tree(os.getpid())[1:]
        return cls(
            descriptors=len(os.listdir("/proc/self/fd")),  # noqa: PTH208
            threads=threading.active_count(),
            processes=len(below),
            memory=_share(os.getpid()),
            slots_memory=sum(map(_share, below)),
        )

    @classmethod
    def at_rest(cls) -> Figures:
        """Taken after garbage, and what the allocator keeps for later, were given back: what is left is held."""
        gc.collect()
        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).malloc_trim(0)
        return cls.now()

    def highest(self, other: Figures) -> Figures:
        """The larger of both, figure by figure."""
        return Figures(*(max(getattr(self, name), getattr(other, name)) for name in self.__slots__))


def _share(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@dataclass
class Tally:
    """What has been seen so far. `cycles`: seconds from one job to the next in the same slot, by kind."""

    done: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    cycles: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _last: dict[int, tuple[str, float]] = field(default_factory=dict)

    def pulled(self, kind: str) -> None:
        """A slot takes its next job; called in its thread."""
        slot, now = threading.get_ident(), time.monotonic()
        if slot in self._last:
            before, since = self._last[slot]
            self.cycles[before].append(now - since)
        self._last[slot] = kind, now

    def judge(self, kind: str, number: int, seen: Observation) -> None:
        """Counts one result."""
        self.done += 1
        self.kinds[kind] += 1
        if not KINDS[kind].right(seen, number):
            self.wrong.append(f"{kind} {number}: {seen.ended} {seen.limit or ''} {seen.reason}")


def jobs(count: int, seed: int, tally: Tally) -> Iterator[Job]:
    """So many hand-ins of all kinds, mixed; the key is `kind/number`."""
    chance = random.Random(seed)
    names = list(KINDS)
    for _ in range(count):
        (kind,) = chance.choices(names, [KINDS[name].share for name in names])
        number = chance.randrange(10**6, 10**9)
        tally.pulled(kind)
        source = KINDS[kind].source.replace("NUMBER", str(number))
        yield Job(f"{kind}/{number}", {"work.py": source.encode()}, (Run("p", "c", "call", {}, 1, KINDS[kind].limits),))


def passed(pool: Pool, count: int, seed: int, *, aloud: bool) -> tuple[Tally, Figures]:
    """So many jobs through the pool; what was seen, and the highest figures on the way."""
    tally, highest = Tally(), Figures.now()
    began = spoke = time.monotonic()
    for job, found in pool.each(jobs(count, seed, tally)):
        kind, number = job.key.split("/")
        ((_, seen),) = found.items()
        tally.judge(kind, int(number), seen)
        now = time.monotonic()
        if aloud and now - spoke >= 5.0:
            spoke, highest = now, highest.highest(Figures.now())
            rate = tally.done / (now - began)
            print(f"  {tally.done:6}/{count}   {rate:5.1f} jobs/s   wrong {len(tally.wrong)}", flush=True)
    return tally, highest


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(tally: Tally, first: Figures, last: Figures, most: Figures, left: list[int], seconds: float) -> int:
    """Prints every figure beside what is promised; how many break it."""
    plain = tally.cycles["answered"]
    p50, p99 = _quantile(plain, 0.5), _quantile(plain, 0.99)
    rows = [("wrong results", f"{len(tally.wrong)} of {tally.done}", not tally.wrong, "0")]
    for name in ("descriptors", "threads", "processes", "memory", "slots_memory"):
        before, after, top = (getattr(figures, name) // UNITS.get(name, 1) for figures in (first, last, most))
        room = ROOM_MIB if name in UNITS else 0
        rows.append((WORDS.get(name, name), f"{before} -> {after} ({top})", after <= before + room, f"+ {room}"))
    rows.append(("processes left", str(len(left)), not left, "0"))
    print(f"{'':24}{'start -> end (most)':<28} promised")
    for name, seen, holds, promised in rows:
        print(f"  {name:<22}{seen:<28} {promised:<10}{'ok' if holds else 'over'}")
    print(f"  overhead of a plain job  p50 {1000 * p50:.0f} ms   p99 {1000 * p99:.0f} ms   = {p99 / p50:.1f} x p50")
    print(f"  {tally.done / seconds:.1f} jobs/s   {seconds:.0f} s   {dict(sorted(tally.kinds.items()))}")
    for line in tally.wrong[:20]:
        print(f"  wrong: {line}")
    return sum(not holds for _, _, holds, _ in rows)


def main() -> int:
    """Runs and prints; 1 if a figure breaks the promise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--isolation", choices=LEVELS[1:], default=None)
    told = parser.parse_args()
    level = told.isolation or best_level()
    print(f"soak · {told.jobs} jobs · {told.slots} slots · isolation {level}", flush=True)
    with Pool(HANDOUT, level=level, workers=told.slots) as pool:
        passed(pool, WARM_UP * told.slots, told.seed + 1, aloud=False)
        first, began = Figures.at_rest(), time.monotonic()
        tally, most = passed(pool, told.jobs, told.seed, aloud=True)
        seconds = time.monotonic() - began
        last = Figures.at_rest()
    left = tree(os.getpid())[1:]
    return 1 if report(tally, first, last, most.highest(last), left, seconds) else 0


if __name__ == "__main__":
    sys.exit(main())
