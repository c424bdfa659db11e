"""What the tests of the box send into it: one probe that calls whatever function of the hand-in it is told to.

A zygote imports torch where its probes do. That takes it seconds, so it is there for tests of what students get
(`WITH_TORCH`), not for those of slots and pools (`HANDOUT`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.box.pool import Job, Pool
from grader.nouns.asked import Handout, Unit
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Run

PROBES = '''
def call(hw, *, seed, unit="work", name="answer"):
    """Whatever this function of the hand-in returns."""
    return getattr(getattr(hw, unit), name)()
'''
HANDOUT = Handout(PROBES, (Unit("work", ("answer",)), Unit("other", ("fine",))))
WITH_TORCH = replace(HANDOUT, probes=f"import torch\n{PROBES}")
FINE = "def fine():\n    return {'y': 7.0}\n"
LIMITS = Limits(wall_s=10.0, cpu_s=10.0)


def run(case: str = "first", *, part: str = "", limits: Limits = LIMITS, apart: bool = False, **args: str) -> Run:
    """A run of the probe; each case is a part of its own unless told otherwise."""
    return Run(part or f"part {case}", case, "call", args, 1, limits, apart)


def job(source: str, *runs: Run, key: str = "student", **others: str) -> Job:
    """A hand-in with this work.py, and other.py where nothing else is said."""
    files = {"work.py": source, "other.py": FINE, **{f"{name}.py": text for name, text in others.items()}}
    return Job(key, {name: text.encode() for name, text in files.items()}, runs or (run(),))


def observed(pool: Pool, sent: Job) -> dict[str, Observation]:
    """The observation of every case."""
    ((_, found),) = pool.each([sent])
    return {case: seen for (_, case), seen in found.items()}


def observe(pool: Pool, source: str, *, limits: Limits = LIMITS, **args: str) -> Observation:
    """The observation of one case of this hand-in."""
    return observed(pool, job(source, run(limits=limits, **args)))["first"]


def plain(seen: Observation) -> dict[str, Any]:
    """An observation as JSON, for tests that run in another Python."""
    return {
        "ended": seen.ended,
        "limit": seen.limit,
        "reason": seen.reason,
        "texts": dict(seen.texts),
        "tensors": {name: array.tolist() for name, array in seen.tensors.items()},
        "stderr": seen.stderr,
        "message": seen.fault.message if seen.fault else "",
    }


def values(seen: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors and texts of a plain observation in one mapping."""
    assert seen["ended"] == "answered", seen

    return {**seen["tensors"], **seen["texts"]}
