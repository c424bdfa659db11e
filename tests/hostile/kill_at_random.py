"""Kills a random process of a run at a random moment, again and again: `python -m tests.hostile.kill_at_random`.

    grade - bwrap ... bwrap - zygote - stage1 - pid 1 - student - case

One trial: a class is graded, and while that goes on one process of the tree gets SIGKILL. If it was not grade itself,
the run ends with 0 and the results of an undisturbed run, or with 1 and `broken` where it has none. Then the same
command is given again, which must end with 0 and those results; what the first run had finished is not run again.
Nothing is left behind: no process, mount, folder or half a file.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.box.store import Store
from grader.box.watch import tree
from grader.nouns.seen import Usage
from tests.hostile.grade_runs import Class, Ended, leftovers, write_class

FORKS = ("zygote", "stage1", "pid 1", "student", "case")  # one below the other, all with the zygote's command line
KINDS = ("grade", "bwrap", *FORKS)
LATEST_S = 2.4  # after that the victim is taken as soon as there is one


@dataclass(frozen=True, slots=True)
class Trial:
    """What was killed and when, how both runs ended, and what should not have been."""

    victim: str
    after_s: float
    cold: bool
    first: Ended
    faults: tuple[str, ...]


class Range:
    """A class, what an undisturbed run says of it, and the observations of the reference, which are kept."""

    def __init__(self, root: Path, *, isolation: str = "") -> None:
        self._options = ("--isolation", isolation) if isolation else ()
        self.of = write_class(root)
        ended = self.of.run(*self._options)
        if ended.code:
            raise SystemExit(f"the class cannot be graded at all:\n{ended.told}")
        self.undisturbed, self.level = self.of.results(), self.of.document()["isolation"]
        self._known = self._only_the_reference(root)

    def _only_the_reference(self, root: Path) -> Path:
        known = root / "known"
        shutil.copytree(self.of.out / "observations", known)
        for name in self.undisturbed:
            (known / f"{self.undisturbed[name]['sha256']}.seen").unlink(missing_ok=True)
        return known

    def prepare(self, *, cold: bool) -> None:
        """As if the class had never been graded; the reference is known unless it is `cold`."""
        shutil.rmtree(self.of.out)
        self.of.out.mkdir()
        if not cold:
            shutil.copytree(self._known, self.of.out / "observations")

    def trial(self, chance: random.Random) -> Trial:
        """One run disturbed, one to mend it."""
        cold, workers = chance.random() < 0.2, chance.choice(("1", "1", "2"))
        victim, after_s = chance.choice(KINDS), chance.uniform(0.05, LATEST_S if cold else LATEST_S / 2)
        self.prepare(cold=cold)
        options = ("-j", workers, *self._options)
        with self.of.start(*options) as process:
            hit = _kill(process.pid, victim, after_s, chance)
            out, err = process.communicate(timeout=120)
        first = Ended(process.returncode, out, err)
        faults = [*self._after_first(first, victim if hit else "nobody"), *self._after_second(options)]
        return Trial(victim if hit else "nobody", after_s, cold, first, tuple(faults))

    def _after_first(self, first: Ended, victim: str) -> Iterator[str]:
        if victim == "grade":
            if first.code != -signal.SIGKILL:
                yield f"grade was killed and ended with {first.code}"
            return
        if first.code not in (0, 1):
            yield f"exit code {first.code}: {first.told}"
        elif not (self.of.out / "results.json").exists():
            if first.code == 0 or "E-" not in first.stderr:
                yield f"no results and no message: {first.told}"
        else:
            yield from self._differences(first.code)
        yield from (f"left by the first run: {each}" for each in leftovers(self.of))

    def _differences(self, code: int) -> Iterator[str]:
        broken = self.of.broken()
        if self.of.document()["isolation"] != self.level:
            yield f"the level is {self.of.document()['isolation']}"
        if bool(broken) != bool(code):
            yield f"exit code {code}, broken {broken}"
        for name, told in self.of.results().items():
            for part, wanted in zip(told["parts"], self.undisturbed[name]["parts"], strict=True):
                if (name, part["id"]) in broken:
                    if part["score"] + part["pending"] != part["max"]:
                        yield f"{name}, part {part['id']}: broken, and points lost"
                elif part != wanted:
                    yield f"{name}, part {part['id']}: {part}\n  undisturbed: {wanted}"

    def _after_second(self, options: tuple[str, ...]) -> Iterator[str]:
        kept = _costs(self.of)
        second = self.of.run(*options)
        if second.code or self.of.results() != self.undisturbed:
            yield f"the second run differs, exit code {second.code}: {second.told}"
        now = _costs(self.of)
        again = [key for key in kept if now.get(key) != kept[key]]
        if again:
            yield f"finished work was run again: {again}"
        for each in leftovers(self.of):
            yield f"left by the second run: {each}"


def _costs(of: Class) -> dict[tuple[str, str], Usage]:
    """What every known run has cost: a second one would cost something else. An entry may grow, by repetitions."""
    store = Store(of.out / "observations")
    entries = [path.stem for path in of.out.glob("observations/*.seen")]
    return {(entry, key): seen.usage for entry in entries for key, seen in store.get_all(entry).items()}


def _kill(grade: int, victim: str, after_s: float, chance: random.Random) -> bool:
    """Kills a process of this kind as soon as there is one after so long; whether there was one."""
    time.sleep(after_s)
    while _is_running(grade):
        there = [grade] if victim == "grade" else [pid for pid, kind in kinds(grade).items() if kind == victim]
        if there:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(chance.choice(there), signal.SIGKILL)
                return True
        time.sleep(0.001)
    return False


def kinds(grade: int) -> dict[int, str]:
    """Every process below grade by what it is."""
    found: dict[int, str] = {}
    below: dict[int, int] = {}  # how many forks of the zygote stand above a process, itself included
    for pid in tree(grade)[1:]:
        words, parent = _words(pid), _parent(pid)
        if any(word.endswith(b"/inside/zygote.py") for word in words) and b"bwrap" not in words[0]:
            below[pid] = below.get(parent, 0) + 1
            found[pid] = FORKS[min(below[pid], len(FORKS)) - 1]
        elif words and words[0].endswith(b"bwrap"):
            found[pid] = "bwrap"
    return found


def _words(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def _parent(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _is_running(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def series(root: Path, times: int, seed: int, *, isolation: str = "") -> Iterator[Trial]:
    """So many trials in one class below `root`."""
    range_, chance = Range(root, isolation=isolation), random.Random(seed)
    for _ in range(times):
        yield range_.trial(chance)


def main() -> int:
    """Prints every trial; 1 if any of them went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--isolation", default="", choices=["", "strict", "container"])
    told = parser.parse_args()
    victims: Counter[str] = Counter()
    ends: Counter[int] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="kill-at-random-") as root:
        for number, trial in enumerate(series(Path(root), told.times, told.seed, isolation=told.isolation), start=1):
            victims[trial.victim] += 1
            ends[trial.first.code] += 1
            wrong += bool(trial.faults)
            state = "cold" if trial.cold else "warm"
            print(f"{number:4} {trial.victim:8} {trial.after_s:5.2f} s {state}  exit {trial.first.code:3}", flush=True)
            for fault in trial.faults:
                print(f"     WRONG: {fault}", flush=True)
    print(f"killed {dict(victims)}   first runs ended {dict(ends)}   wrong {wrong} of {told.times}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
