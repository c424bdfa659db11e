"""The words that all nouns are made of: outcomes, levels, limits, places in files, faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

Json: TypeAlias = Any
Array: TypeAlias = np.ndarray[Any, Any]
Outcome: TypeAlias = Literal["passed", "failed", "crashed", "stopped", "skipped", "void", "pending", "broken"]
Level: TypeAlias = Literal["strict", "container", "open"]
LEVELS: tuple[Level, ...] = ("open", "container", "strict")  # weakest first

# How a run ended. `answered`: the tensors are there. `raised`: their code raised. `import_error`: their file did
# while it was imported. `missing`: a file, class or function is not there. `untouched`: the handout's stub is
# unchanged. `left`: the process ended before it answered. `unreadable`: the answer breaks the rules of the wire.
# `stopped`: a limit (which one stands in `limit`). `broken`: our fault.
Ended: TypeAlias = Literal[
    "answered", "raised", "import_error", "missing", "untouched", "left", "unreadable", "stopped", "broken"
]
DocumentKind: TypeAlias = Literal["notebook", "pdf", "picture"]
Limit: TypeAlias = Literal["wall", "cpu", "memory", "output", "answer", "processes"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, so that a message can be clicked."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one part may use. Its cases share the wall clock; the other limits hold for each process."""

    wall_s: float = 60.0
    cpu_s: float = 60.0
    memory_bytes: int = 2 * 1024**3
    answer_bytes: int = 64 * 1024**2
    output_bytes: int = 1024**2
    processes: int = 64


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One thing that a person looks for in a written answer."""

    id: str
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of their traceback: safe text; `near` are the lines around it, as (number, text)."""

    file: str
    line: int
    function: str
    near: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What their code raised: safe text. `frames` are those in their own files, outermost first."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    traceback: str = ""  # all of it, for staff
