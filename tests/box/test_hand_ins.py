"""Hostile hand-ins, each run for real at level `strict`: what is seen of it, and that it moved nothing else.

Every hand-in has a second file, `other.py`, which is fine and must be graded as if nothing had happened; after each of
them the same canary must give the same bytes.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from grader.box.pool import Pool
from grader.box.watch import tree
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation
from tests.box.jobs import HANDOUT, LIMITS, job, observe, observed, run

CANARY = """
import os, torch
def answer():
    return {'y': torch.rand(5), 'tmp': ' '.join(os.listdir('/tmp')), 'env': ' '.join(sorted(os.environ))}
"""
SECRET = "grade-secret-8d1f"
IMPORTS = "import ctypes, errno, os, resource, signal, socket, struct, subprocess, sys, time\nimport torch\n"
TRIED = """
def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    except ValueError as error:
        return str(error)
    return 'allowed'
def called(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno(), 'allowed')
"""


@dataclass(frozen=True)
class HandIn:
    """A hand-in and what must be seen of its case."""

    source: str
    ended: str
    reason: str = ""  # how its reason begins
    limit: str | None = None
    limits: Limits = field(default=LIMITS)


def answer(body: str, ended: str, reason: str = "", **more: object) -> HandIn:
    """A hand-in that is hostile when it is called."""
    lines = "\n    ".join(body.splitlines())
    return HandIn(f"{IMPORTS}{TRIED}def answer():\n    {lines}\n", ended, reason, **more)  # type: ignore[arg-type]


def early(line: str, ended: str, reason: str = "", **more: object) -> HandIn:
    """A hand-in that is hostile while it is imported, after a right definition."""
    source = f"{IMPORTS}{TRIED}def answer():\n    return {{'y': torch.ones(2)}}\n{line}\n"
    return HandIn(source, ended, reason, **more)  # type: ignore[arg-type]


FORGED = """
head = b'{"ended": "%s", "fault": null, "reason": "", "texts": {}, "notes": []}'
body = struct.pack('<Q', 2) + b'{}'
os.write(3, b'GRADEOB1' + struct.pack('<IQ', len(head), len(body)) + head + body)
os._exit(0)
"""
HAND_INS = {
    "exit0-import": early("sys.exit(0)", "left", "left while work was imported"),
    "exit0-import by exception": early("raise SystemExit", "left", "left while work was imported"),
    "exit0-import by os._exit": early("os._exit(0)", "left", "left before answering, with exit status 0"),
    "exit0-import in atexit": early("import atexit; atexit.register(os._exit, 0)", "answered"),
    "exit0 in the case": answer("sys.exit(0)", "left", "left before answering, with exit status 0"),
    "forge-frame of nothing": answer(FORGED % "answered", "answered"),
    "forge-frame of a fault of ours": answer(FORGED % "broken", "unreadable"),
    "forge-frame of a stop": answer(FORGED % "stopped", "left", "left before answering"),
    "frame-garbage": answer(
        "os.write(3, b'GRADEOB1' + b'\\xff' * 12)\nos._exit(0)", "unreadable", "the JSON is longer"
    ),
    "frame-garbage of tensors": answer(
        "os.write(3, b'GRADEOB1' + struct.pack('<IQ', 2, 2**64 - 1) + b'{}')\nos._exit(0)", "unreadable"
    ),
    "frame-garbage then right": answer("os.write(3, b'x')\nreturn {'y': 1.0}", "unreadable"),
    "frame twice": answer("os.dup2(1, 3) if os.fork() else None\nreturn {'y': 1.0}", "answered"),
    "patch-serialiser": early(
        "import json, safetensors.torch; safetensors.torch.save = json.dumps = struct.pack = lambda *_: b'score: 100'",
        "answered",
    ),
    "patch-serialiser of torch": early("torch.Tensor.numpy = torch.Tensor.cpu = lambda _: None", "answered"),
    "patch-serialiser of ours": answer(
        "import grader.box.inside.answer as ours\nours._write_frame = lambda fd, *_: os.write(fd, b'score: 100')",
        "unreadable",
        "the frame ends within its first 20 bytes",
    ),
    "segfault-abort": answer("ctypes.string_at(0)", "left", "segmentation fault (SIGSEGV) before answering"),
    "segfault-abort by abort": answer("os.abort()", "left", "aborted (SIGABRT) before answering"),
    "segfault-abort at import": early("ctypes.string_at(0)", "left", "segmentation fault (SIGSEGV) before answering"),
    "deep-recursion": answer("return answer()", "raised", "RecursionError: maximum recursion depth exceeded"),
    "deep-recursion without a limit": answer(
        "sys.setrecursionlimit(10**9)\nnest = []\nfor _ in range(10**5): nest = [nest]\nreturn {'y': repr(nest)}",
        "left",
    ),
    "deep-recursion of the answer": answer(
        "nest = []\nnest.append(nest)\nreturn {'y': nest}", "raised", "TypeError: y "
    ),
    "big-tensor": answer("torch.ones(2 * 10**10)", "stopped", "2048 MiB are allowed", limit="memory"),
    "big-tensor at import": early("BIG = torch.ones(2 * 10**10)", "answered"),
    "daemon that holds the pipes": answer(
        "if os.fork() == 0:\n    os.setsid()\n    os.fork() and os._exit(0)\n"
        "    [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 13, 15)]\n    time.sleep(600)\n"
        "return {'y': torch.ones(2)}",
        "answered",
    ),
    "daemon at import": early("os.fork() or time.sleep(600)", "answered"),
    "kill-harness, the student process": answer("os.kill(os.getppid(), 9)\ntime.sleep(5)", "left", "killed (SIGKILL)"),
    "kill-harness, all at once": answer("os.kill(-1, 9)\ntime.sleep(5)", "left", "killed (SIGKILL)"),
    "kill-harness at import": early("os.kill(-1, 9)", "answered"),
    "kill-harness by a stop": answer(
        "os.kill(os.getppid(), signal.SIGSTOP)\nreturn {'y': torch.ones(2)}",
        "stopped",
        limit="wall",
        limits=replace(LIMITS, wall_s=1.0),
    ),
}


@pytest.fixture(scope="module")
def canary(strict: Pool) -> Observation:
    """What the canary gives before anything hostile has run."""
    return observe(strict, CANARY)


@pytest.fixture(autouse=True)
def unmoved(strict: Pool, canary: Observation) -> Iterator[None]:
    """After every test: the canary answers as before, and no process of a job is left."""
    before = {each for each in tree(os.getpid()) if b"zygote.py" in command_line(each)}
    yield
    after = {each for each in tree(os.getpid()) if b"zygote.py" in command_line(each)}
    again = observe(strict, CANARY)

    assert after <= before
    assert again.texts == canary.texts
    assert again.tensors["y"].tobytes() == canary.tensors["y"].tobytes()


def command_line(pid: int) -> bytes:
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


@pytest.mark.parametrize("name", HAND_INS)
def test_how_a_hostile_hand_in_ends_and_that_it_costs_no_other_part(strict: Pool, name: str) -> None:
    sent = HAND_INS[name]
    runs = (run("hostile", limits=sent.limits), run("fine", unit="other", name="fine"))
    found = observed(strict, job(sent.source, *runs))

    assert (found["hostile"].ended, found["hostile"].limit) == (sent.ended, sent.limit), found["hostile"]
    assert found["hostile"].reason.startswith(sent.reason)
    assert found["fine"].tensors["y"] == 7.0


def told(pool: Pool, code: str) -> dict[str, str]:
    """The texts that a hand-in gives whose `answer` returns this."""
    seen = observe(pool, f"{IMPORTS}{TRIED}def answer():\n    return {code}\n")

    assert seen.ended == "answered", seen
    return dict(seen.texts)


@pytest.mark.parametrize(
    "kind", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG", "AF_CAN", "AF_TIPC"]
)
def test_exfil_net_no_socket_leads_anywhere(strict: Pool, kind: str) -> None:
    code = f"{{'kind' + str(n): tried(lambda: socket.socket(socket.{kind}, n)) for n in (1, 2, 3)}}"

    assert {*told(strict, code).values()} == {"EAFNOSUPPORT"}


def test_exfil_net_no_abstract_socket_of_the_host_is_in_sight(strict: Pool) -> None:
    name = f"\0grade-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(name)
        listening.listen()
        found = told(strict, f"{{'said': tried(lambda: socket.socket(socket.AF_UNIX).connect({name!r}))}}")

    assert found["said"] in {"ECONNREFUSED", "EPERM"}


@pytest.mark.parametrize(
    ("number", "arguments", "answers"),
    [
        (272, "0x10000000", {"EPERM"}),
        (56, "0x10000000 | 17, 0, 0, 0, 0", {"EPERM"}),
        (435, "0, 0", {"ENOSYS"}),
        (308, "0, 0", {"EPERM"}),
        (165, "0, 0, 0, 0, 0", {"EPERM"}),
        (161, "b'/tmp'", {"EPERM"}),
        (155, "b'/tmp', b'/tmp'", {"EPERM"}),
    ],
    ids=["unshare", "clone", "clone3", "setns", "mount", "chroot", "pivot_root"],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
def test_userns_escape_is_refused(strict: Pool, number: int, arguments: str, answers: set[str]) -> None:
    assert told(strict, f"{{'said': called({number}, {arguments})}}")["said"] in answers


@pytest.mark.parametrize("call", ["setuid(0)", "setgid(0)", "setresuid(0, 0, 0)", "setgroups([0])", "seteuid(65534)"])
def test_setuid_gains_nothing(strict: Pool, call: str) -> None:
    found = told(strict, f"{{'said': tried(lambda: os.{call}), 'uids': str(os.getresuid())}}")

    assert found["said"] in {"EPERM", "EINVAL"}
    assert found["uids"] == "(65533, 65533, 65533)"


@pytest.mark.parametrize("program", ["su", "mount", "newuidmap", "bwrap", "unshare"])
def test_programs_that_raise_rights_on_the_host_do_not_here(strict: Pool, program: str) -> None:
    code = (
        f"{{'said': subprocess.run('command -v {program} || exit 7; {program} -r id -u', shell=True, text=True, "
        "capture_output=True, stdin=subprocess.DEVNULL).stdout}"
    )

    assert "\n0" not in told(strict, code)["said"]


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("os.kill(1, 9)", {"EPERM"}),
        ("os.kill(1, 0)", {"EPERM"}),
        ("os.sched_setaffinity(1, {0})", {"EPERM"}),
        ("os.setpriority(os.PRIO_USER, 0, 19)", {"EPERM"}),
        ("os.kill(2**22 - 1, 9)", {"ESRCH"}),
        ("os.pidfd_open(1) and signal.pidfd_send_signal(os.pidfd_open(1), 9)", {"EPERM"}),
    ],
)
def test_kill_harness_reaches_nobody_of_ours(strict: Pool, code: str, answers: set[str]) -> None:
    assert told(strict, f"{{'said': tried(lambda: {code})}}")["said"] in answers


@pytest.mark.parametrize("limit", ["AS", "CPU", "FSIZE", "NPROC", "NOFILE", "STACK", "CORE", "MEMLOCK"])
def test_raise_rlimits_is_refused_for_every_limit(strict: Pool, limit: str) -> None:
    code = f"""{{
        'hard': tried(lambda: resource.setrlimit(resource.RLIMIT_{limit}, (2**40, 2**40))),
        'none': tried(lambda: resource.setrlimit(resource.RLIMIT_{limit}, (-1, -1))),
        'other': tried(lambda: resource.prlimit(1, resource.RLIMIT_{limit}, (2**40, 2**40))),
    }}"""
    found = told(strict, code)

    assert found == {**dict.fromkeys(("hard", "none"), "not allowed to raise maximum limit"), "other": "EPERM"}


@pytest.mark.parametrize("priority", ["os.nice(-5)", "open('/proc/self/oom_score_adj', 'w').write('-1000')"])
def test_raise_rlimits_by_another_way_is_refused_too(strict: Pool, priority: str) -> None:
    assert told(strict, f"{{'said': tried(lambda: {priority})}}")["said"] in {"EPERM", "EACCES"}


LIAR = """
import torch
class Liar(torch.Tensor):
    shape = property(lambda self: torch.Size([2, 2]))
    def allclose(self, *_, **__):
        return True
    def equal(self, *_):
        return True
    def __eq__(self, _):
        return True
    def __array__(self, *_, **__):
        import numpy
        return numpy.ones((2, 2))
    def numpy(self, *_, **__):
        return self.__array__()
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.ones(2, 2)
def answer():
    return {'y': torch.zeros(3).as_subclass(Liar), 'n': Number(4)}
class Number(int):
    def __eq__(self, _):
        return True
    def __int__(self):
        return 100
    __index__ = __repr__ = __str__ = __int__
"""


def test_liar_tensor_is_the_plain_bytes_that_it_holds(strict: Pool) -> None:
    seen = observe(strict, LIAR)

    assert type(seen.tensors["y"]) is np.ndarray
    assert seen.tensors["y"].tolist() == [0.0, 0.0, 0.0]
    assert seen.tensors["n"] == 4


def test_os_exit_late_costs_the_hidden_case_and_not_the_public_one(strict: Pool) -> None:
    source = """
import os
def answer():
    return {'y': 1.0}
def hidden():
    os._exit(0)
"""
    found = observed(strict, job(source, run("public"), run("hidden", name="hidden"), run("last")))

    assert [found[case].ended for case in ("public", "hidden", "last")] == ["answered", "left", "answered"]
    assert found["hidden"].reason == "left before answering, with exit status 0"


def test_forge_frame_is_data_and_its_values_are_compared_like_any_other(strict: Pool) -> None:
    source = """
import os
from grader.box.inside.frame import encode_frame
def answer():
    head = {"ended": "answered", "fault": None, "reason": "", "texts": {"score": "100"}, "notes": ["all passed"]}
    os.write(3, encode_frame(head, {"y": 100.0}))
    os._exit(0)
"""
    seen = observe(strict, source)

    assert seen.ended == "answered"
    assert seen.tensors["y"] == 100.0
    assert seen.usage.wall_s > 0


LEAVE = """
import os
PLACES = ['/tmp', '/dev/shm', os.environ['HOME'], os.environ['HOME'] + '/.cache/torch']
def answer():
    os.makedirs(PLACES[3], exist_ok=True)
    for place in PLACES:
        open(place + '/note', 'w').close()
    return {'found': found()['found']}
def found():
    return {'found': ' '.join(place for place in PLACES if os.path.exists(place + '/note'))}
"""


def test_leave_files_does_not_reach_the_next_job(strict: Pool) -> None:
    first = observe(strict, LEAVE).texts["found"]
    second = observe(strict, LEAVE, name="found").texts["found"]

    assert len(first.split()) == 4
    assert second == ""


def test_leave_files_does_not_reach_a_case_that_is_apart(strict: Pool) -> None:
    runs = (run("leave"), run("apart", name="found", apart=True))

    assert observed(strict, job(LEAVE, *runs))["apart"].texts["found"] == ""


READ_ALL = """
def read(path):
    return tried(lambda: print(open(path).read()))
FOUND = {
    'env': str(dict(os.environ)),
    'own': read('/proc/self/environ'),
    'parent': read(f'/proc/{os.getppid()}/environ'),
    'line': read('/proc/1/cmdline'),
    'git': os.popen('git config --list').read(),
    'host': socket.gethostname(),
}
def answer():
    return FOUND
"""


def test_env_secrets_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_TEST_TOKEN", SECRET)
    with Pool(HANDOUT, level="strict", workers=1) as pool:
        seen = observe(pool, IMPORTS + TRIED + READ_ALL)

    assert seen.ended == "answered", seen
    assert SECRET not in " ".join([*seen.texts.values(), seen.stdout, seen.stderr])
    assert [seen.texts[name] for name in ("own", "parent", "line", "host")] == ["allowed", "EACCES", "EACCES", "box"]
