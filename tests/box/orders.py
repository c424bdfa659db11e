"""A zygote of our own, and orders to it message by message: for tests of what passes between grade and a slot."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from grader.box import recipes, staging
from grader.box.slot import RunningJob, Zygote, command, packed, pipe, start
from grader.box.switches import ALL_ON
from grader.box.uids import take_uids
from grader.box.watch import Loop
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from tests.box.jobs import FINE, HANDOUT

PATIENCE_S = 60.0
LIMITS = {"cpu_s": 20, "memory_bytes": 2**31, "processes": 64}


@contextmanager
def running_zygote(level: Level, handout: Handout = HANDOUT) -> Iterator[Zygote]:
    """A zygote that has not yet said anything."""
    folder = staging.make_folder()
    uids = take_uids(1) if os.getuid() == 0 and level == "strict" else []
    for name in ("worker", "slot"):
        (folder / name).mkdir()
    folder.chmod(0o711)
    staging.stage(folder / "worker", handout, staging.plan(handout, level, ALL_ON, shares_uid=not uids))
    (ours, theirs), (wake, waker) = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET), os.pipe()
    host, uid = recipes.this_host(folder / "worker"), uids[0].number if uids else None
    zygote = start(command(host, level, theirs.fileno(), uid, str(folder / "slot")), ours, theirs, Loop(wake))
    try:
        yield zygote
    finally:
        zygote.kill()
        zygote.loop.close()
        for fd in (wake, waker):
            os.close(fd)
        for taken in uids:
            taken.close()
        shutil.rmtree(folder)


def ordered(zygote: Zygote, source: str, *, blocked: Mapping[str, tuple[str, str]] | None = None, **others: str) -> Any:
    """A job of this work.py and these other files, ordered; use it as a context manager."""
    texts = {"work": source, "other": FINE, **others}
    files = packed({name if "/" in name else f"{name}.py": text.encode() for name, text in texts.items()})
    try:
        return RunningJob(zygote, {"forks": 4, "limits": LIMITS, "blocked": blocked or {}}, files, 2**16)
    finally:
        os.close(files)


def heard(job: RunningJob) -> dict[str, Any]:
    """The next word of the student process; {} if it will not say another."""
    deadline = time.monotonic() + PATIENCE_S
    while not job.talk.messages and not job.talk.closed and time.monotonic() < deadline:
        job.step(1.0)
    return job.talk.messages.popleft() if job.talk.messages else {}


def imported(job: RunningJob) -> list[dict[str, Any]]:
    """All that the student process says until it is ready, or gone."""
    said = [heard(job)]
    while said[-1].get("at") == "unit":
        said.append(heard(job))
    return said


@dataclass(frozen=True)
class Seen:
    """What came of one case."""

    frame: bytes
    stdout: bytes
    stderr: bytes
    told: dict[str, Any]

    @property
    def head(self) -> dict[str, Any]:
        """The JSON of the frame; {} if there is no frame."""
        length = int.from_bytes(self.frame[8:12], "little")
        return json.loads(self.frame[20 : 20 + length]) if self.frame else {}  # type: ignore[no-any-return]

    @property
    def texts(self) -> dict[str, str]:
        """The texts that the probe gave."""
        assert self.head["ended"] == "answered", self

        return dict(self.head["texts"])


def asked(job: RunningJob, **changes: Any) -> Seen:
    """One case, served from its order to the end of its pipes."""
    case = {"probe": "call", "args": {}, "seed": 1, "fills": [], "cpu_s": 10, "fork": True, **changes}
    pipes = [pipe(2**20) for _ in ("answer", "stdout", "stderr")]
    streams = [stream for stream, _ in pipes]
    job.read_also(*streams)
    socket.send_fds(job.talk.sock, [json.dumps(case).encode()], [theirs for _, theirs in pipes])
    for _, theirs in pipes:
        os.close(theirs)
    told = heard(job)
    deadline = time.monotonic() + PATIENCE_S
    while not all(stream.ended for stream in streams) and time.monotonic() < deadline:
        job.step(1.0)
    job.forget(*streams)
    return Seen(*(bytes(stream.data) for stream in streams), told=told)
