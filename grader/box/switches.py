"""Which layers of the jail are up. Tests take single ones away to prove that each is needed; nothing else may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Switches:
    """True: the layer is up, if the level has it at all."""

    slot: bool = True
    netns: bool = True
    pidns: bool = True
    ipcns: bool = True
    tmpfs: bool = True
    landlock: bool = True
    seccomp: bool = True
    nproc: bool = True
    fsize: bool = True
    watchdog: bool = True


ALL_ON: Final = Switches()
