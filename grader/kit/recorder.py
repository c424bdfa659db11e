"""A stand-in for a method: it notes what it is called with and answers as prescribed.

It works for `self.step(...)`, `NMT.step(self, ...)`, positions and keywords; keywords are those of their own
method, so renamed parameters are understood by their position.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import MethodType
from typing import Any

from torch import Tensor

CALLS = 200  # more calls than any case asks for: the caller does not stop by itself


class Recorder:
    """Notes every call as a dict from parameter to value; answers the n-th call with `answer(n)`."""

    def __init__(self, parameters: Sequence[str], answer: Callable[[int], Any]) -> None:
        """`parameters` are the names after `self`, in the order of the handout."""
        self.calls: list[dict[str, Any]] = []
        self._parameters = tuple(parameters)
        self._answer = answer

    def __call__(self, named: dict[str, Any]) -> Any:
        """Notes one call and answers it. Raises: RuntimeError after very many calls."""
        if len(self.calls) >= CALLS:
            raise RuntimeError(f"called {CALLS} times without an end")
        self.calls.append({name: _copied(value) for name, value in named.items()})
        return _copied(self._answer(len(self.calls) - 1))

    def values(self, parameter: str, first: int | None = None) -> list[Any]:
        """What the first calls were given for this parameter, None where it was left out."""
        return [call.get(parameter) for call in self.calls[:first]]

    def bind(self, own: Callable[..., Any] | None, args: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
        """Arguments by the names of the handout; `own` is the method whose place this takes."""
        aliases = dict(zip(_parameters_of(own), self._parameters, strict=False)) if own else {}
        named = dict(zip(self._parameters, args, strict=False))
        for keyword, value in keywords.items():
            named[keyword if keyword in self._parameters else aliases.get(keyword, keyword)] = value
        return named


@contextmanager
def replaced(owner: Any, name: str, recorder: Recorder) -> Iterator[Recorder]:
    """Puts the recorder in the place of a method, on object and class, until the end of the block.

    Other names that lead to the same method lead to the recorder too.
    """
    kind, own = type(owner), getattr(type(owner), name, None)
    before = {each: vars(kind).get(each) for each in {name, *_aliases(kind, own)}}
    bound = {each: value for each, value in vars(owner).items() if each == name or _is_bound(value, own)}

    def _method(self: Any, *args: Any, **keywords: Any) -> Any:
        return recorder(recorder.bind(own, args, keywords))

    for each in before:
        setattr(kind, each, _method)
    for each in bound:
        vars(owner)[each] = MethodType(_method, owner)
    try:
        yield recorder
    finally:
        vars(owner).update(bound)
        for each, value in before.items():
            delattr(kind, each) if value is None else setattr(kind, each, value)


def _aliases(kind: type, own: Any) -> list[str]:
    """The names of a class and of those above it that are bound to this function."""
    return [name for each in kind.__mro__ for name, value in vars(each).items() if own is not None and value is own]


def _is_bound(value: Any, own: Any) -> bool:
    return own is not None and isinstance(value, MethodType) and value.__func__ is own


def _parameters_of(method: Callable[..., Any]) -> list[str]:
    """Names after `self`; none if the method does not tell."""
    try:
        return list(inspect.signature(method).parameters)[1:]
    except (TypeError, ValueError):
        return []


def _copied(value: Any) -> Any:
    """Tensors cloned, their graph kept, so that a later change in place cannot reach what was noted."""
    if isinstance(value, Tensor):
        return value.clone()
    if isinstance(value, tuple | list):
        return type(value)(_copied(item) for item in value) if type(value) in (tuple, list) else value
    return value
