"""Our exceptions: every one carries a message of three lines, a code, and the exit code it ends in.

A fault of a student is never an exception here: it is a `Verdict`. What is raised is a fault of the person at the
keyboard (`UsageError`, `RubricError`), of one file that cannot be read (`IntakeError`), or ours (`HarnessError`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What went wrong and where, what is allowed or was expected, and what to do; `grade explain CODE` tells more."""

    place: str
    fact: str
    code: str
    allowed: str = ""
    help: str = ""
    label: str = "allowed"

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.fact}  [{self.code}]"]
        if self.allowed:
            lines.append(f"  {self.label}: {self.allowed}")
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class GraderError(Exception):
    """One or more messages that a person reads; the text of the exception is their lines."""

    exit_code = 3

    def __init__(self, *messages: Message) -> None:
        super().__init__("\n".join(str(message) for message in messages))
        self.messages = messages


class UsageError(GraderError):
    """The command line asks for something that is not there."""

    exit_code = 2


class RubricError(GraderError):
    """A rubric, its probes or its mistakes do not fit together; all faults found are listed at once."""

    exit_code = 2


class IntakeError(GraderError):
    """One submission cannot be collected; the others are graded."""

    exit_code = 1


class HarnessError(GraderError):
    """Our own fault: the verdict is `broken`, which costs nobody points."""

    exit_code = 1


class ProofError(GraderError):
    """A rubric does not give the points that it promises."""

    exit_code = 1
