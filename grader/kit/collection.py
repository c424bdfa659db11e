"""All snippets of a hand-in that fit a rule, best first, from notebooks, scripts, modules and pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .found import Place, Search
from .played import Played
from .program import Program
from .snippets import Around, Rule, Snippet

if TYPE_CHECKING:
    from .census import Census, SourceFile
    from .tree import Tree

MOST = 8
MOST_LOOKED_AT = 64
Found: TypeAlias = "Snippet | Played"


class Collection:
    """Finds snippets by the rules of a rubric; every file is read once, and only if it may hold what is looked for."""

    def __init__(
        self, census: Census, tree: Tree, rules: Sequence[Mapping[str, Any]], note: Callable[[str], None]
    ) -> None:
        self._census, self._tree, self._note = census, tree, note
        self._rules = {str(rule["name"]): _rule(rule) for rule in rules}
        self._programs: dict[Path, Program] = {}

    def find(self, name: str) -> list[Found]:
        """The snippets of a rule. Raises: KeyError if there is no such rule."""
        rule = self._rules[name]
        return self._played(rule) if rule.take == "run" else self._picked(rule)

    def missing(self, name: str) -> tuple[str, str]:
        """What is not there, and what was expected, for a rule that nothing fits."""
        rule = self._rules[name]
        does = [f"reads '{word}'" for word in rule.reads[:1]] + [f"calls '{word}'" for word in rule.calls[:1]]
        fact = f"no code that {' and '.join(does)} was found" if does else "no notebook and no script was found"
        return fact, "it in a .py file, a notebook, or a block of code in a Markdown file"

    def _picked(self, rule: Rule) -> list[Found]:
        ranked: list[tuple[tuple[object, ...], Snippet]] = []
        for rank, file in enumerate(self._likely(rule)):
            for place in self._places(rule, file)[:MOST_LOOKED_AT]:
                snippet = self._snippet(rule, file, place)
                ranked.append(((not snippet.draws, *place.order[:2], rank, *place.order[2:]), snippet))
        ranked.sort(key=lambda each: each[0])
        found = {snippet.text or str(id(snippet)): snippet for _, snippet in reversed(ranked)}  # the best of each text
        best: list[Found] = [snippet for _, snippet in ranked if snippet in found.values()]
        return best[:MOST]

    def _played(self, rule: Rule) -> list[Found]:
        files = [file for file in self._likely(rule) if file.pieces]
        files.sort(key=lambda file: not file.is_notebook or file.is_page)
        return [Played(rule, file, self._around(file)) for file in files[:MOST]]

    def _likely(self, rule: Rule) -> Iterator[SourceFile]:
        """The files that mention what the rule names, or a module that does, nearest the top first."""
        files = self._census.nearest_first()
        stems = {file.path.stem for file in files if not file.is_notebook and _mentions(file, rule)}
        names = "|".join(map(re.escape, sorted(stems)))
        imports = re.compile(rf"\bimport\b.*\b(?:{names})\b|\b(?:{names})\s+import\b")
        for file in files:
            if _mentions(file, rule) or (stems and imports.search(file.text)):
                yield file

    def _places(self, rule: Rule, file: SourceFile) -> list[Place]:
        module = self._around(file).module

        def elsewhere(name: str) -> Search | None:
            """The search of another module; it does not look further in its turn."""
            program = module(name)
            return None if program is None else Search(program, rule.reads, rule.calls, rule.near)

        search = Search(self._program(file), rule.reads, rule.calls, rule.near, functools.cache(elsewhere))
        places = search.places()
        for text in file.notes:
            self._note(text)
        return places

    def _snippet(self, rule: Rule, file: SourceFile, place: Place) -> Snippet:
        first = place.stretch.steps[place.seeds[0]]
        where = f"{file.relative}{first.piece.label or f':{first.node.lineno}'}"
        return Snippet(rule, where, place.stretch, place.seeds, self._around(file))

    def _program(self, file: SourceFile) -> Program:
        if file.path not in self._programs:
            self._programs[file.path] = Program(file.cells)
        return self._programs[file.path]

    def _around(self, file: SourceFile) -> Around:
        def module(name: str) -> Program | None:
            """A module of the hand-in."""
            files = self._census.by_stem(name.rpartition(".")[2])
            return self._program(files[0]) if files and files[0] is not file else None

        return Around(str(file.path), module, lambda: self._tree.look_beside(file.path), self._note)


def _mentions(file: SourceFile, rule: Rule) -> bool:
    """Whether the file may hold what the rule names: cheap, and true too often rather than too seldom."""
    text = file.text.replace("\\", "") if file.is_page else file.text  # in a page `_` may be escaped
    reads = not rule.reads or any(word in text for word in rule.reads)
    return reads and (not rule.calls or any(word in text for word in rule.calls))


def _rule(told: Mapping[str, Any]) -> Rule:
    words = {key: tuple(map(str, told.get(key, ()))) for key in ("reads", "calls", "near")}
    return Rule(str(told["name"]), str(told["take"]), **words)
