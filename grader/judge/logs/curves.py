"""Losses and perplexities by epoch, whatever their columns are called: a table of a hand-in, else the lines of a log.

A table has a row for each epoch, or for each epoch and kind of text; its columns stand in any order, between commas,
semicolons, tabs, bars or blanks. In a line of a log, `valid ppl 249.9` belongs to the kind that was named last; a loss
without a kind is that of the training where the line gives one of the validation too, as Keras prints them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from grader.judge.artefacts import read_artefact
from grader.judge.handed_in import decode, find_file
from grader.judge.logs.find import Text, lines_with, log_texts
from grader.judge.logs.series import NUMBER, Line, Printed, printed
from grader.nouns.seen import Observation
from grader.safetext import safe_line

Kind: TypeAlias = Literal["training", "validation"]
Said: TypeAlias = "dict[Kind, dict[str, Printed]]"  # of one line
Column: TypeAlias = tuple[str, str]  # ("training", "loss"); ("", "epoch"); ("", "kind")

COLUMNS: Final = "epoch,train_loss,train_ppl,valid_loss,valid_ppl"  # of the handout
SEPARATORS: Final = (",", ";", "\t", "|", None)  # None: blanks
MOST_ROWS: Final = 5000
WIDEST: Final = 400
KINDS: Final[Mapping[Kind, str]] = {
    "training": r"train\w*|trn|tr",
    "validation": r"valid\w*|val|dev\w*|eval\w*|test\w*",
}
QUANTITIES: Final = {"perplexity": r"ppl\w*|perp\w*|pp", "loss": r"loss\w*|nll\w*|ce|cross_?entropy"}
STEPS: Final = re.compile(r"epochs?|ep|step|iter(?:ation)?|")
_ONE: Final = re.compile(NUMBER)
_WORD: Final = re.compile("[a-z]+")
_NAMED: Final = "|".join(KINDS.values()).replace(r"\w*", "[a-z0-9]*")  # of `train_loss` only the first word
_SAID: Final = re.compile(
    rf"(?P<kind>\b(?:{_NAMED})(?=[ _.:/|-]))"
    rf"|(?P<name>(?:{'|'.join(QUANTITIES.values())})\b)[ \t]{{0,4}}[:=|]?[ \t]{{0,4}}(?P<value>{NUMBER})",
    re.IGNORECASE,
)
_OF_NO_KIND: Final = frozenset({"loss", "ppl", "perplexity", "nll"})
_BATCHES: Final = re.compile(r"([0-9]{1,9}) ?/ {0,8}([0-9]{1,9}) batches")
_CHINESE: Final = {
    "训练": " train_",
    "验证": " valid_",
    "测试": " test_",
    "损失值": "loss ",
    "损失": "loss ",
    "困惑度": "ppl ",
    "轮次": "epoch ",
    "轮": ": ",
    "：": ":",
    "，": ",",
}


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one row says of one kind of text; what it does not say is None."""

    kind: Kind
    number: float
    loss: Printed | None = None
    perplexity: Printed | None = None


def curves_of(files: Mapping[str, bytes], path: str) -> tuple[str, tuple[Epoch, ...]]:
    """Where the curves stand, as safe text, and their rows; the file of that name wins, then tables, then logs.

    No rows if nothing can be read; the place is empty if there is not even a file of that name.
    """
    named = find_file(files, [path])
    if named:
        found = tuple(_rows(decode(files[named])))
        if found:
            return safe_line(named), found
    texts = log_texts({name: content for name, content in files.items() if name != named})
    tables = [(text, tuple(_rows(text.content))) for text in texts.data]
    logs = [(text, tuple(_lines(text))) for text in texts.printed]
    for group in (tables, logs):
        text, rows = max(group, key=lambda each: len(each[1]), default=(Text("", ""), ()))
        if rows:
            return text.file, rows
    return safe_line(named) if named else "", ()


def read_curves(files: Mapping[str, bytes], path: str) -> Observation:
    """The rows as the tensor `rows`: kind (0 training, 1 validation), epoch, loss, its half unit, perplexity, its own.

    What a row does not say is NaN in all four; a number that is printed as nan or inf has a half unit of 0 or more.
    Shapes: rows (n, 6).
    """
    place, epochs = curves_of(files, path)
    if not place:
        found = read_artefact(files, path)
        reason = f"{found.reason}, and no log holds losses and perplexities" if found.ended == "missing" else ""
        return Observation(found.ended, reason=reason or found.reason)
    rows = [[list(KINDS).index(epoch.kind), epoch.number, *_numbers(epoch)] for epoch in epochs]
    notes = () if place == path else (f"file {path}: {place}",)
    return Observation("answered", {"rows": np.array(rows, float).reshape(-1, 6)}, texts={"file": place}, notes=notes)


def _numbers(epoch: Epoch) -> tuple[float, float, float, float]:
    loss, ppl = epoch.loss, epoch.perplexity
    return (
        loss.value if loss else math.nan,
        loss.half if loss else math.nan,
        ppl.value if ppl else math.nan,
        ppl.half if ppl else math.nan,
    )


# --- tables ---------------------------------------------------------------------------------------------------------


def _rows(content: str) -> Iterator[Epoch]:
    lines = [line[:WIDEST] for line in content.split("\n", MOST_ROWS)[:MOST_ROWS] if line.strip()]
    heads = [(separator, _columns(_cells(lines[0], separator) if lines else [])) for separator in SEPARATORS]
    separator, columns = max(heads, key=lambda each: len(each[1]))
    for number, line in enumerate(lines[1:] if columns else [], 1):
        yield from _epochs(_cells(line, separator), columns, number)


def _cells(line: str, separator: str | None) -> list[str]:
    cells = line.strip().strip("|").split(separator) if separator == "|" else line.split(separator)
    return [cell.strip().strip("\"'").strip() for cell in cells]


def _columns(head: Sequence[str]) -> dict[Column, int]:
    """Which column says what; empty if no column holds a loss or perplexity. Without a head: as in the handout."""
    if len(head) == len(COLUMNS.split(",")) and all(_ONE.fullmatch(cell) for cell in head):
        return {}
    found: dict[Column, int] = {}
    for at, cell in enumerate(head):
        column = _column(cell)
        if column is not None:
            found.setdefault(column, at)
    if ("", "kind") not in found and any(kind == "validation" for kind, _ in found):  # as Keras: loss, val_loss
        for quantity in QUANTITIES:
            if ("", quantity) in found:
                found.setdefault(("training", quantity), found[("", quantity)])
    return found if any(quantity in QUANTITIES for _, quantity in found) else {}


def _column(cell: str) -> Column | None:
    words = _WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", cell).lower())
    name = " ".join(words)
    quantity = next((each for each, form in QUANTITIES.items() if re.search(rf"\b(?:{form})\b|ppl|loss", name)), "")
    if quantity:
        quantity = "perplexity" if re.search(r"ppl|perp|\bpp\b", name) else "loss"
        kind = next((each for each, form in KINDS.items() if re.search(rf"\b(?:{form})|^(?:{form})", name)), "")
        return kind, quantity
    if name in ("split", "set", "phase", "kind", "mode", "subset", "data", "type"):
        return "", "kind"
    return ("", "epoch") if STEPS.fullmatch(name) else None


def _epochs(row: Sequence[str], columns: Mapping[Column, int], number: int) -> Iterator[Epoch]:
    cells = {column: row[at] for column, at in columns.items() if at < len(row)}
    step = _number(cells.get(("", "epoch"), ""))
    at = step.value if step is not None and step.is_finite else float(number)
    said = _kind(cells.get(("", "kind"), ""))
    for kind in KINDS:
        own = {
            quantity: _number(cells.get((kind, quantity)) or (cells.get(("", quantity), "") if said == kind else ""))
            for quantity in QUANTITIES
        }
        if any(value is not None for value in own.values()):
            yield Epoch(kind, at, own["loss"], own["perplexity"])


def _kind(cell: str) -> Kind | None:
    return next((kind for kind, form in KINDS.items() if re.fullmatch(form, cell.lower())), None)


def _number(cell: str) -> Printed | None:
    text = cell.lower().replace(",", ".", 1) if re.fullmatch(r"-?[0-9]+,[0-9]+", cell) else cell.lower()
    match = _ONE.fullmatch(text)
    return printed(match[1]) if match else None


# --- logs -----------------------------------------------------------------------------------------------------------


def _lines(text: Text) -> Iterator[Epoch]:
    """The lines that give a loss or perplexity of a kind, each counted as an epoch of that kind.

    A loss and a perplexity on lines of their own belong together if they follow one another.
    """
    last: dict[Kind, Epoch] = {}
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    lines = lines_with(replace(text, content=_english(text.content.lower())), ("ppl", "perplexity", "loss"))
    told = [_said(line.text) for line in lines]
    if not any("training" in said for said in told):
        told = list(_with_last_batches(lines, told))
    for said in told:
        for kind, values in said.items():
            before = last.get(kind)
            if before is not None and all(getattr(before, name) is None for name in values):
                loss, perplexity = values.get("loss", before.loss), values.get("perplexity", before.perplexity)
                last[kind] = replace(before, loss=loss, perplexity=perplexity)
                continue
            if before is not None:
                yield before
            counts[kind] += 1
            last[kind] = Epoch(kind, float(counts[kind]), values.get("loss"), values.get("perplexity"))
    yield from last.values()


def _english(text: str) -> str:
    for word, english in _CHINESE.items():
        text = text.replace(word, english)
    return text


def _said(line: str) -> Said:
    said: Said = {}
    kind: Kind | None = None
    for match in _SAID.finditer(line):
        if match["kind"]:
            kind = _kind(match["kind"])
        elif kind is not None:
            said.setdefault(kind, {}).setdefault(_quantity(match), printed(match["value"]))
    of_no_kind = _of_no_kind(line) if set(said) == {"validation"} else {}
    return {"training": of_no_kind, **said} if set(of_no_kind) & set(said.get("validation", {})) else said


def _of_no_kind(line: str) -> dict[str, Printed]:
    """What a line says before it names a kind; `best loss` and `loss_a` are something else than the loss."""
    values: dict[str, Printed] = {}
    end = 0
    for match in _SAID.finditer(line):
        if match["kind"]:
            break
        before = line[end : match.start()].rstrip()[-1:]
        if match["name"] in _OF_NO_KIND and not (before.isalpha() or before == "_"):
            values[_quantity(match)] = printed(match["value"])
        end = match.end()
    return values


def _quantity(match: re.Match[str]) -> str:
    return "perplexity" if match["name"].startswith("p") else "loss"


def _with_last_batches(lines: Sequence[Line], told: Sequence[Said]) -> Iterator[Said]:
    """As in PyTorch's word_language_model, whose last batches of an epoch stand for its training.

    They are the last if fewer are left than lie between two lines; the validation follows in the next line.
    """
    before, last = 0, dict[str, Printed]()
    for line, said in zip(lines, told, strict=True):
        batches = None if said else _BATCHES.search(line.text)
        if batches:
            at, of = int(batches[1]), int(batches[2])
            last = _of_no_kind(line.text) if 0 <= of - at < at - (before if before < at else 0) else {}
            before = at
            yield said
        else:
            yield {"training": last, **said} if last and set(said) == {"validation"} else said
            before, last = 0, {}
