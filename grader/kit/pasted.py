"""Code pasted into Markdown: the fenced blocks of a file that hold Python.

A block keeps the line numbers of its file. Code that was copied out of a PDF often comes with an escape before each
underscore; that is taken back, but only where the block is no Python otherwise.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from .notebooks import cell

FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[^\s`{]*|\{[^}\n]*\})[^\n`]*$")
PYTHON = frozenset(["python", "py", "python3", "ipython", "ipython3", "pycon", "{.python}", "{python}", "{code-cell}"])
MOST_BLOCKS = 1000
ESCAPED = re.compile(r"\\([_*#\[\]{}()<>~|-])")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Python: its number counts all fenced blocks from 1; `tree` has the lines of the whole file."""

    number: int
    tree: ast.Module


def python_blocks(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text that are Python, in order; those that do not parse are left out."""
    found = []
    for number, (language, first, lines) in enumerate(_fenced(text), start=1):
        tree = _parsed(lines, first) if language in PYTHON or not language else None
        if tree is not None and tree.body and (language or _is_code(tree)):
            found.append(Block(number, tree))
    return found


def _fenced(text: str) -> list[tuple[str, int, list[str]]]:
    """Language, first line (from 1) and lines of every fenced block; one that never ends goes to the end."""
    found: list[tuple[str, int, list[str]]] = []
    fence = ""
    for at, line in enumerate(text.split("\n"), start=1):
        match = FENCE.match(line.expandtabs(4))
        if not fence and match and len(found) < MOST_BLOCKS:
            fence = match["fence"]
            found.append((match["language"].lower(), at + 1, []))
        elif fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif fence:
            found[-1][2].append(line)
    return found


def _parsed(lines: list[str], first: int) -> ast.Module | None:
    """The tree of a block, as it stands or repaired."""
    text = textwrap.dedent("\n".join(line.replace("\u00a0", " ") for line in lines))
    for reading in (text, ESCAPED.sub(r"\1", text)):
        tree = cell(0, reading).tree
        if tree is not None:
            return ast.increment_lineno(tree, first - 1)
    return None


def _is_code(tree: ast.Module) -> bool:
    """Whether a block without a language is more than a word or a number: output parses, too."""
    return any(not isinstance(each, ast.Expr) or isinstance(each.value, ast.Call) for each in tree.body)
