"""Looking round: what a machine looks like before and after a job, as far as a hand-in might have changed it."""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from grader.box.watch import children, tree

SHARED: Final = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
IPC: Final = ("shm", "sem", "msg")
GONE_S: Final = 0.1  # after this no process of a job may be left
RSS_BYTES: Final = 2 * 1024**2
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Slot:
    """What is watched of a slot: the program that grade started, and the uid that nobody else has (None: our own)."""

    process: int
    uid: int | None
    scratch: Path | None  # where its jobs' folders lie, at level container


@dataclass(frozen=True, slots=True)
class Sight:
    """One look; two of them can be compared."""

    zygote: int
    rss: int
    descriptors: Counter[str]
    of_zygote: Counter[str]
    files: Mapping[str, tuple[object, ...]]
    shared: frozenset[str]


def look(slot: Slot, folders: Iterable[Path]) -> Sight:
    """What is to be seen now; waits until the job's processes are gone, at most 100 ms."""
    zygote = tree(slot.process)[-1]
    return Sight(
        zygote=zygote,
        rss=int(Path(f"/proc/{zygote}/statm").read_text().split()[1]) * _PAGE,
        descriptors=_descriptors(os.getpid()),
        of_zygote=_descriptors(zygote),
        files={str(path): _file(path) for folder in folders for path in [folder, *sorted(folder.rglob("*"))]},
        shared=frozenset(_left_in_shared(slot)),
    )


def changes(before: Sight, after: Sight) -> list[str]:
    """What is different, in words."""
    found = []
    if before.zygote != after.zygote:
        found.append("another zygote serves now")
    elif before.of_zygote != after.of_zygote:
        found.append(f"descriptors of the zygote: {_told(before.of_zygote, after.of_zygote)}")
    if after.rss - before.rss > RSS_BYTES:
        found.append(f"the zygote holds {(after.rss - before.rss) // 1024} KiB more")
    if before.descriptors != after.descriptors:
        found.append(f"our descriptors: {_told(before.descriptors, after.descriptors)}")
    moved = {path for path in before.files.keys() | after.files if before.files.get(path) != after.files.get(path)}
    found += [f"changed outside: {path}" for path in sorted(moved)]
    found += [f"left behind: {path}" for path in sorted(after.shared - before.shared)]
    return found


def strangers(slot: Slot) -> list[str]:
    """Processes of a job that are still there 100 ms after its end."""
    deadline = time.monotonic() + GONE_S
    while (found := _of_a_job(slot)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return [f"still runs: {pid} {_command(pid)}" for pid in found]


def _of_a_job(slot: Slot) -> list[int]:
    ours = tree(slot.process)
    below = children(ours[-1]) if _is_zygote(ours[-1]) else [pid for pid in ours if not _is_part_of_slot(pid)]
    return below + [pid for pid in _of_uid(slot.uid) if pid not in ours]


def _is_zygote(pid: int) -> bool:
    return b"zygote.py" in _command(pid) and b"bwrap" not in _command(pid).split(b"\0")[0]


def _is_part_of_slot(pid: int) -> bool:
    return b"zygote.py" in _command(pid)


def _of_uid(uid: int | None) -> list[int]:
    if uid is None:
        return []
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _owner(f"/proc/{name}") == uid]  # noqa: PTH208


def _owner(path: str) -> int:
    with suppress(OSError):
        return Path(path).stat().st_uid
    return -1


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _descriptors(pid: int) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
        with suppress(OSError):
            kinds[str(Path(f"/proc/{pid}/fd/{name}").readlink()).split(":[")[0]] += 1
    kinds[f"/proc/{pid}/fd"] = 0  # the one that we read this with
    return kinds


def _file(path: Path) -> tuple[object, ...]:
    told = path.lstat()
    content = sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(told.st_mode) else ""
    return told.st_mode, told.st_uid, told.st_size, told.st_mtime_ns, told.st_ino, content


def _left_in_shared(slot: Slot) -> Iterable[str]:
    """What lies in the folders that all of the machine shares, and in the slot's own, and is the job's user's."""
    if slot.scratch is not None:
        yield from (str(path) for path in slot.scratch.iterdir())
    for folder in SHARED:
        with suppress(OSError):
            yield from (path for path in _listed(folder) if slot.uid is None or _owned(path) == slot.uid)
    for kind in IPC:
        with suppress(OSError):
            for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]:
                if slot.uid is None or str(slot.uid) in line.split():
                    yield f"System V {kind} {' '.join(line.split()[:2])}"


def _listed(folder: str) -> list[str]:
    known = ("grade-box-", "grade-hostile-", "pytest-")
    return [f"{folder}/{name}" for name in os.listdir(folder) if not name.startswith(known)]  # noqa: PTH208


def _owned(path: str) -> int:
    with suppress(OSError):
        return os.lstat(path).st_uid
    return -1


def _told(before: Counter[str], after: Counter[str]) -> str:
    return f"gone {dict(before - after)}, new {dict(after - before)}"
