"""The staff's class in the place of a student's: what is wrong with theirs costs nothing where another part uses it.

Students call their own class in their own way: with one more argument, by index, through a `forward`. So theirs is
kept where it holds the same layers as the staff's, and the staff's takes over what only theirs can do.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from .weights import parameter_named


def in_the_place_of(theirs: Any, given: Any) -> Any:
    """A class that makes the student's object if that is as good, else the staff's; `given` where one is no class."""
    if not isinstance(theirs, type) or not isinstance(given, type) or theirs is given:
        return given
    extras = {key: value for key, value in vars(theirs).items() if not key.startswith("__") and key not in vars(given)}

    def choose(cls: Any, *args: Any, **keywords: Any) -> Any:
        """`__new__` of the class."""
        own, staff = _made(theirs, args, keywords), _made(given, *_understood(given, args, keywords))
        return own if _is_as_good(own, staff) else object.__new__(cls)

    def start(self: Any, *args: Any, **keywords: Any) -> None:
        """`__init__` of the class, for the staff's object."""
        args, keywords = _understood(given, args, keywords)
        given.__init__(self, *args, **keywords)  # type: ignore[misc]

    own_names = {"__module__": given.__module__, "__new__": choose, "__init__": start}
    return type(given)(given.__name__, (given,), {**extras, **own_names})


def _made(kind: type, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    try:
        return kind(*args, **keywords)
    except Exception:  # the staff's takes its place, and the part that is about theirs says why
        return None


def _understood(given: type, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments that the staff's class takes; students give theirs more."""
    names = list(inspect.signature(given).parameters)
    return args[: len(names)], {name: value for name, value in keywords.items() if name in names}


def _is_as_good(own: Any, staff: Any) -> bool:
    """Whether each parameter of the staff's object has its like, in a layer that describes itself alike."""
    if not isinstance(own, nn.Module) or not isinstance(staff, nn.Module):
        return False
    return all(_is_like(own, name, parameter, staff) for name, parameter in staff.named_parameters())


def _is_like(own: nn.Module, name: str, parameter: nn.Parameter, staff: nn.Module) -> bool:
    found = parameter_named(own, name)
    if found is None or found.shape != parameter.shape or found.requires_grad != parameter.requires_grad:
        return False
    return repr(_layer_of(own, name)) == repr(_layer_of(staff, name))


def _layer_of(model: nn.Module, name: str) -> Any:
    for step in name.split(".")[:-1]:
        model = getattr(model, step)
    return model
