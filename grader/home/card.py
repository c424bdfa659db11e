"""What is said about one part: a row that says how it stands, and a card that says where to look and what to do.

Every word is chosen here, so that a terminal, a notebook and pytest say the same. All texts are on one line, and safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from grader.home.advice import advice
from grader.nouns.checked import Checked, PartChecked, State
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.plain import Fault
from grader.safetext import safe_line

SIGNS: Final[Mapping[State, str]] = {
    "passed": "✓",
    "failed": "✗",
    "crashed": "✗",
    "stopped": "◷",
    "not started": "–",
    "waiting": "…",
    "pending": "…",
    "found": "✓",
    "missing": "–",
    "later": "…",
    "broken": "!",
}
WRONG: Final = frozenset({"failed", "crashed", "stopped", "broken"})
SETTLED: Final = frozenset({"passed", "pending", "found", "later"})

EXPECTED: Final = re.compile(r"(?P<fact>.+?), expected (?P<expected>.+?)(?P<also>; also [^;]+)?")
MISSING: Final = "; expected: "
SHAPED: Final = re.compile(r"(?P<name>[\w.]+) (?P<shape>\([\d, ]*\)|one number)")
MOST_SHAPES: Final = 5
MOST_OUTPUTS: Final = 3
LIMIT: Final = re.compile(r"stopped \((\w+)\): ")
LIMITS: Final = {"wall": "time", "cpu": "computing time", "answer": "size of the answer", "output": "printed text"}
USUAL: Final = ("file ", "stand-in ")  # what is noted of every homework: where a unit was found
UNJUDGED: Final = frozenset({"found", "missing", "later"})
FOLDED: Final = 3  # so many parts that stand alike are one row
UNUSUAL: Final = ("(of several", "where it is called")
IMPORTED: Final = "E-IMPORT"  # what goes wrong then is about a file, not about a case
NO_CASES: Final = frozenset({"file", "answers"})  # what is read, not run
COLUMNS: Final = 300


@dataclass(frozen=True, slots=True)
class Row:
    """How a part stands: `waiting for 1f`, and in a few words what was found."""

    state: State
    word: str
    id: str
    title: str
    found: str
    place: str = ""  # within `found`, where that begins with a line of theirs


@dataclass(frozen=True, slots=True)
class Card:
    """One part in full; what there is nothing to say about is empty. `place` and `code` are in their own files."""

    head: Row
    stands: str = ""  # "crashed in case ragged"
    place: str = ""
    code: str = ""
    facts: tuple[str, ...] = ()
    expected: str = ""
    mistake: str = ""
    only: str = ""
    smallest: str = ""
    good: str = ""  # which checks of it pass
    help: str = ""
    about: str = ""  # the code that `grade explain` tells more about

    @property
    def labelled(self) -> Iterator[tuple[str, str]]:
        """What follows the facts, each with the word that stands before it."""
        known = f"consistent with a known mistake: {self.mistake}" if self.mistake else ""
        for label, text in (
            ("expected", self.expected),
            ("", known),
            ("fails", "" if f"fails {self.only}" in self.smallest else self.only),
            ("smallest case", self.smallest),
            ("right so far", self.good),
            ("help", self.help),
        ):
            if text:
                yield label, text


def row(part: PartChecked) -> Row:
    """How a part stands, and in a few words what was found."""
    word = f"waiting for {part.waits_for}" if part.state == "waiting" and part.waits_for else part.state
    found = _line(_found(part))
    place = next((path for path in map(_place, _faults(part.result)) if path and found.startswith(path)), "")
    return Row(part.state, _line(word), _line(part.result.id), _line(part.result.title), found, place)


def rows(checked: Checked, *, folded: bool = True) -> tuple[Row, ...]:
    """A row for every part; parts that are only looked at after hand-in, and stand alike, have one together below."""
    alike: dict[tuple[State, str], list[PartChecked]] = {}
    for part in checked.parts:
        if part.state in UNJUDGED:
            alike.setdefault((part.state, _of_all(part)), []).append(part)
    together = {key: parts for key, parts in alike.items() if folded and len(parts) >= FOLDED}
    inside = {part.result.id for parts in together.values() for part in parts}
    singly = [row(part) for part in checked.parts if part.result.id not in inside]
    return (*singly, *(_row_of_many(parts, found) for (_, found), parts in together.items()))


def _row_of_many(parts: Sequence[PartChecked], found: str) -> Row:
    ids = ", ".join(part.result.id for part in parts)
    return Row(parts[0].state, parts[0].state, "", "", _line(f"{ids}: {found}"))


def _of_all(part: PartChecked) -> str:
    """What was found, without the part's own name."""
    return (part.note or _found(part)).replace(f"a heading '{part.result.id}'", "their headings")


def card(part: PartChecked) -> Card:
    """Where to look in a part, what is wrong there, and what to do."""
    head, result = row(part), part.result
    if part.state in SETTLED or not result.checks:
        return Card(head, head.word, facts=tuple(filter(None, [head.found])))
    told = _told(result)
    fault = _fault(result, told)
    fact, expected = _parted(told)
    is_skipped = told.verdict == "skipped"
    return Card(
        head,
        stands=_stands(head, told),
        place=_place(fault) if fault else _line(part.place),
        code=_their_line(fault) if fault else "",
        facts=(_raised(fault),) if fault else tuple(map(_line, dict.fromkeys(filter(None, [part.note, fact])))),
        expected=_line(expected or ("" if told.code == IMPORTED else part.asked)),
        mistake=_line(result.hint),
        only=_line(result.only),
        smallest=_line(result.smallest.told) if result.smallest else "",
        good="" if is_skipped else _line(_good(result)),
        help=_line(told.hint or ("" if result.hint else advice(told.code, told.reason))),
        about=told.code,
    )


def notes(checked: Checked) -> Iterator[str]:
    """What there is to say about files, but not where what there is one of was found."""
    for note in checked.notes:
        if not note.startswith(USUAL) or any(word in note for word in UNUSUAL):
            yield _line(note)


# --- a few words ----------------------------------------------------------------------------------------------------


def _stands(head: Row, told: CheckResult) -> str:
    """`crashed in case ragged`, `waiting for 1f; crashed in case ragged`."""
    if told.verdict == "skipped" or told.case in NO_CASES or not told.case:
        return head.word
    seen = "while it was imported" if told.code == IMPORTED else f"in case {_line(told.case)}"
    return f"{head.word}; {told.verdict} {seen}" if head.state == "waiting" else f"{head.word} {seen}"


def _found(part: PartChecked) -> str:
    result = part.result
    if part.note:
        return part.note
    if part.state in ("passed", "pending"):
        unread = next((check.reason for check in result.checks if check.verdict == "pending"), "")
        return unread or _shapes(result.reason) or _outputs(result)
    if part.state == "later":
        return "looked at after hand-in"
    if part.state not in WRONG or not result.checks:
        return ""
    told = _told(result)
    fault = _fault(result, told)
    if fault is not None:
        return ": ".join(filter(None, (_place(fault), fault.type)))
    return _parted(told)[0].split("; ")[0].split(", worst ")[0]


def _shapes(reason: str) -> str:
    """`enc_hiddens (4, 7, 6), h0 and c0 (4, 3)`: the outputs of the first case, those of one shape together."""
    shapes: dict[str, str] = {}
    for match in SHAPED.finditer(reason):
        shapes.setdefault(match["name"], match["shape"])
    together: dict[str, list[str]] = {}
    for name, shape in list(shapes.items())[:MOST_SHAPES]:
        together.setdefault(shape, []).append(name)
    more = f" and {len(shapes) - MOST_SHAPES} more" if len(shapes) > MOST_SHAPES else ""
    return ", ".join(f"{_listed(names)} {shape}" for shape, names in together.items()) + more


def _outputs(result: PartResult) -> str:
    """`context as expected`."""
    names = list(dict.fromkeys(name for check in result.checks for name in check.of))
    if not names:
        return ""
    return f"{_listed(names) if len(names) <= MOST_OUTPUTS else f'{len(names)} outputs'} as expected"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# --- the whole ------------------------------------------------------------------------------------------------------


def _told(result: PartResult) -> CheckResult:
    """The check that gave the part its verdict."""
    alike = [check for check in result.checks if check.verdict == result.verdict]
    return next((check for check in alike if check.reason == result.reason), (alike or list(result.checks))[0])


def _fault(result: PartResult, told: CheckResult) -> Fault | None:
    if told.verdict != "crashed":
        return None
    of_case = (case.fault for case in result.cases if case.case == told.case and case.fault is not None)
    return next(chain(of_case, _faults(result)), None)


def _faults(result: PartResult) -> list[Fault]:
    return [case.fault for case in result.cases if case.fault is not None]


def _place(fault: Fault) -> str:
    return safe_line(f"{fault.frames[-1].file}:{fault.frames[-1].line}") if fault.frames else ""


def _their_line(fault: Fault) -> str:
    if not fault.frames:
        return ""
    innermost = fault.frames[-1]
    return _line(next((text for number, text in innermost.near if number == innermost.line), ""))


def _raised(fault: Fault) -> str:
    return _line(f"{fault.type}: {fault.message}" if fault.message else fault.type)


def _parted(told: CheckResult) -> tuple[str, str]:
    """What was found, and what was expected where the reason tells it."""
    fact, missing, expected = _named_limit(told.reason).partition(MISSING)
    if missing:
        return fact, expected
    match = EXPECTED.fullmatch(fact)
    return (match["fact"] + (match["also"] or ""), match["expected"]) if match else (fact, "")


def _named_limit(reason: str) -> str:
    """`time: 10 s allowed, 10.2 s used`."""
    match = LIMIT.match(reason)
    return f"{LIMITS.get(match[1], match[1])}: {reason[match.end() :]}" if match else reason


def _good(result: PartResult) -> str:
    passed = [check.id for check in result.checks if check.verdict == "passed"]
    return f"{_listed(passed)}, {len(passed)} of {len(result.checks)} checks" if passed else ""


def _line(text: str) -> str:
    return safe_line(text, columns=COLUMNS)
