"""The zygote: what it says of itself, that it forks only while that is sound, and when it leaves."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grader.box.inside import zygote as entry
from grader.box.inside.zygote import threads_here
from grader.box.slot import BoxDiedError, Zygote
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from tests.box.jobs import HANDOUT, WITH_TORCH
from tests.box.orders import asked, imported, ordered, running_zygote

Zygotes = Callable[[Level], Zygote]
FINE = "def answer():\n    return {'y': 1.0}\n"
THREAD = "\nimport threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"


@pytest.fixture(scope="module")
def threaded() -> Iterator[Zygote]:
    """A zygote whose probes have started a thread."""
    with running_zygote("open", replace(HANDOUT, probes=HANDOUT.probes + THREAD)) as zygote:
        yield zygote


def test_threads_are_counted_with_the_first_one() -> None:
    before, leave = threads_here(), threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    during = threads_here()
    leave.set()
    thread.join()

    assert during == before + 1 >= 2


@pytest.mark.slow
@pytest.mark.parametrize(("handout", "version"), [(WITH_TORCH, torch.__version__), (HANDOUT, None)])
def test_hello_says_which_python_and_torch_will_run_the_hand_ins(handout: Handout, version: str | None) -> None:
    with running_zygote("open", handout) as zygote:
        hello = zygote.hello()

    assert (hello["python"], hello["torch"]) == (platform.python_version(), version)
    assert (hello["prefix"], hello["base_prefix"]) == (sys.prefix, sys.base_prefix)
    assert (hello["uid"], hello["threads"]) == (os.getuid(), 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", ["    import torch\n    return {'y': torch.ones(2)}\n", "    return {'y': kit.drawn('y', (2,), seed)}\n"]
)
def test_what_only_the_functions_of_probes_name_is_imported_once_and_not_in_every_case(body: str) -> None:
    probes = f"from grader import kit\n\n\ndef call(hw, *, seed):\n{body}"
    with running_zygote("open", replace(HANDOUT, probes=probes)) as zygote:
        assert zygote.hello()["torch"] == torch.__version__


def test_probes_that_start_a_thread_are_told_of_and_no_job_is_forked(threaded: Zygote) -> None:
    hello = threaded.hello()

    assert hello["threads"] == 2
    with pytest.raises(BoxDiedError, match=r"^the zygote has more than one thread$"), ordered(threaded, FINE):
        pass


@pytest.mark.parametrize("level", ["open", "strict"])
def test_every_job_is_a_fresh_fork_and_the_zygote_stays_as_it_was(zygotes: Zygotes, level: Level) -> None:
    source = (
        "import torch\ntorch.mine = getattr(torch, 'mine', 0) + 1\ndef answer():\n    return {'n': str(torch.mine)}\n"
    )
    counts = []
    for _ in range(3):
        with ordered(zygotes(level), source) as job:
            imported(job)
            counts.append(asked(job).texts["n"])

    assert counts == ["1", "1", "1"]


def test_a_job_computes_with_one_thread(zygotes: Zygotes) -> None:
    source = """
import os, torch
def answer():
    (torch.ones(300, 300) @ torch.ones(300, 300)).sum()
    return {'said': str(torch.get_num_threads()), 'run': str(len(os.listdir('/proc/self/task')))}
"""
    with ordered(zygotes("open"), source) as job:
        imported(job)

        assert asked(job).texts == {"said": "1", "run": "1"}


def test_a_job_may_raise_threads_of_its_own_and_compute_gradients(zygotes: Zygotes) -> None:
    source = """
import torch
torch.set_num_threads(2)
def answer():
    layer = torch.nn.LSTM(64, 64)
    layer(torch.ones(40, 30, 64))[0].sum().backward()
    large = torch.ones(400, 400) @ torch.ones(400, 400)
    return {'threads': str(torch.get_num_threads()), 'sum': str(float(large.sum())), 'told': str(bool(
        all(each.grad is not None for each in layer.parameters())))}
"""
    with ordered(zygotes("open"), source) as job:
        imported(job)

        assert asked(job).texts == {"threads": "2", "sum": "64000000.0", "told": "True"}


def test_what_is_slow_the_first_time_is_quick_in_every_job(zygotes: Zygotes) -> None:
    source = """
import time, torch
def answer():
    layer, x = torch.nn.LSTM(5, 3, bidirectional=True), torch.ones(4, 2, 5)
    begun = time.process_time()
    layer(x)
    first = time.process_time()
    for _ in range(60):
        layer(x)
    return {'quick': str(first - begun < time.process_time() - first)}
"""
    with ordered(zygotes("open"), source) as job:
        imported(job)

        assert asked(job).texts == {"quick": "True"}


def test_a_job_gets_none_of_the_zygotes_descriptors(zygotes: Zygotes) -> None:
    source = """
import os
KINDS = sorted({os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in os.listdir('/proc/self/fd')
                if os.path.exists(f'/proc/self/fd/{n}')})
NUMBERS = [n for n in range(64) if os.path.exists(f'/proc/self/fd/{n}')]
def answer():
    return {'kinds': ' '.join(KINDS), 'numbers': str(NUMBERS)}
"""
    with ordered(zygotes("open"), source) as job:
        imported(job)
        found = asked(job).texts

    assert found["numbers"] == "[0, 1, 2, 3, 10]"
    assert set(found["kinds"].split()) == {"/dev/null", "pipe", "socket"}


def start(*arguments: str, control: socket.socket) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-I", "-B", str(Path(entry.__file__)), str(control.fileno()), *arguments]
    return subprocess.Popen(words, pass_fds=[control.fileno()], stderr=subprocess.PIPE)


@pytest.fixture
def control() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


def test_a_zygote_whose_parent_is_gone_already_leaves_before_it_imports_anything(
    control: tuple[socket.socket, socket.socket],
) -> None:
    with start("", "1", control=control[1]) as process:
        control[1].close()

        assert control[0].recv(1000) == b""
    assert process.returncode == 0


@pytest.mark.slow
def test_a_zygote_without_its_probes_says_why_it_cannot_start(control: tuple[socket.socket, socket.socket]) -> None:
    with start("", "0", control=control[1]) as process:
        control[1].close()
        said = control[0].recv(2**16)

    assert b'"at": "error"' in said
    assert b"probes.py" in said
    assert process.returncode == 0


def test_a_zygote_leaves_when_grade_closes_the_control_socket() -> None:
    with running_zygote("open") as zygote:
        zygote.hello()
        zygote.control.sock.shutdown(socket.SHUT_WR)
        status = zygote._process.wait(30)

    assert status == 0
