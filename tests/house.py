"""Measures the house with ast: walls between rooms, sizes, types, docstrings. `python -m tests.house` prints it.

The budgets are those of the design; an exception to one is a line in `EXCEPTIONS`, with its reason.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "grader"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Room -> rooms it may import from. A room may always import from itself.
LEAVES = {"errors", "nouns", "safetext"}
DOORS: dict[str, set[str]] = {
    "": {"home"},  # `from grader import check`, imported when it is called
    "errors": set(),
    "nouns": set(),
    "safetext": set(),
    "kit_line": set(),
    "home.inside": {"box.inside", "kit"},
    "home": LEAVES
    | {"box", "fingerprints", "frozen", "intake", "judge", "kit_line", "quoting", "rubric", "runs", "smallest"},
    "kept": set(),
    "kept.folder": LEAVES,
    "machine": set(),
    "kept.fingerprint": set(),
    "kept.recall": {"kept.fingerprint", "machine", "kept.folder"},
    "codes": set(),
    "kit": set(),
    "box.inside": {"kit"},
    "rubric": LEAVES | {"authoring", "operands", "smallest"},
    "kept.results": LEAVES | {"kept.folder"},
    "varied": set(),
    "runs": LEAVES | {"varied"},
    "versions": set(),
    "authoring": set(),
    "operands": set(),
    "kept.documents": LEAVES | {"kept.folder"},
    "opener": LEAVES | {"box", "intake", "versions"},
    "kept.logs": LEAVES,
    "progress": LEAVES,
    "figures": LEAVES | {"box"},
    "frozen": LEAVES | {"box"},
    "fingerprints": LEAVES | {"figures", "frozen", "judge"},
    "redrawn": LEAVES | {"figures"},
    "pictures": LEAVES | {"figures", "judge", "redrawn", "varied"},
    "quoting": LEAVES,
    "box": LEAVES | {"box.inside", "kit", "machine", "kept.folder"},
    "judge": LEAVES | {"figures", "operands", "smallest", "varied"},
    "smallest": LEAVES | {"operands", "runs"},
    "intake": LEAVES | {"box", "kit_line"},
    "observer": LEAVES | {"box", "versions"},
    "course": LEAVES | {"authoring", "observer", "rubric", "runs", "smallest"},
    "narrowing": LEAVES | {"course", "judge", "observer", "smallest"},
    "marker": LEAVES
    | {"course", "intake", "observer", "judge", "kept.documents", "kept.folder", "pictures", "quoting", "versions"},
    "handout": LEAVES
    | {
        "authoring",
        "course",
        "fingerprints",
        "frozen",
        "judge",
        "kept.folder",
        "kit_line",
        "observer",
        "rubric",
        "runs",
        "smallest",
    },
    "repeats": LEAVES | {"course", "observer", "judge", "runs"},
    "spread": LEAVES | {"course", "judge", "runs"},
    "proof": LEAVES | {"course", "observer", "judge", "marker", "runs", "spread"},
    "report": LEAVES | {"kept.documents", "kept.folder", "kept.results"},
    "pipeline": LEAVES
    | {
        "box",
        "course",
        "intake",
        "judge",
        "kept.logs",
        "marker",
        "narrowing",
        "observer",
        "opener",
        "progress",
        "repeats",
        "report",
        "kept.results",
        "rubric",
        "runs",
        "versions",
    },
    "commands": LEAVES
    | {
        "box",
        "codes",
        "course",
        "handout",
        "observer",
        "home",
        "kept.folder",
        "pipeline",
        "progress",
        "proof",
        "kept.recall",
        "report",
        "kept.results",
        "kit_line",
        "rubric",
        "spread",
    },
    "cli": {"commands", "errors"},
    "pytest_plugin": {"errors", "home", "kit_line", "nouns", "rubric"},
}
MAY_IMPORT_TORCH = {"kit", "box.inside", "home.inside"}
MAX_FILE, MAX_FUNCTION, P50_FILE, P50_FUNCTION, P90_FUNCTION, MAX_FLOORS = 400, 60, 150, 8, 25, 8
EXCEPTIONS: dict[str, str] = {}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name below `grader`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    """What a file says; read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that a file says, statement by statement and expression by expression."""
    return tuple(ast.walk(tree_of(path)))


@cache
def room(module: str) -> str:
    """The room a module belongs to: `box.inside` for `box.inside.seccomp`, `judge` for `judge.compare`."""
    return max((name for name in DOORS if module == name or module.startswith(name + ".")), key=len, default="")


def imports(path: Path, *, top_only: bool = False) -> Iterator[tuple[int, str]]:
    """(line, absolute name) of everything a file imports, wherever the import stands."""
    for node in nodes(path) if not top_only else _top(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, node)
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _top(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, (ast.If, ast.Try)):
            waiting += node.body + node.orelse
        yield node


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*here, *([node.module] if node.module else [])])


def broken_walls() -> list[str]:
    """Imports that go upwards or sideways, and torch where it may not be."""
    known = modules()
    found = []
    for module, path in known.items():
        here = room(module)
        for line, name in imports(path):
            if name.split(".")[0] == "torch" and here not in MAY_IMPORT_TORCH:
                found.append(f"{path.relative_to(ROOT)}:{line}: {here or 'grader'} imports torch")
            if not name.startswith("grader.") or name.removeprefix("grader.") not in known:
                continue
            there = room(name.removeprefix("grader."))
            if there and there != here and there not in DOORS.get(here, set()):
                found.append(f"{path.relative_to(ROOT)}:{line}: {here} imports {there}")
    return found


def graph() -> dict[str, set[str]]:
    """Module -> modules it imports when it is imported."""
    known = modules()
    return {
        module: {
            name.removeprefix("grader.")
            for _, name in imports(path, top_only=True)
            if name.removeprefix("grader.") in known and name.removeprefix("grader.") not in (module, "")
        }
        for module, path in known.items()
    }


def floors() -> int:
    """How many modules deep the longest chain of imports is.

    Raises: ValueError if imports run in a circle; its text names the circle.
    """
    edges = graph()
    depth: dict[str, int] = {}

    def climb(module: str, above: tuple[str, ...]) -> int:
        if module in above:
            raise ValueError(" -> ".join([*above[above.index(module) :], module]))
        if module not in depth:
            depth[module] = 1 + max((climb(below, (*above, module)) for below in edges[module]), default=0)
        return depth[module]

    return max(climb(module, ()) for module in edges)


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Every function with its length in lines, docstring not counted."""
    for path in modules().values():
        for node in nodes(path):
            if isinstance(node, FUNCTIONS):
                yield path, node, _length(node)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
    return lines


def without_docstring() -> list[str]:
    """Modules and public functions and classes that say nothing about themselves."""
    found = []
    for path in modules().values():
        tree = tree_of(path)
        if tree.body and not ast.get_docstring(tree):
            found.append(f"{path.relative_to(ROOT)}: module")
        found += [
            f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
            for node in nodes(path)
            if isinstance(node, (*FUNCTIONS, ast.ClassDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    return found


def percentile(values: list[int], share: float) -> int:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@cache
def figures() -> list[tuple[str, int, int]]:
    """(what, measured, budget) for every budget that is a number."""
    files = [path.read_text(encoding="utf-8").count("\n") + 1 for path in modules().values()]
    lengths = [length for _, _, length in functions()]
    return [
        ("lines of a file, p50", percentile(files, 0.5), P50_FILE),
        ("lines of a file, max", max(files), MAX_FILE),
        ("lines of a function, p50", percentile(lengths, 0.5), P50_FUNCTION),
        ("lines of a function, p90", percentile(lengths, 0.9), P90_FUNCTION),
        ("lines of a function, max", max(lengths), MAX_FUNCTION),
        ("floors of imports", floors(), MAX_FLOORS),
        ("walls broken", len(broken_walls()), 0),
        ("public names without docstring", len(without_docstring()), 0),
    ]


def test_lines_per_code_line() -> float:
    """Lines of tests for each line of the package."""
    code = sum(path.read_text(encoding="utf-8").count("\n") for path in modules().values())
    corpus = ROOT / "tests" / "hostile"
    hand_ins = (corpus / "cases", corpus / "honest")  # what is graded there is no test
    paths = [path for path in (ROOT / "tests").rglob("*.py") if not any(map(path.is_relative_to, hand_ins))]
    return sum(path.read_bytes().count(b"\n") for path in paths) / code


def main() -> int:
    """Prints every figure beside its budget; 1 if one is over."""
    over = 0
    for what, measured, budget in figures():
        over += measured > budget
        print(f"  {'over' if measured > budget else 'ok  '}  {what:<32} {measured:>5}  (<= {budget})")
    print(f"        test lines per code line         {test_lines_per_code_line():>5.2f}  (1.2-1.6)")
    for line in broken_walls() + without_docstring():
        print(f"  over: {line}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
