"""The order in which the runs of a hand-in are made.

What changes an input, and what does not, must not be told by its turn: a program could behave while it is watched. So
the runs that have a job of their own are shuffled, by the bytes of the hand-in: no other hand-in has this order, and
equal bytes have it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from grader.nouns.seen import Run


def in_order(files: Mapping[str, bytes], runs: Iterable[Run]) -> list[Run]:
    """The runs as they are made: first those that share a job, then those apart, shuffled by the bytes of the files."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest())
        whole.update(hashlib.sha256(files[path]).digest())

    def _place(run: Run) -> tuple[bool, bytes]:
        told = f"{run.seed}/{run.part}/{run.case}".encode()
        return run.apart, hashlib.sha256(whole.digest() + told).digest() if run.apart else b""

    return sorted(runs, key=_place)
