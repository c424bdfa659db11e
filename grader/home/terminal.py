"""What `grade check` prints: how every part stands, then the card of the one to mend first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Final

from grader.home.card import SETTLED, SIGNS, WRONG, Card, Row, card, notes, rows
from grader.home.wrapping import cells, padded, wrapped
from grader.nouns.checked import Checked, PartChecked, State

Style = Callable[[str, State], str]

NARROWEST: Final = 40
ROOM: Final = 36  # cells that must be left beside a title; else what was found has a line of its own
LONGEST_TITLE: Final = 28
MOST_LINES: Final = 12  # of a card
SHORT: Final = 100  # characters of a fact that are kept where a card is too long
SPARED: Final = ("right so far", "smallest case", "fails")  # what a card leaves out first, where it would be too long
COLOURS: Final = {"passed": "green", "found": "green", "failed": "red", "crashed": "red", "stopped": "red"}
GAP: Final = "  "


def lines(
    checked: Checked, width: int = 80, colours: bool = False, *, signs: bool = True, asked: Collection[str] = ()
) -> Iterator[str]:
    """The lines that a student reads, each at most `width` cells wide unless a path or a number is longer.

    `asked`: parts whose cards are printed, instead of that of the part to mend first. `signs`: whether the terminal
    knows them; the words say the same.
    """
    width, style = max(width, NARROWEST), _coloured if colours else _plain
    for told in heading(checked, signs=signs):
        yield from wrapped(told, width, rest=GAP * 2)
    yield from _rows(checked, width, style, signs=signs)
    for note in notes(checked):
        yield from wrapped(note, width, first=GAP + "note: ", rest=GAP * 2)
    for part in in_full(checked, asked):
        yield ""
        yield from card_lines(card(part), width, style)
    if not checked.first and not asked:
        yield from wrapped(next_step(checked), width, rest=GAP * 2)


def heading(checked: Checked, *, signs: bool = True) -> tuple[str, str]:
    """`a4 · public checks · 3.1 s`, and how much these say: other inputs decide in the end."""
    return (
        (" · " if signs else ", ").join([checked.assignment, "public checks", f"{checked.seconds:.1f} s"]),
        f"for {checked.looks_at:g} of {checked.of:g} points; other inputs decide after hand-in",
    )


def card_lines(told: Card, width: int, style: Style | None = None) -> Iterator[str]:
    """A card in at most twelve lines: what can be spared of it is left out first, then the end of what they raised."""
    style = style or _plain
    spared: list[str] = []
    for leave in ("", *SPARED):
        spared.append(leave)
        made = list(_card(told, width, style, spared))
        if len(made) <= MOST_LINES:
            break
    else:
        short = replace(told, facts=tuple(map(_shortened, told.facts)))
        made = list(_card(short, width, style, spared))
    yield from made


def _shortened(fact: str) -> str:
    """The beginning of a fact, to the end of a word."""
    return fact if len(fact) <= SHORT else f"{fact[:SHORT].rpartition(' ')[0] or fact[:SHORT]} ..."


def in_full(checked: Checked, asked: Collection[str]) -> list[PartChecked]:
    """The parts whose cards are shown: those that are asked for, else the one to mend first."""
    wanted = asked or (checked.first,)
    return [part for part in checked.parts if part.result.id in wanted and part.state not in SETTLED]


def next_step(checked: Checked) -> str:
    """What comes next where nothing is wrong: a part to write, or the hand-in."""
    unwritten = next((part.result for part in checked.parts if part.state == "not started"), None)
    if unwritten is None:
        missing = ", ".join(part.result.id for part in checked.parts if part.state == "missing")
        still = f"; still missing: {missing}" if missing else ""
        return f"all that can be checked here passes{still}; next: grade pack"
    told = "what is written passes" if any(part.state == "passed" for part in checked.parts) else "nothing to mend"
    return f"{told}; next to write: {unwritten.id} {unwritten.title}"


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows(checked: Checked, width: int, style: Style, *, signs: bool) -> Iterator[str]:
    made = rows(checked)
    columns = (
        max((cells(each.word) for each in made), default=0),
        max((cells(each.id) for each in made), default=0),
        min(LONGEST_TITLE, max((cells(each.title) for each in made), default=0)),
    )
    for each in made:
        sign = GAP + (f"{SIGNS[each.state]} " if signs else "")
        yield from _row(each, sign, columns, width, style)


def _row(each: Row, sign: str, columns: tuple[int, int, int], width: int, style: Style) -> Iterator[str]:
    state, id_, title = columns
    before = sign + padded(each.word, state) + GAP
    left = f"{before}{padded(each.id, id_)}{GAP}" if each.id else before
    beside = left + padded(each.title, title) + GAP if each.id else left
    if cells(beside) + min(ROOM, cells(each.found)) <= width and cells(each.title) <= title:
        made = list(wrapped(each.found, width, first=beside, rest=" " * cells(beside), whole=(each.place,)))
    else:
        indent = " " * cells(left)
        made = list(wrapped(each.title, width, first=left, rest=indent))
        made += list(wrapped(each.found, width, first=indent, rest=indent, whole=(each.place,))) if each.found else []
    yield style(made[0][: len(before)], each.state) + made[0][len(before) :]
    yield from made[1:]


# --- a card ---------------------------------------------------------------------------------------------------------


def _card(told: Card, width: int, style: Style, spared: Collection[str]) -> Iterator[str]:
    head = f"{told.head.id} {told.head.title}: {told.stands}"
    yield from (style(line, told.head.state) for line in wrapped(head, width, rest=GAP))
    first, *more = ("", *told.facts) if told.code else (told.facts or ("",))
    where = f"{told.place}: " if told.place else ""
    if where or first:
        yield from wrapped(where + (told.code or first), width, first=GAP, rest=GAP * 3, whole=(told.place,))
    for fact in more:
        yield from wrapped(fact, width, first=GAP * 2 if told.code else GAP, rest=GAP * 3)
    labelled = [(label, text) for label, text in told.labelled if label not in spared or not label]
    for label, text in labelled:
        yield from wrapped(text, width, first=GAP + (f"{label}: " if label else ""), rest=GAP * 3)
    if told.about:
        yield f"{GAP}more: grade explain {told.about}"


def _plain(text: str, state: State) -> str:
    return text


def _coloured(text: str, state: State) -> str:
    from click import style

    is_wrong = state in WRONG
    return style(text, fg=COLOURS.get(state), bold=is_wrong or None) if is_wrong or state in COLOURS else text
