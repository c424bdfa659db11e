"""What `check("1d")` shows in a notebook: the same rows and the same card as a terminal, as a small HTML table.

It stands in a page that is not ours, light or dark: colours come from the page (`currentColor`), verdicts are words,
and nothing in it needs a script, a style sheet or a network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from html import escape
from typing import Final

from grader.home.card import COLUMNS, SIGNS, Card, Row, card, notes, rows
from grader.home.terminal import heading, in_full, next_step
from grader.nouns.checked import Checked, State
from grader.safetext import safe_line

# Readable on white and on the dark grounds of notebooks, at a contrast of at least 4.5.
TONES: Final[dict[State, str]] = {"passed": "#1a7f37", "found": "#1a7f37", "failed": "#cf222e", "crashed": "#cf222e"}
LINE: Final = "1px solid color-mix(in srgb, currentColor 25%, transparent)"
CELL: Final = "padding:.2em .6em .2em 0;text-align:left;vertical-align:top;background:none;border:0;max-width:34em"
MONO: Final = "font-family:ui-monospace,Consolas,Menlo,monospace;font-size:.92em;overflow-wrap:anywhere"


def html(checked: Checked, asked: Collection[str] = ()) -> str:
    """A table with a row for every part, and the card of the one to mend first or of those that were asked for."""
    wanted = [part for part in checked.parts if not asked or part.result.id in asked]
    made = rows(replace(checked, parts=tuple(wanted)))
    heads = "".join(_head(word) for word in ("", "part", "title", "found"))
    body = "".join(map(_row, made))
    cards = "".join(_card(card(part)) for part in in_full(checked, asked))
    last = "" if checked.first or asked else _paragraph(next_step(checked))
    return (
        '<div style="max-width:60em;line-height:1.45"><div style="overflow-x:auto">'
        f'<table style="border-collapse:collapse;margin:0">{_caption(checked)}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        f"{''.join(_paragraph(f'note: {note}') for note in notes(checked))}{cards}{last}</div>"
    )


def _caption(checked: Checked) -> str:
    name, looked = map(_text, heading(checked))
    style = "caption-side:top;text-align:left;padding:0 0 .3em;color:inherit"
    return f'<caption style="{style}"><strong>{name}</strong><br>{looked}</caption>'


def _head(word: str) -> str:
    named = _text(word) or "<span style='position:absolute;clip-path:inset(50%)'>state</span>"
    return f'<th scope="col" style="{CELL};font-weight:normal;opacity:.75;border-bottom:{LINE}">{named}</th>'


def _row(each: Row) -> str:
    if not each.id:  # of several parts
        state = f'<td style="{CELL};white-space:nowrap">{_state(each)}</td>'
        return f'<tr style="background:none">{state}<td colspan="3" style="{CELL}">{_text(each.found)}</td></tr>'
    return (
        f'<tr style="background:none"><td style="{CELL};white-space:nowrap">{_state(each)}</td>'
        f'<th scope="row" style="{CELL};font-weight:600">{_text(each.id)}</th>'
        f'<td style="{CELL}">{_text(each.title)}</td><td style="{CELL}">{_text(each.found)}</td></tr>'
    )


def _state(each: Row) -> str:
    sign = f'<span aria-hidden="true">{SIGNS[each.state]}</span>'
    tone = TONES.get(each.state)
    dot = f"border-left:.3em solid {tone};padding-left:.4em" if tone else "padding-left:.7em"
    return f'<span style="{dot}">{sign} {_text(each.word)}</span>'


def _card(told: Card) -> str:
    title = f"<strong>{_text(f'{told.head.id} {told.head.title}')}</strong>: {_text(told.stands)}"
    return f'<div style="border:{LINE};border-radius:.4em;padding:.6em .9em;margin:.6em 0">{title}{_said(told)}</div>'


def _said(told: Card) -> str:
    where = f"{told.place}: {told.code}" if told.code else told.place
    place = f'<div style="{MONO};margin-top:.4em">{_text(where)}</div>' if where else ""
    facts = "".join(f"<div>{_text(fact)}</div>" for fact in told.facts)
    return place + facts + "".join(_labelled(told)) + _more(told)


def _labelled(told: Card) -> Iterator[str]:
    for label, text in told.labelled:
        before = f'<span style="opacity:.75">{_text(label)}:</span> ' if label else ""
        yield f"<div>{before}{_text(text)}</div>"


def _more(told: Card) -> str:
    if not told.about:
        return ""
    return f'<div><span style="opacity:.75">more:</span> <code>!grade explain {_text(told.about)}</code></div>'


def _paragraph(text: str) -> str:
    return f'<p style="margin:.4em 0">{_text(text)}</p>'


def _text(text: str) -> str:
    return escape(safe_line(text, columns=COLUMNS))
