"""A child process with torch loaded, and what its runs gave: the same observations that the box makes.

It is kept between rounds. A case that ends its process, or does not end in time, is told as such; the others are run
again in another one.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, TypeAlias

from grader.errors import Message, UsageError
from grader.home.job import Job, Key, how_it_left, shown
from grader.nouns.asked import Handout
from grader.nouns.seen import Observation, Run
from grader.safetext import safe_line

Blocked: TypeAlias = dict[str, tuple[str, str]]  # unit -> how its import ended, and the sentence about it
FORKS: Final = sys.platform == "linux"  # elsewhere a fork after torch has been loaded is not safe, or there is none
POLL_S: Final = 0.05
ENTRY: Final = Path(__file__).parent / "inside" / "child.py"
MISSING: Final = re.compile(r"No module named '([\w.]+)'")
AT_HOME: Final = "GRADE_AT_HOME"  # tells `grader.check()` in a notebook that a check is going on already


class Session:
    """Runs the probes of a student kit on homework. `forks`: whether every case is a process of its own.

    `on_case`: is told part and case of each run as it begins.
    """

    def __init__(
        self, handout: Handout, *, forks: bool = FORKS, on_case: Callable[[str, str], None] | None = None
    ) -> None:
        self.asked: dict[Key, frozenset[str]] = {}  # of the last run of each case: the units that its probe asked for
        self._handout, self._forks, self._on_case = handout, forks, on_case
        self._folder = Path(tempfile.mkdtemp(prefix="grade-check-"))
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self._has_begun = False
        self._jobs = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child and removes the copies."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def is_started(self) -> bool:
        """Whether torch is loaded, or being loaded."""
        return self._child is not None

    def start(self) -> None:
        """Begins to load torch, if that is not done; does not wait for it."""
        if self._child is None:
            self._child, self._lines, self._has_begun = self._started(), queue.Queue(), False
            assert self._child.stdout is not None
            threading.Thread(target=_listen, args=(self._child.stdout, self._lines), daemon=True).start()

    def observe(self, files: Mapping[str, bytes], runs: Sequence[Run]) -> dict[Key, Observation]:
        """What these runs give on these files, by part and case.

        Raises: UsageError if torch, or what else the probes need, cannot be loaded.
        """
        root = self._copied(files)
        seen: dict[Key, Observation] = {}
        blocked: Blocked = {}
        together = [run for run in runs if not run.apart]
        for wanted in ([together] if together else []) + [[run] for run in runs if run.apart]:
            left = list(wanted)
            while left:
                job = self._job(root, left, blocked)
                seen.update(job.seen)
                self.asked.update(job.asked)
                left = [run for run in left if (run.part, run.case) not in seen]
        shutil.rmtree(root, ignore_errors=True)
        return seen

    # --- one order ---

    def _job(self, root: Path, runs: Sequence[Run], blocked: Blocked) -> Job:
        self.start()
        self._jobs += 1
        folder = self._folder / f"job{self._jobs}"
        folder.mkdir()
        job = Job(runs, folder)
        self._send(self._order(job, root, blocked))
        for told in self._told(job):
            if told["at"] == "over":
                if len(job.seen) < len(runs):
                    self._died(job, blocked, told["exit"])
                break
            job.note(told)
            if told["at"] == "case" and self._on_case and job.running is not None:
                self._on_case(job.running.part, job.running.case)
        if job.pid:
            self._kill(job)  # what they started and did not end
        shutil.rmtree(folder, ignore_errors=True)
        return job

    def _order(self, job: Job, root: Path, blocked: Blocked) -> dict[str, Any]:
        return {
            "root": str(root),
            "units": [asdict(unit) for unit in self._handout.units],
            "repairs": list(self._handout.repairs),
            "snippets": [asdict(snippet) for snippet in self._handout.snippets],
            "blocked": blocked,
            "given": str(self._folder / "given"),
            "staff": str(self._folder / "staff"),
            "stdout": str(job.path("import", "out")),
            "stderr": str(job.path("import", "err")),
            "cases": [
                {
                    "number": number,
                    "probe": run.probe,
                    "args": dict(run.args),
                    "seed": run.seed,
                    "fills": list(run.fills),
                    "answer": str(job.path(number, "answer")),
                    "stdout": str(job.path(number, "out")),
                    "stderr": str(job.path(number, "err")),
                }
                for number, run in enumerate(job.runs)
            ],
        }

    def _told(self, job: Job) -> Iterator[dict[str, Any]]:
        """What the child says of a job, line by line. A child that has ended says `over`, with its exit status."""
        while True:
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                if job.stop is None and (stop := job.limit_met()) is not None:
                    job.stop = stop
                    self._kill(job)
                continue
            if not line:
                yield {"at": "over", "exit": self._end(patience=1.0)}
                return
            told = json.loads(line)
            if told["at"] == "hello":
                self._has_begun = True
                job.since = time.monotonic()  # torch is loaded; what is theirs begins now
                continue
            yield told

    def _died(self, job: Job, blocked: Blocked, status: int | None) -> None:
        """Notes what ended a job: a case, the import of a unit, or neither, which is ours."""
        if job.ended(status) is not None:
            return
        if not self._has_begun and self._child is None:
            raise UsageError(_no_torch(shown(self._folder / "child.err")))
        if job.unit:
            ended = "stopped" if job.stop else "left"
            reason = job.stop[1] if job.stop else how_it_left(status)
            blocked[job.unit] = ended, f"{reason}, while {job.unit} was imported"
            return
        last = shown(self._folder / "child.err")[-300:]
        reason = safe_line(f"the process that runs your code ended: {last or how_it_left(status)}")
        job.seen.update({(run.part, run.case): Observation("broken", reason=reason) for run in job.runs})

    # --- the child ---

    def _started(self) -> subprocess.Popen[str]:
        self._write_handout()
        around = {**os.environ, "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", AT_HOME: "1"}
        around["PYTHONPATH"] = os.pathsep.join([str(ENTRY.parents[3]), *filter(None, [around.get("PYTHONPATH")])])
        how = "forks" if self._forks else "alone"
        with (self._folder / "child.err").open("w", encoding="utf-8") as errors:
            return subprocess.Popen(
                [sys.executable, "-P", str(ENTRY), str(self._folder / "probes.py"), how],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self._folder,
                env=around,
                encoding="utf-8",
            )

    def _write_handout(self) -> None:
        (self._folder / "probes.py").write_text(self._handout.probes, encoding="utf-8")
        for name, files in (("given", self._handout.given), ("staff", self._handout.staff_files)):
            _write(self._folder / name, files)

    def _send(self, order: Mapping[str, Any]) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        with suppress(OSError):  # it has ended; its silence says so
            self._child.stdin.write(json.dumps(order) + "\n")
            self._child.stdin.flush()

    def _kill(self, job: Job) -> None:
        if self._forks and job.pid:
            with suppress(OSError):
                os.killpg(job.pid, signal.SIGKILL)
        elif self._child is not None:
            self._child.kill()

    def _end(self, patience: float = 0.0) -> int | None:
        """Ends the child, if it does not do so itself in so many seconds; its exit status."""
        if self._child is None:
            return None
        child, self._child = self._child, None
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
        child.kill()
        status = child.wait()
        for stream in (child.stdin, child.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        return status

    def _copied(self, files: Mapping[str, bytes]) -> Path:
        """A fresh folder with these files: what is run is not what is being edited, and is never written to."""
        root = Path(tempfile.mkdtemp(prefix="work", dir=self._folder))
        _write(root, files)
        return root


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _listen(stream: IO[str], lines: queue.Queue[str]) -> None:
    with suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put("")


def _no_torch(said: str) -> Message:
    last = safe_line(said.strip().rpartition("\n")[2]) or "it ended without a word"
    missing = MISSING.search(last)
    name = missing[1].partition(".")[0] if missing else "torch"
    return Message(
        place=sys.executable,
        fact=f"{name} cannot be loaded: {last}",
        code="E-TORCH",
        allowed=f"Python with {name}, as the README of the kit says",
        help=f"pip install {name}, in the environment in which grade is installed",
        label="needed",
    )
