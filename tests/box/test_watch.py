"""What grade reads of a job: streams and messages under caps, and the processes of a tree."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from grader.box.watch import CancelledError, Loop, Mailbox, Memory, Stream, children, pid_of, tasks, tree


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    yield ours, theirs
    os.close(ours)


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def sleeper() -> Iterator[int]:
    """A process with two children."""
    code = "import os, time; os.fork() and os.fork(); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-S", "-c", code]) as process:
        deadline = time.monotonic() + 10
        while len(children(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        below = tree(process.pid)
        yield process.pid
        for pid in below:
            os.kill(pid, 9)


def test_a_stream_keeps_its_cap_and_counts_the_rest(pipe: tuple[int, int]) -> None:
    stream = Stream(pipe[0], keep=4)
    os.write(pipe[1], b"abcdefgh")
    still_open = stream.read()
    os.close(pipe[1])

    assert still_open
    assert (bytes(stream.data), stream.total) == (b"abcd", 8)
    assert not stream.read()
    assert stream.ended


def test_draining_does_not_wait_for_whoever_holds_the_other_end(pipe: tuple[int, int]) -> None:
    stream = Stream(pipe[0], keep=100)
    os.write(pipe[1], b"abc")
    stream.drain()
    os.close(pipe[1])

    assert bytes(stream.data) == b"abc"
    assert not stream.ended


def test_a_message_is_a_small_json_object_that_says_where_it_is_from(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    box = Mailbox(sockets[0])
    sockets[1].send(b'{"at": "ready", "threads": 1}')

    assert box.read()
    assert list(box.messages) == [{"at": "ready", "threads": 1}]


@pytest.mark.parametrize(
    "packet", [b"{", b"[]", b"null", b"{}", b'{"at": 5}', b"[" * 60_000, b"\xff", b'{"at": "x"}' + b" " * 70_000]
)
def test_anything_else_ends_the_conversation(sockets: tuple[socket.socket, socket.socket], packet: bytes) -> None:
    box = Mailbox(sockets[0])
    sockets[1].send(packet)
    still_open = box.read()

    assert still_open == (packet.startswith(b'{"at": "x"') and box.closed is False)
    assert len(box.messages) <= 1


def test_the_end_of_the_other_side_closes_a_mailbox(sockets: tuple[socket.socket, socket.socket]) -> None:
    box = Mailbox(sockets[0])

    assert box.read()
    sockets[1].close()
    assert not box.read()
    assert box.closed


def test_a_loop_reads_what_has_come_and_forgets_what_has_ended(pipe: tuple[int, int]) -> None:
    wake, waker = os.pipe()
    loop, stream = Loop(wake), Stream(pipe[0], keep=10)
    loop.add(stream.fd, stream.read)
    os.write(pipe[1], b"abc")
    loop.step(5)
    os.close(pipe[1])
    loop.step(5)
    started = time.monotonic()
    loop.step(0.05)
    loop.close()
    os.close(wake)
    os.close(waker)

    assert bytes(stream.data) == b"abc"
    assert time.monotonic() - started >= 0.04


def test_a_pool_can_wake_a_loop() -> None:
    wake, waker = os.pipe()
    loop = Loop(wake)
    os.write(waker, b"x")
    with pytest.raises(CancelledError):
        loop.step(5)
    loop.close()
    os.close(wake)
    os.close(waker)


def test_a_tree_holds_a_process_and_all_below_it(sleeper: int) -> None:
    assert len(children(sleeper)) == 2
    assert set(tree(sleeper)) == {sleeper, *children(sleeper)}
    assert tasks(sleeper) == 3


def test_a_process_that_is_gone_has_no_children() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()

    assert children(process.pid) == []
    assert tree(process.pid) == [process.pid]


def test_a_pidfd_tells_its_pid_until_the_process_is_reaped() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        handle = os.pidfd_open(process.pid)
        before = pid_of(handle)
        process.kill()
    after = pid_of(handle)
    os.close(handle)

    assert before == process.pid
    assert after == -1


def test_memory_is_looked_at_every_50_ms_and_no_more_often(sleeper: int) -> None:
    memory = Memory(os.getpid(), limit_bytes=1)

    assert not memory.is_over()
    time.sleep(0.06)
    before = time.monotonic()
    assert memory.is_over()
    assert memory.peak > 1
    looked_again = memory.is_over()
    assert not looked_again or time.monotonic() - before > 0.05  # this process itself had to wait for a core


def test_memory_below_its_limit_needs_no_costly_reading(sleeper: int) -> None:
    memory = Memory(os.getpid(), limit_bytes=1 << 40)
    time.sleep(0.06)

    assert not memory.is_over()
    assert memory.peak == 0


LETS_GO = """
import mmap, sys
kept = [mmap.mmap(-1, 1 << 26) for _ in range(4)]
for each in kept:
    each.write(b"x" * len(each))
    each.madvise(mmap.MADV_DONTNEED)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("limit_bytes", "over"), [(1 << 27, True), (1 << 29, False)])
def test_shared_memory_that_a_process_lets_go_of_still_counts(limit_bytes: int, *, over: bool) -> None:
    memory = Memory(0, limit_bytes)
    with subprocess.Popen([sys.executable, "-c", LETS_GO], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        memory._pid = process.pid
        time.sleep(0.06)
        found = memory.is_over()
        process.kill()

    assert found is over
    assert not over or memory.peak > 1 << 27


def test_what_others_share_is_nobodys_fault(sleeper: int) -> None:
    memory = Memory(sleeper, 1 << 27)
    with subprocess.Popen([sys.executable, "-c", LETS_GO], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.06)
        found = memory.is_over()
        process.kill()

    assert not found
