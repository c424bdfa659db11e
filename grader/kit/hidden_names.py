"""Imports of a file that has the name of an installed module: `from code import shut` beside a `code.py` of theirs.

At home the folder of the program comes first, so the student's file is found. Here installed modules come first, lest a
`random.py` of theirs breaks torch. So the import itself is led to their file, where that file has every name that is
wanted of it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass

from .census import Piece


@dataclass(frozen=True, slots=True)
class Hidden:
    """A file of theirs that an installed module hides: what it is called here, and the names that it defines."""

    module: str
    names: Collection[str]


def lead_to_own(piece: Piece, find: Callable[[str], Hidden | None]) -> Piece:
    """The piece with such imports led to their own files; the piece itself if there are none."""
    imports = [node for node in ast.walk(piece.tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    wanted = {name for node in imports for name in _modules(node)}
    hidden = {name: found for name in wanted if (found := find(name)) is not None}
    if not hidden:
        return piece
    tree = _Leading(hidden, piece.tree).visit(copy.deepcopy(piece.tree))
    return Piece(piece.name, piece.text, ast.fix_missing_locations(tree))


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [] if node.level or node.module is None else [node.module]


class _Leading(ast.NodeTransformer):
    def __init__(self, hidden: dict[str, Hidden], tree: ast.Module) -> None:
        self.hidden = hidden
        self.attributes = [
            (node.value.id, node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        ]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """`from code import shut`."""
        own = self.hidden.get(node.module or "") if not node.level else None
        if own is not None and all(alias.name in own.names for alias in node.names):
            node.module = own.module
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """`import code`, where `code.shut` is all that is asked of it."""
        for alias in node.names:
            own, bound = self.hidden.get(alias.name), alias.asname or alias.name
            used = {attribute for name, attribute in self.attributes if name == bound}
            if own is not None and used and used.issubset(own.names):
                alias.name, alias.asname = own.module, bound
        return node
