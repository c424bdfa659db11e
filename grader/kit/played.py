"""A whole notebook or script, played cell by cell: one that fails stops only those that need what it did not make."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .executed import Returned, execute, fresh_module, future_flags, show_lines
from .facts import Facts, facts_of
from .gpu import without_gpu
from .program import without_guard
from .series import as_series
from .snippets import Around, Rule

if TYPE_CHECKING:
    from .census import Piece, SourceFile


class Played:
    """One file with all its cells; a script without cells has a block for every statement of its top level."""

    def __init__(self, rule: Rule, file: SourceFile, around: Around) -> None:
        self.rule, self.where = rule, file.relative
        self.notes: list[str] = []
        self._file, self._around = file, around

    def __repr__(self) -> str:
        return f"<snippet {self.rule.name}: {self.where}, all of it>"

    @property
    def text(self) -> str:
        """Its text as it was handed in."""
        return self._file.text

    @cached_property
    def free(self) -> tuple[str, ...]:
        """The names that it reads and never binds."""
        bound: set[str] = set(vars(__import__("builtins"))) | {"get_ipython", "display", "__file__"}
        free: dict[str, None] = {}
        for _, statements in self._blocks:
            for facts in map(facts_of, statements):
                free.update(dict.fromkeys(name for name in facts.reads if name not in bound))
                bound |= facts.binds
        return tuple(name for name in free if name not in bound)

    @property
    def lists(self) -> tuple[str, ...]:
        """Nothing: what it plots it has made."""
        return ()

    @property
    def draws(self) -> bool:
        """Whether it mentions matplotlib."""
        return "matplotlib" in self._file.text or "plt." in self._file.text

    def with_model(self, model: Any) -> dict[str, Any]:
        """The model under its usual name."""
        return {"model": model}

    def with_series(self, values: Sequence[Any], *, clip: float = 1.0) -> dict[str, Any]:
        """The series for every name that it never binds and that holds one of the words."""
        del clip
        words = [word.lower() for word in self.rule.near]
        return {name: as_series(values) for name in self.free if any(word in name.lower() for word in words)}

    def run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Plays it once in a fresh namespace, and gives that. What is given stays, whatever they bind.

        What raised, and what was skipped for it, stands in `notes`.
        """
        module = fresh_module(self._around.enter(), self._around.file)
        vars(module).update(given)
        for text in self._file.notes:
            self._note(text)
        with without_gpu():
            self._play(module, given)
        return dict(vars(module))

    def _play(self, module: ModuleType, given: Mapping[str, Any]) -> None:
        flags = future_flags(statement for _, statements in self._blocks for statement in statements)
        lost: dict[str, str] = {}  # name -> the cell that should have made it
        for piece, statements in self._blocks:
            label = f"{self.where}{piece.label or f':{statements[0].lineno}'}"
            facts = [facts_of(statement) for statement in statements]
            lacking = [name for name in _taken(facts) if name in lost]
            if lacking:
                self._note(f"{label} skipped: it reads {lacking[0]}, which {lost[lacking[0]]} did not make")
            else:
                show_lines(piece)
            done = 0 if lacking else self._cell(piece, statements, module, given, flags)
            _count(facts, done, label, lost, given)

    def _cell(
        self, piece: Piece, statements: Sequence[ast.stmt], module: ModuleType, given: Mapping[str, Any], flags: int
    ) -> int:
        """Runs the statements of a cell; how many of them ended well."""
        for done, statement in enumerate(statements):
            try:
                execute(statement, piece, module, flags)
            except Returned:
                return len(statements)
            except (Exception, SystemExit) as error:
                place = f"{self.where}{piece.label}:{_line(error, piece, statement)}"
                self._note(f"{place} raised {type(error).__name__}: {_said(error)}")
                return done
            finally:
                vars(module).update(given)
        return len(statements)

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self._around.note(text)

    @cached_property
    def _blocks(self) -> list[tuple[Piece, Sequence[ast.stmt]]]:
        cells = self._file.cells
        if len(cells) != 1 or self._file.is_notebook:
            return [(piece, block) for piece, statements in cells if (block := without_guard(statements))]
        ((piece, statements),) = cells
        return [(piece, [statement]) for statement in without_guard(statements)]


def _taken(facts: Sequence[Facts]) -> list[str]:
    """The names that a cell takes from others."""
    bound: set[str] = set()
    taken: list[str] = []
    for each in facts:
        taken += [name for name in each.reads if name not in bound]
        bound |= each.binds
    return taken


def _count(facts: Sequence[Facts], done: int, label: str, lost: dict[str, str], given: Mapping[str, Any]) -> None:
    """Notes which names are there now, and which are lost with the statements that did not end well."""
    for at, each in enumerate(facts):
        for name in each.binds - given.keys():
            if at < done:
                lost.pop(name, None)
            else:
                lost[name] = label


def _line(error: BaseException, piece: Piece, statement: ast.stmt) -> int:
    """The line of the cell that raised."""
    line, step = statement.lineno, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == piece.name:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _said(error: BaseException) -> str:
    try:
        return str(error)[:200]
    except Exception:  # theirs to break
        return "(its own text could not be made)"
