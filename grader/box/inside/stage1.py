"""One job's walls: forked from the zygote for every job, trusted, gone when the job is.

    stage1    new user, mount, pid, net, ipc and uts namespaces; private tmpfs; unpacks the hand-in
     └ pid 1    reaper: no descriptor but one pipe to stage1, undumpable, mounts a fresh /proc
        └ student  pid 2: no capability, Landlock, limits, seccomp; then worker.py

To grade, over the status socket: first a pidfd (of pid 1; without namespaces of stage1 itself), at the end one line
with the student process's exit status and what the job used. grade ends a job by SIGKILL through the pidfd; where
there is no pid namespace it closes the socket, and stage1 rounds up all descendants (`roundup.py`). Closing the
socket, by the death of grade too, ends a job at every level.
An exception here is ours: it is reported as `error`, and the job is `broken`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.box.inside import fill, landlock, limits, namespaces, roundup, seccomp
from grader.box.inside.plan import Plan

NULL, OUT, ERR, ANSWER, TALK, STATUS_PIPE = 0, 1, 2, 3, 10, 11
_ASIDE: Final = 64
_ROOM_BYTES: Final = 16 << 20
_ROOM_FILES: Final = 512
_TMPFS: Final = namespaces.MS_NOSUID | namespaces.MS_NODEV
_FRESH_PROC: Final = _TMPFS | namespaces.MS_NOEXEC


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What the zygote hands over: the hand-in's files, two sockets to grade, and the job's output."""

    files: int
    talk: int
    status: int
    out: int
    err: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where a job's files lie and where it may write."""

    job: str
    tmp: str
    shm: str = "/dev/shm"
    scratch: str = ""  # removed after the job, where it is not a tmpfs of its own


def run(plan: Plan, order: dict[str, Any], files: Descriptors, scratch: str, code: bytes) -> None:
    """Runs one job and reports how it ended; does not return."""
    with socket.socket(fileno=files.status) as status:
        try:
            report = _guarded(plan, order, files, scratch, code, status)
        except BaseException:
            report = {"at": "error", "error": traceback.format_exc()[-4000:]}
        status.setblocking(False)
        with suppress(OSError):  # grade is gone, or has closed its end: nobody is left to tell
            status.send(json.dumps(report).encode())
    os._exit(0)


def _guarded(
    plan: Plan, order: dict[str, Any], files: Descriptors, scratch: str, code: bytes, status: socket.socket
) -> dict[str, Any]:
    if plan.has_pids:
        return _walled(plan, order, files, scratch, code, status)
    return _followed(plan, order, files, scratch, code, status)


# --- with a pid namespace ---------------------------------------------------------------------------------------


def _walled(
    plan: Plan, order: dict[str, Any], files: Descriptors, scratch: str, code: bytes, status: socket.socket
) -> dict[str, Any]:
    places = raise_walls(plan)
    unpack(files.files, places.job)
    if plan.tmpfs:
        _leave_room(places.job)
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        _first(plan, order, files, places, code, tell)
    os.close(tell)
    with _pidfd(pid, status) as handle:
        _until_end(handle, status.fileno())
        signal.pidfd_send_signal(handle.fd, signal.SIGKILL)
    _, _, used = os.wait4(pid, 0)
    word = os.read(told, 4)
    code_of_student = struct.unpack("i", word)[0] if len(word) == 4 else -int(signal.SIGKILL)
    return {
        "at": "ended",
        "exit": code_of_student,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
        "lost": len(word) != 4,  # pid 1 went without a word: killed, by grade or by nobody of ours
    }


def raise_walls(plan: Plan) -> Places:
    """Moves the caller, and its next child as pid 1, behind the plan's namespaces and private file systems.

    Raises: OSError if the kernel refuses one of them.
    """
    uid, gid = os.getuid(), os.getgid()
    flags = sum(namespaces.NAMESPACES[name] for name in plan.namespaces)
    namespaces.unshare(flags)
    namespaces.map_user(uid, gid)
    if not plan.tmpfs:
        return Places(job=_made(f"/tmp/job-{os.getpid()}"), tmp="/tmp")
    namespaces.mount("none", "/", namespaces.MS_REC | namespaces.MS_PRIVATE)
    for path, size, inodes in (("/tmp", "64m", 4096), ("/dev/shm", "64m", 1024), ("/job", "288m", 8192)):
        namespaces.mount("tmpfs", path, _TMPFS, f"size={size},nr_inodes={inodes},mode=1777")
    return Places(job="/job", tmp="/tmp")


def _leave_room(job: str) -> None:
    """Lets programs write beside their code, as at home, but no more than these bytes and files."""
    full = os.statvfs(job)
    size = (full.f_blocks - full.f_bfree) * full.f_frsize + _ROOM_BYTES
    inodes = full.f_files - full.f_ffree + _ROOM_FILES
    namespaces.mount("tmpfs", job, _TMPFS | namespaces.MS_REMOUNT, f"size={size},nr_inodes={inodes}")


def mount_proc() -> None:
    """Gives pid 1 and all below it a /proc that shows only themselves.

    Raises: OSError if the kernel refuses, as it does where parts of the old one are covered.
    """
    namespaces.mount("proc", "/proc", _FRESH_PROC)


def _made(path: str) -> str:
    Path(path).mkdir(mode=0o700)
    return path


def _first(plan: Plan, order: dict[str, Any], files: Descriptors, places: Places, code: bytes, tell: int) -> None:
    """Pid 1 of the job: starts the student process, reaps everything, and leaves with it."""
    status = -1
    try:
        mount_proc()
        namespaces.prctl(namespaces.PR_SET_DUMPABLE, 0)
        pid = os.fork()
        if pid == 0:
            _student(plan, order, files, places, code)
        os.dup2(tell, STATUS_PIPE)
        os.closerange(0, STATUS_PIPE)
        os.closerange(STATUS_PIPE + 1, 1024)
        while True:
            gone, status = os.waitpid(-1, 0)
            if gone == pid:
                break
        os.write(STATUS_PIPE, struct.pack("i", os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0 if status != -1 else 70)


# --- without ----------------------------------------------------------------------------------------------------


def _followed(
    plan: Plan, order: dict[str, Any], files: Descriptors, scratch: str, code: bytes, status: socket.socket
) -> dict[str, Any]:
    namespaces.prctl(namespaces.PR_SET_CHILD_SUBREAPER, 1)
    places = raise_walls(plan) if plan.namespaces else make_places(scratch)
    unpack(files.files, places.job)
    shared = [places.shm] if plan.may_share_memory else []
    filled = fill.Fill([places.scratch, *shared]) if plan.level == "container" and places.scratch else None
    pid = os.fork()
    if pid == 0:
        _student(plan, order, files, places, code)
    ended = None
    with _pidfd(os.getpid(), status), _Pidfd(os.pidfd_open(pid)) as student:
        is_full = _until_end(student, status.fileno(), filled)
        gone, word, used = os.wait4(pid, os.WNOHANG)
        ended = -int(signal.SIGXFSZ) if is_full else os.waitstatus_to_exitcode(word) if gone else None
    used_after = roundup.kill_descendants(is_alone=plan.level == "container" and not plan.shares_uid)
    if places.scratch:
        roundup.remove(places.scratch)
    if plan.may_share_memory and not plan.namespaces:
        roundup.sweep(places.shm)
    cpu = used if gone else used_after
    exit_code = ended if ended is not None else -int(signal.SIGKILL)
    return {"at": "ended", "exit": exit_code, "cpu_s": cpu.ru_utime + cpu.ru_stime, "peak": cpu.ru_maxrss * 1024}


def make_places(scratch: str) -> Places:
    """Folders of one job, where it has no file systems of its own."""
    folder = _made(str(Path(scratch, f"job-{os.getpid()}")))
    return Places(job=_made(f"{folder}/job"), tmp=_made(f"{folder}/tmp"), scratch=folder)


# --- what both need ---------------------------------------------------------------------------------------------


class _Pidfd:
    """A handle of a process that cannot come to mean another one; closed on leaving."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __enter__(self) -> _Pidfd:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


def _pidfd(pid: int, status: socket.socket) -> _Pidfd:
    """Tells grade the root of the job's processes, and whether killing it ends them all."""
    handle = _Pidfd(os.pidfd_open(pid))
    message = {"at": "running", "kill": pid != os.getpid()}
    socket.send_fds(status, [json.dumps(message).encode()], [handle.fd])
    return handle


def _until_end(handle: _Pidfd, status: int, filled: fill.Fill | None = None) -> bool:
    """Waits until the process is gone, grade has closed the status socket, or there are too many files: True then."""
    waiting = select.poll()
    waiting.register(handle.fd, select.POLLIN)
    waiting.register(status, select.POLLIN | select.POLLHUP)
    while not waiting.poll(None if filled is None else int(fill.LOOK_S * 1000)):
        if filled is not None and filled.is_over(roundup.descendants(os.getpid())):
            return True
    return False


def unpack(files: int, root: str) -> None:
    """Writes the hand-in under `root`: a count, then name, length and bytes of every file.

    Raises: ValueError for a name that leads out of `root`.
    """
    with os.fdopen(files, "rb") as stream:
        stream.seek(0)
        (count,) = struct.unpack("<I", stream.read(4))
        for _ in range(count):
            name_length, length = struct.unpack("<HQ", stream.read(10))
            name = os.fsdecode(stream.read(name_length))
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError(f"the file name {name!r} leads out of the job")
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stream.read(length))


def _student(plan: Plan, order: dict[str, Any], files: Descriptors, places: Places, code: bytes) -> None:
    """The student process: gives up its last rights, then serves cases; never returns."""
    from grader.box.inside import worker  # imported long ago by the zygote; not needed by trial.py

    status = 71
    try:
        os.setsid()
        _keep(files)
        talk = socket.socket(fileno=TALK)
        try:
            give_up(plan, order, places, code)
        except BaseException:
            worker.tell(talk, {"at": "error", "error": traceback.format_exc()[-4000:]})
            raise
        status = worker.serve(talk, plan, order, Path(places.job))
    finally:
        os._exit(status)


def _keep(files: Descriptors) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    # A case's answer leaves by the descriptor ANSWER: held until then, lest a file that they open gets that number.
    wanted = {NULL: null, OUT: files.out, ERR: files.err, ANSWER: null, TALK: files.talk}
    for target, source in wanted.items():
        os.dup2(source, target + _ASIDE)  # a source may bear the number of another's target
    for target in wanted:
        os.dup2(target + _ASIDE, target)
    os.closerange(ANSWER + 1, TALK)
    os.closerange(TALK + 1, 1024)


def give_up(plan: Plan, order: dict[str, Any], places: Places, code: bytes) -> None:
    """Takes from the caller, for good, every right that student code must not have.

    Raises: OSError or landlockpy.LandlockError if the kernel refuses.
    """
    os.umask(0o077)
    os.chdir(places.job)
    os.environ.update(HOME=places.tmp, TMPDIR=places.tmp)
    granted = order["limits"]
    processes = int(granted["processes"]) if plan.nproc else None
    if processes is not None and plan.shares_uid:
        processes += limits.tasks_of_this_user()
    if plan.level != "open":
        namespaces.drop_capabilities()
        namespaces.prctl(namespaces.PR_SET_DUMPABLE, 1)
    if plan.landlock:
        worker_folder = str(Path(__file__).resolve().parents[3])
        python = (sys.base_prefix, sys.prefix)
        writes = (places.job, places.tmp, *((places.shm,) if plan.may_share_memory else ()))
        landlock.confine(landlock.Reach((worker_folder,), python, writes))
    limits.set_limits(int(granted["memory_bytes"]), processes, plan.fsize)
    limits.limit_cpu(float(granted["cpu_s"]))
    if plan.seccomp:
        seccomp.install(code)
