"""Probes of hw5: each runs one part of a hand-in on inputs of its own, and says what came out.

Axes: b sentences, s source positions, t target positions, c channels, v vocabulary, n words or rows.

The layers of a model get their weights from their names. Parts do not see each other: where a hand-in's own position
table is wrong, encoder and decoder find the one that the handout describes; the decoder is given what it reads, in the
container that the hand-in's encoder uses; training meets a model, a criterion, an optimizer and a scaler made here.
"""

from __future__ import annotations

import copy
import inspect
import json
import logging
import math
import re
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import load as load_safetensors
from torch import Tensor, nn

from grader import kit
from grader.kit.gpu import without_gpu
from grader.kit.handin import Missing
from grader.kit.literals import literal

kit.ready_to_watch()  # imported once for all hand-ins: in each case it would take half a second
kit.ready_for_snippets()

CHANNELS, HEADS, INNER, WORDS, LAYERS = 12, 3, 20, 23, 2
LABELS = 7  # of the loss: with few of them every share of the smoothing counts
PAD, FIRST_WORD = 1, 4
POSITIONS = "data/positions.safetensors"  # the table for CHANNELS as mere numbers: students may read this file
LONGEST = {"encoder": 50, "decoder": 60}
MOST_POSITIONS = 64
SCALE = 65_536.0
LONG_ENOUGH = 20  # seconds of computing, for all code that may draw a figure
MOST_BYTES, MOST_NORMS = 8 * 1024**2, 400_000  # of gnorm.json
MOVES = 1e-4  # what a changed word moves at least, if it is read at all
SIDES = ("encoder", "decoder")
OF_A_SIDE = ("embed_dim", "ffn_embed_dim", "layers", "attention_heads", "normalize_before")
OF_BOTH = (
    *("dropout", "share_decoder_input_output_embed", "activation_fn"),
    *("max_source_positions", "max_target_positions"),
)
# What torch's own layers call the layers of the handout.
TORCH_NAMES: Mapping[type[nn.Module], Mapping[str, str]] = {
    nn.TransformerEncoderLayer: {"norm1": "self_attn_layer_norm", "norm2": "final_layer_norm"},
    nn.TransformerDecoderLayer: {
        "norm1": "self_attn_layer_norm",
        "norm2": "encoder_attn_layer_norm",
        "norm3": "final_layer_norm",
        "multihead_attn": "encoder_attn",
    },
    nn.TransformerEncoder: {"norm": "layer_norm"},
    nn.TransformerDecoder: {"norm": "layer_norm"},
}

Answers = dict[str, kit.Answer]


# --- P1, P2 -------------------------------------------------------------------------------------------------------


def similarity(hw: Any, *, seed: int, rows: int = 1026, width: int = 256) -> Answers:
    """P1: the figures that the code around `embed_positions` draws of a model whose tables are known."""
    snippets = hw.snippets("similarity", needed=True)
    return _figures(snippets, [lambda snippet: snippet.with_model(_Translator(seed, rows, width))])


def norm_plot(hw: Any, *, series: str, updates: int, seed: int) -> Answers:
    """P2: the figures that the plotting code draws of a series, and the series.

    `series`: `ours`, or `own` for the one in gnorm.json; without that file there are no outputs of these names.
    """
    snippets = hw.snippets("norm_plot", needed=True)
    norms_n = _norms_drawn(updates, seed) if series == "ours" else _norms_handed_in(hw.root)
    if norms_n is None:
        return {"handed_in": "no gnorm.json with a list of numbers"}
    norms = norms_n.tolist()
    ways = [
        lambda snippet: snippet.with_series([*map(torch.tensor, norms)]),
        lambda snippet: snippet.with_series(norms),
    ]
    return {**_figures(snippets, ways), "gnorm": norms_n}


def _figures(snippets: Sequence[Any], ways: Sequence[Callable[[Any], Mapping[str, Any]]]) -> Answers:
    """All figures that the snippets draw, each on a clean sheet; what fails is raised if nothing was drawn at all.

    `ways` say what a snippet is given; the second is tried where it fails with the first.
    """
    if PathFinder.find_spec("matplotlib") is None:  # at home
        raise Missing("matplotlib is not installed", "what the README of the kit says: pip install matplotlib")
    different = {snippet.text: snippet for snippet in reversed(snippets)}
    failed: Exception | None = None
    start = time.process_time()
    with kit.watched() as figures:
        for snippet in reversed(different.values()):
            for given in ways:
                try:
                    snippet.run(given(snippet))
                    break
                except Exception as error:  # what was drawn before counts
                    failed = failed or error
                finally:
                    kit.close_figures()
            if time.process_time() - start > LONG_ENOUGH:  # a copy of what took so long shows nothing new
                break
    drawn = figures.outputs()
    if failed is not None and len(drawn) == 1:
        raise failed
    return drawn


def _norms_drawn(updates: int, seed: int) -> Tensor:
    """Norms that fall below the limit of 1 and explode at a few updates: (n,) float32."""
    noise_n = kit.drawn("norms", (updates,), seed, scale=0.08)
    norms_n = 0.45 + torch.exp(-torch.arange(updates) / 40) * 0.4 + noise_n.abs()
    for number in range(6):
        at = int(kit.drawn(f"explosion {number}", (1,), seed).abs() * 1e4) % (updates - 60) + 50
        norms_n[at] = 3 + 4 * float(kit.drawn(f"height {number}", (1,), seed).abs())
    return norms_n.float()


def _norms_handed_in(root: Path) -> Tensor | None:
    """The series of gnorm.json: a list, a list for each epoch, or either under a key."""
    for path in sorted(root.rglob("*norm*.json"), key=lambda each: (each.name != "gnorm.json", len(each.parts))):
        try:
            found = json.loads(path.read_bytes()[:MOST_BYTES])
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            found = next((value for name, value in found.items() if "norm" in name.lower()), None)
        if isinstance(found, list) and found and all(isinstance(each, list) for each in found):
            found = [norm for epoch in found for norm in epoch]
        numbers = _numbers([math.nan if norm is None else norm for norm in found]) if isinstance(found, list) else ""
        if isinstance(numbers, Tensor) and 0 < len(numbers) <= MOST_NORMS:
            return numbers
    return None


class _Translator(nn.Module):
    """A trained model as far as its positions go; only the decoder's table of positions is the one asked for."""

    def __init__(self, seed: int, rows: int, width: int) -> None:
        super().__init__()
        self.args = Namespace(encoder_embed_dim=64, decoder_embed_dim=width, max_target_positions=rows - PAD - 1)
        self.encoder = _Half(_turning_table(771, 64, seed), seed)
        self.decoder = _Half(_turning_table(rows, width, seed), seed)
        self.eval()


def _turning_table(rows: int, width: int, seed: int) -> Tensor:
    """Positions whose likeness depends on their distance alone: pairs of columns that turn at speeds drawn here."""
    speeds = 10.0 ** (-4 * torch.special.ndtr(kit.drawn("speeds", (width // 2,), seed).double()))
    turned = torch.view_as_real(
        torch.polar(torch.ones(rows, len(speeds)).double(), torch.arange(rows)[:, None] * speeds)
    )
    table_nc = turned.flatten(1).float()
    table_nc[PAD] = 0
    return table_nc


class _Half(nn.Module):
    def __init__(self, table_nc: Tensor, seed: int) -> None:
        super().__init__()
        self.embed_positions = _Positions(table_nc, seed)
        self.embed_tokens = nn.Embedding(900, table_nc.size(1), padding_idx=PAD)
        kit.randomize(self.embed_tokens, seed)
        self.padding_idx, self.dictionary = PAD, _Dictionary()


class _Positions(nn.Module):
    """The table is `weights`; `weight` is a learned one that nobody asked for."""

    weights: Tensor

    def __init__(self, table_nc: Tensor, seed: int) -> None:
        super().__init__()
        self.register_buffer("weights", table_nc)
        self.weight = nn.Parameter(kit.drawn("learned", tuple(table_nc.shape), seed))
        self.padding_idx, self.embedding_dim = PAD, table_nc.size(1)

    def forward(self, tokens_bt: Tensor, *_: Any, **__: Any) -> Tensor:
        """fairseq's way to look positions up: they count the words, and pads are at the padding index.

        Sentences end with the table: code that knows the length of its own table is shown a shorter one here.
        """
        words_bt = tokens_bt[:, : len(self.weights) - PAD - 1].ne(PAD).long()
        return self.weights[words_bt.cumsum(1) * words_bt + PAD]

    def get_embedding(self, rows: int, width: int, padding_idx: int | None = PAD) -> Tensor:
        """fairseq's way to make the table: as many of its rows, whatever width their own model has."""
        del width, padding_idx
        return self.weights[:rows].clone()


# --- rate, arch, table --------------------------------------------------------------------------------------------


def rate(hw: Any, *, d_model: int, warmup: int, seed: int) -> Answers:
    """rate: the learning rate at steps of the warm-up, and at later ones."""
    del seed
    steps = {"warmup": (1, 2, warmup - 1, warmup), "decay": (warmup + 1, 4 * warmup, 25 * warmup)}
    return {name: _numbers([hw.rate.get_rate(d_model, step, warmup) for step in each]) for name, each in steps.items()}


def architecture(hw: Any, *, seed: int, first: str) -> Answers:
    """arch: which settings `arch_args` holds, and whether they fit together; read from the text, never run."""
    del seed
    found = literal(hw.root, "arch_args")
    if found is None:
        raise Missing("'arch_args' is missing", "arch_args = Namespace(encoder_embed_dim=..., ...)")
    sides = sorted(SIDES, key=lambda side: side != first)
    names = [f"{side}_{name}" for side in sides for name in OF_A_SIDE] + [*OF_BOTH]
    widths, heads = ([found.get(f"{side}_{name}") for side in sides] for name in ("embed_dim", "attention_heads"))
    switches = [f"{side}_learned_pos" for side in sides] + ["no_token_positional_embeddings"]
    return {
        "complete": torch.tensor([name in found for name in names]),
        "equally_wide": torch.tensor([_is_size(widths[0]) and widths[0] == widths[1]]),
        "divisible": torch.tensor([_divides(parts, width) for parts, width in zip(heads, widths, strict=True)]),
        "sinusoidal": torch.tensor([not found.get(name) for name in switches]),
    }


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _divides(part: Any, whole: Any) -> bool:
    return _is_size(part) and _is_size(whole) and whole % part == 0


def table(hw: Any, *, rows: int, width: int, padding: int, seed: int) -> Answers:
    """table: the whole of it, its padding row, and the other rows below 1,000, where float32 still is exact enough."""
    del seed
    whole = hw.table.sinusoidal_table(rows, width, padding)
    if not isinstance(whole, Tensor) or whole.dim() != 2 or len(whole) <= padding:
        return dict.fromkeys(("table", "padding_row", "values"), kit.plain(whole))
    words = torch.arange(len(whole)) != padding
    return {
        "table": kit.plain(whole),
        "padding_row": kit.plain(whole[padding]),
        "values": kit.plain((whole * words.unsqueeze(1))[: min(rows - 8, 1000)]),
    }


# --- encoder, decoder, mask ---------------------------------------------------------------------------------------


def encode(hw: Any, *, lengths: Sequence[int], seed: int) -> Answers:
    """encoder: its outputs, the same with zeros at pads, and its mask."""
    tokens_bs = _tokens(lengths, seed)
    with _right_positions(hw):
        outputs, mask = _outputs_and_mask(_encoded(_encoder(hw, seed), tokens_bs), tokens_bs)
    pads_sb = tokens_bs.eq(PAD).T
    fits = isinstance(outputs, Tensor) and outputs.shape == (*pads_sb.shape, CHANNELS)
    return {
        "outputs": kit.plain(outputs),
        "at_words": kit.plain(outputs.masked_fill(pads_sb.unsqueeze(2), 0) if fits else outputs),
        "mask": kit.plain(mask),
        "mask_is_bool": torch.tensor(isinstance(mask, Tensor) and mask.dtype == torch.bool),
    }


def decode(
    hw: Any, *, lengths: Sequence[int], target_lengths: Sequence[int], seed: int, prefixes: bool = False
) -> Answers:
    """decoder: its logits at words, for an encoder output drawn for it.

    `prefixes` adds the last logits of each prefix, and what changes with the future and with the past.
    """
    prev_bt = _tokens(target_lengths, seed, "target")
    with _right_positions(hw):
        decoder, given = _decoder(hw, seed), _given_encoding(hw, lengths, seed)
        whole = _decoded(decoder, prev_bt, *kit.fresh(given))
        if not prefixes:
            return {"logits": _at_words(whole, prev_bt)}
        t = prev_bt.size(1)
        other_bt = _tokens(target_lengths, seed, "other target")
        runs = [prev_bt[:, :n] for n in range(1, t + 1)]
        runs += [torch.cat((prev_bt[:, : t // 2], other_bt[:, t // 2 :]), dim=1)]
        runs += [torch.cat((other_bt[:, :1], prev_bt[:, 1:]), dim=1)]
        *grown, new_future, new_past = (_decoded(decoder, run, *kit.fresh(given)) for run in runs)
    return {
        "logits": kit.plain(whole),
        "last_of_prefixes": _along_time([_columns(each, -1, None) for each in grown]),
        "past": kit.plain(_columns(whole, 0, t // 2)),
        "past_with_other_future": kit.plain(_columns(new_future, 0, t // 2)),
        "reads_the_past": _moved(_columns(whole, -1, None), _columns(new_past, -1, None)),
    }


def padding(hw: Any, *, lengths: Sequence[int], target_lengths: Sequence[int], more: int, seed: int) -> Answers:
    """mask: encoder and decoder together, and once more with further columns of pads in the source."""
    src_bs, prev_bt = _tokens(lengths, seed), _tokens(target_lengths, seed, "target")
    other_bs = torch.cat((_tokens([2] * len(lengths), seed, "other source"), src_bs[:, 2:]), dim=1)
    with _right_positions(hw):
        encoder, decoder = _encoder(hw, seed), _decoder(hw, seed + 1)
        sources = (src_bs, F.pad(src_bs, (0, more), value=PAD), other_bs)
        plain, wider, other = (_decoded(decoder, prev_bt, _encoded(encoder, tokens)) for tokens in sources)
    return {
        "logits": _at_words(plain, prev_bt),
        "logits_with_more_pads": _at_words(wider, prev_bt),
        "reads_the_source": _moved(plain, other),
    }


def _tokens(lengths: Sequence[int], seed: int, name: str = "source") -> Tensor:
    """Sentences of these lengths, pads behind them: (b, s)."""
    tokens_bs = kit.ragged(lengths, WORDS, seed, name=name).T.contiguous()
    return tokens_bs.masked_fill(tokens_bs == 0, PAD)


class _Dictionary:
    """The marks that fairseq's dictionary has, and words without a text."""

    pad_index, eos_index, bos_index, unk_index = PAD, 2, 0, 3
    pad, eos, bos, unk = (lambda self, index=index: index for index in (PAD, 2, 0, 3))

    def __len__(self) -> int:
        return WORDS


class _Arguments(Namespace):
    """The sizes of the probes; whatever else a hand-in asks for is what its own `arch_args` says."""

    def __init__(self, hw: Any) -> None:
        sizes = {
            "embed_dim": CHANNELS,
            "ffn_embed_dim": INNER,
            "layers": LAYERS,
            "attention_heads": HEADS,
            "normalize_before": True,
            "learned_pos": False,
        }
        for side in SIDES:
            vars(self).update({f"{side}_{name}": size for name, size in sizes.items()})
            setattr(self, side, Namespace(**sizes))
        super().__init__(
            **dict.fromkeys(("dropout", "attention_dropout", "activation_dropout", "relu_dropout"), 0.1),
            share_decoder_input_output_embed=True,
            activation_fn="relu",
            max_source_positions=LONGEST["encoder"],
            max_target_positions=LONGEST["decoder"],
        )
        vars(self)["_root"] = hw.root

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        theirs = literal(vars(self)["_root"], "arch_args") or {}
        if name not in theirs:
            raise AttributeError(f"the arguments have no '{name}'")
        return theirs[name]


def _encoder(hw: Any, seed: int) -> Any:
    return _made(hw, hw.encoder.TransformerEncoder, "encoder", seed)


def _decoder(hw: Any, seed: int) -> Any:
    return _made(hw, hw.decoder.TransformerDecoder, "decoder", seed)


def _made(hw: Any, kind: Any, side: str, seed: int) -> Any:
    """The student's object, every weight from its name, its positions right."""
    embed_tokens = nn.Embedding(WORDS, CHANNELS, padding_idx=PAD)
    model = kind(_Arguments(hw), _Dictionary(), embed_tokens)
    frozen = [(each, each.detach().clone()) for each in model.parameters() if not each.requires_grad]
    kit.randomize(model, seed)
    with torch.no_grad():
        embed_tokens.weight.copy_(kit.drawn("embed_tokens.weight", (WORDS, CHANNELS), seed, scale=0.5))
        for parameter, before in frozen:
            parameter.copy_(before)
        _fill_torch_layers(model, seed)
        if not _is_table_right(hw):
            _place_positions(hw, model, LONGEST[side] + PAD + 1)
    return model.eval()


def _fill_torch_layers(model: nn.Module, seed: int) -> None:
    """torch's own layers get the weights that the handout's names would get."""
    for path, module in model.named_modules():
        names = next((names for kind, names in TORCH_NAMES.items() if isinstance(module, kind)), {})
        for name, child in module.named_children():
            known = names.get(name, {"linear1": "fc1", "linear2": "fc2"}.get(name, "") if names else "")
            if known and not isinstance(child, nn.MultiheadAttention):
                for leaf, parameter in child.named_parameters():
                    shift = float("norm" in known and leaf == "weight")
                    named = f"{_from_layers(path)}{known}.{leaf}"
                    parameter.copy_(kit.drawn(named, tuple(parameter.shape), seed, scale=0.5) + shift)
            if isinstance(child, nn.MultiheadAttention):
                _fill_attention(child, f"{_from_layers(path)}{names.get(name, name)}", seed)


def _from_layers(path: str) -> str:
    found = re.search(r"layers\.\d+$", path)
    return f"{found[0]}." if found else ""


def _fill_attention(attention: nn.MultiheadAttention, path: str, seed: int) -> None:
    if attention.in_proj_weight is None or attention.in_proj_bias is None:
        return
    c = attention.embed_dim
    projections = [f"{path}.{letter}_proj" for letter in "qkv"]
    weights = [kit.drawn(f"{each}.weight", (c, c), seed, scale=0.5) for each in projections]
    attention.in_proj_weight.copy_(torch.cat(weights))
    attention.in_proj_bias.copy_(torch.cat([kit.drawn(f"{each}.bias", (c,), seed, scale=0.5) for each in projections]))
    for leaf, parameter in attention.out_proj.named_parameters():
        parameter.copy_(kit.drawn(f"{path}.out_proj.{leaf}", tuple(parameter.shape), seed, scale=0.5))


def _call(function: Any, args: Sequence[Any]) -> Any:
    """Calls with as many of these arguments as are taken."""
    try:
        parameters = inspect.signature(getattr(function, "forward", function)).parameters.values()
    except (TypeError, ValueError):
        return function(*args)
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return function(*args)
    taken = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return function(*args[: len(taken)])


def _encoded(encoder: Any, tokens_bs: Tensor) -> Any:
    return _call(encoder, [tokens_bs.clone(), tokens_bs.ne(PAD).sum(dim=1)])


def _decoded(decoder: Any, prev_bt: Tensor, encoder_out: Any) -> Any:
    """The logits in what the decoder gives."""
    answer = decoder(prev_bt.clone(), encoder_out)
    if isinstance(answer, Tensor):
        return answer
    if isinstance(answer, dict):
        return next((each for each in _tensors(answer) if each.dim() == 3), kit.plain(answer))
    return kit.pick(answer, 0)


def _tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in nested containers, in order."""
    if isinstance(value, Tensor):
        yield value
        return
    if hasattr(value, "__dict__") and not isinstance(value, type | nn.Module | dict | tuple | list):
        value = vars(value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ()
    for each in inside:
        yield from _tensors(each)


def _outputs_and_mask(answer: Any, tokens_bs: Tensor) -> tuple[Any, Any]:
    """What an encoder gives, whatever container it uses; no mask at all is right where there are no pads."""
    tensors = list(_tensors(answer))
    outputs = next((each for each in tensors if each.dim() == 3 and each.is_floating_point()), None)
    flat = [each for each in tensors if each.dim() == 2 and not _is_same(each, tokens_bs)]
    mask = next((each for each in flat if each.dtype == torch.bool), flat[0] if flat else None)
    if mask is None and not tokens_bs.eq(PAD).any():
        mask = tokens_bs.eq(PAD).T
    return kit.pick(answer, 0) if outputs is None else outputs, mask


def _is_same(one: Tensor, other: Tensor) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and torch.equal(one, other)


def _given_encoding(hw: Any, lengths: Sequence[int], seed: int) -> Any:
    """An encoder's answer drawn here, in the container of the hand-in's own encoder if there is one."""
    tokens_bs = _tokens(lengths, seed)
    pads_sb = tokens_bs.eq(PAD).T
    outputs_sbc = kit.drawn("encoder outputs", (*pads_sb.shape, CHANNELS), seed)
    plain = (outputs_sbc, None, pads_sb)
    try:
        answer = _encoded(_encoder(hw, seed), tokens_bs)
        outputs, mask = _outputs_and_mask(answer, tokens_bs)
    except Exception:  # the part about the encoder says what is wrong with it
        return plain
    if isinstance(answer, Tensor) or not isinstance(outputs, Tensor):
        return plain
    return _refilled(answer, {id(outputs): outputs_sbc, id(mask): pads_sb})


def _refilled(value: Any, instead: Mapping[int, Tensor]) -> Any:
    """The same containers with other tensors in them."""
    if id(value) in instead:
        return instead[id(value)].clone()
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_refilled(each, instead) for each in value))
    if isinstance(value, dict):
        return {name: _refilled(each, instead) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_refilled(each, instead) for each in value)
    if hasattr(value, "__dict__") and not isinstance(value, type | nn.Module):
        made = copy.copy(value)
        vars(made).update({name: _refilled(each, instead) for name, each in vars(value).items()})
        return made
    return value


def _at_words(logits: Any, prev_bt: Tensor) -> kit.Answer:
    if isinstance(logits, Tensor) and logits.shape == (*prev_bt.shape, WORDS):
        return kit.plain(logits.masked_fill(prev_bt.eq(PAD).unsqueeze(2), 0))
    return kit.plain(logits)


def _columns(logits: Any, first: int, last: int | None) -> Any:
    return logits[:, first:last] if isinstance(logits, Tensor) and logits.dim() == 3 else logits


def _along_time(columns: Sequence[Any]) -> kit.Answer:
    stacked = kit.stacked(columns)
    return kit.plain(
        stacked.squeeze(2).transpose(0, 1) if isinstance(stacked, Tensor) and stacked.dim() == 4 else stacked
    )


def _moved(one: Any, other: Any) -> Tensor:
    """Whether two answers differ in every sentence."""
    if not isinstance(one, Tensor) or not isinstance(other, Tensor) or one.shape != other.shape or one.dim() < 2:
        return torch.tensor([False])
    return ((one - other).abs().flatten(1).amax(dim=1) > MOVES).all().unsqueeze(0)


# --- positions ----------------------------------------------------------------------------------------------------


def _right_table(hw: Any, rows: int, padding: int = PAD) -> Tensor:
    """The table that the handout describes in words, for CHANNELS: (rows, c)."""
    table_nc = load_safetensors(hw.data(POSITIONS))["positions"][:rows].clone()
    table_nc[padding] = 0
    return table_nc


def _own_table(hw: Any) -> Any:
    try:
        return hw.table.sinusoidal_table
    except Exception:  # missing, or its file does not import: its own part says so
        return None


def _is_table_right(hw: Any) -> bool:
    rows = LONGEST["encoder"] + PAD + 1
    try:
        theirs = _own_table(hw)(rows, CHANNELS, PAD)
        return bool(torch.allclose(theirs.detach().float(), _right_table(hw, rows), atol=1e-4))
    except Exception:
        return False


@contextmanager
def _right_positions(hw: Any) -> Iterator[None]:
    """While a hand-in's own table is wrong, its modules find the right one under that name; no GPU is needed."""
    theirs = _own_table(hw)
    places = [] if theirs is None or _is_table_right(hw) else _places(hw, lambda value: value is theirs)

    def stand_in(rows: int, width: int, padding: int) -> Tensor:
        given = width == CHANNELS and rows <= MOST_POSITIONS
        return _right_table(hw, rows, padding) if given else theirs(rows, width, padding)

    for names, name in places:
        names[name] = stand_in
    try:
        with without_gpu():
            yield
    finally:
        for names, name in places:
            names[name] = theirs


def _place_positions(hw: Any, model: Any, rows: int) -> None:
    positions = getattr(model, "embed_positions", None)
    for name in ("weights", "weight"):
        found = getattr(positions, name, None)
        if isinstance(found, Tensor) and found.dim() == 2 and len(found) <= rows and found.size(1) == CHANNELS:
            found.data.copy_(_right_table(hw, rows)[: len(found)])


def _places(hw: Any, wanted: Any) -> list[tuple[dict[str, Any], str]]:
    """Where the modules of a hand-in bind something."""
    return [(vars(module), name) for module in _modules(hw) for name, value in [*vars(module).items()] if wanted(value)]


def _modules(hw: Any) -> list[ModuleType]:
    origins = [
        (module, getattr(getattr(module, "__spec__", None), "origin", None)) for module in [*sys.modules.values()]
    ]
    return [module for module, origin in origins if isinstance(origin, str) and origin.startswith(f"{hw.root}/")]


# --- loss, gnorm --------------------------------------------------------------------------------------------------


def smoothed_loss(hw: Any, *, smoothing: float, pads: int, seed: int) -> Answers:
    """loss: the summed loss of eleven words, some of which are pads, and its gradient."""
    logits_nv = kit.leaf("logits", (11, LABELS), seed)
    targets_n = 2 + kit.drawn("targets", (11,), seed).abs().mul(1000).long() % (LABELS - 2)
    targets_n[[9, 2, 6][:pads]] = PAD
    criterion = hw.criterion.LabelSmoothedCrossEntropyCriterion(smoothing, ignore_index=PAD)
    call = criterion if callable(criterion) else criterion.forward
    loss = call(F.log_softmax(logits_nv * 2, dim=1), targets_n)
    return {"loss": kit.plain(loss), "gradient": kit.gradients(loss, {"logits": logits_nv}, seed)["logits"]}


def update(hw: Any, *, updates: int, accum_steps: int, seed: int) -> Answers:
    """gnorm: the norms that `train_one_epoch` records, for a linear model and a scaler that really scales."""
    train = hw.training.train_one_epoch
    model, criterion = _Linear(seed), _SummedLoss()
    batches = _Batches(updates, accum_steps, seed)
    optimizer = _Descent(model.parameters(), 0.5)
    task = SimpleNamespace(source_dictionary=_Dictionary(), target_dictionary=_Dictionary(), cuda=False)
    with _training_surroundings(hw, train):
        before = {id(series): len(series) for _, series in _lists(hw)}
        stats = train(batches, model, task, criterion, optimizer, accum_steps)
        grown = [(name, series[before.get(id(series), 0) :]) for name, series in _lists(hw)]
    return {"gnorm": _recorded(stats, [(name, series) for name, series in grown if series])}


class _Linear(nn.Module):
    """Scores the next word from the last one; words of the second half are seen much larger."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        table_vc = kit.drawn("words", (WORDS, CHANNELS), seed)
        self.register_buffer("table", table_vc * torch.where(torch.arange(WORDS) < WORDS // 2, 0.15, 1.5).unsqueeze(1))
        self.scores = nn.Linear(CHANNELS, WORDS)
        kit.randomize(self, seed, scale=0.2)

    def forward(
        self, src_tokens: Tensor, src_lengths: Any = None, prev_output_tokens: Any = None, **unused: Any
    ) -> tuple[Tensor, dict[str, Any]]:
        """Shapes: prev_output_tokens (b, t) -> logits (b, t, v)."""
        with torch.autocast("cpu", enabled=False):
            return self.scores(self.table[src_tokens if prev_output_tokens is None else prev_output_tokens]), {}


class _SummedLoss(nn.Module):
    """Cross entropy summed over all words but pads."""

    def forward(self, lprobs: Tensor, target: Tensor, *args: Any, **unused: Any) -> Tensor:
        """Shapes: log-probabilities (..., v), targets (...) -> ()."""
        return F.nll_loss(lprobs.reshape(-1, WORDS).float(), target.reshape(-1), ignore_index=PAD, reduction="sum")


class _Batches:
    """What fairseq's epoch iterator offers: batches of different sizes, in order."""

    epoch = 1

    def __init__(self, updates: int, accum_steps: int, seed: int) -> None:
        self.batches = [self._batch(number, number // accum_steps % 2, seed) for number in range(updates * accum_steps)]

    def next_epoch_itr(self, *args: Any, **unused: Any) -> _Batches:
        """Itself."""
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(kit.fresh(*self.batches))

    def __len__(self) -> int:
        return len(self.batches)

    def _batch(self, number: int, large: int, seed: int) -> dict[str, Any]:
        b, half = 2 + number % 3, WORDS // 2
        low, high = (half, WORDS) if large else (FIRST_WORD, half)
        numbers_bt = kit.drawn(f"batch {number}", (b, 4), seed).abs().mul(1000).long()
        words_bt, target_bt = low + numbers_bt % (high - low), _tokens([4, 3, 2, 4][:b], seed, f"target {number}")
        return {
            "id": torch.arange(b),
            "nsentences": b,
            "ntokens": int(target_bt.ne(PAD).sum()),
            "net_input": {
                "src_tokens": words_bt,
                "src_lengths": torch.full((b,), 4),
                "prev_output_tokens": words_bt.clone(),
            },
            "target": target_bt,
        }


class _Descent:
    """Gradient descent with what the handout's optimizer offers; torch's own takes a second to import its parts."""

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float) -> None:
        self.param_groups: list[dict[str, Any]] = [{"params": list(parameters), "lr": rate}]

    @property
    def optimizer(self) -> _Descent:
        """Itself."""
        return self

    def step(self, *args: Any, **unused: Any) -> None:
        """One step against the gradients."""
        with torch.no_grad():
            for parameter in self._with_gradients():
                parameter -= self.rate() * parameter.grad

    def zero_grad(self, *args: Any, **unused: Any) -> None:
        """Forgets the gradients."""
        for parameter in self._with_gradients():
            parameter.grad = None

    def multiply_grads(self, constant: float) -> None:
        """Multiplies every gradient."""
        for parameter in self._with_gradients():
            parameter.grad.mul_(constant)

    def rate(self, step: int | None = None) -> float:
        """The learning rate."""
        return float(self.param_groups[0]["lr"])

    def state_dict(self) -> dict[str, Any]:
        """Nothing is kept."""
        return {}

    def _with_gradients(self) -> list[Any]:
        return [each for each in self.param_groups[0]["params"] if each.grad is not None]


class _Scaler:
    """torch's GradScaler without a GPU: it scales, and does not look for infinities."""

    def __init__(self, *args: Any, **unused: Any) -> None:
        self._is_unscaled = False

    def scale(self, outputs: Any) -> Any:
        """The outputs times 65,536."""
        return outputs * SCALE if isinstance(outputs, Tensor) else type(outputs)(self.scale(each) for each in outputs)

    def unscale_(self, optimizer: Any) -> None:
        """Divides every gradient. Raises: RuntimeError if that was done since the last update."""
        if self._is_unscaled:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        self._is_unscaled = True
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.div_(SCALE)

    def step(self, optimizer: Any, *args: Any, **keywords: Any) -> Any:
        """One step, unscaled before."""
        if not self._is_unscaled:
            self.unscale_(optimizer)
        return optimizer.step(*args, **keywords)

    def update(self, *args: Any) -> None:
        """Ends an update."""
        self._is_unscaled = False

    def get_scale(self) -> float:
        """65,536."""
        return SCALE

    def is_enabled(self) -> bool:
        """It always is."""
        return True

    def state_dict(self) -> dict[str, Any]:
        """Nothing is kept."""
        return {}


def _grouped(batches: Any, size: int, *args: Any, **unused: Any) -> Iterator[list[Any]]:
    """fairseq's GroupedIterator."""
    batches = iter(batches)
    while chunk := list(islice(batches, size)):
        yield chunk


@contextmanager
def _training_surroundings(hw: Any, train: Any) -> Iterator[None]:
    """torch's scaler is ours, the clip norm is 1, and what a notebook would have made before is there."""
    real = torch.amp.GradScaler
    classes = _places(hw, lambda value: isinstance(value, type) and issubclass(value, real))
    changes = [(names, name, _Scaler) for names, name in classes]
    changes += [(names, name, _Scaler()) for names, name in _places(hw, lambda value: isinstance(value, real))]
    changes += [(vars(module), "GradScaler", _Scaler) for module in (torch, torch.amp, torch.cuda.amp)]
    names = getattr(inspect.unwrap(train), "__globals__", {})
    config = names.get("config")
    clip_norm = getattr(config, "clip_norm", None)
    made_before = {
        "config": SimpleNamespace(clip_norm=1.0, use_wandb=False, accum_steps=1),
        "device": torch.device("cpu"),
        "logger": logging.getLogger("hw5.seq2seq"),
    }
    changes += [(names, name, value) for name, value in made_before.items() if name not in names]
    for module, name, stand_in in (("iterators", "GroupedIterator", _grouped), ("utils", "move_to_cuda", _as_it_is)):
        if "stand-in" in repr(names.get(module)):
            changes += [(vars(names[module]), name, stand_in)]
    before = [(where, name, where.get(name)) for where, name, _ in changes]
    for where, name, value in changes:
        where[name] = value
    _set_clip_norm(config, None if clip_norm is None else 1.0)
    try:
        with without_gpu():
            yield
    finally:
        for where, name, value in before:
            where[name] = value
        _set_clip_norm(config, clip_norm)


def _set_clip_norm(config: Any, clip_norm: float | None) -> None:
    """Sets it on a namespace, an object or a class; one that is frozen keeps its own."""
    if clip_norm is not None:
        with suppress(AttributeError):
            config.clip_norm = clip_norm


def _as_it_is(sample: Any, *args: Any, **unused: Any) -> Any:
    """fairseq's move_to_cuda."""
    return sample


def _lists(hw: Any) -> list[tuple[str, list[Any]]]:
    """The lists that the modules of a hand-in bind, also within dicts."""
    found: list[tuple[str, list[Any]]] = []
    for names, name in _places(hw, lambda value: isinstance(value, list | dict)):
        value = names[name]
        if isinstance(value, list):
            found.append((name, value))
        elif not name.startswith("__"):
            found += [(f"{name}.{key}", each) for key, each in value.items() if isinstance(each, list)]
    return found


def _recorded(stats: Any, grown: Sequence[tuple[str, list[Any]]]) -> kit.Answer:
    """The series of norms: under a key that says so, else in a list of the module that grew."""
    waiting = [stats, *(stats if isinstance(stats, tuple | list) else ())]
    named = [(str(key), value) for each in waiting if isinstance(each, Mapping) for key, value in each.items()]
    named += [(str(key), value) for each in waiting for key, value in getattr(each, "__dict__", {}).items()]
    for name, series in sorted([*named, *grown], key=lambda each: "gnorm" not in each[0].lower()):
        if "norm" in name.lower():
            return _numbers(series)
    unnamed = [series for name, series in grown if "loss" not in name.lower()]
    return _numbers(unnamed[0]) if unnamed else "no series of norms"


def _numbers(values: Any) -> kit.Answer:
    """A list of numbers in any form, as a tensor; of a list for each epoch the last."""
    if isinstance(values, list | tuple) and values and isinstance(values[-1], list):
        values = values[-1]
    try:
        return torch.tensor([float(value) for value in values], dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return kit.plain(values)
