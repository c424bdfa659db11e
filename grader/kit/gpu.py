"""A machine without a GPU: what asks for CUDA or MPS gets the CPU, which computes the same.

A file that asks without looking whether a GPU is there (`.cuda()`, `device = "cuda"`) was right on the machine where it
was written. Functions of torch are replaced only for such files: what replaces them costs a little in every call.
"""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

# What makes a tensor on a device, or moves one there.
OF_TORCH: Final = """
    tensor as_tensor asarray zeros ones empty full arange linspace logspace eye rand randn randint randperm zeros_like
    ones_like empty_like full_like rand_like randn_like randint_like tril_indices triu_indices empty_strided
    set_default_device set_default_tensor_type
    """.split()  # noqa: SIM905 (a list of words reads better)
OF_TENSORS: Final = ("to", "type", "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor")
WITHOUT_EFFECT: Final = ("set_device", "synchronize", "init")  # of torch.cuda
TYPES: Final = """
    FloatTensor DoubleTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor
    """.split()  # noqa: SIM905
_DEVICES: Final = ("cuda", "mps")


def hide() -> None:
    """Lets whoever asks hear that there is no GPU, for homework to run at home as it runs where it is graded.

    The inputs of probes lie on the CPU, and code that moves only its own tensors to a GPU would fail on them.
    """
    import torch

    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # read when CUDA is first used, and by processes that are started
    for place in (torch.backends.mps, torch.accelerator):
        vars(place)["is_available"] = _never


def _never() -> bool:
    return False


def is_asked_for(text: str, tree: ast.Module) -> bool:
    """Whether a file wants a GPU without asking `is_available()` first."""
    if not any(device in text for device in _DEVICES):
        return False
    asks = _Asks()
    asks.visit(tree)
    return asks.found


class _Asks(ast.NodeVisitor):
    found = False

    def visit_If(self, node: ast.If) -> None:
        """Passes by what depends on whether there is one."""
        self._unless_it_looks(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Passes by what depends on whether there is one."""
        self._unless_it_looks(node)

    def _unless_it_looks(self, node: ast.If | ast.IfExp) -> None:
        if "is_available" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """`torch.cuda.FloatTensor`, `torch.cuda.synchronize`."""
        in_cuda = isinstance(node.value, ast.Attribute) and node.value.attr == "cuda"
        self.found = self.found or (in_cuda and node.attr in (*TYPES, *WITHOUT_EFFECT))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """`x.cuda()`."""
        self.found = self.found or (isinstance(node.func, ast.Attribute) and node.func.attr == "cuda")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """`"cuda:0"`."""
        self.found = self.found or (isinstance(node.value, str) and node.value.startswith((*_DEVICES, "torch.cuda.")))


@contextmanager
def without_gpu() -> Iterator[None]:
    """Lets what asks for a GPU get the CPU as long as it is entered, where there is no GPU."""
    before = [(owner, name, vars(owner).get(name)) for owner, name, _ in _changes()]
    stand_in()
    try:
        yield
    finally:
        for owner, name, function in before:
            if function is not None:
                setattr(owner, name, function)
            elif name in vars(owner):  # a tensor has it from its base
                delattr(owner, name)


def stand_in() -> bool:
    """Lets what asks for a GPU get the CPU from now on; False where there is one, or it was done before."""
    changes = _changes()
    for owner, name, function in changes:
        _let_it_be_scripted(function, getattr(owner, name, None))
        setattr(owner, name, function)
    return bool(changes)


def _let_it_be_scripted(function: Any, instead_of: Any) -> None:
    """What is scripted (torch.jit) takes the operator itself, which a scripted function calls with tensors at hand."""
    from torch.jit import _builtins

    builtins: Any = _builtins  # without types
    operator = builtins._find_builtin(instead_of)
    if operator is not None:
        builtins._register_builtin(function, operator)


def _changes() -> list[tuple[Any, str, Any]]:
    """What is to be replaced: of what, its name, and by what; nothing where there is a GPU, or it was done before."""
    import torch

    if torch.cuda.is_available() or hasattr(torch.zeros, "on_cpu"):
        return []
    changes: list[tuple[Any, str, Any]] = [(torch, name, _on_cpu(getattr(torch, name))) for name in OF_TORCH]
    changes += [(torch.Tensor, name, _on_cpu(getattr(torch.Tensor, name))) for name in OF_TENSORS]
    changes += [(torch.Tensor, "cuda", _itself), (torch, "load", _loaded_on_cpu(torch.load))]
    changes += [(torch.cuda, name, _nothing(name)) for name in WITHOUT_EFFECT]
    return changes + [(torch.cuda, kind, getattr(torch, kind)) for kind in TYPES]


def _itself(tensor: Any, *args: object, **kwargs: object) -> Any:
    return tensor


def _nothing(name: str) -> Callable[..., None]:
    """One function for each name: torch.compile refuses one under two."""

    def nothing(*args: object, **kwargs: object) -> None:
        """Does nothing."""

    nothing.__name__ = name
    return nothing


def _on_cpu(function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    @functools.wraps(function)
    def made(*args: Any, **kwargs: Any) -> Any:
        """The same on the CPU."""
        if "device" in kwargs:
            kwargs["device"] = _cpu(kwargs["device"])
        return function(*(_cpu(each) if isinstance(each, str | torch.device) else each for each in args), **kwargs)

    vars(made)["on_cpu"] = True
    return made


def _loaded_on_cpu(load: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load)
    def loaded(f: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:
        """What was saved on a GPU, on the CPU."""
        return load(f, "cpu" if map_location is None else _cpu(map_location), *args, **kwargs)

    return loaded


def _cpu(device: Any) -> Any:
    """A device that is there, or a type of tensor: those of the CPU for those of a GPU."""
    if (isinstance(device, int) and not isinstance(device, bool)) or str(device).startswith(_DEVICES):
        return "cpu"
    return device.replace("torch.cuda.", "torch.") if isinstance(device, str) else device
