"""What code in a job is refused at level `strict`: sockets, rights, limits, processes; and that its answer is data.

How whole hand-ins end that are hostile is the matter of tests/hostile.
"""

from __future__ import annotations

import os
import socket

import numpy as np
import pytest

from grader.box.pool import Pool
from tests.box.jobs import HANDOUT, job, observe, observed, run

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
