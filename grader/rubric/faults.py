"""The faults of a rubric, collected: all are told at once, in the order in which they stand in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from grader.errors import Message, RubricError
from grader.nouns.plain import Json, Place
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Document, Key

GROUPS = {
    "parts": "part",
    "checks": "check",
    "all": "subcheck",
    "cases": "case",
    "written": "written item",
    "plots": "plot",
    "units": "unit",
    "snippets": "snippet",
    "editions": "edition",
}
WRITE_IT = "write one of them"
MANY = 32  # so many names are listed; of more, only the first ones


@dataclass
class Faults:
    """Collects messages about one document, each with the part and check it is about."""

    document: Document
    found: list[tuple[Place, Message]] = field(default_factory=list)

    def add(
        self,
        path: Key,
        fact: str,
        code: str,
        allowed: str = "",
        help: str = "",
        *,
        label: str = "allowed",
        key: bool = False,
    ) -> None:
        """Adds a fault of the value (or the key) at a path of the document."""
        place = self.document.place(path, key=key)
        self.add_at(place, within(path, fact), code, allowed, help, label=label)

    def add_at(
        self, place: Place, fact: str, code: str, allowed: str = "", help: str = "", *, label: str = "allowed"
    ) -> None:
        """Adds a fault of any place, also in another file."""
        self.found.append((place, Message(str(place), fact, code, allowed, help, label)))

    def take(self, error: RubricError) -> None:
        """Adds the messages of an error about another file."""
        self.found += [(Place(message.place, 1, 1), message) for message in error.messages]

    def messages(self) -> list[Message]:
        """All faults, those of the document first and in its order.

        What the YAML itself got wrong is told once: the form's complaint about the same place is left out.
        """
        known = {place for place, _ in self.document.faults}
        every = [*self.document.faults, *(item for item in self.found if item[0] not in known)]
        return [message for _, message in sorted(every, key=self._order)]

    def _order(self, item: tuple[Place, Message]) -> tuple[bool, str, int, int]:
        place = item[0]
        return place.file != self.document.file, place.file, place.line, place.column

    def stop_if_any(self) -> None:
        """Goes on only if nothing is wrong.

        Raises: RubricError with all faults.
        """
        messages = self.messages()
        if messages:
            raise RubricError(*messages)


def within(path: Key, fact: str) -> str:
    """A fact, and before it what part and check it is about."""
    inside = where(path)
    return f"{inside}: {fact}" if inside else fact


def where(path: Key) -> str:
    """What a path of the document is called: `part 1d, check 2`; empty for the top of the file."""
    words: list[str] = []
    for step, name in zip(path[::2], path[1::2], strict=False):
        if step not in GROUPS or (step == "cases" and isinstance(name, int)):
            break
        words.append(f"{GROUPS[str(step)]} {name + 1 if isinstance(name, int) else name}")
    return ", ".join(words)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty if none is near."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def instead(word: str, known: Iterable[str], otherwise: str) -> str:
    """The help of a message about an unknown word."""
    near = nearest(word, known)
    return f"write '{near}'" if near else otherwise


def listed(names: Iterable[str]) -> str:
    """Names between commas; of many only the first ones, and how many there are."""
    every = list(names)
    more = f" and {len(every) - MANY} more" if len(every) > MANY else ""
    return ", ".join(every[:MANY]) + more if every else "none"


def described(value: Json) -> str:
    """What a value is, for a person: `the text '3'`, `a list`, `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value:g}"
    if isinstance(value, str):
        return f"the text '{safe_line(value, columns=60)}'"
    if not value:
        return "empty"
    return "a list" if isinstance(value, list) else "a group of keys"
