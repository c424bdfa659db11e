"""Checkpoints that were handed in: read as weights alone, and put into a model of the hand-in that they fit.

Runs in the jail only. Weights in safetensors come first; what torch has saved is read by its weights-only reader, whose
few further types are plain values, so that nothing in a file is run. What cannot be used is told in words.
"""

from __future__ import annotations

import argparse
import math
import pathlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .handin import Missing
from .language import window_logits
from .source_text import POINTER

Sizes: TypeAlias = Mapping[str, int]  # nvoc and dim, maybe nhead and num_layers
Maker: TypeAlias = Callable[[dict[str, int]], nn.Module]

SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")  # in the order in which they are tried
MOST_FILES, MOST_BYTES = 8, 512 * 1024**2
PREFIXES = ("module.", "_orig_mod.", "model.")  # what wrappers put before every name
HEADS = (8, 4, 2, 1, 16)
LAYER = re.compile(r"(?:^|\.)layers?\.(\d+)\.|_l(\d+)(?:_reverse)?$")
SETTING_HEADS = ("nhead", "nheads", "num_heads", "n_head", "heads")
CHOOSING = 2048  # tokens, to choose between numbers of heads that all fit
_load = torch.load  # as it is before a repair, or a hand-in, puts another in its place


class Unusable(Exception):  # noqa: N818 (it says what the file is)
    """A checkpoint from which no model can be made; the text says why, without the name of the file."""


@dataclass(frozen=True)
class Checkpoint:
    """The weights of one file by name, and whole numbers that stood beside them as settings."""

    weights: Mapping[str, Tensor]
    settings: Mapping[str, int] = field(default_factory=dict)


def handed_in_model(hw: Any, makers: Sequence[Maker], *, words: int, text: Sequence[int] = ()) -> tuple[nn.Module, str]:
    """The model of the first checkpoint that fits one of the hand-in's classes, and the name of its file.

    `makers` make a model from sizes, the default of the class for each that is not there. Several numbers of heads
    may fit the same weights: then the one that the file names, else the one with the least loss on `text`.

    Raises: Missing if there is no checkpoint that can be used, with what is wrong with each.
    """
    found = checkpoint_files(hw.root)
    why: list[str] = []
    for file in found:
        name = file.relative_to(hw.root).as_posix()
        try:
            return _fitted(read_checkpoint(file), makers, words, text), name
        except Unusable as unusable:
            why.append(f"{name}: {unusable}")
    fact = "; ".join(why) or "no checkpoint was handed in"
    raise Missing(fact, f"weights of a model for {words} words, as *.safetensors or *.pt (torch.save(state_dict))")


def checkpoint_files(root: Path) -> list[Path]:
    """The files below a folder that may be checkpoints: by kind, then best before last, then nearest the top."""
    files = [path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]

    def _order(path: Path) -> tuple[int, bool, int, str]:
        depth = len(path.relative_to(root).parts)
        return SUFFIXES.index(path.suffix.lower()), "best" not in path.stem.lower(), depth, path.as_posix()

    return sorted(files, key=_order)[:MOST_FILES]


def read_checkpoint(path: Path) -> Checkpoint:
    """The weights in a file. Nothing in it is run.

    Raises: Unusable if there are none, or if the file cannot be read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Unusable(f"larger than {MOST_BYTES // 1024**2} MiB")
    with path.open("rb") as file:
        if file.read(len(POINTER)) == POINTER:
            raise Unusable("a Git LFS pointer, not the file")
    saved = _safetensors(path.read_bytes()) if path.suffix.lower() == ".safetensors" else _saved_by_torch(path)
    weights = _weights(saved)
    if not weights:
        raise Unusable("holds no weights by name; save model.state_dict()")
    return Checkpoint(_without_prefix(weights), _settings(saved))


# --- reading --------------------------------------------------------------------------------------------------------


def _safetensors(content: bytes) -> dict[str, Tensor]:
    from safetensors import SafetensorError  # few hand-ins bring a checkpoint
    from safetensors.torch import load

    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise Unusable("cannot be read as safetensors; it may be cut off") from error


def _saved_by_torch(path: Path) -> Any:
    plain = [
        argparse.Namespace,
        pathlib.PosixPath,
        pathlib.PurePosixPath,
        np._core.multiarray.scalar,  # type: ignore[attr-defined]
        np.dtype,
        *(type(np.dtype(kind)) for kind in (np.float32, np.float64, np.int64)),
    ]
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(plain):
            warnings.simplefilter("ignore")
            return _load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        named = re.search(r"GLOBAL ([\w.]{1,100})", str(error))
        if named:
            fact = f"holds a pickled {named[1]}, not weights alone; nothing of it was run; save model.state_dict()"
            raise Unusable(fact) from error
        raise Unusable("cannot be read as weights; it may be cut off") from error


def _weights(saved: Any) -> dict[str, Tensor]:
    """The largest group of named tensors: the whole, or what stands under a key such as `model` or `state_dict`."""
    groups = [_tensors(group) for group in _groups(saved)]
    return max(groups, key=lambda group: sum(tensor.numel() for tensor in group.values()), default={})


def _groups(saved: Any, depth: int = 0) -> Iterator[Mapping[Any, Any]]:
    if isinstance(saved, Mapping) and depth < 3:
        yield saved
        for key, value in saved.items():
            if "optim" not in str(key).lower():
                yield from _groups(value, depth + 1)


def _tensors(group: Mapping[Any, Any]) -> dict[str, Tensor]:
    return {key: value for key, value in group.items() if isinstance(key, str) and isinstance(value, Tensor)}


def _without_prefix(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in weights):
            return _without_prefix({name.removeprefix(prefix): tensor for name, tensor in weights.items()})
    return weights


def _settings(saved: Any) -> dict[str, int]:
    if not isinstance(saved, Mapping):
        return {}
    tables = [saved, *(vars(value) for value in saved.values() if isinstance(value, argparse.Namespace))]
    tables += [value for value in saved.values() if isinstance(value, Mapping)]
    pairs = ((key, value) for table in tables for key, value in table.items())
    return {key: value for key, value in pairs if isinstance(key, str) and type(value) is int}


# --- fitting --------------------------------------------------------------------------------------------------------


def _fitted(checkpoint: Checkpoint, makers: Sequence[Maker], words: int, text: Sequence[int]) -> nn.Module:
    """The model with these weights.

    Raises: Unusable if they fit no model, or if it has another vocabulary.
    """
    sizes = _sizes(checkpoint.weights, words)
    if sizes["nvoc"] != words:
        raise Unusable(f"a model for {sizes['nvoc']} words, the course's text has {words}")
    why = ""
    for make in makers:
        fitting = []
        for candidate in _candidates(sizes, checkpoint.settings):
            try:
                fitting.append(_filled(make(dict(candidate)), checkpoint.weights))
            except Exception as error:  # their constructor may refuse any sizes
                why = why or (str(error) if isinstance(error, Unusable) else f"{type(error).__name__}: {error}"[:200])
        if fitting:
            return min(fitting, key=lambda model: _loss(model, text)) if len(fitting) > 1 else fitting[0]
    raise Unusable(f"fits no model of the hand-in: {why or 'there is none'}")


def _sizes(weights: Mapping[str, Tensor], words: int) -> dict[str, int]:
    """Words and width from the embedding, and how many layers there are, if that can be told."""
    known = [weights.get("encoder.weight"), weights.get("decoder.weight")]
    tables = [tensor for tensor in (*known, *weights.values()) if tensor is not None and tensor.dim() == 2]
    if not tables:
        raise Unusable("holds no embedding")
    table = next((table for table in tables if table.size(0) == words), tables[0])
    sizes = {"nvoc": table.size(0), "dim": table.size(1)}
    numbers = [int(match[1] or match[2]) for name in weights for match in LAYER.finditer(name)]
    return sizes | ({"num_layers": max(numbers) + 1} if numbers else {})


def _candidates(sizes: Sizes, settings: Mapping[str, int]) -> Iterator[Sizes]:
    named = [settings[name] for name in SETTING_HEADS if name in settings]
    if named:
        yield {**sizes, "nhead": named[0]}
        return
    yield sizes
    yield from ({**sizes, "nhead": heads} for heads in HEADS if sizes["dim"] % heads == 0)


@torch.no_grad()
def _filled(model: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """The model with the weights in it: all of its parameters and no others; of its buffers those that fit.

    Raises: Unusable if they are not its own.
    """
    parameters = dict(model.named_parameters(remove_duplicate=False))
    buffers = dict(model.named_buffers())
    missing = sorted(parameters.keys() - weights.keys())
    foreign = sorted(weights.keys() - parameters.keys() - buffers.keys())
    odd = sorted(name for name in parameters.keys() & weights.keys() if parameters[name].shape != weights[name].shape)
    for word, names in (("it lacks", missing), ("it also has", foreign), ("of another shape is", odd)):
        if names:
            raise Unusable(f"{word} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else ""))
    for name, tensor in {**buffers, **parameters}.items():
        if name in weights and weights[name].shape == tensor.shape:
            tensor.copy_(weights[name])
    return model


def _loss(model: nn.Module, text: Sequence[int]) -> float:
    """The mean loss on the first windows of a text; infinite where the model gives none."""
    tokens_k = torch.tensor(text[: CHOOSING + 1], dtype=torch.int64)
    columns = (len(tokens_k) - 1) // 24
    if not columns:
        return math.inf
    inputs_lb, labels_lb = (part_k[: columns * 24].reshape(columns, 24).T for part_k in (tokens_k, tokens_k[1:]))
    try:
        logits = window_logits(model, inputs_lb)
    except Exception:
        return math.inf
    if isinstance(logits, str):
        return math.inf
    loss = F.cross_entropy(logits.flatten(0, 1).float(), labels_lb.flatten()).item()
    return loss if math.isfinite(loss) else math.inf
