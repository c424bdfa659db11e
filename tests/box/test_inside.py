"""The box as a hand-in sees it, at every level and by both recipes: what is denied, and what is simply not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.box.conftest import Box

STRICT = ["strict", pytest.param("user strict", marks=pytest.mark.slow)]
CONTAINER = [
    pytest.param("root container", marks=pytest.mark.slow),
    pytest.param("user container", marks=pytest.mark.slow),
]
MEMORY = {"memory_bytes": 2**30}
LOOK = """
import errno, os, signal, socket, sys
def tried(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return 'allowed'
def status(key):
    lines = open('/proc/self/status').read().splitlines()
    return next(line.split(':')[1].strip() for line in lines if line.startswith(key + ':'))
"""


@pytest.fixture(scope="module")
def marker() -> Iterator[Path]:
    """A file with a secret, where anybody of this machine could read it."""
    path = Path("/var/tmp") / f"grade-marker-{secrets.token_hex(8)}"
    path.write_text(f"secret {secrets.token_hex(16)}")
    path.chmod(0o644)
    yield path
    path.unlink()


def look(boxes: Callable[[str], Box], box: str, code: str) -> dict[str, Any]:
    """What the hand-in's `answer` returns, run when the file is imported, in the student process itself."""
    seen = boxes(box).observe(f"{LOOK}\nFOUND = {code}\ndef answer():\n    return FOUND\n")
    assert seen["ended"] == "answered", seen

    return {**seen["tensors"], **seen["texts"]}


@pytest.mark.parametrize("box", STRICT)
def test_a_job_is_the_one_unprivileged_user_of_its_own_world(boxes: Callable[[str], Box], box: str) -> None:
    found = look(boxes, box, "{'uids': str(os.getresuid()), 'gids': str(os.getgroups()), 'pid': os.getpid()}")

    assert found["uids"] == "(65533, 65533, 65533)"
    assert "0" not in found["gids"].replace("65534", "").replace("65533", "")
    assert found["pid"] == 2


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_a_job_never_has_real_uid_0(boxes: Callable[[str], Box], box: str) -> None:
    assert look(boxes, box, "{'uid': os.getuid()}")["uid"] != 0


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_a_job_holds_no_capability_and_cannot_gain_one(boxes: Callable[[str], Box], box: str) -> None:
    found = look(boxes, box, "{key: status(key) for key in ('CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs', 'Seccomp')}")

    assert found["CapPrm"] == found["CapEff"] == found["CapAmb"] == "0" * 16
    assert found["NoNewPrivs"] == "1"
    assert found["Seccomp"] == "2"


@pytest.mark.parametrize("box", STRICT + CONTAINER)
@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("os.setuid(0)", {"EPERM", "EINVAL"}),
        ("socket.socket(socket.AF_INET)", {"EAFNOSUPPORT"}),
        ("socket.socket(socket.AF_NETLINK)", {"EAFNOSUPPORT"}),
        ("socket.socket(socket.AF_VSOCK)", {"EAFNOSUPPORT"}),
        ("socket.socket(socket.AF_PACKET)", {"EAFNOSUPPORT"}),
        ("os.kill(1, 9)", {"EPERM"}),
        ("os.kill(os.getppid(), signal.SIGSTOP)", {"EPERM"}),
        ("os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)", {"EPERM"}),
        ("os.sched_setaffinity(os.getppid(), {0})", {"EPERM"}),
        ("__import__('resource').prlimit(os.getppid(), 4, (0, 0))", {"EPERM"}),
        ("os.listdir('/')", {"EACCES"}),
        ("os.listdir('/home')", {"EACCES", "ENOENT"}),
        ("os.listdir('/root')", {"EACCES", "ENOENT"}),
        ("open('/etc/passwd')", {"EACCES", "ENOENT"}),
        ("open('/proc/1/environ')", {"EACCES"}),
        ("open('/proc/1/mem')", {"EACCES"}),
        ("open('/proc/kcore')", {"EACCES", "ENOENT"}),
        ("open('/proc/self/oom_score_adj', 'w')", {"EACCES"}),
        ("open('/usr/mark', 'w')", {"EACCES", "EROFS"}),
        ("open(sys.prefix + '/mark', 'w')", {"EACCES", "EROFS"}),
        ("os.memfd_create('x')", {"ENOSYS"}),
        ("os.open('/dev/kmsg', os.O_RDONLY)", {"EACCES", "ENOENT"}),
    ],
)
def test_what_a_job_is_denied(boxes: Callable[[str], Box], box: str, code: str, answers: set[str]) -> None:
    found = look(boxes, box, f"{{'said': tried(lambda: {code})}}")

    assert found["said"] in answers


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_limits_cannot_be_raised_again(boxes: Callable[[str], Box], box: str) -> None:
    code = "import resource\ndef answer():\n    resource.setrlimit(resource.RLIMIT_NOFILE, (9999, 9999))\n"
    seen = boxes(box).observe(code)

    assert seen["reason"] == "ValueError: not allowed to raise maximum limit"


@pytest.mark.parametrize("box", STRICT + CONTAINER)
@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("unshare", "0x10000000", "EPERM"),
        ("setns", "0, 0", "EPERM"),
        ("mount", "0, 0, 0, 0, 0", "EPERM"),
        ("chroot", "b'/tmp'", "EPERM"),
        ("ptrace", "16, 1, 0, 0", "EPERM"),
        ("shmget", "0, 4096, 0o1600", "ENOSYS"),
        ("inotify_init", "", "ENOSYS"),
    ],
)
def test_which_calls_a_job_is_denied(
    boxes: Callable[[str], Box], box: str, name: str, arguments: str, answer: str
) -> None:
    code = f"""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.{name}({arguments})
ERROR = errno.errorcode[ctypes.get_errno()]
def answer():
    return {{'said': ERROR}}
"""
    assert boxes(box).observe(code)["texts"]["said"] == answer


@pytest.mark.parametrize("box", STRICT)
def test_nothing_of_the_host_is_in_sight(boxes: Callable[[str], Box], box: str, marker: Path) -> None:
    here = Path(__file__).resolve()
    found = look(
        boxes,
        box,
        f"{{'marker': tried(lambda: os.stat({str(marker)!r})), 'course': tried(lambda: os.stat({str(here)!r}))}}",
    )

    assert found == {"marker": "ENOENT", "course": "ENOENT"}


@pytest.mark.parametrize("box", CONTAINER)
def test_without_a_slot_the_host_is_in_sight_but_denied(boxes: Callable[[str], Box], box: str, marker: Path) -> None:
    found = look(boxes, box, f"{{'marker': tried(lambda: open({str(marker)!r}))}}")

    assert found["marker"] == "EACCES"


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_the_environment_is_the_recipes_and_nothing_else(boxes: Callable[[str], Box], box: str) -> None:
    found = look(boxes, box, "{'names': ' '.join(sorted(os.environ)), 'user': os.environ['USER']}")

    assert set(found["names"].split()) <= {
        *("HOME", "LANG", "LC_CTYPE", "LOGNAME", "MKL_NUM_THREADS", "MPLBACKEND", "OMP_NUM_THREADS"),
        *("OPENBLAS_NUM_THREADS", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "TMPDIR", "USER"),
    }
    assert found["user"] == "student"


@pytest.mark.parametrize("box", STRICT)
def test_the_network_is_a_loopback_that_is_down(boxes: Callable[[str], Box], box: str) -> None:
    code = (
        "{'names': ' '.join(sorted(line.split(':')[0].strip() for line in open('/proc/self/net/dev') if ':' in line))}"
    )

    assert look(boxes, box, code)["names"] == "lo"


@pytest.mark.parametrize("box", STRICT)
def test_temporary_files_have_64_mib_and_then_no_room(boxes: Callable[[str], Box], box: str) -> None:
    found = look(
        boxes,
        box,
        "{'size': os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize, "
        "'shm': os.statvfs('/dev/shm').f_blocks * os.statvfs('/dev/shm').f_frsize, "
        "'full': tried(lambda: [open(f'/tmp/{n}', 'wb').write(bytes(2**24)) for n in range(5)]), "
        "'many': tried(lambda: [os.mkdir(f'/dev/shm/{n}') for n in range(2000)])}",
    )

    assert found == {"size": 64 * 2**20, "shm": 64 * 2**20, "full": "ENOSPC", "many": "ENOSPC"}


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_nothing_passes_from_one_job_to_the_next(boxes: Callable[[str], Box], box: str) -> None:
    leave = "{'said': tried(lambda: open(os.environ['TMPDIR'] + '/note', 'w').close())}"
    find = "{'names': ' '.join(os.listdir(os.environ['TMPDIR'])), 'home': ' '.join(os.listdir(os.environ['HOME']))}"

    assert look(boxes, box, leave) == {"said": "allowed"}
    assert look(boxes, box, find) == {"names": "", "home": ""}


@pytest.mark.parametrize("box", STRICT + CONTAINER)
def test_the_interpreter_can_start_itself_with_torch(boxes: Callable[[str], Box], box: str) -> None:
    code = (
        "import os, subprocess, sys\n"
        "def answer():\n"
        "    line = [sys.executable, '-c', 'import torch; print(torch.ones(3).sum().item())']\n"
        "    return {'out': subprocess.run(line, capture_output=True, text=True).stdout}\n"
    )
    assert boxes(box).observe(code)["texts"]["out"] == "3.0\n"


@pytest.mark.parametrize("box", STRICT)
def test_workers_of_a_data_loader_work(boxes: Callable[[str], Box], box: str) -> None:
    code = """
import torch
from torch.utils.data import DataLoader
def answer():
    loader = DataLoader(torch.arange(6), batch_size=2, num_workers=2)
    return {'y': torch.stack([batch.sum() for batch in loader])}
"""
    assert boxes(box).observe(code)["tensors"]["y"] == [1, 5, 9]


def test_open_protects_nobody_but_keeps_the_same_wire(boxes: Callable[[str], Box]) -> None:
    found = look(boxes, "open", "{'uid': os.getuid(), 'root': tried(lambda: os.listdir('/'))}")

    assert found == {"uid": os.getuid(), "root": "allowed"}


@pytest.mark.parametrize("box", CONTAINER)
@pytest.mark.parametrize(
    ("code", "changes", "limit"),
    [
        ("time.sleep(60)", {"wall_s": 1.0}, "wall"),
        ("[os.fork() or time.sleep(60) for _ in range(500)]", {}, "processes"),
        (
            "[os.fork() or [bytearray(b'x') * 2**28, time.sleep(60)] for _ in range(9)]; time.sleep(60)",
            {"memory_bytes": 2**30},
            "memory",
        ),
        ("exec('while True: pass')", {"cpu_s": 1.0, "wall_s": 60.0}, "cpu"),
    ],
)
def test_limits_hold_without_a_slot_and_nothing_survives_them(
    boxes: Callable[[str], Box], box: str, code: str, changes: dict[str, Any], limit: str
) -> None:
    seen = boxes(box).observe(f"import os, time\ndef answer():\n    {code}\n", **changes)

    assert (seen["ended"], seen["limit"]) == ("stopped", limit)
    assert boxes(box).observe("def answer():\n    return {'y': 1}\n")["ended"] == "answered"
