"""One slot: a zygote in its bubblewrap, and the one job that it runs at a time.

    grade -- control --> zygote     orders; `hello`, `over`, `error`
    grade -- status ---> stage1     a pidfd first, how the job ended last; closing our side ends the job
    grade -- talk -----> student    units, ready, done; cases with their descriptors
    grade <- pipes ----- student    output of the import; answer and output of each case

A slot belongs to one thread that lives as long as the pool: the parent-death signal of its processes follows the
thread. All that comes over talk and the pipes is a claim of the student's. Whatever goes wrong with control or status
is ours: `BoxDiedError`.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from grader.box import recipes
from grader.box.watch import Loop, Mailbox, Stream, pid_of
from grader.nouns.plain import Level

START_S: Final = 120.0
GONE_S: Final = 0.5  # how soon it is noticed that a slot was killed while it started
END_S: Final = 300.0  # generous, since being late is never a student's fault: a job may leave a million files to remove
PIPE_BYTES: Final = 1024**2
_MESSAGE_BYTES: Final = 64 * 1024


class BoxDiedError(Exception):
    """The zygote or stage1 is gone or in error; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a zygote; bubblewrap itself gets no environment, since a job could read it."""

    words: list[str]
    environment: Mapping[str, str]
    user: int | None = None  # drop to this uid and gid first


def command(host: recipes.Host, level: Level, control: int, uid: int | None, scratch: str) -> Command:
    """How to start the host's program at this level, as this uid or as the caller."""
    if level != "strict":
        words = recipes.command(host, control, scratch=scratch, parent=os.getpid())
        return Command(words, host.environment, uid)
    if uid is None:
        return Command(recipes.ordinary(host, host, control), {})
    return Command(recipes.root(host, uid, control), {})


def packed(files: Mapping[str, bytes]) -> int:
    """A memfd that holds these files as inside/stage1.py unpacks them; the caller closes it."""
    fd = os.memfd_create("handin", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(fd), "wb") as stream:
        stream.write(struct.pack("<I", len(files)))
        for name, content in files.items():
            encoded = os.fsencode(name)
            stream.write(struct.pack("<HQ", len(encoded), len(content)) + encoded + content)
    return fd


class Zygote:
    """A running zygote; `kill` ends it and all below it."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, loop: Loop) -> None:
        self._process = process
        self.loop = loop
        self.control = Mailbox(control)
        self.jobs = 0
        loop.add(control.fileno(), self.control.read)

    def hello(self) -> dict[str, Any]:
        """What the zygote says once it has imported everything.

        Raises: BoxDiedError if it says something else or nothing.
        """
        message = self.next_message(START_S)
        if message["at"] != "hello":
            raise BoxDiedError(str(message.get("error", message)))
        return message

    def next_message(self, timeout_s: float) -> dict[str, Any]:
        """The next word of the zygote.

        Raises: BoxDiedError if there is none in time.
        """
        deadline = time.monotonic() + timeout_s
        while not self.control.messages:
            left = deadline - time.monotonic()
            is_gone = self._process.poll() is not None
            self.loop.step(0.0 if is_gone else min(left, GONE_S))  # what it said last may still lie there
            if not self.control.messages and (self.control.closed or left <= 0 or is_gone):
                raise BoxDiedError(self.last_words())
        return self.control.messages.popleft()

    def last_words(self) -> str:
        """How the zygote ended, and the end of what it wrote to stderr."""
        if not self.control.closed and self._process.poll() is None:
            return "the zygote does not answer"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        text, status = b"", self._process.poll()
        if self._process.stderr is not None:
            os.set_blocking(self._process.stderr.fileno(), False)
            text = self._process.stderr.read() or b""
        return f"the zygote is gone, status {status}: {text.decode(errors='backslashreplace')[-2000:]}"

    def kill(self) -> None:
        """Ends the zygote and waits until it is gone; in a slot, all of the slot."""
        self.loop.remove(self.control.fileno())
        self.control.sock.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def start(command: Command, control: socket.socket, theirs: socket.socket, loop: Loop) -> Zygote:
    """Starts a zygote that holds `theirs`; `control` is our end.

    Raises: BoxDiedError if its program cannot be started.
    """
    try:
        return Zygote(spawn(command, theirs), control, loop)
    except OSError as error:
        control.close()
        raise BoxDiedError(str(error)) from error


def spawn(command: Command, theirs: socket.socket) -> subprocess.Popen[bytes]:
    """Starts a program that holds `theirs`, which is closed here; its errors can be read.

    Raises: OSError if it cannot be started.
    """
    with theirs:
        return subprocess.Popen(
            command.words,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
            user=command.user,
            group=command.user,
            extra_groups=None if command.user is None else [],
            cwd="/",
        )


class RunningJob:
    """One job in a slot, from the order to its end; leaving the context kills what is left of it."""

    def __init__(self, zygote: Zygote, order: Mapping[str, Any], files: int, output_bytes: int) -> None:
        self._zygote = zygote
        self._pidfd = -1
        self._kills = False  # whether killing that process ends the job; else stage1 does it, asked by the socket
        self._failure = ""
        self._over = self._asked = False
        self.report: dict[str, Any] | None = None
        talk, their_talk = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._status.setblocking(False)
        self.talk = Mailbox(talk)
        self.out, their_out = pipe(output_bytes)
        self.err, their_err = pipe(output_bytes)
        with their_talk, their_status:
            message = json.dumps(order).encode()
            theirs = [files, their_talk.fileno(), their_status.fileno(), their_out, their_err]
            try:
                socket.send_fds(zygote.control.sock, [message], theirs)
            except OSError as error:
                self._failure = f"the zygote takes no orders: {error}"
            finally:
                os.close(their_out)
                os.close(their_err)
        zygote.jobs += 1
        self._sources: dict[int, Callable[[], bool]] = {
            self._status.fileno(): self._hear,
            self.talk.fileno(): self.talk.read,
            self.out.fd: self.out.read,
            self.err.fd: self.err.read,
        }
        for fd, read in self._sources.items():
            zygote.loop.add(fd, read)

    def __enter__(self) -> RunningJob:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.end()
        finally:
            self._forget()

    @property
    def is_over(self) -> bool:
        """Whether the student process has ended by itself."""
        return self.report is not None

    def check(self) -> None:
        """Asserts that our own processes are in order.

        Raises: BoxDiedError if the zygote or stage1 are gone or in error.
        """
        said = (str(word["error"]) for word in self._zygote.control.messages if "error" in word)
        self._failure = next(said, "") or self._failure  # its own word tells more than what it left open
        if not self._failure and self._zygote.control.closed:
            self._failure = self._zygote.last_words()
        if self._failure:
            raise BoxDiedError(self._failure)

    def step(self, timeout_s: float) -> None:
        """Reads what has come from anywhere, waiting at most so long for the first.

        Raises: BoxDiedError, CancelledError.
        """
        self._zygote.loop.step(timeout_s)
        self.check()

    def read_also(self, *streams: Stream) -> None:
        """Reads these too, until they are forgotten."""
        for stream in streams:
            self._zygote.loop.add(stream.fd, stream.read)

    def forget(self, *streams: Stream) -> None:
        """Reads these no more, and closes them."""
        for stream in streams:
            self._zygote.loop.remove(stream.fd)
            os.close(stream.fd)

    def pid(self) -> int:
        """The root of the job's processes, as this machine numbers it; -1 if it is gone.

        Raises: BoxDiedError if stage1 does not say.
        """
        self._wait(END_S, for_report=False)
        return pid_of(self._pidfd) if self._pidfd >= 0 else -1

    def end(self) -> dict[str, Any]:
        """Kills whatever is left; how the job ended: `exit`, `cpu_s`, `peak`.

        Raises: BoxDiedError if stage1 or the zygote do not say.
        """
        self._wait(END_S, for_report=False)
        self._asked = True
        if self._pidfd >= 0 and self._kills and not self._over:
            with suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        with suppress(OSError):
            self._status.shutdown(socket.SHUT_WR)
        self._wait(END_S, for_report=True)
        while not self._over:
            self._over = self._zygote.next_message(END_S)["at"] == "over"
        return self.report or {}

    def _wait(self, timeout_s: float, *, for_report: bool) -> None:
        deadline = time.monotonic() + timeout_s
        while self.report is None and (for_report or self._pidfd < 0):
            left = deadline - time.monotonic()
            if left <= 0:
                raise BoxDiedError("stage1 does not answer")
            self.step(left)

    def _hear(self) -> bool:
        """Takes one message of stage1: the pidfd first, the report last."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._status, _MESSAGE_BYTES, 1)
        except OSError:
            packet, descriptors = b"", []
        if descriptors:
            self._pidfd, self._kills = descriptors[0], bool(json.loads(packet)["kill"])
            return True
        message = json.loads(packet) if packet else {"at": "error", "error": "stage1 left without a report"}
        if message["at"] == "error":
            self._failure = str(message["error"])
        elif message.get("lost") and not self._asked:  # nobody in the job can do that to its pid 1
            self._failure = "pid 1 of the job was killed, and not by us"
        else:
            self.report = message
        return False

    def _forget(self) -> None:
        for fd in self._sources:
            self._zygote.loop.remove(fd)
        self.talk.sock.close()
        self._status.close()
        for fd in (self.out.fd, self.err.fd, self._pidfd):
            with suppress(OSError):
                os.close(fd)


def pipe(keep: int) -> tuple[Stream, int]:
    """A pipe that we read without waiting, keeping so many bytes; and the end for the other side."""
    ours, theirs = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(ours, False)
    with suppress(OSError):
        fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return Stream(ours, keep), theirs
