"""Where each part stands, in the order in which parts build on each other, and which one to mend first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from grader.nouns.asked import Part
from grader.nouns.checked import PartChecked, State
from grader.nouns.judged import PartResult
from grader.nouns.seen import Observation

WRONG: Final = frozenset({"failed", "crashed", "stopped", "broken"})
NOT_YET: Final = WRONG | {"not started", "waiting"}  # a part that builds on such a one waits for it
ANSWERS: Final = "answers.md"
DOCUMENTS: Final = (".ipynb", ".pdf")


def in_order(parts: Sequence[Part]) -> list[Part]:
    """The parts, each behind those it builds on, else as the rubric has them."""
    ordered: dict[str, Part] = {}
    known = {part.id: part for part in parts}

    def _add(part: Part, above: frozenset[str]) -> None:
        for before in part.after:
            if before in known and before not in above:
                _add(known[before], above | {part.id})
        ordered.setdefault(part.id, part)

    for part in parts:
        _add(part, frozenset({part.id}))
    return list(ordered.values())


def placed(
    parts: Sequence[Part],
    results: Mapping[str, PartResult],
    read: Mapping[str, Mapping[str, Observation]],
    files: Sequence[str],
) -> tuple[PartChecked, ...]:
    """Every part that has a result, with where it stands.

    `read`: what each part reads from the files themselves. `files`: the paths of the homework.
    """
    found: dict[str, PartChecked] = {}
    for part in in_order(parts):
        result = results.get(part.id)
        if result is not None:
            found[part.id] = _placed(part, result, read.get(part.id, {}), files, found)
    return tuple(found.values())


def to_mend_first(parts: Sequence[PartChecked]) -> str:
    """The first part that is wrong and waits for no other; empty if none is."""
    return next((part.result.id for part in parts if part.state in WRONG), "")


def _placed(
    part: Part,
    result: PartResult,
    read: Mapping[str, Observation],
    files: Sequence[str],
    before: Mapping[str, PartChecked],
) -> PartChecked:
    of = part.of or part.points
    if not part.cases and not part.checks:
        state, note = _of_files(part, read, files)
        return PartChecked(result, state, of, note=note)
    state = _judged(result)
    root = _root(part, before) if state in WRONG and state != "broken" else ""
    return PartChecked(result, "waiting" if root else state, of, waits_for=root)


def _judged(result: PartResult) -> State:
    if result.verdict == "skipped":
        return "missing" if any(check.check in ("lines", "number") for check in result.checks) else "not started"
    if result.verdict == "void":
        return "failed"
    return result.verdict


def _root(part: Part, before: Mapping[str, PartChecked]) -> str:
    """The part that is to be mended before this one: of those it builds on the first that is wrong itself."""
    for name in part.after:
        other = before.get(name)
        if other is not None and other.state in NOT_YET:
            return other.waits_for or name
    return ""


def _of_files(part: Part, read: Mapping[str, Observation], files: Sequence[str]) -> tuple[State, str]:
    """Where a part stands that is looked at after hand-in: whether what it needs is there."""
    if part.reads:
        return _is_there(read.get("file"), part.reads, files)
    if part.probe:
        return "later", "looked at after hand-in"
    answers = read.get("answers")
    if answers is not None and answers.ended == "answered":
        return "found", f"{answers.texts.get('from') or ANSWERS}; read after hand-in"
    if any(path.lower().endswith(DOCUMENTS) for path in files):
        return "later", f"nothing in {ANSWERS}; notebooks and PDFs are read after hand-in"
    has_file = answers is not None and ANSWERS in answers.reason and "was not handed in" not in answers.reason
    return "missing", answers.reason if answers is not None and has_file else f"{ANSWERS} is not there yet"


def _is_there(file: Observation | None, path: str, files: Sequence[str]) -> tuple[State, str]:
    if file is not None and file.ended == "answered":
        return "found", f"{path}; looked at after hand-in"
    if any(each.lower().endswith(DOCUMENTS) for each in files):
        return "later", f"no {path}; notebooks are looked through after hand-in"
    return "missing", f"{path} is not there yet"
