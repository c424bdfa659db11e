"""Running statements of a hand-in one by one in a module of their own, as a notebook would.

Tracebacks name their file or cell and their line. What only a notebook or Colab has (`get_ipython`, `display`) is there
and does nothing.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import importlib
import inspect
import linecache
import sys
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .program import CONVENTIONS

if TYPE_CHECKING:
    from .census import Piece

NAME = "handin_snippet"


class NoShell:
    """Stands for IPython's shell: takes every call, runs nothing, answers an empty list."""

    def __call__(self, *args: object, **kwargs: object) -> list[str]:
        return []

    def __getattr__(self, name: str) -> NoShell:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Returned(BaseException):
    """A `return` within statements that were the body of a function."""


def fresh_module(package: str, file: str) -> ModuleType:
    """An empty module in which statements of this file can run."""
    module = ModuleType(NAME)
    shell = NoShell()
    module.__file__, module.__package__ = file, package
    vars(module).update(get_ipython=lambda: shell, display=lambda *args, **kwargs: None, _returned_=Returned)
    sys.modules[NAME] = module
    return module


def supply(module: ModuleType, names: Iterable[str]) -> None:
    """Binds `plt`, `np` and the like where an import was forgotten."""
    for name in names:
        place = CONVENTIONS[name]
        try:
            vars(module)[name] = importlib.import_module(place)
        except ImportError:
            above, _, last = place.rpartition(".")
            vars(module)[name] = getattr(importlib.import_module(above), last) if above else NoShell()


def show_lines(piece: Piece) -> None:
    """Lets tracebacks quote a cell or block."""
    known = linecache.cache.get(piece.name)
    if known is None or known[0] != len(piece.text):
        lines = piece.text.splitlines(keepends=True)
        linecache.cache[piece.name] = (len(piece.text), None, lines, piece.name)


def execute(statement: ast.stmt, piece: Piece, module: ModuleType, flags: int) -> None:
    """Runs one statement; one with `await` in an event loop of its own.

    Raises: whatever their code raises; Returned where it meets a `return` of its own level.
    """
    tree = ast.Module([_without_returns(statement)], [])
    code = compile(tree, piece.name, "exec", flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        _run_to_its_end(eval(code, vars(module)))
    else:
        exec(code, vars(module))


def _run_to_its_end(coroutine: Coroutine[Any, Any, object]) -> None:
    """Runs it in an event loop of its own: in another thread where one runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(coroutine)
    else:
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, coroutine).result()


def future_flags(statements: Iterable[ast.stmt]) -> int:
    """What the `from __future__ import ...` among these statements mean for all of them."""
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            features = [getattr(__future__, alias.name, None) for alias in statement.names]
            flags |= sum(feature.compiler_flag for feature in features if feature is not None)
    return flags


def _without_returns(statement: ast.stmt) -> ast.stmt:
    """The statement with every `return` of its own level as an expression that ends it."""
    if not any(isinstance(node, ast.Return) for node in ast.walk(statement)):
        return statement
    changed: ast.stmt = _Returns().visit(statement)
    return ast.fix_missing_locations(changed)


class _Returns(ast.NodeTransformer):
    def visit_Return(self, node: ast.Return) -> ast.AST:
        """`return x` computes x and ends."""
        value = [ast.copy_location(ast.Expr(node.value), node)] if node.value is not None else []
        end = ast.copy_location(ast.Raise(ast.Name("_returned_", ast.Load()), None), node)
        return ast.copy_location(ast.If(ast.Constant(True), [*value, end], []), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Functions within keep their own."""
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Functions within keep their own."""
        return node
