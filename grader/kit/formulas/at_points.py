"""What a function or a sympy expression of a hand-in gives at points.

A function is called as its author may have meant it: with tensors of all points at once, with arrays, with plain
numbers, and with tensors of one number; the first way that gives a number for each point counts. Its parameters are
the symbols by their names, in any order; if they have other names, the symbols in the order of the points.
"""

from __future__ import annotations

import inspect
import math
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ..answers import kind
from .formula import Faulty
from .spelling import Names, key

Points: TypeAlias = Mapping[str, Tensor]
SECONDS = 5.0
LONGEST_WORDS = 160


class TookTooLong(BaseException):
    """The time for one answer is over."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what runs inside after so many seconds of the processor, as far as Python gets to look at the clock.

    A machine that is busy with others takes nothing away from it; what only waits is left to the limit of the part.

    Raises: TookTooLong.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield  # no such signal, or it comes to the main thread only; the limit of the part still holds
        return

    def over(number: int, frame: FrameType | None) -> None:
        """The handler of the signal."""
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def value_at(value: Any, name: str, points: Points, names: Names, seconds: float = SECONDS) -> Tensor:
    """The value of a function, a sympy expression or a number at all points.

    Shapes: points (n,) float64 -> (n,) float64, or float32 where their code computes so.
    Raises: Faulty, which says why there is none.
    """
    try:
        with time_limit(seconds), _quiet():
            if callable(value) and not _is_symbolic(value):
                return _called(value, name, points, names)
            return _as_values(_evaluated(value, points, names), len(next(iter(points.values()))), name)
    except TookTooLong:
        raise Faulty(f"{name} did not end within {seconds:g} s") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Double precision for what they make, and no warnings of their arithmetic."""
    precision = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_default_dtype(precision)


# --- functions ---


def _called(function: Callable[..., Any], name: str, points: Points, names: Names) -> Tensor:
    symbols, by_name = _parameters(function, name, points, names)
    n = len(next(iter(points.values())))

    def call(*values: Any) -> Any:
        """Their function with these values."""
        if by_name:
            return function(**dict(zip(by_name, values, strict=True)))
        return function(*values)

    ways: Sequence[Callable[[], Any]] = (
        lambda: call(*(points[symbol].clone() for symbol in symbols)),
        lambda: call(*(points[symbol].numpy().copy() for symbol in symbols)),
        lambda: [call(*(float(points[symbol][at]) for symbol in symbols)) for at in range(n)],
        lambda: [call(*(points[symbol][at].clone() for symbol in symbols)) for at in range(n)],
    )
    fault = Faulty("")
    for way in ways:
        try:
            return _as_values(way(), n, f"{name}()", whole=True)
        except Exception as error:
            fault = error if isinstance(error, Faulty) else Faulty(f"{name}() raised {in_words(error)}")
    raise fault


def in_words(error: Exception) -> str:
    """An exception of theirs in one line."""
    try:
        return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_WORDS]
    except Exception:  # theirs to break
        return "an exception of its own kind"


def _parameters(
    function: Callable[..., Any], name: str, points: Points, names: Names
) -> tuple[list[str], tuple[str, ...]]:
    """The symbols that a function takes, and its own names for them; no names if it takes them by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise Faulty(f"{name} is no function of {', '.join(points)}") from None
    plain = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    found = {each.name: names.symbol(key(each.name)) for each in plain}
    needed = [each.name for each in plain if each.default is each.empty]
    if all(found[each] for each in needed) and (plain or not points):
        kept = {own: symbol for own, symbol in found.items() if symbol}
        if not any(each.kind is each.POSITIONAL_ONLY for each in plain):
            return list(kept.values()), tuple(kept)
    if len(needed) == len(points) or len(plain) == len(points) or len(plain) < len([*parameters]):
        return list(points), ()
    if not plain:
        return [], ()
    strange = next((each for each in needed if not found[each]), plain[0].name)
    raise Faulty(f"{name}() takes {strange}, which is not one of {', '.join(points)}")


# --- expressions that their code has made ---


def _is_symbolic(value: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, sympy.Basic)


def _evaluated(value: Any, points: Points, names: Names) -> Any:
    if not _is_symbolic(value):
        return value
    sympy: Any = sys.modules["sympy"]
    symbols = {each: names.symbol(key(str(each))) for each in sorted(value.free_symbols, key=str)}
    strange = next((each for each, symbol in symbols.items() if symbol is None), None)
    if strange is not None:
        raise Faulty(f"{str(strange)[:40]} is not one of {', '.join(points)}")
    try:
        function = sympy.lambdify(list(symbols), value, "numpy")
        return function(*(points[str(symbol)].numpy() for symbol in symbols.values()))
    except Exception as error:
        raise Faulty(f"the sympy expression cannot be evaluated: {type(error).__name__}") from None


def _as_values(value: Any, n: int, name: str, *, whole: bool = False) -> Tensor:
    """The value as a tensor with a number for each point; `whole`: one number for all is none."""
    try:
        if isinstance(value, list | tuple):
            return _as_values(np.array([_number(each, name) for each in value], np.float64), n, name)
        if isinstance(value, Tensor):
            values = value.detach().clone().as_subclass(Tensor)
        elif isinstance(value, bool | int | float | np.ndarray | np.generic) or _is_symbolic(value):
            values = torch.from_numpy(np.array(value, dtype=getattr(value, "dtype", np.float64)))
        else:
            raise TypeError
        values = values if values.dtype == torch.float32 else values.to(torch.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise Faulty(f"{name} gives {kind(value)}, not a number at each point") from None
    if values.numel() == 1 and (n == 1 or not whole):
        return values.reshape(1).expand(n).clone()
    if values.numel() != n or max(values.shape, default=0) != n:
        raise Faulty(f"{name} gives values of shape {tuple(values.shape)}, not one number at each of {n} points")
    return values.reshape(n)


def _number(value: Any, name: str) -> float:
    """One of the values of a function that was called point by point."""
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise Faulty(f"{name} gives {kind(value)}, not a number") from None


def check_finite(values: Tensor, points: Points) -> None:
    """Nothing, if there is a number at every point.

    Raises: Faulty, which names the first point without one.
    """
    for at, value in enumerate(values.tolist()):
        if not math.isfinite(value):
            where = ", ".join(f"{symbol} = {float(points[symbol][at]):.3g}" for symbol in points)
            raise Faulty(f"it gives no finite number at {where}: a division by zero, or too large")
