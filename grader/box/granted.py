"""What grade itself was started with must be enough for every job: limits are inherited, and can only be lowered.

A shell with `ulimit -n 64`, or a batch system with a cap on address space, would otherwise stop students for it.
"""

from __future__ import annotations

import resource
from typing import Final

from grader.box.inside.limits import FILE_BYTES, GIB, OPEN_FILES, STACK_BYTES
from grader.errors import HarnessError, Message

FILES_OF_A_SLOT: Final = 32
_NEEDED: Final = {  # limit -> its name, the letter of `ulimit` and its unit, the least that a job needs
    resource.RLIMIT_NOFILE: ("open files", "n", 1, OPEN_FILES),
    resource.RLIMIT_AS: ("address space", "v", 1024, 4 * GIB),
    resource.RLIMIT_FSIZE: ("bytes of a file", "f", 1024, FILE_BYTES),
    resource.RLIMIT_STACK: ("bytes of stack", "s", 1024, STACK_BYTES),
    resource.RLIMIT_CPU: ("seconds of CPU", "t", 1, 600),
}


def require_limits(workers: int) -> None:
    """Asserts that jobs can be given what they are promised, and opens as many files as the slots need.

    Raises: HarnessError E-SPENT if grade was started with less.
    """
    for kind, (name, letter, unit, needed) in _NEEDED.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise HarnessError(_too_low(name, letter, hard, needed, unit))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES + workers * FILES_OF_A_SLOT
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _too_low(name: str, letter: str, hard: int, needed: int, unit: int) -> Message:
    return Message(
        place="this machine",
        fact=f"grade was started with a limit of {hard:,} {name}, too few for a job",
        code="E-SPENT",
        allowed=f"{needed:,} or more",
        label="needed",
        help=f"start it from a shell where `ulimit -H{letter}` says {needed // unit} or more, or `unlimited`",
    )
