"""What follows from how a run ended, where there are no outputs to compare.

Their code raised, left or broke the rules of the answer: `crashed`. A limit: `stopped`. Nothing handed in, or the
stub unchanged: `skipped`. Anything of ours: `broken`, which costs nobody points.
"""

from __future__ import annotations

import builtins

from grader.nouns.judged import Verdict
from grader.nouns.plain import Fault, Limits, Outcome
from grader.nouns.seen import Observation, Usage
from grader.safetext import safe_line

# Names that say nothing but what they are. A student can name an exception after anything, a hidden input included.
KNOWN_TYPES = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
) | {"OutOfMemoryError", "LinAlgError", "AxisError", "UnpicklingError", "PackageNotFoundError"}
MEBIBYTE = 1024 * 1024
PLAIN_ENDINGS: dict[str, tuple[Outcome, str, str]] = {
    "left": ("crashed", "E-LEFT", "left before answering"),
    "unreadable": ("crashed", "E-UNREADABLE", "the answer is not readable"),
    "missing": ("skipped", "E-NAME", "not handed in"),
    "untouched": ("skipped", "E-STUB", "the handout's stub is unchanged"),
}


def ending(observation: Observation, limits: Limits, *, told: bool) -> Verdict | None:
    """The verdict on a run that did not answer; None if it did.

    `told`: the student may read what their code said, because the case is public.
    """
    if observation.ended == "answered":
        return None
    if observation.ended in ("raised", "import_error"):
        return _raised(observation, told=told)
    if observation.ended == "stopped":
        return _stopped(observation, limits)
    if observation.ended == "broken":
        return broken(observation.reason or "the box gave no answer")
    outcome, code, plain = PLAIN_ENDINGS[observation.ended]
    return Verdict(outcome, observation.reason or plain, code)


def broken(fact: str, *, code: str = "E-BOX-DIED", detail: str = "") -> Verdict:
    """Our fault, in words for the student; the points stay open."""
    return Verdict("broken", f"our fault, it costs no points: {fact}", code, detail=detail)


def no_reference(reference: Observation | None) -> Verdict:
    """The reference has nothing to compare with."""
    why = "it was not run" if reference is None else reference.reason or f"it ended as '{reference.ended}'"
    detail = f"reference: {why}"
    if reference is not None and reference.fault is not None:
        detail += f"; {reference.fault.type}: {reference.fault.message}"
    return broken("the reference gave no answer", code="E-REFERENCE", detail=detail)


def _raised(observation: Observation, *, told: bool) -> Verdict:
    imported = observation.ended == "import_error"
    code = "E-IMPORT" if imported else "E-RAISED"
    words = "import error: " if imported else ""
    fault = observation.fault
    if fault is None:
        return Verdict("crashed", words + (observation.reason or "raised an exception"), code)
    full = (
        f"{place_of(fault)}{fault.type}: {safe_line(fault.message)}" if fault.message else place_of(fault) + fault.type
    )
    # Nothing of a case is known while files are imported, so what is said there cannot give a case away.
    reason = full if told or imported else place_of(fault) + type_of(fault)
    return Verdict("crashed", words + reason, code, detail=full)


def place_of(fault: Fault) -> str:
    """The last line of theirs, as `nmt_model.py:312: `; nothing if the fault lies in no line of theirs."""
    return f"{fault.frames[-1].file}:{fault.frames[-1].line}: " if fault.frames else ""


def type_of(fault: Fault) -> str:
    """The name of the exception, if it is one that everybody knows."""
    name = fault.type.rpartition(".")[2]
    return name if name in KNOWN_TYPES else "an exception of its own kind"


def _stopped(observation: Observation, limits: Limits) -> Verdict:
    allowed, used = _of_limit(observation.limit or "", limits, observation.usage)
    if not allowed:
        return Verdict("stopped", observation.reason or "a limit was reached", "E-LIMIT")
    imported = " was imported" in observation.reason  # then the case itself has used nothing yet
    more = f", {used} used" if used and not imported else f"; {observation.reason}" if observation.reason else ""
    reason = f"stopped ({observation.limit}): {allowed} allowed{more}"
    return Verdict("stopped", reason, "E-LIMIT", detail=observation.reason)


def _of_limit(limit: str, limits: Limits, usage: Usage) -> tuple[str, str]:
    return {
        "wall": (f"{limits.wall_s:g} s", _seconds(usage.wall_s)),
        "cpu": (f"{limits.cpu_s:g} s", _seconds(usage.cpu_s)),
        "memory": (_size(limits.memory_bytes), _size(usage.peak_bytes) if usage.peak_bytes else ""),
        "output": (_size(limits.output_bytes), ""),
        "answer": (_size(limits.answer_bytes), ""),
        "processes": (f"{limits.processes} processes", ""),
    }.get(limit, ("", ""))


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value else ""


def _size(value: int) -> str:
    return f"{value / MEBIBYTE:.0f} MiB" if value < 1024 * MEBIBYTE else f"{value / (1024 * MEBIBYTE):.1f} GiB"
