"""Tensors as plain arrays, torch's generator and threads: what a case needs of torch, taken before any hand-in's code.

The zygote of a course that uses torch imports this; elsewhere it comes with the first hand-in that imports torch.
"""

from __future__ import annotations

import contextlib
import os
from multiprocessing.reduction import ForkingPickler
from typing import Any, Final

import torch
from torch import Tensor

TYPES: Final = {
    torch.bool: "BOOL",
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.int16: "I16",
    torch.int32: "I32",
    torch.int64: "I64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float32: "F32",
    torch.float64: "F64",
}

_generator = torch.default_generator
_Tensor, _bfloat16, _int16, _strided = Tensor, torch.bfloat16, torch.int16, torch.strided
_as_subclass, _detach, _to_dense = Tensor.as_subclass, Tensor.detach, Tensor.to_dense
_cpu, _contiguous, _view, _numpy = Tensor.cpu, Tensor.contiguous, Tensor.view, Tensor.numpy
_resolve_conj, _resolve_neg, _numel, _data_ptr = Tensor.resolve_conj, Tensor.resolve_neg, Tensor.numel, Tensor.data_ptr
_layout, _dtype = vars(torch._C.TensorBase)["layout"].__get__, vars(torch._C.TensorBase)["dtype"].__get__
_threads, _set_threads = torch.get_num_threads, torch.set_num_threads
_no_function = torch._C.DisableTorchFunctionSubclass
_no_dispatch = getattr(torch._C, "_DisableTorchDispatch", contextlib.nullcontext)


class OtherDtype(Exception):  # noqa: N818 (a fact about the hand-in)
    """A tensor has a dtype that no frame holds; the text is the dtype."""


def plain(tensor: Any) -> tuple[str, Any]:
    """The dtype of a tensor as safetensors names it, and its numbers: dense and contiguous, of bfloat16 the bits.

    Shapes: (...) -> (...).
    Raises: OtherDtype; ValueError for a tensor without numbers of its own; whatever a class of theirs raises.
    """
    with _no_function(), _no_dispatch():
        dtype, layout = _dtype(tensor), _layout(tensor)
        if dtype not in TYPES:
            raise OtherDtype(str(dtype))
        dense = _detach(tensor)
        if layout is not _strided:
            dense = _to_dense(dense)
        dense = _contiguous(_resolve_neg(_resolve_conj(_cpu(_as_subclass(dense, _Tensor)))))
        if _numel(dense) and not _data_ptr(dense):
            raise ValueError("a tensor that only wraps another")
        return TYPES[dtype], _numpy(_view(dense, _int16) if dtype is _bfloat16 else dense)


def use_one_thread() -> None:
    """Operators run on one thread from now on, here and in every process forked from here.

    With a number set, torch keeps a pool of threads, and replaces it after a fork as soon as a new thread computes. If
    several are the first at once they race, and one of them raises "Invalid thread pool!": a ThreadPoolExecutor of an
    honest hand-in is enough. So each fork replaces it while it is still alone, in 0.15 ms.
    """
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_replace_pool)


def _replace_pool() -> None:
    _set_threads(_threads())


def seed(number: int) -> None:
    """Seeds torch's generator."""
    _generator.manual_seed(number)


def send_by_value() -> None:
    """Lets workers of a DataLoader send tensors through their pipe: torch would share them through sockets."""
    told: Any = ForkingPickler
    for kind in [kind for kind in told._extra_reducers if kind.__module__.partition(".")[0] == "torch"]:
        del told._extra_reducers[kind]
