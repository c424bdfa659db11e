"""What one process may use: kernel limits, set in the student process and lowered again in each case.

They hold for each process. Wall time, output, and the memory of all processes together are watched from outside.
"""

from __future__ import annotations

import math
import os
import resource
from pathlib import Path
from typing import Final

GIB: Final = 1024**3
MIB: Final = 1024**2
FILE_BYTES: Final = 64 * MIB
OPEN_FILES: Final = 256
STACK_BYTES: Final = 8 * MIB


def address_space(memory_bytes: int) -> int:
    """The address space for this memory limit: torch alone maps 600 MB that it never touches."""
    return max(4 * GIB, 2 * memory_bytes)


def _lower(name: str, value: int) -> None:
    kind = getattr(resource, f"RLIMIT_{name}")
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY and hard < value:
        raise OSError(f"grade itself was started with a limit too low for a job: {name} {hard}, {value} needed")
    resource.setrlimit(kind, (value, value))


def limit_cpu(cpu_s: float) -> None:
    """Ends the process by SIGKILL after so many CPU seconds, rounded up; earlier use counts."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    value = math.ceil(used.ru_utime + used.ru_stime + cpu_s)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (value, value))


def tasks_of_this_user() -> int:
    """How many processes the kernel already counts for the caller's uid, threads left out."""
    uid = os.getuid()
    return sum(1 for entry in Path("/proc").iterdir() if entry.name.isdigit() and _owner(entry) == uid)


def _owner(path: Path) -> int:
    try:
        return path.stat().st_uid
    except OSError:
        return -1


def set_limits(memory_bytes: int, processes: int | None, fsize: bool = True) -> None:
    """Sets every limit but CPU; `processes` of None leaves the number of processes as it is.

    Raises: OSError if the machine grants less than that: whoever is stopped then was not stopped by their own fault.
    """
    _lower("AS", address_space(memory_bytes))
    if fsize:
        _lower("FSIZE", FILE_BYTES)
    if processes is not None:
        _lower("NPROC", processes)
    _lower("NOFILE", OPEN_FILES)
    _lower("STACK", STACK_BYTES)
    for kind in ("CORE", "MEMLOCK", "MSGQUEUE", "RTPRIO"):
        if hasattr(resource, f"RLIMIT_{kind}"):
            _lower(kind, 0)
