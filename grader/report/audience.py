"""Who may see what: the only place where a page for a student differs from one for staff.

A student can print a hidden input, raise it or plot it. So whatever their code said about a hidden case (stdout,
stderr, exceptions, pictures) goes to staff only, until the rubric says `reveal: all`. What remains for the student are
our own words and the place in their own file. Not even the lines around it: their process quotes them, and what it
says about its source would be as good a way out as its output.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, replace

from grader.nouns.judged import CaseResult, CheckResult, PartResult, Picture
from grader.nouns.plain import Fault
from grader.safetext import safe_line

HIDDEN_MESSAGE = "This happened on a hidden case, so its message is shown to staff only."


@dataclass(frozen=True, slots=True)
class Audience:
    """A student or the staff; `reveal` is True once hidden cases may be seen."""

    staff: bool
    reveal: bool = False

    def sees(self, case: CaseResult | Picture) -> bool:
        """Whether everything about this case, or this picture of it, may be shown."""
        return self.staff or self.reveal or case.public

    def side_of(self, picture: Picture) -> Picture:
        """The picture as it may be shown: without the reference's side, if only their own is public."""
        is_secret = picture.hides_expected and picture.kind != "influence"  # who may see whom is told to everybody
        hides = is_secret and not (self.staff or self.reveal)
        return replace(picture, expected="") if hides else picture

    def sees_fault(self, case: CaseResult) -> bool:
        """Whether the message of its exception may be shown; files are imported before any input exists."""
        return self.sees(case) or case.ended == "import_error"

    def reason_of(self, result: PartResult | CheckResult, cases: tuple[CaseResult, ...]) -> str:
        """The reason of a part or check; the place alone if the reason repeats what was raised on a hidden case."""
        for case in cases:
            if case.fault is not None and not self.sees_fault(case) and _repeats(result.reason, case.fault):
                return f"{_place_of(case.fault)}{type_of(case.fault)}"
        return result.reason


def type_of(fault: Fault) -> str:
    """The type of an exception if Python itself defines it; a name of their own could carry a hidden input."""
    known = getattr(builtins, fault.type, None)
    return fault.type if isinstance(known, type) and issubclass(known, BaseException) else "an exception"


def _place_of(fault: Fault) -> str:
    return f"{fault.frames[-1].file}:{fault.frames[-1].line}: " if fault.frames else ""


def _repeats(reason: str, fault: Fault) -> bool:
    said = safe_line(fault.message)[:60]
    own_type = fault.type if type_of(fault) not in fault.type else ""
    return any(text and text in reason for text in (said, own_type))
