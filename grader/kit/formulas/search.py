"""Where answers that are formulas stand in a hand-in: pages, code, and pages again, in the order that `maths` tells."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..answers import Answer
from ..handin import Missing
from .at_points import Points, check_finite, in_words, value_at
from .derivation import Fault, Found, Solved
from .formula import Faulty, Unreadable
from .papers import MOST_CHARACTERS, Papers, document_of, is_answers, value_in
from .spelling import Names, key

if TYPE_CHECKING:
    from ..census import SourceFile
    from ..handin import Handin

UNREAD = ".unread"
SHORT = 2  # letters: names so short have other meanings in most programs


class Search:
    """Looks for answers in one hand-in."""

    def __init__(self, hw: Handin, points: Points, names: Names, answers: Mapping[str, Sequence[str]]) -> None:
        self._hw, self._points, self._names = hw, points, names
        self._keys = {name: {key(each) for each in (name, *others)} for name, others in answers.items()}
        self._wanted = frozenset().union(*self._keys.values())
        self._papers = Papers(hw.root, self._wanted, names, points)

    def find_all(self) -> dict[str, Answer]:
        """The outputs for all names. Raises: Missing if nothing is found for any of them."""
        found = [self._find(name) for name in self._keys]
        if not any(found):
            name = next(iter(self._keys))
            raise Missing(f"no '{name} = ...' was found", f"a line {name} = ... in answers.md, or a function {name}")
        return {output: value for each in found for output, value in each.items()}

    def _find(self, name: str) -> dict[str, Answer]:
        """The outputs for one name; none if it is nowhere."""
        faults: list[Fault] = []
        for found in self._everywhere(self._keys[name]):
            if isinstance(found, Solved):
                doubt = {f"{name}{UNREAD}": found.doubt} if found.doubt and len(name) > SHORT else {}
                return {name: found.values, **doubt}
            faults.append(found)
        if faults:
            first = next((fault for fault in faults if not fault.read), faults[0])
            return {name if first.read else f"{name}{UNREAD}": first.text}
        paper = self._papers.for_people()
        return {f"{name}{UNREAD}": f"no '{name} = ...' was found in text; it may be in {paper}"} if paper else {}

    def _everywhere(self, keys: Collection[str]) -> Iterator[Found]:
        yield from self._on(keys, [*self._papers.tables(), *self._papers.answers()])
        yield from self._in_code(keys)
        yield from self._on(keys, self._papers.others())

    def _on(self, keys: Collection[str], pages: Sequence[Any]) -> Iterator[Found]:
        values = (self._papers.value(page, keys) for page in pages)
        yield from (value for value in values if value is not None)

    # --- code ---

    def _in_code(self, keys: Collection[str]) -> Iterator[Found]:
        for file in self._hw.sources():
            known = is_answers(file.path)
            for name in sorted(each for each in file.names if key(each) in keys):
                found = self._bound(file, name)
                if isinstance(found, Solved) or (found is not None and (known or len(name) > SHORT)):
                    yield found
            if known and file.syntax_error is not None and not file.is_notebook:
                yield Fault(f"{file.relative}:{file.syntax_error.lineno}: does not parse", read=True)

    def _bound(self, file: SourceFile, name: str) -> Found | None:
        """The values of what a file binds to a name: of a function, of the text of a formula, of a sympy expression."""
        if _is_function(file, name):
            return self._of_code(file, name)
        stated = None if file.is_page else self._assigned(file, name)
        if isinstance(stated, Solved) or "sympy" not in file.text:
            return stated
        return self._of_code(file, name)

    def _of_code(self, file: SourceFile, name: str) -> Found:
        try:
            value = self._hw.value(file, name)  # the limit of the part holds: an import may take its time
        except Exception as error:
            return Fault(f"{file.relative}, while it was imported: {in_words(error)}", read=True)
        try:
            if isinstance(value, str):
                document = document_of(f"{name} = {value}", self._wanted, self._names, self._points)
                return value_in(document, {key(name)}) or Fault("nothing stands there", read=False)
            values = value_at(value, name, self._points, self._names)
            check_finite(values, self._points)
        except Faulty as error:
            return Fault(str(error), read=True)
        return Solved(values)

    def _assigned(self, file: SourceFile, name: str) -> Found | None:
        """The values of an assignment, read as text: their symbols need not be bound to anything."""
        text = "\n".join(piece.text for piece in file.pieces)
        if len(text) > MOST_CHARACTERS:
            return None
        try:
            document = document_of(text, self._wanted, self._names, self._points)
        except Unreadable as error:
            return Fault(str(error), read=False)
        found = value_in(document, {key(name)}, constant=False)
        return Solved(found.values) if isinstance(found, Solved) else found  # what follows in code is something else


def _is_function(file: SourceFile, name: str) -> bool:
    """Whether a file makes a function of this name, with `def` or a lambda."""
    for statement in file.statements:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return True
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda):
            targets = (node for target in statement.targets for node in ast.walk(target))
            if any(isinstance(node, ast.Name) and node.id == name for node in targets):
                return True
    return False
