"""The student process: imports the hand-in once, then forks for every case that grade asks for.

It is confined before the first line of the hand-in runs, and from then on it is the student's: what it says is a
claim about itself, read by grade with caps and strictly. It talks to grade over one SEQPACKET socket:

    to grade    unit   a unit is about to be imported (so that grade knows what killed the job)
                ready  all units are imported; how many threads there are, since forking with several is unsound
                done   the case's process has ended: exit status, CPU seconds, peak memory
                error  we failed before the first unit: our fault
    from grade  case   probe, arguments, seed, limits, and three descriptors: answer, stdout, stderr

A case seeds every generator, calls its probe, writes one frame on descriptor 3 and leaves by `os._exit`: no atexit, no
destructor, no join. References to all it needs are taken before student code is imported, so that a replaced `os.fork`
ends as a strange answer of theirs and not as a strange error of ours.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import random
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TextIO

import numpy as np

from grader.box.inside import answer, canary
from grader.box.inside.frame import of_torch
from grader.box.inside.limits import limit_cpu
from grader.box.inside.plan import Plan
from grader.kit.handin import Blocked, Handin, ImportFailed, Missing

PROBES: ModuleType | None = None  # set by the zygote
WORKER: Final = Path(__file__).resolve().parents[3]
_MESSAGE_BYTES: Final = 1 << 20
_ANSWER: Final = 3
_NUMPY_SEEDS: Final = 2**32

_fork, _exit, _wait4, _dup2, _close = os.fork, os._exit, os.wait4, os.dup2, os.close
_exit_code = os.waitstatus_to_exitcode
_dumps, _loads = json.dumps, json.loads
_recv_fds = socket.recv_fds
_listdir = os.listdir
_fcntl = fcntl.fcntl
_seed_random, _seed_numpy = random.seed, np.random.seed


def tell(talk: socket.socket, message: dict[str, Any]) -> None:
    """Sends one message to grade."""
    talk.send(_dumps(message).encode())


def serve(talk: socket.socket, plan: Plan, order: dict[str, Any], root: Path) -> int:
    """Imports the hand-in and serves cases until grade closes its end; the exit status of the process."""
    sys.stdout, sys.stderr = _printed(1), _printed(2)
    sys.argv = [str(root / "handin.py")]  # as if started there without arguments
    torch_side = of_torch()
    if torch_side is not None and plan.level == "container":
        torch_side.send_by_value()
    try:
        hw = Handin(
            root=root,
            units=plan.units,
            given=WORKER / "given",
            staff_files=WORKER / "staff",
            repairs=plan.repairs,
            snippets=plan.snippets,
            blocked={unit: (str(ended), str(reason)) for unit, (ended, reason) in order["blocked"].items()},
            announce=lambda unit: tell(talk, {"at": "unit", "unit": unit}),
        )
    except Exception as error:
        tell(talk, {"at": "error", "error": answer.full_traceback(error)})
        return 1
    _seed(0)  # what is drawn while files are imported; `random` seeds itself from the system in every fork
    hw.load_all()
    gc.freeze()
    _flush()
    tell(talk, {"at": "ready", "threads": len(_listdir("/proc/self/task"))})
    while _serve_case(talk, hw, root):
        pass
    return 0


def _printed(fd: int) -> TextIO:
    """A text stream whose every line goes out at once, so that a crash does not swallow what led to it."""
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _serve_case(talk: socket.socket, hw: Handin, root: Path) -> bool:
    message, files, _, _ = _recv_fds(talk, _MESSAGE_BYTES, 3)
    if not message:
        return False
    case = _loads(message)
    if not case["fork"]:
        _close(talk.fileno())
        _run_case(hw, root, case, files)
    pid = _fork()
    if pid == 0:
        _close(talk.fileno())
        _run_case(hw, root, case, files)
    for fd in files:
        _close(fd)
    try:
        _, status, used = _wait4(pid, 0)
        cpu_s, peak = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
        tell(talk, {"at": "done", "exit": _exit_code(status), "cpu_s": cpu_s, "peak": peak})
    except ChildProcessError:  # they told the kernel not to keep children for us
        tell(talk, {"at": "done", "exit": 0, "cpu_s": 0.0, "peak": 0})
    return True


def _run_case(hw: Handin, root: Path, case: dict[str, Any], files: list[int]) -> None:
    """One case, from its seeds to its frame; does not return."""
    status = 1
    try:
        _place(files)
        limit_cpu(case["cpu_s"])
        status = _answer_case(hw, root, case)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException as error:  # while the answer was being sent: theirs, since all before it is caught
        sys.stderr.write(answer.full_traceback(error))
    finally:
        _flush()
        _exit(status & 0xFF)


def _place(files: list[int]) -> None:
    """Puts answer, stdout and stderr where they belong, whatever numbers they came under."""
    aside = [_fcntl(fd, fcntl.F_DUPFD, 64) for fd in files]
    for fd in files:
        _close(fd)
    for target, source in zip((_ANSWER, 1, 2), aside, strict=True):
        _dup2(source, target)
        _close(source)


def _answer_case(hw: Handin, root: Path, case: dict[str, Any]) -> int:
    try:
        head, tensors = _observe(hw, root, case)
    except Blocked as blocked:
        head, tensors = answer.ended(blocked.ended, reason=blocked.reason), {}
    except Missing as missing:
        head, tensors = answer.ended("missing", reason=str(missing)), {}
    except ImportFailed as failed:
        if isinstance(failed.original, SystemExit):
            head, tensors = answer.ended("left", reason=f"left while {failed.unit} was imported"), {}
        else:
            head, tensors = answer.raised(failed.original, root, "import_error"), {}
    except SystemExit:
        raise
    except BaseException as error:
        head, tensors = answer.raised(error, root, "raised"), {}
    answer.send(_ANSWER, {**head, "notes": hw.notes}, tensors)
    return 0


def _observe(hw: Handin, root: Path, case: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    for name in case["fills"]:
        if hw.untouched(name):
            return answer.ended("untouched", reason=f"{name} is as the handout has it"), {}
    seed = int(case["seed"])
    _seed(seed)
    if case["probe"] == canary.PROBE:
        return answer.ended("answered"), canary.sing(hw, seed=seed, root=str(root))
    probe = getattr(PROBES, case["probe"])
    return answer.ended("answered"), answer.outputs(probe(hw, seed=seed, **case["args"]))


def _seed(seed: int) -> None:
    _seed_random(seed)
    _seed_numpy(seed % _NUMPY_SEEDS)
    torch_side = of_torch()
    if torch_side is not None:
        torch_side.seed(seed)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue  # theirs to break
