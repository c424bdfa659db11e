"""Who may see what: the only place where a page for a student differs from one for staff.

A student can print a hidden input, raise it or plot it. So whatever their code said about a hidden case (stdout,
stderr, exceptions, pictures) goes to staff only, until the rubric says `reveal: all`. What remains for the student are
our own words, the place in their own file, and the lines around it.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from grader.nouns import CaseResult, CheckResult, Fault, PartResult, Picture

HIDDEN_MESSAGE = "This happened on a hidden case, so its message is shown to staff only."


@dataclass(frozen=True, slots=True)
class Audience:
    """A student or the staff; `reveal` is True once hidden cases may be seen."""

    staff: bool
    reveal: bool = False

    def sees(self, case: CaseResult | Picture) -> bool:
        """Whether everything about this case, or this picture of it, may be shown."""
        return self.staff or self.reveal or case.public

    def sees_fault(self, case: CaseResult) -> bool:
        """Whether the message of its exception may be shown; files are imported before any input exists."""
        return self.sees(case) or case.ended == "import_error"

    def reason_of(self, result: PartResult | CheckResult, cases: tuple[CaseResult, ...]) -> str:
        """The reason of a part or check; for a crash on a hidden case our own words instead of the exception's."""
        if result.verdict != "crashed" or all(self.sees_fault(case) for case in crashed(cases)):
            return result.reason
        hidden = next(case for case in crashed(cases) if not self.sees_fault(case))
        return _place_only(hidden)


def crashed(cases: tuple[CaseResult, ...]) -> tuple[CaseResult, ...]:
    """The cases in which their code raised or left before it answered."""
    return tuple(case for case in cases if case.ended in ("raised", "import_error", "left", "unreadable"))


def type_name(fault: Fault) -> str:
    """The type of an exception if Python itself defines it; a name of their own could carry a hidden input."""
    known = getattr(builtins, fault.type, None)
    is_exception = isinstance(known, type) and issubclass(known, BaseException)
    return fault.type if is_exception else "An exception"


def _place_only(case: CaseResult) -> str:
    if case.fault is None:
        return case.reason
    frame = case.fault.frames[-1] if case.fault.frames else None
    where = f" in {frame.file}, line {frame.line}" if frame else ""
    return f"{type_name(case.fault)}{where}, on the hidden case {case.case}"
