"""Strict YAML 1.2: plain data, and the place of every key and value, so that a message can be clicked.

The scanner and parser are PyYAML's. What its `safe_load` does in silence is not done here: `1e-4` is a number, `no`,
`on`, `12:30` and dates are texts, keys are always texts (`1.10` stays `1.10`), and a repeated key, an anchor, a tag, a
second document or a number like `010` is a fault. The tree is built from parse events, so that nothing hostile is
ever expanded: depth and size are capped while reading.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from grader.errors import Message, RubricError
from grader.nouns.plain import Json, Place
from grader.rubric.files import read_file
from grader.rubric.yaml_syntax import syntax_message, undecodable, unreadable_character
from grader.safetext import safe_line

Key: TypeAlias = tuple[str | int, ...]  # ("parts", "1d", "checks", 0, "close")

MAX_DEPTH = 32
SMALLER = "write a smaller number"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data. `faults` are those that left the rest readable; marks are (line, column) from 1."""

    file: str
    data: Json
    sha256: str
    values: Mapping[Key, tuple[int, int]]
    keys: Mapping[Key, tuple[int, int]]
    faults: tuple[tuple[Place, Message], ...] = ()

    def place(self, path: Key, *, key: bool = False) -> Place:
        """Where the value (or the key) at a path stands; where its nearest known parent stands, if it is not there."""
        if key and path in self.keys:
            return Place(self.file, *self.keys[path])
        while path and path not in self.values:
            path = path[:-1]
        return Place(self.file, *self.values.get(path, (1, 1)))


def read_yaml(path: Path) -> Document:
    """The document in a YAML file of at most 1 MiB, with the place of every key and value.

    Raises: RubricError if it cannot be read, is not UTF-8, or is not well-formed YAML of one document.
    """
    file = str(path)
    content = read_file(path, "a rubric, one .yaml file", code="E-RUBRIC-FILE", most_mib=1)
    text = _text(content, file)
    if not text.strip():
        raise RubricError(_empty(file))
    builder = _Builder(file)
    try:
        data = builder.document(yaml.parse(text, LOADER))
    except yaml.YAMLError as error:
        raise RubricError(*builder.messages(), syntax_message(error, text, file)) from None
    if data is None and not builder.faults:
        raise RubricError(_empty(file))
    digest = hashlib.sha256(content).hexdigest()
    return Document(file, data, digest, builder.values, builder.keys, tuple(builder.faults))


def _text(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RubricError(undecodable(content, error.start, file)) from None
    fault = unreadable_character(text, file)
    if fault:
        raise RubricError(fault)
    return text


def _empty(file: str) -> Message:
    return Message(
        f"{file}:1:1",
        "the file is empty",
        "E-RUBRIC-FILE",
        "a rubric with the keys assignment, title, points, seed and parts",
        "docs/rubric.md holds a small one to begin with",
    )


@dataclass
class _Builder:
    """Makes data from parse events, and remembers where everything stood."""

    file: str
    values: dict[Key, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Key, tuple[int, int]] = field(default_factory=dict)
    faults: list[tuple[Place, Message]] = field(default_factory=list)

    def document(self, events: Iterator[Any]) -> Json:
        """The data of the one document; a second one is a fault."""
        data: Json = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(
                        event,
                        "a second document begins here",
                        "one document: a single '---' at most",
                        "make two files of it",
                    )
                    break
                data = self._node(next(events), events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], path: Key) -> Json:
        self.values[path] = _mark(event)
        if isinstance(event, yaml.AliasEvent):
            return self._fault(event, "an alias (*name) stands here", "values written out", "write the value again")
        self._plain(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) >= MAX_DEPTH:
            raise self._end(event, "this is nested too deeply", f"{MAX_DEPTH} levels")
        return self._list(events, path) if isinstance(event, yaml.SequenceStartEvent) else self._dict(events, path)

    def _list(self, events: Iterator[Any], path: Key) -> list[Json]:
        items: list[Json] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _dict(self, events: Iterator[Any], path: Key) -> dict[str, Json]:
        found: dict[str, Json] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event)
            place = (*path, key)
            if key in found:
                self._twice(event, key, self.keys[place])
            else:
                self.keys[place] = _mark(event)
            # What stands under a repeated key is read, for its own faults, and then forgotten.
            known = key in found
            value = self._node(next(events), events, (*path, key, "again") if known else place)
            found.setdefault(key, value)
        return found

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._end(event, "this key is not a text", "one word or text as a key")
        self._plain(event)
        if event.value == "<<" and not event.style:
            self._fault(event, "merge keys (<<) are not read", "keys written out", "write the keys again")
        return str(event.value)

    def _plain(self, event: Any) -> None:
        if event.anchor:
            self._fault(event, f"the anchor &{event.anchor} stands here", "values written out", "leave the anchor out")
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(event, f"the tag {tag} stands here", "plain values without tags", "leave the tag out")

    def _scalar(self, event: Any) -> Json:
        text: str = event.value
        if event.style or not event.implicit[0]:
            return text
        if text in WORDS:
            return WORDS[text]
        if LEADING_ZERO.fullmatch(text):
            quoted = f"{int(text)} for a number, '{text}' for a text"
            return self._fault(event, f"{text} may be a number or a text", quoted, "write one of the two")
        if NOT_FINITE.fullmatch(text):
            return self._fault(event, f"{text} is not a finite number", "finite numbers", "write a number")
        if INTEGER.fullmatch(text):
            return self._integer(event, text)
        return self._float(event, text) if FLOAT.fullmatch(text) else text

    def _integer(self, event: Any, text: str) -> Json:
        # The length is asked first: Python refuses to read integers of thousands of digits.
        if len(text) > 24 or abs(value := int(text, 0)) >= 2**63:
            return self._fault(event, "this whole number is too large", "whole numbers below 2^63", SMALLER)
        return value

    def _float(self, event: Any, text: str) -> Json:
        value = float(text)
        if math.isinf(value):
            return self._fault(event, "this number is too large", "numbers below 1.8e308", SMALLER)
        return value

    def _twice(self, event: Any, key: str, first: tuple[int, int]) -> None:
        fact = f"the key '{safe_line(key, columns=60)}' stands here a second time"
        place = self._place(event)
        message = Message(str(place), fact, "E-RUBRIC-TWICE", f"line {first[0]}", "keep one of the two", "first")
        self.faults.append((place, message))

    def _fault(self, event: Any, fact: str, allowed: str, help: str) -> None:
        self.faults.append((self._place(event), self._message(event, fact, allowed, help)))

    def _end(self, event: Any, fact: str, allowed: str) -> RubricError:
        return RubricError(*self.messages(), self._message(event, fact, allowed, "write it in a simpler way"))

    def _message(self, event: Any, fact: str, allowed: str, help: str) -> Message:
        return Message(str(self._place(event)), fact, "E-RUBRIC-YAML", allowed, help)

    def _place(self, event: Any) -> Place:
        return Place(self.file, *_mark(event))

    def messages(self) -> list[Message]:
        """What was wrong so far."""
        return [message for _, message in self.faults]


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
