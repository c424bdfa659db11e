"""`grade` as a process of its own over a class of the tiny course: started, watched, and looked around after.

Everything of one class lies below one folder whose name is unique, its temporary files too, so that whatever a run
leaves behind can be told from everybody else's: processes by their command line and by what is mounted in them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import tiny

NAMES = ("right", "unmasked", "raises", "import")
RUBRIC = tiny.RUBRIC.replace("wall_s: 3, cpu_s: 3", "wall_s: 6, cpu_s: 6")  # what is slow by our fault is not stopped
TIMES = frozenset({"seconds", "peak_bytes", "cached"})  # what may differ between two runs over the same class
RUN_S = 120.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of `grade` ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def told(self) -> str:
        """All that it said."""
        return self.stdout + self.stderr


@dataclass(frozen=True, slots=True)
class Class:
    """A rubric and hand-ins below one folder, graded into `out` there."""

    root: Path

    @property
    def out(self) -> Path:
        """Where results and pages are written."""
        return self.root / "out"

    def command(self, *options: str) -> list[str]:
        """The command that grades this class."""
        there = ["submissions", "--rubric", "rubrics/tiny.yaml", "--progress", "plain"]
        return [sys.executable, "-m", "grader.cli", "run", *there, *options]

    def environment(self, **changed: str | None) -> dict[str, str]:
        """Ours, with temporary files below the class; None takes a variable away."""
        told: dict[str, str | None] = {**os.environ, "TMPDIR": str(self.root / "tmp"), **changed}
        return {name: value for name, value in told.items() if value is not None}

    def start(
        self, *options: str, env: Mapping[str, str | None] | None = None, by: Sequence[str] = (), **more: Any
    ) -> subprocess.Popen[str]:
        """A run that goes on; `by`: the words of a program that starts it; `more` is for Popen."""
        (self.root / "tmp").mkdir(exist_ok=True)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        words, told = [*by, *self.command(*options)], self.environment(**(env or {}))
        return subprocess.Popen(words, cwd=self.root, env=told, text=True, **pipes)

    def run(self, *options: str, **more: Any) -> Ended:
        """A run to its end; see `start`."""
        with self.start(*options, **more) as process:
            out, err = process.communicate(timeout=RUN_S)
        return Ended(process.returncode, out or "", err or "")

    def document(self) -> dict[str, Any]:
        """results.json as it stands."""
        document: dict[str, Any] = json.loads((self.out / "results.json").read_bytes())
        return document

    def results(self) -> dict[str, Any]:
        """What the run said of each submission, but for times."""
        return {each["id"]: without_times(each) for each in self.document()["submissions"]}

    def cached(self) -> dict[str, bool]:
        """Of which submission nothing had to be run."""
        return {each["id"]: each["cached"] for each in self.document()["submissions"]}

    def broken(self) -> list[tuple[str, str]]:
        """The parts that our fault left open: submission, part."""
        document = self.document()
        return [
            (each["id"], part["id"])
            for each in document["submissions"]
            for part in each["parts"]
            if part["verdict"] == "broken"
        ]


def write_class(root: Path, *names: str, rubric: str = RUBRIC) -> Class:
    """A class of these hand-ins of the tiny course below `root`."""
    tiny.write_course(root, rubric=rubric)
    tiny.write_hand_ins(root, *(names or NAMES))
    return Class(tiny.in_numpy(root))


def without_times(told: Any) -> Any:
    """A document without what may differ between two runs over the same class."""
    if isinstance(told, dict):
        return {key: without_times(value) for key, value in told.items() if key not in TIMES}
    return [without_times(value) for value in told] if isinstance(told, list) else told


# --- what a run leaves behind -----------------------------------------------------------------------------------


def leftovers(of: Class, *, patience_s: float = 2.0) -> list[str]:
    """Processes, mounts, control groups and unfinished files that a run left; waits a little for the last to go."""
    deadline = time.monotonic() + patience_s
    while (found := _left(of)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def _left(of: Class) -> list[str]:
    root = os.fsencode(of.root)
    processes = [f"process {pid}" for pid in _pids() if pid != os.getpid() and _is_of(pid, root)]
    mounts = [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(of.root) in line]
    folders = [f"folder {path}" for path in (of.root / "tmp").glob("*")]
    files = [f"file {path}" for path in of.out.rglob("*") if path.name.endswith(".part") or _is_unfinished(path)]
    return processes + mounts + folders + files + _groups()


def _pids() -> list[int]:
    with os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdigit()]


def _is_of(pid: int, root: bytes) -> bool:
    return any(root in _bytes(Path(f"/proc/{pid}/{name}")) for name in ("cmdline", "mountinfo"))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # gone meanwhile, a zombie, or not ours to read
        return b""


def _is_unfinished(path: Path) -> bool:
    return path.name.startswith(".") and path.name != ".lock"


def _groups() -> list[str]:
    """Control groups of our making: there are none to be made, so any that bears our name is left."""
    top = Path("/sys/fs/cgroup")
    return [f"control group {path}" for path in top.glob("**/grade-box*")] if top.is_dir() else []


def when(ready: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    """Waits until something holds; whether it did in time."""
    deadline = time.monotonic() + within_s
    while not (held := ready()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return held
