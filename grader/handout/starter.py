"""Starter files: the solved files with the answers cut out.

    ### BEGIN ANSWER 1d                     ### YOUR CODE HERE (1d)
    #: (s, b) -> (b, s, 2h)                 # (s, b) -> (b, s, 2h)
    enc_hiddens = ...               ->      raise NotImplementedError
    ### END ANSWER                          ### END YOUR CODE

Lines that start with `#:` stay, as what to do. Where nothing else is left of a body, it raises NotImplementedError.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import Message

BEGIN = re.compile(r"\s*### BEGIN ANSWER\b\s*(?P<name>.*?)\s*$")
END = re.compile(r"\s*### END ANSWER\b")
ANY_MARK = re.compile(r"#\s*(BEGIN|END)[ _-]*ANSWER", re.I)
SUITES = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Region:
    """An answer in a solved file: the lines of its two marks, counted from 1, and what stands behind the first."""

    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class Starter:
    """A solved file without its answers. `cut`: how many lines went; `faults`: why it cannot be handed out."""

    text: str
    cut: int = 0
    regions: tuple[Region, ...] = ()
    faults: tuple[Message, ...] = field(default=())


def starter_of(text: str, file: str) -> Starter:
    """The starter of a solved file; `file` is its name in messages."""
    lines = text.split("\n")
    regions, faults = _regions(lines, file)
    if faults or not regions:
        return Starter(text, regions=tuple(regions), faults=tuple(faults))
    try:
        placeholders = _placeholders(ast.parse(text), regions)
    except SyntaxError as error:
        return Starter(text, faults=(_no_python(file, error, "the solved file"),))
    kept: list[str] = []
    at = 0
    for region in regions:
        kept += lines[at : region.first - 1]
        kept += _instead(lines, region, placeholders.get(region, []))
        at = region.last
    starter = "\n".join([*kept, *lines[at:]])
    cut = sum(_is_answer(line) for region in regions for line in lines[region.first : region.last - 1])
    return Starter(starter, cut, tuple(regions), tuple(_parse_faults(starter, file)))


def answers_in(text: str) -> list[str]:
    """The lines of a solved file that are cut: those between its marks, but for what is said to students."""
    lines = text.split("\n")
    regions, _ = _regions(lines, "")
    return [line for region in regions for line in lines[region.first : region.last - 1] if _is_answer(line)]


def _is_answer(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#:")


def _regions(lines: Sequence[str], file: str) -> tuple[list[Region], list[Message]]:
    regions: list[Region] = []
    faults: list[Message] = []
    begun: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        begin, end = BEGIN.match(line), END.match(line)
        if begin and begun is None:
            begun = (number, begin["name"])
        elif end and begun is not None:
            regions.append(Region(begun[0], number, begun[1]))
            begun = None
        elif begin or end:
            fact = "an answer begins within another" if begin else "an answer ends that has not begun"
            faults.append(_mark(file, number, fact))
        elif ANY_MARK.search(line):
            faults.append(_mark(file, number, "this looks like a mark of an answer, and is none"))
    if begun is not None:
        faults.append(_mark(file, begun[0], "an answer begins here and does not end"))
    return regions, faults


def _instead(lines: Sequence[str], region: Region, placeholders: Sequence[str]) -> Iterator[str]:
    begin, end = lines[region.first - 1], lines[region.last - 1]
    indent = begin[: len(begin) - len(begin.lstrip())]
    name = f" ({region.name})" if region.name else ""
    yield f"{indent}### YOUR CODE HERE{name}"
    told = [line.replace("#:", "#", 1) for line in lines[region.first : region.last - 1] if line.lstrip()[:2] == "#:"]
    yield from [*told, *placeholders] or [""]
    yield f"{end[: len(end) - len(end.lstrip())]}### END YOUR CODE"


def _placeholders(tree: ast.Module, regions: Sequence[Region]) -> dict[Region, list[str]]:
    """Region -> the statements that stand in it for a body of which nothing is left."""
    found: dict[Region, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module) or (isinstance(node, ast.stmt) and _region_of(node, regions)):
            continue
        for suite in (getattr(node, name, None) for name in SUITES):
            if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
                _add_placeholder(node, suite, regions, found)
    return found


def _add_placeholder(
    node: ast.AST, suite: Sequence[ast.stmt], regions: Sequence[Region], found: dict[Region, list[str]]
) -> None:
    places = [_region_of(statement, regions) for statement in suite if not _is_docstring(statement)]
    if not places or places[0] is None or None in places:
        return
    statement = "pass" if isinstance(node, ast.ClassDef) else "raise NotImplementedError"
    found.setdefault(places[0], []).append(" " * suite[-1].col_offset + statement)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _region_of(node: ast.stmt, regions: Sequence[Region]) -> Region | None:
    last = node.end_lineno or node.lineno
    return next((region for region in regions if region.first < node.lineno and last < region.last), None)


def _parse_faults(text: str, file: str) -> Iterator[Message]:
    try:
        compile(text, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        yield _no_python(file, error, "the starter file")


def _no_python(file: str, error: SyntaxError, what: str) -> Message:
    return Message(
        place=f"{file}:{error.lineno or 1}",
        fact=f"{what} is no Python: {error.msg}",
        code="E-HANDOUT",
        allowed="marks around whole statements, so that Python is left between them",
        help="move the marks ### BEGIN ANSWER and ### END ANSWER",
    )


def _mark(file: str, line: int, fact: str) -> Message:
    return Message(
        place=f"{file}:{line}",
        fact=fact,
        code="E-HANDOUT",
        allowed="### BEGIN ANSWER 1d and ### END ANSWER, each on a line of its own, in turn",
        help="mend the marks",
    )


def place_of(dotted: str, unit: str, files: Mapping[str, str]) -> str:
    """Where a function such as `nmt_model.NMT.encode` stands in the starter files; else the file, else its name."""
    names = dotted.removeprefix(unit + ".").split(".")
    for file in sorted(files, key=lambda path: not path.endswith(f"{unit}.py")):
        try:
            node: ast.AST | None = ast.parse(files[file])
        except SyntaxError:
            continue
        for name in names:
            node = next((each for each in getattr(node, "body", ()) if getattr(each, "name", "") == name), None)
        if node is not None:
            return f"{file}:{getattr(node, 'lineno', 1)}"
    return dotted
