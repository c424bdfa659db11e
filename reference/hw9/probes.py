"""Probes of hw9: each runs one part of a hand-in on inputs of its own, and says what came out.

Axes: m triplets, n faces or examples times heads, b examples, t queries or target positions, s keys or source
positions, d model, c channels of a head, v vocabulary.

Weights come from their names. Parts do not see each other: where a hand-in's attention is wrong, its heads meet torch's
own; where its heads are wrong, its layers meet heads made here. What is right is never replaced, whatever its style.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import CodeType
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import load as load_safetensors
from torch import Tensor, nn

from grader import kit
from grader.kit.census import Census
from grader.kit.gpu import without_gpu

ROWS, QUERIES, KEYS, CHANNELS = 3, 5, 7, 8  # of attention
BATCH, WIDTH, HEADS, INNER = 2, 12, 3, 20
SHORTER, TEXTS, SOURCES = (5, 7, 3), (7, 4), (3, 5)  # lengths of rows of attention, of examples, of what is read
WORDS, PAD, EOS, LONGEST, LAYERS = 23, 1, 2, 16, 2
PADS = 2  # behind the longest article
TRIPLETS, FACE = 9, 6
MARGIN, WIDE_MARGIN = 0.2, 0.45
CLEAR = 2e-4  # no distance lies this near to the limit at which a triplet is taken
HIGHEST_SCORE = 16.0  # its exponential is far beyond half precision
RATE, DRAWS = 0.4, 24
NEITHER = 7.0  # and more: a value in train mode that dropout of a sub-layer's output cannot give
RIGHT = {"rtol": 1e-3, "atol": 1e-4}
UNITS = ("attention", "heads", "layer", "model")
ATTENTION = ("q", "k", "v", "key_padding_mask", "causal")
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
SUB_LAYERS = {"self_attn": "self_attn.o_proj", "cross_attn": "cross_attn.o_proj", "ffn": "fc2"}

Answers = dict[str, kit.Answer]


def _at_home(probe: Callable[..., Answers]) -> Callable[..., Answers]:
    """The probe where CUDA means the CPU, and where the cells find what the notebook gives them."""

    @functools.wraps(probe)
    def at_home(hw: Any, **args: Any) -> Answers:
        with without_gpu():
            _give_globals(hw)
            return probe(hw, **args)

    return at_home


# --- question 1 ---------------------------------------------------------------------------------------------------


@_at_home
def triplet(hw: Any, *, seed: int, satisfied: bool = False, count: int = TRIPLETS) -> Answers:
    """1-triplet: the loss with the usual margin and with another, and its gradient at all embeddings.

    `satisfied`: all of unit length, every positive close by and every negative on the other side.
    """
    loss_of = hw.triplet.triplet_loss
    drawn = [kit.drawn(name, (count, FACE), seed) for name in ("anchor", "positive", "negative")]
    if satisfied:
        anchor_md = F.normalize(drawn[0], dim=1)
        drawn = [anchor_md, F.normalize(anchor_md + 0.1 * drawn[1]), F.normalize(0.1 * drawn[2] - anchor_md)]
    leaves = [each.requires_grad_() for each in drawn]
    loss = loss_of(*(each.clone() for each in leaves))
    wide = loss_of(*(each.clone() for each in leaves), WIDE_MARGIN)
    grown = kit.gradients(loss, {str(place): each for place, each in enumerate(leaves)}, seed)
    return {"loss": _scalar(loss), "loss_with_margin": _scalar(wide), "gradient": torch.stack([*grown.values()])}


@_at_home
def semi_hard(hw: Any, *, counts: Sequence[int], seed: int) -> Answers:
    """1-semihard: pairs and negatives, sorted, for the usual margin and for another."""
    embeddings_nd, labels_n = _faces(counts, seed)
    mine = hw.mining.semi_hard_triplets
    found: Answers = {}
    for name, margin in (("", ()), ("_with_margin", (WIDE_MARGIN,))):
        rows_m3 = _rows(mine(*kit.fresh(embeddings_nd, labels_n), *margin))
        found[f"pairs{name}"] = rows_m3[:, :2].contiguous() if isinstance(rows_m3, Tensor) else rows_m3
        found[f"negatives{name}"] = rows_m3
    return found


@_at_home
def triplets(hw: Any, *, counts: Sequence[int], seed: int, share: bool = False) -> Answers:
    """1-all: all triplets, sorted; or the share of them with a positive loss, for two margins."""
    faces = _faces(counts, seed)
    if not share:
        return {"rows": _rows(hw.triplets.all_triplets(faces[1]))}
    found = [hw.triplets.active_share(*kit.fresh(*faces), margin) for margin in (MARGIN, WIDE_MARGIN)]
    return {"share": _scalar(found[0]), "share_with_margin": _scalar(found[1])}


def _faces(counts: Sequence[int], seed: int) -> tuple[Tensor, Tensor]:
    """Embeddings of unit length and labels that are no indices; no choice between them hangs on rounding.

    Shapes: -> (n, d), (n,).
    """
    labels = [label for count, label in zip(counts, (17, 4, 30, 9), strict=False) for _ in range(count)]
    order = kit.drawn("order", (len(labels),), seed).argsort()
    labels_n = torch.tensor(labels)[order]
    drawn = (kit.drawn(f"faces {number}", (len(labels), FACE), seed, scale=0.7) for number in itertools.count())
    tried = (F.normalize(each_nd + labels_n.sin().unsqueeze(1), dim=1) for each_nd in drawn)
    return next(filter(_is_clear, tried)), labels_n


def _is_clear(embeddings_nd: Tensor) -> bool:
    distances_k = F.pdist(embeddings_nd).pow(2)
    gaps_kk = (distances_k.unsqueeze(0) - distances_k.unsqueeze(1)).abs()
    at_limit = [bool(((gaps_kk - margin).abs() < CLEAR).any()) for margin in (MARGIN, WIDE_MARGIN)]
    return not any(at_limit) and bool((distances_k.sort().values.diff() > CLEAR).all())


def _rows(value: Any) -> kit.Answer:
    """Triplets in any container, as whole numbers, sorted: (m, 3)."""
    try:
        if not isinstance(value, Tensor):
            rows = [torch.as_tensor(row).flatten() for row in value]
            value = torch.stack(rows) if rows else torch.zeros(0)
        rows = value.detach() if value.shape != (0,) else torch.zeros(0, 3)  # no triplets are no fault of form
        if rows.dim() != 2 or rows.size(1) != 3 or bool((rows != rows.round()).any()):
            return f"a tensor of shape {tuple(rows.shape)}"
        return torch.tensor(sorted(rows.long().tolist()), dtype=torch.long).reshape(-1, 3)
    except (TypeError, ValueError, RuntimeError):
        return kit.plain(value) if isinstance(value, str) else "no rows of three numbers"


def _scalar(value: Any) -> kit.Answer:
    """A number in any container of one, as float32."""
    try:
        number = value if isinstance(value, Tensor) else torch.as_tensor(value)
        return number.detach().float().reshape(()) if number.numel() == 1 else kit.plain(number)
    except (TypeError, ValueError, RuntimeError):
        return kit.plain(value)


# --- attention ----------------------------------------------------------------------------------------------------


@_at_home
def attention(
    hw: Any,
    *,
    seed: int,
    pads: bool = False,
    causal: bool = False,
    half: bool = False,
    lengths: Sequence[int] = SHORTER,
    queries: int = QUERIES,
) -> Answers:
    """3-sdpa: what attention gives; a causal one has as many queries as keys, and every row its own padding.

    `half`: in half precision, beside what torch gives in single. `lengths`: how many keys each row has.
    """
    if half:
        return _in_half_precision(hw, seed)
    rows, keys = len(lengths), max(lengths)
    q_ntc = kit.drawn("q", (rows, keys if causal else queries, CHANNELS), seed)
    k_nsc, v_nsc = (kit.drawn(name, (rows, keys, CHANNELS), seed) for name in "kv")
    options = [_padding(lengths) if pads else None, causal]
    options = options if causal else options[:1] if pads else []
    return {"output": kit.plain(_first(hw.attention.scaled_dot_product_attention(q_ntc, k_nsc, v_nsc, *options)))}


def _in_half_precision(hw: Any, seed: int) -> Answers:
    q_ntc, k_nsc, v_nsc = (
        kit.drawn(name, (ROWS, size, CHANNELS), seed, scale=scale)
        for name, size, scale in (("q", QUERIES, 1.0), ("k", KEYS, 1.0), ("v", KEYS, 0.5))
    )
    q_ntc *= HIGHEST_SCORE * math.sqrt(CHANNELS) / (q_ntc @ k_nsc.transpose(1, 2)).max()
    inputs = [each.half() for each in (q_ntc, k_nsc, v_nsc)]
    output = _first(hw.attention.scaled_dot_product_attention(*(each.clone() for each in inputs)))
    exact = F.scaled_dot_product_attention(*(each.float() for each in inputs))
    return {"output": kit.plain(output.float() if isinstance(output, Tensor) else output), "exact": exact}


@_at_home
def heads(
    hw: Any, *, seed: int, masked: bool = False, lengths: Sequence[int] = TEXTS, queries: int = QUERIES
) -> Answers:
    """3-mha: what the heads give for other keys than queries; `masked`: for themselves, with padding, causal.

    `lengths`: how many keys each example has; without a mask all have as many as the longest.
    """
    with _right_attention(hw):
        model = _filled(hw.heads.MultiheadAttention(WIDTH, HEADS), seed, PROJECTIONS)
        b, s = len(lengths), max(lengths)
        q_btd = kit.drawn("q", (b, s if masked else queries, WIDTH), seed)
        k_bsd, v_bsd = (kit.drawn(name, (b, s, WIDTH), seed) for name in "kv")
        options = [_padding(lengths), True] if masked else []
        return {"output": kit.plain(_first(model(q_btd, k_bsd, v_bsd, *options)))}


@_at_home
def layer(
    hw: Any,
    *,
    seed: int,
    is_decoder: bool = True,
    dropout: bool = False,
    lengths: Sequence[int] = TEXTS,
    source_lengths: Sequence[int] = SOURCES,
) -> Answers:
    """3-layer: what a layer gives at words, zero elsewhere; or what dropout does in it.

    `lengths`: of its examples; `source_lengths`: of what the encoder has read.
    """
    inputs = _layer_inputs(is_decoder or dropout, lengths, source_lengths, seed)
    with _right_heads(hw):
        if dropout:
            return _dropout_by_sub_layer(hw, inputs, seed)
        model = _layer(hw, is_decoder, 0.3, seed)
        return {"output": _at(_first(model(*inputs)), lengths)}


def _dropout_by_sub_layer(hw: Any, inputs: Sequence[Any], seed: int) -> Answers:
    """For each sub-layer alone, at every position: 1 in eval mode; in train mode 0 where it was dropped.

    Only one channel of the sub-layer's output is not zero, and the others give nothing, so that dropout at the right
    place leaves two possible results: that of a sub-layer of zeros, and that of one with larger weights. Both are told
    by the layer itself in eval mode.
    """
    found: Answers = {}
    model = _layer(hw, True, RATE, seed)
    for name in SUB_LAYERS:
        quiet, loud = _dropped(model, name, inputs, seed)
        found |= {f"{name}_eval": quiet, f"{name}_train": loud}
    return found


def _dropped(model: Any, name: str, inputs: Sequence[Any], seed: int) -> tuple[kit.Answer, kit.Answer]:
    last = {each: _last_linear(model, path) for each, path in SUB_LAYERS.items()}
    missing = next((SUB_LAYERS[each] for each, found in last.items() if not found), "")
    if missing:
        return f"no weights {missing}", f"no weights {missing}"
    with torch.no_grad():
        for weights in last.values():
            for weight in weights:
                weight.zero_()
        without = _first(model.eval()(*kit.fresh(*inputs)))
        for weight in last[name]:
            weight[0] = kit.drawn(f"row of {name}", tuple(weight[0].shape), seed, scale=0.5) + 0.1
            weight /= 1 - RATE
        kept = _first(model(*kit.fresh(*inputs)))
        for weight in last[name]:
            weight *= 1 - RATE
        undropped = _first(model(*kit.fresh(*inputs)))
        draws = kit.stacked(kit.draws(lambda: _first(model.train()(*kit.fresh(*inputs))), DRAWS, seed))
        model.eval()
    if not (isinstance(without, Tensor) and isinstance(kept, Tensor) and isinstance(draws, Tensor)):
        return kit.plain(without), kit.plain(draws)
    moved_bt = (kept - without).abs().amax(dim=-1) > 1e-3
    loud = NEITHER + (draws - without).abs().mean(dim=-1)  # as it is wrong: mistakes are told apart by it
    for like, value in ((undropped, 1.0), (kept, 1 / (1 - RATE)), (without, 0.0)):
        loud = loud.masked_fill(((draws - like).abs().amax(dim=-1) < 1e-4) & moved_bt, value)
    return torch.ones(loud.shape[1:]), loud


def _last_linear(model: Any, path: str) -> list[Tensor]:
    """Weight and bias of the last linear layer of a sub-layer; empty if either is not there."""
    found = [kit.parameter_named(model, f"{path}.{leaf}") for leaf in ("weight", "bias")]
    return [each for each in found if each is not None] if None not in found else []


@_at_home
def positions(hw: Any, *, lengths: Sequence[int], columns: int = 0, seed: int) -> Answers:
    """3-positions: the positions of words and those of pads, -1 elsewhere; their shape, and whether they are whole."""
    pads_bs = _padding(lengths, columns)
    ids_bs = torch.randint(3, WORDS, pads_bs.shape, generator=torch.Generator().manual_seed(seed))
    ids_bs = ids_bs.masked_fill(pads_bs.bool(), PAD)
    got = _bare_model(hw, seed).make_positions(*kit.fresh(ids_bs, pads_bs))
    if not isinstance(got, Tensor):
        return dict.fromkeys(("positions", "is_index", "at_words", "at_pads"), kit.plain(got))
    fits = got.shape == ids_bs.shape
    at_words, at_pads = (got.double().masked_fill(each, -1) if fits else kit.plain(got) for each in _parted(pads_bs))
    return {
        "positions": kit.plain(got),
        "is_index": torch.tensor(got.dtype in (torch.int64, torch.int32)),
        "at_words": at_words,
        "at_pads": at_pads,
    }


def _parted(pads_bs: Tensor) -> tuple[Tensor, Tensor]:
    return pads_bs.bool(), ~pads_bs.bool()


def _bare_model(hw: Any, seed: int) -> Any:
    """The student's model; where it cannot be made, as with layers that are not there yet, an empty one."""
    kind = hw.model.Transformer
    try:
        with _right_heads(hw):
            return _model(hw, seed)
    except Exception:  # the other parts say what is wrong
        empty = kind.__new__(kind)
        nn.Module.__init__(empty)
        empty.pad_id, empty.eos_id, empty.max_len = PAD, EOS, LONGEST
        return empty


# --- the whole model ----------------------------------------------------------------------------------------------


@_at_home
def model(hw: Any, *, seed: int, lengths: Sequence[int], label_lengths: Sequence[int]) -> Answers:
    """3-model: loss, logits at words, the same under changes that they may not see, and gradients."""
    whole = _model(hw, seed)
    batch = _examples(lengths, label_lengths, seed)
    loss, logits = _loss_and_logits(whole, batch)
    found: Answers = {"loss": _scalar(loss), "logits": _at_labels(logits, batch["labels"])}
    half = batch["labels"].size(1) // 2
    with torch.no_grad():
        later, at_pads, other_second, other_first = (
            _at_labels(_loss_and_logits(whole, _changed(batch, change, seed))[1], batch["labels"])
            for change in (
                {"axis": "label", "first": half, "end": half * 3},
                {"axis": "pad", "first": 0, "end": PADS},
                {"axis": "example", "first": 1, "end": BATCH},
                {"axis": "example", "first": 0, "end": 1},
            )
        )
        wider = {name: F.pad(each, (0, 3), value=FILLED[name]) for name, each in batch.items()}
        found["logits_with_more_pads"] = _at_labels(_loss_and_logits(whole, wider)[1], batch["labels"])
        found["logits_again"] = _at_labels(_loss_and_logits(whole, batch)[1], batch["labels"])
    found["logits_with_other_pads"] = at_pads
    found["past"], found["past_with_other_future"] = (_part(each, 1, 0, half + 1) for each in (found["logits"], later))
    found["first"], found["first_beside_another"] = (_part(each, 0, 0, 1) for each in (found["logits"], other_second))
    found["second"], found["second_beside_another"] = (_part(each, 0, 1, 2) for each in (found["logits"], other_first))
    grown = _gradients(whole, loss)
    if not all(gradient.isfinite() for gradient in grown.values()):  # of padding the other checks speak
        grown = _gradients(whole, _loss_and_logits(whole, _longest_alone(batch))[0])
    return found | grown


@_at_home
def sees(
    hw: Any, *, seed: int, lengths: Sequence[int], label_lengths: Sequence[int], change: kit.Change = None
) -> Answers:
    """3-sees: the logits, when a label, what stands at pads, an example, or the call before this one is another."""
    whole = _model(hw, seed)
    batch = _examples(lengths, label_lengths, seed)
    with torch.no_grad():
        before = _changed(batch, change, seed) if kit.is_about(change, "previous") else batch
        _loss_and_logits(whole, before)
        batch = batch if kit.is_about(change, "previous") else _changed(batch, change, seed)
        return {"logits": kit.plain(_loss_and_logits(whole, batch)[1])}


def _part(logits: kit.Answer, dim: int, first: int, end: int) -> kit.Answer:
    fits = isinstance(logits, Tensor) and logits.dim() == 3
    return logits.narrow(dim, first, end - first) if fits else logits


def _changed(batch: dict[str, Tensor], change: kit.Change, seed: int) -> dict[str, Tensor]:
    """The batch with other labels, other numbers at pads, or another example, which also gets more padding."""
    if change is None:
        return batch
    axis = str(change["axis"])
    ids_bs, mask_bs, labels_bt = (
        each.clone() for each in (batch["input_ids"], batch["attention_mask"], batch["labels"])
    )
    dim = 1 if axis in ("label", "pad") else 0
    other_bt, other_bs, at_pads = (
        kit.varied(each, change, axis, dim, low=3, high=WORDS, seed=seed)
        for each in (labels_bt, ids_bs, ids_bs[:, -PADS:])
    )
    if axis == "pad":
        ids_bs[:, -PADS:] = at_pads
    else:
        labels_bt = torch.where(labels_bt == -100, labels_bt, other_bt)
    if axis in ("example", "previous"):
        ids_bs = torch.where(mask_bs == 0, ids_bs, other_bs)
    if axis == "example":
        mask_bs[int(change["first"]) : int(change["end"]), 2:] = 0
    return {"input_ids": ids_bs, "attention_mask": mask_bs, "labels": labels_bt}


def _longest_alone(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The first example, which is the longest, without padding."""
    return {name: each[:1] if name == "labels" else each[:1, :-PADS] for name, each in batch.items()}


FILLED = {"input_ids": PAD, "attention_mask": 0, "labels": -100}
MODULES = {
    "words": ["embed_words"],
    "positions": ["embed_positions"],
    **{
        f"{side}_{name}": [f"{side}_layers.{number}.{name}" for number in range(LAYERS)]
        for side, extra in (("encoder", ()), ("decoder", ("cross_attn", "cross_attn_ln")))
        for name in ("self_attn", "self_attn_ln", *extra, "fc1", "fc2", "ffn_ln")
    },
}


def _model(hw: Any, seed: int) -> Any:
    return _filled(
        hw.model.Transformer(WORDS, PAD, EOS, LONGEST, LAYERS, WIDTH, HEADS, INNER, 0.1),
        seed,
        ("embed_words", "embed_positions"),
    )


def _examples(lengths: Sequence[int], label_lengths: Sequence[int], seed: int) -> dict[str, Tensor]:
    """Articles, each with pads behind it, and summaries that end with eos; -100 behind them."""
    stream = torch.Generator().manual_seed(seed)
    pads_bs, pads_bt = _padding(lengths, max(lengths) + PADS).bool(), _padding(label_lengths).bool()
    ids_bs, labels_bt = (torch.randint(3, WORDS, each.shape, generator=stream) for each in (pads_bs, pads_bt))
    for row, length in enumerate(label_lengths):
        labels_bt[row, length - 1] = EOS
    return {
        "input_ids": ids_bs.masked_fill(pads_bs, PAD),
        "attention_mask": (~pads_bs).long(),
        "labels": labels_bt.masked_fill(pads_bt, -100),
    }


def _loss_and_logits(whole: Any, batch: Mapping[str, Tensor]) -> tuple[Any, Any]:
    """What the model gives as loss and logits, by name or by place."""
    answer = whole(**{name: each.clone() for name, each in batch.items()})
    if isinstance(answer, Mapping):
        return answer.get("loss"), answer.get("logits")
    if hasattr(answer, "logits"):
        return getattr(answer, "loss", None), answer.logits
    return kit.pick(answer, 0), kit.pick(answer, 1)


def _at_labels(logits: Any, labels_bt: Tensor) -> kit.Answer:
    t = labels_bt.size(1)
    if not isinstance(logits, Tensor) or logits.dim() != 3 or logits.size(1) < t:
        return kit.plain(logits)
    return kit.plain(logits[:, :t].masked_fill((labels_bt == -100).unsqueeze(2), 0))


def _gradients(whole: Any, loss: Any) -> Answers:
    """For each kind of module the least of the largest gradients of its parameters; a key's bias has none."""
    named = {
        name: parameter for name, parameter in whole.named_parameters(remove_duplicate=False) if parameter.requires_grad
    }
    known = [*named.values()]
    grown: Sequence[Tensor | None] = [None] * len(known)
    if isinstance(loss, Tensor) and loss.requires_grad:
        grown = torch.autograd.grad(loss.sum(), known, allow_unused=True)
    largest = {
        name: torch.zeros(()) if gradient is None else gradient.abs().max()
        for name, gradient in zip(named, grown, strict=True)
    }
    found: Answers = {}
    for module, paths in MODULES.items():
        inside = [
            [value for name, value in largest.items() if name.startswith(f"{path}.") and not _is_key_bias(name)]
            for path in paths
        ]
        each = [value for values in inside for value in values]
        found[f"grad_{module}"] = torch.stack(each).min() if all(inside) else torch.zeros(())
    return found


def _is_key_bias(name: str) -> bool:
    return name.endswith("k_proj.bias")


# --- inputs -------------------------------------------------------------------------------------------------------


def _give_globals(hw: Any) -> None:
    """Puts `future_mask` and `device` where a module has none, as one has that asked for CUDA when it was imported.

    They are made as the hand-in makes them, else as the handout does.
    """
    modules = [found for unit in UNITS if (found := _module(hw, unit)) is not None]
    for name, usual in (("device", torch.device("cpu")), ("future_mask", _padding(range(1, 1025)))):
        for space in (vars(module) for module in modules if name not in vars(module)):
            space[name] = usual
            for statement in _assignments(hw, name):
                with suppress(Exception):  # then the one before it, or the usual one, will do
                    exec(statement, space)


def _assignments(hw: Any, name: str) -> list[CodeType]:
    """The statements at the top level of the nearest file that give this name a value."""
    for file in Census(hw.root).nearest_first():
        found = [
            compile(ast.Module([statement], []), file.relative, "exec")
            for piece in file.pieces
            for statement in piece.tree.body
            if isinstance(statement, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
        ]
        if found:
            return found
    return []


def _padding(lengths: Sequence[int], columns: int = 0) -> Tensor:
    """1 at pads, as the handout's masks are: uint8, (b, s)."""
    places_s = torch.arange(columns or max(lengths))
    return (places_s >= torch.tensor(list(lengths)).unsqueeze(1)).to(torch.uint8)


def _layer_inputs(is_decoder: bool, lengths: Sequence[int], source_lengths: Sequence[int], seed: int) -> list[Any]:
    """x and its padding; for a decoder the encoder's output and its padding, too."""
    inputs: list[Any] = [kit.drawn("x", (len(lengths), max(lengths), WIDTH), seed), _padding(lengths)]
    if is_decoder:
        size = (len(source_lengths), max(source_lengths), WIDTH)
        inputs += [kit.drawn("encoder_out", size, seed), _padding(source_lengths)]
    return inputs


def _layer(hw: Any, is_decoder: bool, p_drop: float, seed: int) -> Any:
    return _filled(hw.layer.TransformerLayer(is_decoder, WIDTH, HEADS, INNER, p_drop), seed)


def _filled(module: Any, seed: int, layers: Sequence[str] = ()) -> Any:
    return kit.randomize(module, seed, layers=layers).eval()


def _at(output: Any, lengths: Sequence[int]) -> kit.Answer:
    """The output with zeros at pads: (b, t, d)."""
    pads_bt = _padding(lengths).bool()
    if not isinstance(output, Tensor) or output.dim() != 3 or output.shape[:2] != pads_bt.shape:
        return kit.plain(output)
    return kit.plain(output.masked_fill(pads_bt.unsqueeze(2), 0))


def _first(value: Any) -> Any:
    """The output of a call that may give weights beside it."""
    return value if isinstance(value, Tensor) else kit.pick(value, 0)


# --- right parts in the place of wrong ones -----------------------------------------------------------------------


@contextmanager
def _right_attention(hw: Any) -> Iterator[None]:
    """Within the block the hand-in's heads find attention that is right: their own, else torch's."""
    own = _own(hw, "attention", "scaled_dot_product_attention")
    if own is not None and _is_right_attention(own):
        yield
        return
    answer = _tried(lambda: own(*(torch.ones(2, 3, 4) for _ in range(3)))) if own is not None else None

    def attend(*args: Any, **keywords: Any) -> Any:
        """Stands for `scaled_dot_product_attention`."""
        return _as_given(answer, *_attended(**_named(own, ATTENTION, args, keywords)))

    with _in_place_of(hw, own, "scaled_dot_product_attention", attend):
        yield


@contextmanager
def _right_heads(hw: Any) -> Iterator[None]:
    """Within the block the hand-in's layers find heads that are right: their own, else `_Heads`."""
    with ExitStack() as entered:
        entered.enter_context(_right_attention(hw))
        own = _own(hw, "heads", "MultiheadAttention")
        if own is None or not _are_right_heads(own):
            kind = type("MultiheadAttention", (_Heads,), {"own": own, "answer": _answer_of_heads(own)})
            entered.enter_context(_in_place_of(hw, own, "MultiheadAttention", kind))
        yield


class _Heads(nn.Module):
    """Torch's heads, called as the hand-in calls its own."""

    own: Any = None
    answer: Any = None

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__()
        named = _named(self.own, ("d_model", "n_heads"), args, keywords)
        self.n_heads = int(named["n_heads"])
        for name in PROJECTIONS:
            setattr(self, name, nn.Linear(int(named["d_model"]), int(named["d_model"])))

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """Shapes: q (b, t, d), k and v (b, s, d) -> (b, t, d)."""
        own = getattr(self.own, "forward", None)
        named = _named(own, ATTENTION, args, keywords, skip=1)
        q, k, v = (named.pop(name).transpose(0, 1) for name in "qkv")
        shut_nts = _shut(q.size(0), k.size(0), **named).reshape(-1, q.size(0), k.size(0))
        projections = {f"{name}_proj_weight": getattr(self, f"{name}_proj").weight for name in "qkv"}
        output, weights = F.multi_head_attention_forward(
            *(q, k, v, self.o_proj.in_features, self.n_heads),
            in_proj_weight=None,
            in_proj_bias=torch.cat([getattr(self, f"{name}_proj").bias for name in "qkv"]),
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=0.0,
            out_proj_weight=self.o_proj.weight,
            out_proj_bias=self.o_proj.bias,
            attn_mask=shut_nts.expand(q.size(1), -1, -1).repeat_interleave(self.n_heads, dim=0),
            use_separate_proj_weight=True,
            **projections,
        )
        return _as_given(self.answer, output.transpose(0, 1), weights)


def _attended(q: Tensor, k: Tensor, v: Tensor, key_padding_mask: Any = None, causal: Any = False) -> tuple[Any, Any]:
    """Attention by torch, and its weights."""
    shut = _shut(q.size(-2), k.size(-2), key_padding_mask, causal, axes=q.dim())
    identity = torch.eye(k.size(-2)).expand(*k.shape[:-2], -1, -1)
    weights = F.scaled_dot_product_attention(q, k, identity.to(q.dtype), attn_mask=~shut)
    return weights @ v, weights


def _shut(queries: int, keys: int, key_padding_mask: Any = None, causal: Any = False, axes: int = 3) -> Tensor:
    """True where a key is hidden; masks may be of any type, and have any of the axes of the scores."""
    places = torch.arange(keys)
    shut = (places > torch.arange(queries).unsqueeze(1)) & bool(causal)
    if key_padding_mask is None:
        return shut
    mask = key_padding_mask < 0 if key_padding_mask.is_floating_point() else key_padding_mask != 0
    mask = mask | (key_padding_mask == 1)
    while mask.dim() < axes:
        mask = mask.unsqueeze(1)
    return shut | mask


def _own(hw: Any, unit: str, name: str) -> Any:
    try:
        return getattr(getattr(hw, unit), name)
    except Exception:  # missing, or its file cannot be imported: the part that asks for it says so
        return None


def _named(own: Any, names: Sequence[str], args: Sequence[Any], keywords: Mapping[str, Any], skip: int = 0) -> Any:
    """The arguments by the handout's names; their own names for them are understood by their places."""
    try:
        theirs = [*inspect.signature(own).parameters][skip:] if own is not None else []
    except (TypeError, ValueError):
        theirs = []
    known = dict(zip(theirs, names, strict=False))
    given = dict(zip(names, args, strict=False))
    for name, value in keywords.items():
        given[name if name in names else known.get(name, name)] = value
    return {name: value for name, value in given.items() if name in names}


def _is_right_attention(own: Callable[..., Any]) -> bool:
    q_ntc, k_nsc, v_nsc = (kit.drawn(f"own {name}", (2, 4, 6), 1) for name in "qkv")
    pads_ns = _padding([4, 2])
    tried = [(q_ntc[:, :3], None, False), (q_ntc[:, :3], pads_ns, False), (q_ntc, None, True), (q_ntc, pads_ns, True)]
    return _agree(
        lambda: [_first(own(*kit.fresh(q, k_nsc, v_nsc, mask), causal)) for q, mask, causal in tried],
        lambda: [_attended(q, k_nsc, v_nsc, mask, causal)[0] for q, mask, causal in tried],
    )


def _are_right_heads(own: Any) -> bool:
    k_bsd, q_btd = (kit.drawn(f"own {name}", (2, 4, 6), 1) for name in "kq")
    tried = [
        (q_btd[:, :3], k_bsd, k_bsd, None, False),
        (q_btd[:, :3], k_bsd, k_bsd, _padding([4, 2]), False),
        (q_btd, q_btd, q_btd, _padding([2, 4]), True),
        (q_btd, q_btd, q_btd, None, True),
    ]

    def outputs(kind: Any) -> list[Any]:
        made = _filled(kind(6, 2), 1, PROJECTIONS)
        return [_first(made(*kit.fresh(*each))) for each in tried]

    return _agree(lambda: outputs(own), lambda: outputs(_Heads))


def _agree(theirs: Callable[[], list[Any]], ours: Callable[[], list[Any]]) -> bool:
    try:
        with torch.no_grad():
            pairs = [*zip(theirs(), ours(), strict=True)]
            return all(a.shape == b.shape and torch.allclose(a, b, **RIGHT) for a, b in pairs)
    except Exception:  # then it is not right
        return False


def _answer_of_heads(own: Any) -> Any:
    return _tried(lambda: own(6, 2)(*(torch.ones(2, 3, 6) for _ in range(3)))) if own is not None else None


def _tried(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception:
        return None


def _as_given(answer: Any, output: Tensor, weights: Tensor | None) -> Any:
    """What stands in gives its weights too if the hand-in's own part did, and in a type of its own if that has one."""
    if not isinstance(answer, tuple | list):
        return output
    if isinstance(answer, tuple) and hasattr(answer, "_fields"):
        return type(answer)(*(output, weights, *answer[2:])[: len(answer)])
    return output, weights


@contextmanager
def _in_place_of(hw: Any, own: Any, name: str, stand_in: Any) -> Iterator[None]:
    """Puts the stand-in wherever a module of the hand-in holds its own; under the handout's name if it has none."""
    modules = [found for unit in UNITS if (found := _module(hw, unit)) is not None]
    spaces = [vars(module) for module in modules] + [getattr(own, "__globals__", {})]
    before: list[tuple[dict[str, Any], str, Any]] = []
    for space in spaces:
        held = [key for key, value in space.items() if value is own] if own is not None else [name]
        for key in held:
            before.append((space, key, space.get(key)))
            space[key] = stand_in
    try:
        yield
    finally:
        for space, key, value in reversed(before):
            space[key] = value


def _module(hw: Any, unit: str) -> Any:
    try:
        return getattr(hw, unit)
    except Exception:
        return None


# --- 4-maps -----------------------------------------------------------------------------------------------------------

MAP_WIDTH, MAP_HEADS, MAP_LAYERS, MAP_WORDS, MARK = 24, 3, 2, 6, 1
MAP_SEEDS = {"causal": 9, "bidirectional": 10}  # of the weights before training, as data/make.py draws them
MAPS = ("layer0", "layer1", "untrained_layer0", "untrained_layer1")
ENTROPIES = ("entropy", "untrained_entropy")


@_at_home
def maps(hw: Any, *, model: str, sentence: str = "", seed: int) -> Answers:
    """4-maps: who attends to whom in a model of ours, by layer and head, after its training and before.

    The hand-in's heads get our projections, and as values unit vectors that nothing projects: what they give for a
    query is its row of the map. `sentence`: one that the news might hold; if not given, one of theirs.
    Axes of a map: heads, queries, keys; of entropies, in nats: layers times heads, queries.
    """
    trained = load_safetensors(hw.data(f"data/{model}.safetensors"))
    ids_bs = _sentences_mapped(hw, sentence, seed)
    both = [_maps_of(hw, weights, ids_bs, model == "causal", seed) for weights in (trained, _untrained(trained, model))]
    found: Answers = dict(zip(MAPS, [one for layers in both for one in layers], strict=True))
    for name, layers in zip(ENTROPIES, both, strict=True):
        fits = all(isinstance(one, Tensor) for one in layers)
        found[name] = torch.special.entr(torch.cat(layers).double()).sum(-1).float() if fits else layers[0]
    wrong = next((one for one in found.values() if not isinstance(one, Tensor)), None)
    if wrong is not None:
        return found | dict.fromkeys(("sum_of_each_row", "weight_on_later_keys"), wrong)
    maps_mhts = torch.stack([found[name] for name in MAPS])
    return found | {"sum_of_each_row": maps_mhts.sum(-1), "weight_on_later_keys": maps_mhts.triu(1).abs().amax()}


def _sentences_mapped(hw: Any, sentence: str, seed: int) -> Tensor:
    """The sentence and another one beside it, each after the end mark: (2, s)."""
    numbers = {word: number for number, word in enumerate(hw.data("data/words.txt").decode().split("\n"))}
    words = sentence.split()
    other = words[::-1]
    if not words:
        texts = [json.loads(line)["text"] for line in hw.data("data/news.jsonl").splitlines()]
        drawn = kit.drawn("items", (2,), seed).abs() * 1e6
        words, other = (texts[int(place) % len(texts)].split()[:MAP_WORDS] for place in drawn)
    return torch.tensor([[MARK, *(numbers[word] for word in each)] for each in (words, other[: len(words)])])


def _untrained(trained: Mapping[str, Tensor], model: str) -> dict[str, Tensor]:
    """The weights that the model had before its training, which began from its names."""
    found = {name: kit.drawn(name, tuple(w.shape), MAP_SEEDS[model], scale=0.1) for name, w in trained.items()}
    constants = {name: float("_ln.weight" in name) for name in found if name.endswith("bias") or "_ln." in name}
    return found | {name: torch.full_like(found[name], constant) for name, constant in constants.items()}


def _maps_of(hw: Any, weights: Mapping[str, Tensor], ids_bs: Tensor, causal: bool, seed: int) -> list[Any]:
    """For each layer the map of the first sentence (heads, t, s), or in words what came instead."""
    x_bsd = weights["embed_words.weight"][ids_bs] + weights["embed_positions.weight"][: ids_bs.size(1)]
    found = []
    for number in range(MAP_LAYERS):
        place = f"layers.{number}."
        own = {name.removeprefix(place): w for name, w in weights.items() if name.startswith(place)}
        found.append(_map(_heads_of_ours(hw, own, seed), x_bsd, causal))
        x_bsd = _after_layer(own, x_bsd, causal)
    return found


def _heads_of_ours(hw: Any, own: Mapping[str, Tensor], seed: int) -> nn.Module:
    """Their heads with our projections of queries and keys; values and output pass as they are."""
    heads: nn.Module = _filled(hw.heads.MultiheadAttention(MAP_WIDTH, MAP_HEADS), seed, PROJECTIONS)
    for name in "qkvo":
        for kind, idle in (("weight", torch.eye(MAP_WIDTH)), ("bias", torch.zeros(MAP_WIDTH))):
            parameter = kit.parameter_named(heads, f"{name}_proj.{kind}")
            if parameter is not None and parameter.shape == idle.shape:
                parameter.data.copy_(own[f"self_attn.{name}_proj.{kind}"] if name in "qk" else idle)
    return heads


def _map(heads: nn.Module, x_bsd: Tensor, causal: bool) -> Any:
    b, s, _ = x_bsd.shape
    units_bsd = torch.eye(s, MAP_WIDTH // MAP_HEADS).repeat(b, 1, MAP_HEADS)
    with torch.no_grad():
        mixed_btd = _first(heads(x_bsd.clone(), x_bsd.clone(), units_bsd, None, causal))
    if not isinstance(mixed_btd, Tensor) or mixed_btd.shape != x_bsd.shape:
        return kit.plain(mixed_btd) if not isinstance(mixed_btd, Tensor) else f"a tensor of {list(mixed_btd.shape)}"
    return mixed_btd.float().unflatten(-1, (MAP_HEADS, -1))[0, ..., :s].transpose(0, 1)


def _after_layer(own: Mapping[str, Tensor], x_bsd: Tensor, causal: bool) -> Tensor:
    """What our layer hands on: torch's own does what the handout describes."""
    layer = nn.TransformerEncoderLayer(MAP_WIDTH, MAP_HEADS, own["fc1.bias"].numel(), dropout=0.0, batch_first=True)
    names = {"linear1": "fc1", "linear2": "fc2", "norm1": "self_attn_ln", "norm2": "ffn_ln"}
    names["self_attn.out_proj"] = "self_attn.o_proj"
    state = {}
    for kind in ("weight", "bias"):
        state |= {f"{torch_name}.{kind}": own[f"{name}.{kind}"] for torch_name, name in names.items()}
        state[f"self_attn.in_proj_{kind}"] = torch.cat([own[f"self_attn.{name}_proj.{kind}"] for name in "qkv"])
    layer.load_state_dict(state)
    s = x_bsd.size(1)
    with torch.no_grad():
        result: Tensor = layer(x_bsd, src_mask=torch.ones(s, s, dtype=torch.bool).triu(1) if causal else None)
    return result
