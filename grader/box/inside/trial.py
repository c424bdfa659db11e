"""Tries every layer of a job, one after the other, without torch and without a hand-in: for `grade doctor`.

It does what zygote, stage1, pid 1 and the student process do, by their own functions, then tries what must not work.
Each layer is one line of JSON on the control socket as soon as it is known; a layer that is never named was not
reached.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

WORKER: Final = Path(__file__).resolve().parents[3]
PROCESSES: Final = 12
_LIMITS: Final = {"cpu_s": 10.0, "memory_bytes": 1 << 30, "processes": PROCESSES}
_MIB: Final = 1 << 20


class Trial:
    """One pass over the layers; every step forks, as a job does."""

    def __init__(self, control: socket.socket, scratch: str) -> None:
        from grader.box.inside import landlock, plan, seccomp, stage1

        self._control, self._scratch, self._stage1 = control, scratch, stage1
        self._plan = plan.read_plan(WORKER)
        self._abi = landlock.warm_up()
        self._code = seccomp.here(close=self._plan.level == "container")
        self._places = stage1.Places("", "")

    def run(self) -> None:
        """Tries all layers."""
        self._say("python", True, f"{platform.python_version()} {sys.prefix} {sys.base_prefix}")
        _in_fork(self._walls)

    def _walls(self) -> None:
        self._try("namespaces", self._raise_walls)
        _in_fork(self._first)

    def _first(self) -> None:
        if self._plan.has_pids:
            self._try("proc", self._fresh_proc)
        _in_fork(self._student)

    def _student(self) -> None:
        self._try("landlock", self._give_up)
        for layer, attempt in DENIED.items():
            self._try(layer, lambda attempt=attempt: attempt(self._places.tmp))  # type: ignore[misc]

    def _raise_walls(self) -> str:
        if not self._plan.namespaces:
            self._places = self._stage1.make_places(self._scratch)
            return "none at this level"
        self._places = self._stage1.raise_walls(self._plan)
        return ", ".join(self._plan.namespaces)

    def _fresh_proc(self) -> str:
        self._stage1.mount_proc()
        pids = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        _must_be(pids == ["1"], f"processes {', '.join(pids)} are in sight")
        return "only the job's own processes"

    def _give_up(self) -> str:
        order: Mapping[str, Any] = {"limits": _LIMITS}
        self._stage1.give_up(self._plan, dict(order), self._places, self._code)
        return f"ABI {self._abi}"

    def _try(self, layer: str, action: Callable[[], str]) -> None:
        try:
            self._say(layer, True, action())
        except Exception as error:
            self._say(layer, False, f"{type(error).__name__}: {error}")
            if layer not in DENIED:
                os._exit(1)  # nothing below it can be tried

    def _say(self, layer: str, ok: bool, seen: str) -> None:
        self._control.send(json.dumps({"at": "layer", "layer": layer, "ok": ok, "seen": seen}).encode())


def _in_fork(action: Callable[[], None]) -> None:
    if os.fork() == 0:
        try:
            action()
        finally:
            os._exit(0)
    os.wait()


def _must_be(holds: bool, otherwise: str) -> None:
    if not holds:
        raise PermissionError(otherwise)


def _refused(action: Callable[[], object], *numbers: int) -> str:
    try:
        action()
    except OSError as error:
        _must_be(error.errno in numbers, f"refused with {errno.errorcode.get(error.errno or 0)}")
        return f"refused with {errno.errorcode[error.errno or 0]}"
    raise PermissionError("it was allowed")


# --- what must not work -----------------------------------------------------------------------------------------


def _read(_: str) -> str:
    return _refused(lambda: os.scandir("/"), errno.EACCES)


def _signal(_: str) -> str:
    return _refused(lambda: os.kill(os.getppid(), signal.SIGCONT), errno.EPERM)


def _seccomp(_: str) -> str:
    from grader.box.inside import namespaces

    return _refused(lambda: namespaces.unshare(namespaces.CLONE_NEWUTS), errno.EPERM)


def _network(_: str) -> str:
    return _refused(lambda: socket.socket(socket.AF_INET), errno.EAFNOSUPPORT)


def _capabilities(_: str) -> str:
    status = Path("/proc/self/status").read_text().splitlines()
    held = {line.split()[1] for line in status if line.startswith(("CapPrm", "CapEff", "CapAmb"))}
    _must_be(held == {"0" * 16}, f"capabilities {', '.join(sorted(held))}")
    return "none"


def _processes(_: str) -> str:
    ready, leave = os.pipe()
    started = 0
    try:
        while started < 40 * PROCESSES:
            if os.fork() == 0:
                os.close(leave)
                os.read(ready, 1)
                os._exit(0)
            started += 1
    except BlockingIOError:
        return f"fork refused after {started}"
    finally:
        os.close(leave)
    raise PermissionError(f"{started} processes were started; {PROCESSES} are allowed")


def _room(tmp: str) -> str:
    room = os.statvfs(tmp)
    return f"{room.f_blocks * room.f_frsize // _MIB} MiB in {tmp}"


DENIED: Final[Mapping[str, Callable[[str], str]]] = {
    "landlock: read": _read,
    "landlock: signal": _signal,
    "seccomp: call": _seccomp,
    "seccomp: network": _network,
    "capabilities": _capabilities,
    "tmpfs": _room,
    "processes": _processes,
}


def main(control_fd: str, scratch: str, _parent: str) -> None:
    """Tries all layers; the arguments are those of the zygote."""
    sys.path.insert(0, str(WORKER))
    Trial(socket.socket(fileno=int(control_fd)), scratch).run()


if __name__ == "__main__":
    main(*sys.argv[1:4])
