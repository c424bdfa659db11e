"""One slot as grade sees it: how it is started, what it says, and that ending a job leaves nothing open."""

from __future__ import annotations

import fcntl
import gc
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.box import recipes
from grader.box.slot import BoxDiedError, Command, RunningJob, Zygote, command, packed, pipe, spawn, start
from grader.box.watch import Loop
from grader.nouns.plain import Level
from tests.box.orders import LIMITS, asked, imported, ordered

Zygotes = Callable[[Level], Zygote]
HOST = recipes.Host(base="/opt/py", venv="/opt/py", worker="/w", links={})
FINE = "def answer():\n    return {'y': 1.0}\n"
SAY = "import socket; talk = socket.socket(fileno={fd}); talk.send({said!r}); talk.recv(100)"
SILENT = "import socket; socket.socket(fileno={fd}).recv(100)"


@pytest.fixture
def program() -> Iterator[Callable[[str], Zygote]]:
    """Starts a small program in the place of the zygote's."""
    started: list[Zygote] = []
    wake, waker = os.pipe()

    def begin(code: str, **told: object) -> Zygote:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [sys.executable, "-S", "-c", code.replace("{fd}", str(theirs.fileno()))]
        started.append(start(Command(words, {}, **told), ours, theirs, Loop(wake)))  # type: ignore[arg-type]
        return started[-1]

    yield begin
    for zygote in started:
        zygote.kill()
        zygote.loop.close()
    os.close(wake)
    os.close(waker)


def open_files() -> int:
    gc.collect()  # what earlier tests left would be closed at any time
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# --- how it is started ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "uid", "first", "user"),
    [
        ("strict", None, recipes.ordinary(HOST, HOST, 7), None),
        ("strict", 60_800, recipes.root(HOST, 60_800, 7), None),
        ("container", 60_800, recipes.command(HOST, 7, scratch="/s", parent=os.getpid()), 60_800),
        ("container", None, recipes.command(HOST, 7, scratch="/s", parent=os.getpid()), None),
        ("open", None, recipes.command(HOST, 7, scratch="/s", parent=os.getpid()), None),
    ],
)
def test_which_recipe_a_level_is_started_by(level: Level, uid: int | None, first: list[str], user: int | None) -> None:
    found = command(HOST, level, 7, uid, "/s")

    assert (found.words, found.user) == (first, user)


@pytest.mark.parametrize(("level", "names"), [("strict", set()), ("container", {*HOST.environment})])
def test_bubblewrap_gets_no_environment_and_a_bare_zygote_the_recipes(level: Level, names: set[str]) -> None:
    assert set(command(HOST, level, 7, None, "/s").environment) == names


def test_a_program_gets_what_it_is_told_and_nothing_of_ours(program: Callable[[str], Zygote]) -> None:
    os.environ["GRADE_TOKEN"] = "secret"
    code = """
import json, os, socket
files = [n for n in range(3, 256) if os.path.exists(f'/proc/self/fd/{n}')]
found = {'env': sorted(os.environ), 'cwd': os.getcwd(), 'files': files}
socket.socket(fileno={fd}).send(json.dumps({'at': 'hello', **found}).encode())
"""
    found = program(code).hello()
    del os.environ["GRADE_TOKEN"]

    assert set(found["env"]) <= {"LC_CTYPE"}
    assert found["cwd"] == "/"
    assert len(found["files"]) == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_program_is_started_as_the_user_of_its_slot_without_our_groups() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, spawn(Command(["/bin/sh", "-c", "echo $(id -u; id -g; id -G) >&2"], {}, 61_111), theirs) as process:
        said = process.communicate(timeout=10)[1]

    assert said.split() == [b"61111"] * 3


def test_a_program_that_is_not_there_is_said_so_and_both_ends_are_closed() -> None:
    (ours, theirs), (wake, waker) = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET), os.pipe()
    with pytest.raises(BoxDiedError, match=r"No such file or directory: '/nowhere/python3'"):
        start(Command(["/nowhere/python3"], {}), ours, theirs, Loop(wake))
    os.close(wake)
    os.close(waker)

    assert (ours.fileno(), theirs.fileno()) == (-1, -1)


# --- what it says -----------------------------------------------------------------------------------------------


def test_hello_is_passed_on(program: Callable[[str], Zygote]) -> None:
    said = b'{"at": "hello", "python": "3.11"}'

    assert program(SAY.replace("{said!r}", repr(said))).hello() == {"at": "hello", "python": "3.11"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b'{"at": "error", "error": "no torch here"}', "^no torch here$"),
        (b'{"at": "over", "status": 0}', "'at': 'over'"),
        (b"not JSON", "the zygote is gone, status "),
    ],
)
def test_any_other_first_word_is_a_fault_of_ours(program: Callable[[str], Zygote], said: bytes, reason: str) -> None:
    zygote = program(SAY.replace("{said!r}", repr(said)))

    with pytest.raises(BoxDiedError, match=reason):
        zygote.hello()


def test_what_a_zygote_wrote_before_it_died_is_its_last_word(program: Callable[[str], Zygote]) -> None:
    zygote = program("import sys; sys.exit('libtorch is broken')")

    with pytest.raises(BoxDiedError, match=r"^the zygote is gone, status 1: libtorch is broken"):
        zygote.hello()


def test_a_silent_zygote_is_waited_for_only_so_long(program: Callable[[str], Zygote]) -> None:
    with pytest.raises(BoxDiedError, match=r"^the zygote does not answer$"):
        program(SILENT).next_message(0.05)


def test_killing_waits_until_it_is_gone(program: Callable[[str], Zygote]) -> None:
    zygote = program(SILENT)
    zygote.kill()

    assert zygote._process.returncode == -9
    assert zygote.control.sock.fileno() == -1


def test_a_zygote_that_takes_no_orders_is_our_fault(program: Callable[[str], Zygote]) -> None:
    zygote = program("")
    zygote._process.wait()
    files = packed({})
    job = RunningJob(zygote, {"limits": LIMITS, "blocked": {}}, files, 100)
    os.close(files)

    with pytest.raises(BoxDiedError, match=r"^the zygote takes no orders: .*Broken pipe"), job:
        job.check()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b'{"at": "error", "error": "two threads"}', "^two threads$"),
        (b'{"at": "over", "status": 1}', "^stage1 left without a report$|^the zygote is gone, status "),
    ],
)
def test_a_zygote_that_leaves_instead_of_running_a_job_says_why(
    program: Callable[[str], Zygote], said: bytes, reason: str
) -> None:
    code = "import socket; talk = socket.socket(fileno={fd}); socket.recv_fds(talk, 9999, 5); talk.send("
    files = packed({})
    job = RunningJob(program(f"{code}{said!r})"), {"limits": LIMITS, "blocked": {}}, files, 100)
    os.close(files)

    with pytest.raises(BoxDiedError, match=reason), job:
        job.pid()


# --- a job ------------------------------------------------------------------------------------------------------


def test_files_are_packed_as_a_count_and_then_name_length_and_bytes() -> None:
    with os.fdopen(packed({"\u00e9.py": b"xyz"}), "rb") as stream:
        stream.seek(0)

        assert stream.read() == struct.pack("<IHQ", 1, 5, 3) + "\u00e9.py".encode() + b"xyz"


def test_packed_files_are_not_inherited_by_what_we_start() -> None:
    fd = packed({})
    flags = fcntl.fcntl(fd, fcntl.F_GETFD)
    os.close(fd)

    assert flags & fcntl.FD_CLOEXEC


def test_a_pipe_is_read_without_waiting_and_keeps_its_cap() -> None:
    stream, theirs = pipe(4)
    empty = stream.read()
    os.write(theirs, b"abcdef")
    stream.read()
    os.close(theirs)
    os.close(stream.fd)

    assert empty
    assert (bytes(stream.data), stream.total) == (b"abcd", 6)


@pytest.mark.parametrize("level", ["open", "strict"])
def test_a_job_leaves_no_descriptor_open_here(zygotes: Zygotes, level: Level) -> None:
    zygote = zygotes(level)
    before = open_files()
    with ordered(zygote, FINE) as job:
        imported(job)
        asked(job)
    after = open_files()

    assert after == before


def test_a_job_that_is_dropped_by_an_exception_leaves_none_either(zygotes: Zygotes) -> None:
    zygote = zygotes("open")
    before = open_files()
    with pytest.raises(LookupError), ordered(zygote, FINE):
        raise LookupError
    after = open_files()

    assert after == before
    assert zygote.next_message(30)["at"] == "over"


@pytest.mark.parametrize("level", ["open", "strict"])
def test_jobs_are_counted_and_one_follows_the_other(zygotes: Zygotes, level: Level) -> None:
    zygote = zygotes(level)
    before = zygote.jobs
    for _ in range(2):
        with ordered(zygote, FINE) as job:
            imported(job)

    assert zygote.jobs == before + 2
    assert job.is_over
    assert job.report == {**job.end(), "exit": -9}


def test_the_root_of_a_job_is_no_process_any_more_once_it_is_over(zygotes: Zygotes) -> None:
    with ordered(zygotes("strict"), FINE) as job:
        during = job.pid()
        job.end()
        after = job.pid()

    assert during > 1
    assert after == -1
