"""The words that all nouns are made of: outcomes, levels, places in files."""

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
Limit: TypeAlias = Literal["wall", "cpu", "memory", "output", "answer", "processes"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, so that a message can be clicked."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
