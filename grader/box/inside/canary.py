"""What a canary says: all that an earlier job could have left behind, and a few sums that never change.

A canary is a job of our own, without student code, between those of hand-ins. It looks where a job may write, and at
what it inherits, then computes with every generator, and with torch where the course uses it. Its answer is the same
every time, byte for byte.
"""

from __future__ import annotations

import os
import random
import resource
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from grader.kit.handin import Handin

PROBE: Final = "canary job"  # no name of a function, so no rubric's probe has it
PLACES: Final = ("/dev/shm",)
DESCRIPTORS: Final = 256
_OWN: Final = ("HOME", "TMPDIR")  # each job has its own where there are no namespaces


def sing(hw: Handin, *, seed: int, root: str) -> dict[str, Any]:
    """The sums and the surroundings of a job, by name."""
    return {
        "sums": np.random.default_rng(seed).random((24, 24)).cumsum(1).prod(0),
        "drawn_by_python": [random.random() for _ in range(4)],
        "drawn_by_numpy": np.random.rand(4),
        "files": "\n".join(_files(root)),
        "environment": "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items()) if name not in _OWN),
        "descriptors": " ".join(str(fd) for fd in range(DESCRIPTORS) if _is_open(fd)),
        "limits": f"{resource.getrlimit(resource.RLIMIT_AS)} {resource.getrlimit(resource.RLIMIT_FSIZE)}",
        "recursion": str(sys.getrecursionlimit()),
        "units": " ".join(sorted(hw.notes)),
        **(_of_torch(seed) if "torch" in sys.modules else {}),
    }


def _of_torch(seed: int) -> dict[str, Any]:
    import torch

    draws_ss = torch.rand(24, 24, generator=torch.Generator().manual_seed(seed))
    return {
        "sums_by_torch": torch.softmax(draws_ss @ draws_ss.T, dim=1).sum(0),
        "drawn_by_torch": torch.rand(4),
        "defaults": f"{torch.get_default_dtype()} {torch.get_num_threads()}",
    }


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _files(root: str) -> list[str]:
    """Everything of this user where a job may write: name and size."""
    found = []
    for place in (root, os.environ.get("TMPDIR", "/tmp"), *PLACES):
        top = Path(place)
        for folder, _, names in os.walk(top):
            found += [_told(Path(folder, name), top) for name in names]
    return sorted(filter(None, found))


def _told(path: Path, top: Path) -> str:
    try:
        status = path.lstat()
    except OSError:  # another user's, gone meanwhile
        return ""
    return f"{top.name}/{path.relative_to(top)} {status.st_size}" if status.st_uid == os.getuid() else ""
