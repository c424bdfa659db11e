"""Landlock: the files, signals and abstract sockets that a job may reach, even if a mount were wrong.

`landlockpy` looks for libc through `ctypes.util.find_library`, which starts other programs. So `warm_up` makes that
first call in the zygote, before its threads are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import landlockpy
from landlockpy import AccessFS, Scope

READ: Final = AccessFS.READ_FILE | AccessFS.READ_DIR
RUN: Final = READ | AccessFS.EXECUTE
OF_A_FILE: Final = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.EXECUTE | AccessFS.TRUNCATE
DEVICES: Final = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom"))
SYSTEM: Final = ("/usr", "/lib", "/lib64")
TOLD: Final = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/proc/self")
MACHINE: Final = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
SCOPES_ABI: Final = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """What a job may read, run and write beside the system's own directories."""

    reads: tuple[str, ...]
    runs: tuple[str, ...]
    writes: tuple[str, ...]


def warm_up() -> int:
    """The ABI of this kernel's Landlock, 0 if there is none."""
    return landlockpy.abi_version()


def _allow(rules: landlockpy.Ruleset, paths: Iterable[str], access: AccessFS) -> None:
    for path in paths:
        if Path(path).is_dir():
            rules.allow_path(path, access)
        elif Path(path).exists():
            rules.allow_path(path, access & OF_A_FILE)  # the kernel refuses rights of folders on a file


def confine(reach: Reach) -> None:
    """Confines the caller and all its children to the system's libraries, its devices and `reach`.

    Raises: landlockpy.LandlockError if the kernel refuses.
    """
    every = landlockpy.fs_for_abi(landlockpy.abi_version())
    write = every & ~(AccessFS.EXECUTE | AccessFS.MAKE_CHAR | AccessFS.MAKE_BLOCK | AccessFS.IOCTL_DEV)
    with landlockpy.Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        _allow(rules, (*TOLD, *MACHINE, *reach.reads), READ)
        _allow(rules, (*SYSTEM, *reach.runs), RUN)
        _allow(rules, reach.writes, write)
        _allow(rules, DEVICES, AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        rules.restrict()
