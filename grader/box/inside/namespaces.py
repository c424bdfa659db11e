"""The few calls to the kernel that Python 3.11 has no name for: namespaces, mounts, capabilities, prctl.

Everything here is called in stage1, pid 1 or the student process before any student code is imported. A call that is
refused raises OSError, which is a fault of ours: stage1 reports it and the job is `broken`.
"""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path
from typing import Final

CLONE_NEWNS: Final = 0x0002_0000
CLONE_NEWCGROUP: Final = 0x0200_0000
CLONE_NEWUTS: Final = 0x0400_0000
CLONE_NEWIPC: Final = 0x0800_0000
CLONE_NEWUSER: Final = 0x1000_0000
CLONE_NEWPID: Final = 0x2000_0000
CLONE_NEWNET: Final = 0x4000_0000
NAMESPACES: Final = {
    "user": CLONE_NEWUSER,
    "mount": CLONE_NEWNS,
    "pid": CLONE_NEWPID,
    "net": CLONE_NEWNET,
    "ipc": CLONE_NEWIPC,
    "uts": CLONE_NEWUTS,
}
MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_REMOUNT: Final = 32
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 1 << 18
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
JOB_UID: Final = 65533
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION: Final = 0x2008_0522
_LAST_CAPABILITY: Final = 63

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Moves the caller (for pids: its next child) into new namespaces.

    Raises: OSError if the kernel refuses.
    """
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mounts a file system of this kind at `target`, or changes one if `flags` say so.

    Raises: OSError if the kernel refuses.
    """
    result = _libc.mount(kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode() or None)
    _checked(result, f"mount {kind} on {target}")


def prctl(option: int, value: int) -> None:
    """Sets one property of the calling process.

    Raises: OSError if the kernel refuses.
    """
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def map_user(uid: int, gid: int) -> None:
    """Makes the caller, in its new user namespace, the one user there: uid and gid 65533.

    Raises: OSError if the kernel refuses.
    """
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{JOB_UID} {uid} 1\n")
    Path("/proc/self/gid_map").write_text(f"{JOB_UID} {gid} 1\n")


def drop_capabilities() -> None:
    """Leaves the caller and all its children without a capability, for good.

    Raises: OSError if the kernel refuses; a bounding set that cannot be changed is harmless after no_new_privs.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            break  # past the last one that this kernel knows, or not ours to drop
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    number = _CAPSET[platform.machine()]
    _checked(_libc.syscall(ctypes.c_long(number), header, nothing), "capset")
