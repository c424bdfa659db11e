"""Which parts a changed file can affect: those whose probes asked for a unit that comes from it, or imports it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Final

from grader.nouns.asked import Part, Rubric

SOURCE: Final = ".py"
MAY_HOLD_CODE: Final = (".ipynb", ".md")  # or a written answer: whatever they hold, all parts are looked at again


def affected(
    rubric: Rubric,
    changed: str,
    files: Mapping[str, bytes],
    chosen: Mapping[str, str],
    asked: Mapping[str, Collection[str]],
) -> tuple[str, ...] | None:
    """The parts that a change of this file can affect; None: any of them.

    `files`: the homework as it was checked last. `chosen`: unit -> the file it was found in. `asked`: part -> the
    units that its probe asked for.
    """
    if changed.endswith(MAY_HOLD_CODE):
        return None
    if not changed.endswith(SOURCE):
        return tuple(part.id for part in rubric.parts if part.source != "probe" or part.reads == changed)
    found_all = all(unit.name in chosen for unit in rubric.units)
    if changed not in files or not found_all or rubric.snippets:  # snippets may be found in any file
        return None
    units = {unit for unit, file in chosen.items() if changed in _imported(file, files)}
    return tuple(part.id for part in rubric.parts if part.cases and _uses(part, rubric, units, asked))


def _uses(part: Part, rubric: Rubric, units: set[str], asked: Mapping[str, Collection[str]]) -> bool:
    filled = {unit.name for unit in rubric.units for fill in part.fills if fill.startswith(f"{unit.name}.")}
    return bool(units & {*asked.get(part.id, ()), *filled}) or not asked.get(part.id)  # it may not have come so far


def _imported(file: str, files: Mapping[str, bytes]) -> set[str]:
    """A file of the homework, and all others that it can have come to import: told by the last word of their names."""
    by_stem: dict[str, list[str]] = {}
    for path in files:
        place = PurePosixPath(path)
        by_stem.setdefault(place.parent.name if place.stem == "__init__" else place.stem, []).append(path)
    found, waiting = set[str](), [file]
    while waiting:
        path = waiting.pop()
        if path in found or path not in files:
            continue
        found.add(path)
        waiting += [other for word in _words_imported(files[path]) for other in by_stem.get(word, [])]
    return found


def _words_imported(content: bytes) -> Iterator[str]:
    with suppress(SyntaxError, ValueError, RecursionError):
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                yield from (word for alias in node.names for word in alias.name.split("."))
            elif isinstance(node, ast.ImportFrom):
                yield from [*(node.module or "").split("."), *(alias.name for alias in node.names)]
