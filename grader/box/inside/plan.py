"""What a zygote is told once, when it starts: which walls its jobs get, and what belongs to every hand-in.

Written by staging.py as `plan.json` beside the probes; nothing in it is secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """The walls of a job and the handout around it."""

    level: str
    namespaces: tuple[str, ...]
    tmpfs: bool
    landlock: bool
    seccomp: bool
    nproc: bool
    fsize: bool
    shares_uid: bool  # other processes of this uid count against the limit of processes
    may_share_memory: bool  # /dev/shm holds nothing of anyone else
    units: tuple[Mapping[str, Any], ...]
    repairs: tuple[str, ...]
    snippets: tuple[Mapping[str, Any], ...]

    @property
    def has_pids(self) -> bool:
        """Whether a job has a pid namespace, so that killing its pid 1 ends all of it."""
        return "pid" in self.namespaces


def read_plan(folder: Path) -> Plan:
    """The plan that lies in this folder.

    Raises: OSError, ValueError, KeyError or TypeError if staging and worker do not agree.
    """
    told = json.loads((folder / "plan.json").read_text())
    told["namespaces"], told["units"] = tuple(told["namespaces"]), tuple(told["units"])
    told["repairs"], told["snippets"] = tuple(told["repairs"]), tuple(told["snippets"])
    return Plan(**told)
