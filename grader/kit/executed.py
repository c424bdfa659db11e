"""Running statements of a hand-in one by one in a module of their own, as a notebook on a machine without a GPU would.

Tracebacks name their file or cell and their line. What only a notebook or Colab has (`get_ipython`, `display`) is there
and does nothing; what asks for CUDA gets the CPU.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import functools
import importlib
import inspect
import linecache
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import torch

from .program import CONVENTIONS

if TYPE_CHECKING:
    from .census import Piece

NAME = "handin_snippet"
# Functions of torch that make a tensor on a device.
MAKERS = """
    tensor as_tensor zeros ones empty full arange linspace logspace eye rand randn randint randperm zeros_like ones_like
    empty_like full_like rand_like randn_like
    """.split()  # noqa: SIM905 (a list of words reads better)


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


# --- a machine without a GPU ---


@contextmanager
def without_gpu() -> Iterator[None]:
    """Lets `.cuda()`, `.to("cuda")` and `device="cuda"` mean the CPU, where there is no GPU."""
    if torch.cuda.is_available():
        yield
        return
    changed: list[tuple[Any, str, Any]] = [(torch, name, _on_cpu(getattr(torch, name))) for name in MAKERS]
    changed += [(torch.Tensor, "to", _on_cpu(torch.Tensor.to)), (torch.Tensor, "cuda", _itself)]
    before = [(owner, name, vars(owner).get(name)) for owner, name, _ in changed]
    for owner, name, function in changed:
        setattr(owner, name, function)
    try:
        yield
    finally:
        for owner, name, function in before:
            if function is None:  # a tensor has it from its base
                delattr(owner, name)
            else:
                setattr(owner, name, function)


def _itself(tensor: torch.Tensor, *args: object, **kwargs: object) -> torch.Tensor:
    return tensor


def _on_cpu(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def made(*args: Any, **kwargs: Any) -> Any:
        """The same on the CPU."""
        if "device" in kwargs:
            kwargs["device"] = _cpu(kwargs["device"])
        return function(*(_cpu(each) if isinstance(each, str | torch.device) else each for each in args), **kwargs)

    return made


def _cpu(device: Any) -> Any:
    """A device that is there: the CPU for a CUDA device."""
    if isinstance(device, int) and not isinstance(device, bool):
        return torch.device("cpu")
    return torch.device("cpu") if str(device).startswith(("cuda", "mps")) else device
