"""What a person sees while a run goes on: a live block on a terminal, plain lines elsewhere, nothing for `--json`.

The pipeline calls a `Watch`; nothing here knows what is graded. Everything is written to standard error.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol, TextIO

from grader.errors import Message
from grader.nouns.judged import SubmissionResult

PLAIN_LINES = 50  # beyond this many submissions plain progress says something only every PLAIN_SECONDS
PLAIN_SECONDS = 10.0


class Watch(Protocol):
    """Hears how a run goes on."""

    title: str  # once the run has begun

    def begin(self, title: str, total: int, workers: int) -> None:
        """A run of `total` hand-ins begins."""

    def working(self, slot: int, key: str, part: str, case: str) -> None:
        """A slot turns to a case."""

    def done(self, result: SubmissionResult) -> None:
        """A hand-in has its result."""

    def step(self, text: str) -> None:
        """Something that takes a while begins: `pages`."""

    def warn(self, message: Message) -> None:
        """Something a person should know, though the run goes on."""

    def end(self) -> None:
        """The run is over, however it ended."""


class Silent:
    """Says nothing."""

    title = ""

    def begin(self, title: str, total: int, workers: int) -> None:
        """Says nothing."""
        self.title = title

    def working(self, slot: int, key: str, part: str, case: str) -> None:
        """Says nothing."""

    def done(self, result: SubmissionResult) -> None:
        """Says nothing."""

    def step(self, text: str) -> None:
        """Says nothing."""

    def warn(self, message: Message) -> None:
        """Says nothing."""

    def end(self) -> None:
        """Says nothing."""


@dataclass(slots=True)
class Pace:
    """How far a run is and how long it will take: the median of the last 20 hand-ins, times those left."""

    total: int
    workers: int
    finished: int = 0
    unchanged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    started: float = field(default_factory=time.monotonic)

    def count(self, result: SubmissionResult) -> None:
        """Counts one result; a cached one says nothing about the time of the others."""
        self.finished += 1
        self.unchanged += result.cached
        self.verdicts.update(part.verdict for part in result.parts)
        if not result.cached:
            self.recent.append(result.seconds)

    @property
    def left(self) -> str:
        """`0:31`, or `--` before three hand-ins are done."""
        if len(self.recent) < 3:
            return "--"
        return clock(median(self.recent) * (self.total - self.finished) / max(1, self.workers))

    @property
    def spent(self) -> str:
        """`0:31`."""
        return clock(time.monotonic() - self.started)


def clock(seconds: float) -> str:
    """Minutes and seconds: `0:07`, `61:10`."""
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


class Plain:
    """One line per hand-in for small classes, one line every ten seconds for large ones."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._pace = Pace(0, 1)
        self._spoke = 0.0
        self.title = ""

    def begin(self, title: str, total: int, workers: int) -> None:
        """Names the run."""
        self._pace, self.title = Pace(total, workers), title
        self._say(title)

    def working(self, slot: int, key: str, part: str, case: str) -> None:
        """Says nothing: a log holds results, not intentions."""

    def done(self, result: SubmissionResult) -> None:
        """`13/24 s131 31/35 4.2 s`."""
        self._pace.count(result)
        now = time.monotonic()
        last = self._pace.finished == self._pace.total
        if self._pace.total <= PLAIN_LINES or last or now - self._spoke >= PLAIN_SECONDS:
            self._spoke = now
            self._say(f"{self._pace.finished}/{self._pace.total} {result.id} {summary(result)}")

    def step(self, text: str) -> None:
        """One line."""
        self._say(f"{text} ...")

    def warn(self, message: Message) -> None:
        """The message as it is."""
        self._say(str(message))

    def end(self) -> None:
        """Says nothing."""

    def _say(self, line: str) -> None:
        try:
            print(line, file=self._stream, flush=True)
        except OSError:  # a pipe that closed does no harm
            self._stream = open("/dev/null", "w")  # noqa: PTH123, SIM115


def summary(result: SubmissionResult) -> str:
    """`31/35 4.2 s`, `31/35 unchanged`, or why it is not graded."""
    if result.error:
        return "not graded"
    speed = "unchanged" if result.cached else f"{result.seconds:.1f} s"
    return f"{result.score:g}/{result.max:g} {speed}"


class Live:
    """One block on a terminal, redrawn at most ten times a second."""

    def __init__(self) -> None:
        self._pace = Pace(0, 1)
        self.title = ""
        self._note = ""
        self._slots: dict[int, tuple[str, str, str, float]] = {}
        self._live: Any = None

    def begin(self, title: str, total: int, workers: int) -> None:
        """Opens the block."""
        from rich.console import Console
        from rich.live import Live as RichLive

        self._pace, self.title = Pace(total, workers), title
        console = Console(stderr=True)
        console.print(title, highlight=False, markup=False)
        self._live = RichLive(get_renderable=self._block, console=console, refresh_per_second=10, transient=True)
        self._live.start()

    def working(self, slot: int, key: str, part: str, case: str) -> None:
        """The row of that slot changes."""
        self._slots[slot] = (key, part, case, time.monotonic())

    def done(self, result: SubmissionResult) -> None:
        """The bar moves on."""
        self._pace.count(result)

    def step(self, text: str) -> None:
        """The last row tells it."""
        self._note, self._slots = text, {}

    def warn(self, message: Message) -> None:
        """Stands above the block, and stays."""
        self._live.console.print(str(message), highlight=False, markup=False)

    def end(self) -> None:
        """Closes the block."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _block(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        pace = self._pace
        head = Table.grid(padding=(0, 2))
        numbers = f"{pace.finished}/{pace.total}   {pace.unchanged} unchanged   {pace.spent}   ETA {pace.left}"
        head.add_row(ProgressBar(total=max(1, pace.total), completed=pace.finished, width=32), Text(numbers))
        rows = [Text(self._row(slot, *state)) for slot, state in sorted(self._slots.items())[:8]]
        counts = "  ".join(f"{word} {pace.verdicts[word]}" for word in _COUNTED)
        return Group(head, *rows, Text(f" {counts}"), *([Text(f" {self._note} ...")] if self._note else []))

    @staticmethod
    def _row(slot: int, key: str, part: str, case: str, since: float) -> str:
        return f" w{slot}  {key:<12.12}  {part:<6.6}  {case:<12.12}  {time.monotonic() - since:.1f} s"


_COUNTED = ("passed", "failed", "crashed", "stopped", "skipped", "broken")


def watch_for(kind: str) -> Watch:
    """The watch of a kind: `rich`, `plain` or `none`."""
    kinds: dict[str, type[Live] | type[Plain] | type[Silent]] = {"rich": Live, "plain": Plain, "none": Silent}
    return kinds[kind]()
