"""Which isolation this machine offers: every layer tried live, never guessed from a version.

`strict` needs the slot, nested namespaces with a fresh /proc, Landlock, seccomp and limits. `container` needs Landlock
with signal scopes (ABI 6), seccomp and limits. `open` is always there and protects nobody.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from grader.box import recipes, staging
from grader.box.inside.roundup import remove
from grader.box.slot import command, spawn
from grader.box.switches import ALL_ON
from grader.box.uids import take_uids
from grader.errors import HarnessError, Message
from grader.nouns.asked import Handout
from grader.nouns.plain import LEVELS, Level

TRIAL_S: Final = 20.0
GONE_S: Final = 0.5  # how soon it is noticed that a trial has been killed
TRIALS: Final = 2  # a trial that was killed may not lower the level of a whole run
_HANDOUT: Final = Handout(probes="", units=())


@dataclass(frozen=True, slots=True)
class Finding:
    """One layer: whether it holds here, what was seen, and the one command that cures its lack."""

    layer: str
    ok: bool
    seen: str
    cure: str


@dataclass(frozen=True, slots=True)
class _Layer:
    title: str
    levels: tuple[Level, ...]
    cure: str


_USERNS: Final = (
    "sudo sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1 "
    "kernel.apparmor_restrict_unprivileged_userns=0"
)
_KERNEL: Final = "start a kernel of 6.12 or newer with `landlock` in its lsm= list"
_LAYERS: Final[Mapping[str, _Layer]] = {
    "bubblewrap": _Layer("bubblewrap", ("strict",), "sudo apt-get install bubblewrap"),
    "base": _Layer("Python outside /tmp", ("strict",), "install Python and the venv outside /tmp"),
    "python": _Layer("Python in the slot", ("strict", "container"), "chmod -R a+rX {venv} {base}"),
    "namespaces": _Layer("namespaces of a job", ("strict",), _USERNS),
    "proc": _Layer("fresh /proc of a job", ("strict",), _USERNS),
    "landlock": _Layer("Landlock", ("strict", "container"), _KERNEL),
    "landlock: read": _Layer("Landlock: files", ("strict", "container"), _KERNEL),
    "landlock: signal": _Layer("Landlock: signals", ("container",), _KERNEL),
    "seccomp: call": _Layer("seccomp: calls", ("strict", "container"), "start a kernel with CONFIG_SECCOMP_FILTER"),
    "seccomp: network": _Layer("no network", ("strict", "container"), "start a kernel with CONFIG_SECCOMP_FILTER"),
    "capabilities": _Layer("no capabilities", ("strict", "container"), _KERNEL),
    "tmpfs": _Layer("room for files", ("strict",), _USERNS),
    "processes": _Layer("limit of processes", ("strict", "container"), "start grade as an ordinary user"),
    "pidfd": _Layer("end of a job by pidfd", ("strict", "container"), "start a kernel of 5.3 or newer"),
    "memory": _Layer("memory of a job readable", ("strict", "container"), "mount /proc without hidepid"),
}
_Seen = dict[str, tuple[bool, str]]


def best_level() -> Level:
    """The strongest level that this machine really offers; tried once per process."""
    return next((level for level in ("strict", "container") if not lacks(level)), "open")


def offers(level: Level) -> frozenset[str]:
    """What a part may need and this level gives to whoever grades here: `shared_memory`.

    Without namespaces /dev/shm is safe only for a uid that nobody else has, which only root can give to a slot.
    """
    return frozenset(() if level == "container" and os.getuid() != 0 else ("shared_memory",))


def lacks(level: Level) -> tuple[str, ...]:
    """The layers that this machine lacks for a level."""
    if level == "open":
        return ()
    seen = _tried(level)
    needed = [name for name, layer in _LAYERS.items() if level in layer.levels]
    return tuple(_LAYERS[name].title for name in needed if not seen.get(name, (False, ""))[0])


def require(level: Level) -> None:
    """Asserts that this machine offers at least this level.

    Raises: HarnessError E-BOX-LEVEL if not.
    """
    best = best_level()
    if LEVELS.index(best) >= LEVELS.index(level):
        return
    raise HarnessError(
        Message(
            place="box",
            fact=f"this machine offers no isolation above '{best}'",
            code="E-BOX-LEVEL",
            allowed=f"'{level}'" + ("" if level == "strict" else " or better") + _WHY[level],
            label="needed",
            help="run `grade doctor`; it names what is missing and the command that adds it",
        )
    )


_WHY: Final = {"open": "", "container": ", to grade other people's work", "strict": ", as asked for"}


def diagnose() -> list[Finding]:
    """Every layer of the strict level, tried now; those that `container` shares are tried there if strict fails."""
    strict = _tried("strict")
    container = _tried("container") if lacks("strict") else {}
    findings = []
    for name, layer in _LAYERS.items():
        ok, seen = strict.get(name) or (False, "not reached")
        if not ok and "container" in layer.levels and container.get(name, (False, ""))[0]:
            ok, seen = True, f"{container[name][1]} (container)"
        cure = layer.cure.format(venv=sys.prefix, base=sys.base_prefix)
        findings.append(Finding(layer.title, ok, seen, "" if ok else cure))
    return [*findings, _room()]


def _room() -> Finding:
    page = os.sysconf("SC_PAGE_SIZE")
    free, slots = os.sysconf("SC_AVPHYS_PAGES") * page, os.cpu_count() or 1
    needed = slots * 2 * 1024**3
    seen = f"{free / 1024**3:.1f} GiB free for {slots} slots of 2 GiB"
    cure = "" if free >= needed else f"grade with fewer workers: -j {max(1, free // (2 * 1024**3))}"
    return Finding("memory for all slots", free >= needed, seen, cure)


# --- the trial --------------------------------------------------------------------------------------------------


@cache
def _tried(level: Level) -> _Seen:
    seen: _Seen = {}
    if level == "strict":
        where = shutil.which("bwrap")
        seen["bubblewrap"] = (where is not None, where or "no bwrap on the path")
        if where is None:
            return seen
    seen["base"] = (not Path(sys.base_prefix).is_relative_to("/tmp"), sys.base_prefix)
    with _staged(level) as (host, uid, scratch):
        for _ in range(TRIALS):
            seen.update(_trial(host, level, uid, scratch))
            if all(seen.get(name, (False, ""))[0] for name, layer in _LAYERS.items() if level in layer.levels):
                break
    return seen


@contextmanager
def _staged(level: Level) -> Iterator[tuple[recipes.Host, int | None, str]]:
    folder = staging.make_folder()
    taken = take_uids(1) if os.getuid() == 0 else []
    try:
        uid = taken[0].number if taken else None
        scratch = folder / "slot"
        scratch.mkdir(mode=0o700)
        if uid is not None:
            os.chown(scratch, uid, uid)
        folder.chmod(0o711)
        worker = folder / "worker"
        worker.mkdir()
        staging.stage(worker, _HANDOUT, staging.plan(_HANDOUT, level, ALL_ON, shares_uid=uid is None))
        yield replace(recipes.this_host(worker), program="trial.py"), uid, str(scratch)
    finally:
        for each in taken:
            each.close()
        staging.end_left(folder)
        remove(str(folder))


def _trial(host: recipes.Host, level: Level, uid: int | None, scratch: str) -> _Seen:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(GONE_S)
    told = command(host, level, theirs.fileno(), uid, scratch)
    with ours:
        try:
            seen = _heard(ours, spawn(told, theirs))
        except OSError as error:
            return {"python": (False, str(error))}
    return _judged(seen, host, level)


def _heard(control: socket.socket, process: subprocess.Popen[bytes]) -> _Seen:
    seen: _Seen = {}
    with process:
        with suppress(OSError, ValueError):
            while packet := _packet(control, process):
                message: dict[str, Any] = json.loads(packet)
                seen[message["layer"]] = (message["ok"], message["seen"])
                if message["layer"] == "python":
                    seen["memory"] = _memory_of(process.pid)
        seen["pidfd"] = _ended_by_pidfd(process)
        if "python" not in seen and process.stderr is not None:
            os.set_blocking(process.stderr.fileno(), False)  # something of it may live on and hold the other end
            words = process.stderr.read() or b""
            seen["python"] = (False, words.decode(errors="backslashreplace").strip()[-400:])
    return seen


def _packet(control: socket.socket, process: subprocess.Popen[bytes]) -> bytes:
    """The next message of the trial; none if it has ended, is gone, or is too slow."""
    deadline = time.monotonic() + TRIAL_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(TimeoutError):
            return control.recv(64 * 1024)
    control.setblocking(False)
    return control.recv(64 * 1024)


def _memory_of(pid: int) -> tuple[bool, str]:
    try:
        Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError as error:
        return False, str(error)
    return True, "smaps_rollup"


def _ended_by_pidfd(process: subprocess.Popen[bytes]) -> tuple[bool, str]:
    try:
        handle = os.pidfd_open(process.pid)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    except (OSError, AttributeError) as error:
        process.kill()
        return False, str(error)
    return True, "pidfd_send_signal"


def _judged(seen: _Seen, host: recipes.Host, level: Level) -> _Seen:
    """The trial's word about its Python, compared with ours: a dropped user may have started another one."""
    ok, told = seen.get("python", (False, "not reached"))
    prefix = host.prefix_inside if level == "strict" else host.venv
    ours = f"{sys.version.split()[0]} {prefix} {host.base}"
    if ok and told != ours:
        seen["python"] = (False, f"another Python answers: {told}")
    return seen
