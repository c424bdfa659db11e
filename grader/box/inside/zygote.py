"""The zygote: imports kit and probes once, and torch where they use it, then forks one stage1 per job.

It runs as the slot's only program, single-threaded, with nothing secret in its memory, since every job inherits that
memory. It computes with one thread only: a parent that ran a parallel region must not fork. Its control socket leads
to grade: `hello` or `error` when it starts; then for every order (one message with five descriptors) one `over`. At
the end of file it leaves; where no bubblewrap kills it with grade, it asks the kernel for that itself.
A zygote that dies or answers `error` is our fault: the job is `broken`, is run again on a fresh one.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import platform
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

WORKER = Path(__file__).resolve().parents[3]
_MESSAGE_BYTES = 1 << 20


def threads_here() -> int:
    """How many threads this process has: forking is sound with one only."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _say(control: socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())


def _probes() -> ModuleType:
    path = WORKER / "probes.py"
    spec = importlib.util.spec_from_file_location("probes", path)
    if spec is None:
        raise ImportError("probes.py is not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules["probes"] = module
    code = compile(path.read_bytes(), str(path), "exec")
    exec(code, vars(module))
    _import_named(frozenset(_names(code)))
    return module


def _names(code: CodeType) -> Iterator[str]:
    """What is named outside itself by a program, in its functions too."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _import_named(names: frozenset[str]) -> None:
    """Imports what probes would import in every case anew: torch in a function of theirs, a tool of the kit."""
    from grader import kit

    if "torch" in names:
        importlib.import_module("torch")
    for name in names.intersection(kit.__all__) if names & {"kit", "grader.kit"} else ():
        getattr(kit, name)


def _prepare() -> dict[str, Any]:
    """Imports all that a job needs; what grade wants to know about us."""
    import numpy as np

    from grader.box.inside import landlock, worker

    worker.PROBES = _probes()
    np.random.seed(0)  # numpy imports its generators: 20 ms
    torch = sys.modules.get("torch")
    if torch is not None:  # a course that does not use it is not kept waiting for it
        from grader.box.inside import of_torch, warm

        of_torch.use_one_thread()
        warm.use_once()
        of_torch.seed(0)
    abi = landlock.warm_up()
    threads = threads_here()
    return {
        "at": "hello",
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "python": platform.python_version(),
        "torch": getattr(torch, "__version__", None),
        "uid": os.getuid(),
        "landlock": abi,
        "threads": threads,
    }


def serve(control: socket.socket, scratch: str) -> None:
    """Runs jobs until grade closes its end."""
    from grader.box.inside import hugepages, seccomp, stage1
    from grader.box.inside.plan import read_plan

    plan = read_plan(WORKER)
    code = seccomp.here(close=plan.level == "container") if plan.seccomp else b""
    gc.freeze()
    gc.enable()
    forks = 0
    while True:
        message, files, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 5)
        if not message:
            return
        if threads_here() != 1:
            _say(control, {"at": "error", "error": "the zygote has more than one thread"})
            return
        order = json.loads(message)
        told = int(order.get("forks", 0))
        forks += told
        if forks >= hugepages.WORTH_IT > forks - told:
            hugepages.collapse()
        pid = os.fork()
        if pid == 0:
            control.close()
            stage1.run(plan, order, stage1.Descriptors(*files), scratch, code)
        for fd in files:
            os.close(fd)
        _, status = os.waitpid(pid, 0)
        _say(control, {"at": "over", "status": os.waitstatus_to_exitcode(status)})


def main(control_fd: str, scratch: str, parent: str) -> None:
    """Starts with the number of the control socket, a folder for jobs ("" in a slot) and grade's pid ("0" there)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # what is imported stays: to look through it again and again is a tenth of the start
    sys.path.insert(0, str(WORKER))
    control = socket.socket(fileno=int(control_fd))
    try:
        if parent != "0":
            _die_with(int(parent))
        _say(control, _prepare())
    except BaseException:
        _say(control, {"at": "error", "error": traceback.format_exc()[-8000:]})
        return
    serve(control, scratch)


def _die_with(parent: int) -> None:
    from grader.box.inside import namespaces

    namespaces.prctl(namespaces.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:4])
