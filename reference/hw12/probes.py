"""Probes of hw12: each runs one part of a hand-in on inputs of its own, and says what came out. No answers stand here.

Axes: l positions, b columns, v vocabulary, d input, h hidden.

The inside of a model is free, so nothing is asked of it but `forward(input) -> logits`. It is made by the names of its
constructor's arguments; where they are spelled in another way, by what they mean. `influence` shakes all parameters, so
that a path shows which the first weights keep shut. What is trained is trained by us, on a budget.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader import kit
from grader.kit.checkpoints import handed_in_model

kit.ready_to_train()  # once for all hand-ins

TRAINED = {"dim": 32, "nhead": 4, "num_layers": 1}
WATCHED = {"dim": 24, "nhead": 3, "num_layers": 2}  # what a second layer sees shows only where there is one
BUDGET = {"window": 24, "columns": 16, "rate": 6e-3}
SPELLINGS = {  # in small letters, without underscores
    "nvoc": "nvoc ntoken ntokens nvocab nvocabs vocab vocabsize vocsize vocabularysize numvocab numtokens numwords "
    "numembeddings nwords ntok inputdim outputdim v",
    "dim": "dim dmodel ninp nembd nembed emb embed embsize embedsize embdim embeddim embeddingdim embeddingsize emsize "
    "modeldim dimmodel d",
    "nhead": "nhead nheads numheads numhead heads head h",
    "num_layers": "numlayers numlayer nlayers nlayer layers depth n",
}
WIDTHS = ["hidden", "nhid", "hiddensize", "hiddendim", "hdim", "nhidden"]  # as wide as the model
INNER = ["ffn", "dimfeedforward", "dff", "dimff", "ffndim", "ffdim", "nff"]  # inside of a layer
LENGTHS = ["maxlen", "maxlength", "seqlen", "maxseqlen", "blocksize", "contextlength", "bptt", "maxsql", "npositions"]
GATES, DRAWN, NOISE = 4, 30, 200_000
WORD = 2  # the first number that is no special word: some models shut those out

Answers = dict[str, kit.Answer]


# --- problems 1 and 2 -----------------------------------------------------------------------------------------------


def expression(hw: Any, *, asked: Sequence[str], seed: int, drawn: int = DRAWN) -> Answers:
    """1a to 1c: what was written for t, y, dy/dw or dy/dp, at random points. The first state p is u1."""
    at = {name: _points(name, drawn, seed) for name in ("u1", "u2", "u3", "w")}
    return kit.evaluated(hw, dict.fromkeys(asked, ()), {**at, "p": at["u1"]})


def cell_gradient(hw: Any, *, without: str, seed: int, drawn: int = DRAWN) -> Answers:
    """2a: what was written for dL/dC_{T-1}, at the last two steps of LSTMs, each with one of the two gradients zero."""
    at = {name: torch.sigmoid(_points(name, drawn, seed)) for name in ("o_prev", "o", "f", "i")}
    at |= {name: _points(name, drawn, seed) for name in ("C_prev", "C", "dL_dh", "dL_dC")}
    at["g"] = torch.tanh(_points("g", drawn, seed))
    at["C"] = at["f"] * at["C_prev"] + at["i"] * at["g"]
    at |= {"h_prev": at["o_prev"] * torch.tanh(at["C_prev"]), "h": at["o"] * torch.tanh(at["C"])}
    at[without] = torch.zeros_like(at[without])
    spellings = {"dL_dh": ("dL_dh_prev",), "dL_dC": ("dL_dC_T", "dL_dC_t")}
    return kit.evaluated(hw, {"dL_dC_prev": ("dL_dC_{T-1}",)}, at, spellings)


def _points(name: str, count: int, seed: int) -> Tensor:
    return kit.drawn(name, (count,), seed).double()


# --- problem 3 ------------------------------------------------------------------------------------------------------


def logits(hw: Any, *, length: int, columns: int, seed: int) -> Answers:
    """3a: what the model returns, whether in floating point, and how far sums of its rows are from those of shares."""
    words = 29
    text_lb = _text("text", length, columns, words, seed)
    with torch.no_grad():
        answer = _model(hw, words, seed, WATCHED).eval()(text_lb.clone())
    answer = kit.pick(answer, 0) if isinstance(answer, tuple | list) else getattr(answer, "logits", answer)
    found = kit.plain(answer)
    if isinstance(found, str) or not found.dim():
        return {"logits": found, "floating": "no logits", "sums_off_one": "no logits"}
    sums = found.double().sum(-1)
    return {
        "logits": found,
        "floating": torch.tensor(found.is_floating_point()),
        "sums_off_one": (sums - 1).abs().max(),
    }


def influence(hw: Any, *, length: int, columns: int, seed: int, change: kit.Change = None) -> Answers:
    """3b: the logits of a text after the model has seen another one; the run says what is changed.

    `previous`: the other text. `text-length`: more words stand behind the text, whose own logits come back.
    `column-order`: the columns are turned round, and their logits turned back. The random stream is a new one in each
    run, since in eval mode nothing is random.
    """
    words = 53
    before_lb = _text("before", length, columns, words, seed)
    if kit.is_about(change, "previous"):
        before_lb = WORD + (before_lb - WORD + 1) % (words - WORD)
    text_lb = _text("text", length, columns, words, seed)
    for axis, dim in (("position", 0), ("column", 1)):
        text_lb = kit.varied(text_lb, change, axis, dim, low=WORD, high=words, seed=seed)
    if kit.is_about(change, "text-length"):
        text_lb = torch.cat((text_lb, before_lb[:3]))
    if kit.is_about(change, "column-order"):
        text_lb = text_lb.flip(1)
    model = _shaken(_model(hw, words, seed, WATCHED), before_lb, seed)
    torch.seed()
    with torch.no_grad():
        model(before_lb.clone())
        found = kit.plain(kit.logits_at(model, text_lb))
    if isinstance(found, Tensor):
        found = found[:length].flip(1) if kit.is_about(change, "column-order") else found[:length]
    return {"logits": found}


def noise(hw: Any, *, words: int, updates: int, seed: int) -> Answers:
    """3c: logits for fresh tokens that nothing can foretell, after a training on such tokens; and these tokens."""
    model = _model(hw, words, seed, TRAINED)
    stream = torch.Generator().manual_seed(seed)
    training_k = torch.randint(words, (NOISE,), generator=stream)
    text_lb = torch.randint(words, (BUDGET["window"] + 1, 320), generator=stream)
    losses = kit.train_language_model(model, training_k, updates=updates, seed=seed, **BUDGET)
    return {"logits": kit.window_logits(model, text_lb[:-1]), "labels": text_lb[1:], "losses": losses}


def prefixes(hw: Any, *, words: int, updates: int, seed: int) -> Answers:
    """3d: logits for the word after each held-out beginning, after a training on other documents."""
    model = _model(hw, words, seed, TRAINED)
    documents = kit.token_lines(hw.data("data/train.txt"))
    stream = [token for document in documents for token in document]
    losses = kit.train_language_model(model, stream, updates=updates, seed=seed, **BUDGET)
    beginnings = kit.token_lines(hw.data("data/prefixes.txt"))
    return {"logits": kit.next_logits(model, beginnings), "losses": losses}


def handed_in(hw: Any, *, words: int, seed: int) -> Answers:
    """3h: logits for the word after each held-out beginning, by the checkpoint that came with the hand-in."""
    makers = [partial(_made, hw, name) for name in ("LMModel_Transformer", "LMModel_LSTM", "LMModel_RNN")]
    text = [token for line in kit.token_lines(hw.data("data/train.txt")) for token in line]
    model, file = handed_in_model(hw, makers, words=words, text=text)
    return {"logits": kit.next_logits(model, kit.token_lines(hw.data("data/prefixes.txt"))), "checkpoint": file}


def _made(hw: Any, name: str, sizes: Mapping[str, int]) -> Any:
    positional, named = _arguments(getattr(hw.model, name), dict(sizes))
    return getattr(hw.model, name)(*positional, **named)


def lstm(hw: Any, *, columns: int, seed: int) -> Answers:
    """3e: h and c after one and after two steps, and the gradients of the last two at all weights and the first two."""
    inputs, hidden = 5, 3
    cell = hw.lstm.LSTMStep(inputs, hidden)
    weights = _lstm_weights(cell, inputs, hidden, seed)
    x = [kit.leaf(f"x{step}", (columns, inputs), seed) for step in (1, 2)]
    start = {name: kit.leaf(name, (columns, hidden), seed) for name in ("h", "c")}
    first = _state(cell(x[0].clone(), (start["h"].clone(), start["c"].clone())))
    found: Answers = {f"{name}1": kit.plain(kit.pick(first, at)) for at, name in enumerate("hc")}
    second = _state(cell(x[1].clone(), (kit.pick(first, 0), kit.pick(first, 1))))
    found |= {f"{name}2": kit.plain(kit.pick(second, at)) for at, name in enumerate("hc")}
    try:
        gradients: Answers = dict(kit.gradients(second, weights | start, seed))
    except RuntimeError:
        gradients = dict.fromkeys(
            [*weights, *start], "the backward pass raises: something that it needs was overwritten"
        )
    return found | {f"grad_{name}": gradient for name, gradient in gradients.items()}


def _state(answer: Any) -> Any:
    """The pair of states, also where it comes after an output, as from torch's own LSTM."""
    return answer[1] if isinstance(answer, tuple) and isinstance(answer[-1], tuple) else answer


def _lstm_weights(cell: Any, inputs: int, hidden: int, seed: int) -> dict[str, Tensor]:
    """The four weights, filled: found by the end of their names, else by their shapes."""
    shapes = {
        "weight_ih": (GATES * hidden, inputs),
        "weight_hh": (GATES * hidden, hidden),
        "bias_ih": (GATES * hidden,),
        "bias_hh": (GATES * hidden,),
    }
    left = dict(cell.named_parameters())
    found: dict[str, Tensor] = {}
    for name in shapes:
        known = [each for each in left if each.rpartition(".")[2].removesuffix("_l0") == name]
        known = known or [each for each in left if tuple(left[each].shape) == shapes[name]]
        if known:
            found[name] = left.pop(known[0])
    with torch.no_grad():
        for name, parameter in found.items():
            values = kit.drawn(name, shapes[name], seed, scale=0.5)
            if name == "bias_ih" and "bias_hh" not in found:
                values = values + kit.drawn("bias_hh", shapes[name], seed, scale=0.5)
            if values.shape == parameter.shape:
                parameter.copy_(values)
    return found


# --- models ---------------------------------------------------------------------------------------------------------


def _model(hw: Any, words: int, seed: int, sizes: Mapping[str, int]) -> Any:
    """A model of these sizes; what is random in its making depends on the seed alone."""
    make = hw.model.LMModel_Transformer
    torch.manual_seed(seed)
    positional, named = _arguments(make, {"nvoc": words, **sizes})
    return make(*positional, **named)


def _arguments(make: Any, sizes: dict[str, int]) -> tuple[list[int], dict[str, Any]]:
    """The sizes as this constructor takes them, by position and by name."""
    parameters = list(inspect.signature(make).parameters.values())
    kinds = {parameter.kind for parameter in parameters}
    named: dict[str, Any] = {}
    for parameter in parameters:
        meaning = next((size for size in sizes if _plainly(parameter.name) in SPELLINGS[size].split()), "")
        if meaning and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            named[parameter.name] = sizes[meaning]
    if not named and inspect.Parameter.VAR_POSITIONAL in kinds:
        return list(sizes.values()), {}
    if not named and inspect.Parameter.VAR_KEYWORD in kinds:
        return [], dict(sizes)
    needed = [each for each in parameters if each.name not in named and _must_be_given(each)]
    unused = [size for size in sizes.values() if size not in named.values()]
    for parameter in needed:
        value = _other(_plainly(parameter.name), sizes)
        named[parameter.name] = value if value is not None else unused.pop(0) if unused else sizes["dim"]
    for parameter in parameters:  # an inner width of 2,048 would take most of the budget's time
        if parameter.name not in named and _plainly(parameter.name) in (*WIDTHS, *INNER):
            named[parameter.name] = _other(_plainly(parameter.name), sizes)
    return _by_position(parameters, named)


def _by_position(parameters: Sequence[inspect.Parameter], named: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    only = [each.name for each in parameters if each.kind == each.POSITIONAL_ONLY and each.name in named]
    return [named.pop(name) for name in only], named


def _must_be_given(parameter: inspect.Parameter) -> bool:
    star = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return parameter.default is parameter.empty and not star


def _plainly(name: str) -> str:
    return name.lower().replace("_", "")


def _other(name: str, sizes: dict[str, int]) -> Any:
    """A value for an argument of another meaning; None if the name says nothing."""
    if name in WIDTHS:
        return sizes["dim"]
    if name in INNER:
        return 4 * sizes["dim"]
    if name in LENGTHS:
        return 64
    if "drop" in name or name == "p":
        return 0.5
    return torch.device("cpu") if name == "device" else None


@torch.no_grad()
def _shaken(model: Any, text_lb: Tensor, seed: int) -> Any:
    """The model in eval mode, noise added to every parameter: a fifth of its spread, at least 0.1."""
    model.eval()
    model(text_lb.clone())  # lazy layers have their shapes now
    for name, parameter in model.named_parameters():
        spread = float(parameter.std()) if parameter.numel() > 1 else 0.0
        parameter += kit.drawn(name, tuple(parameter.shape), seed, scale=max(0.1, spread / 5)).to(parameter.dtype)
    return model.eval()


def _text(name: str, length: int, columns: int, words: int, seed: int) -> Tensor:
    """Random words, without the special ones that come first. Shapes: -> (l, b) int64."""
    return WORD + (kit.drawn(name, (length, columns), seed).abs() * 1e6).long() % (words - WORD)
