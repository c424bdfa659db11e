"""Language models in many wirings, right ones and leaking ones: this file is the hand-in, and holds the probe.

Every model takes (l, b) token numbers and gives (l, b, v) logits. `RIGHT` and `LEAKING` name the wirings; what else a
model is made of (sizes, norms, dropout, positions) is free.
Axes: l positions, b columns, v vocabulary, d width, s positions that are attended to.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

WORDS = 53


class Model(nn.Module):
    """One wiring between an embedding and scores over the vocabulary."""

    def __init__(self, wiring: str, **free: Any) -> None:
        super().__init__()
        self.wiring, self.free = wiring, free
        dim = free.get("dim", 16)
        self.embedding = nn.Embedding(WORDS, dim)
        self.places = nn.Parameter(torch.randn(64, dim)) if free.get("places") == "learned" else None
        self.dropout = nn.Dropout(free.get("dropout", 0.5))
        self.body = BODIES[wiring](dim, wiring, free)
        self.scores = nn.Linear(dim, WORDS)
        if free.get("tied"):
            self.scores.weight = self.embedding.weight

    def forward(self, tokens_lb: Tensor) -> Tensor | tuple[Tensor, None]:
        """The logits, or a tuple that begins with them."""
        inputs_lbd = self.embedding(tokens_lb) * (math.sqrt(self.scores.in_features) if self.free.get("root") else 1)
        if self.places is not None:
            inputs_lbd = inputs_lbd + self.places[: len(tokens_lb), None]
        if self.free.get("places") == "waves":
            inputs_lbd = inputs_lbd + waves(*inputs_lbd.shape[::2])[:, None]
        logits_lbv = self.scores(self.body(self.dropout(inputs_lbd)))
        return (logits_lbv, None) if self.free.get("as_tuple") else logits_lbv


def waves(length: int, dim: int) -> Tensor:
    """Sines and cosines of positions. Shapes: -> (l, d)."""
    rates = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
    angles = torch.arange(length)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).reshape(length, -1)[:, :dim]


def mask(length: int, style: str = "inf", *, ahead: int = 1) -> Tensor:
    """What position l may not attend to. Shapes: -> (l, s), added to the scores, or bool."""
    hidden_ls = torch.ones(length, length, dtype=torch.bool).triu(ahead)
    if style == "bool":
        return hidden_ls
    return torch.zeros(length, length).masked_fill(hidden_ls, -1e9 if style == "billion" else -math.inf)


class Encoder(nn.Module):
    """torch's encoder layers with a source mask, right or not."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.wiring, self.style = wiring, free.get("mask", "inf")
        make = {"heads": free.get("heads", 2), "norm_first": free.get("norm_first", False)}
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                dim,
                make["heads"],
                2 * dim,
                dropout=free.get("dropout", 0.5),
                activation=free.get("activation", "relu"),
                norm_first=make["norm_first"],
            )
            for _ in range(max(free.get("layers", 1), 2 if wiring == "first_layer_only" else 1))
        )

    def forward(self, x_lbd: Tensor) -> Tensor:
        """The last layer's states."""
        length = len(x_lbd)
        ahead = {"hides_present": 0, "one_too_wide": 2}.get(self.wiring, 1)
        mask_ls = mask(length, self.style, ahead=ahead)
        if self.wiring == "transposed":
            mask_ls = mask_ls.T
        for number, layer in enumerate(self.layers):
            open_ = self.wiring == "no_mask" or (self.wiring == "first_layer_only" and number)
            if self.wiring == "over_batch":
                x_lbd = layer(x_lbd.transpose(0, 1)).transpose(0, 1)
            elif self.wiring == "is_causal":
                x_lbd = layer(x_lbd, src_mask=mask(length, self.style), is_causal=True)
            else:
                x_lbd = layer(x_lbd, src_mask=None if open_ else mask_ls)
        return x_lbd


class Both(nn.Module):
    """torch's whole Transformer: encoder and decoder, each of the three masks there or not."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.wiring, self.style = wiring, free.get("mask", "inf")
        self.both = nn.Transformer(
            dim,
            free.get("heads", 2),
            free.get("layers", 1),
            free.get("layers", 1),
            2 * dim,
            free.get("dropout", 0.5),
            norm_first=free.get("norm_first", False),
        )

    def forward(self, x_lbd: Tensor) -> Tensor:
        """The decoder's states."""
        told = mask(len(x_lbd), self.style)
        missing = {
            "source_open": ("src_mask",),
            "memory_open": ("memory_mask",),
            "starter_line": ("tgt_mask", "memory_mask"),
            "shifted_targets": ("tgt_mask",),
        }.get(self.wiring, ())
        masks = {name: told for name in ("src_mask", "tgt_mask", "memory_mask") if name not in missing}
        target_lbd = torch.roll(x_lbd, -1, 0) if self.wiring == "shifted_targets" else x_lbd
        result: Tensor = self.both(x_lbd, target_lbd, **masks)
        return result


class Own(nn.Module):
    """Attention written by hand, or by torch's function."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.wiring, self.style = wiring, free.get("mask", "inf")
        self.all = nn.Linear(dim, 3 * dim)
        self.norm = nn.Identity() if free.get("norm") == "none" else nn.LayerNorm(dim)

    def forward(self, x_lbd: Tensor) -> Tensor:
        """The states with what was attended to, added."""
        q_bld, k_bsd, v_bsd = self.all(self.norm(x_lbd)).transpose(0, 1).chunk(3, dim=2)
        if self.wiring == "function":
            return x_lbd + functional.scaled_dot_product_attention(q_bld, k_bsd, v_bsd, is_causal=True).transpose(0, 1)
        hidden_ls = mask(len(x_lbd), "bool")
        shut = -1e9 if self.wiring == "softmax_over_batch" else -math.inf
        open_bls = q_bld @ k_bsd.transpose(1, 2) / math.sqrt(q_bld.shape[2])
        scores_bls = open_bls.masked_fill(hidden_ls, shut)
        axis = {"softmax_over_batch": 0, "softmax_over_queries": 1}.get(self.wiring, 2)
        weights_bls = torch.softmax(scores_bls, dim=axis)
        if self.wiring == "masked_after":
            weights_bls = torch.softmax(open_bls, dim=2).masked_fill(hidden_ls, 0.0)
        return x_lbd + (weights_bls @ v_bsd).transpose(0, 1)


class Recurrent(nn.Module):
    """An RNN, LSTM or GRU, from the left or from both sides."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        cell = {"lstm": nn.LSTM, "gru": nn.GRU}.get(free.get("cell", wiring), nn.RNN)
        both = wiring == "both_sides"
        self.cell = cell(dim, dim // 2 if both else dim, free.get("layers", 1), bidirectional=both)

    def forward(self, x_lbd: Tensor) -> Tensor:
        """Every state."""
        states_lbd: Tensor = self.cell(x_lbd)[0]
        return states_lbd


class Convolution(nn.Module):
    """A convolution over the positions, padded on the left; `centred`: on both sides."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.width, self.centred = free.get("width", 3), wiring == "centred"
        self.convolution = nn.Conv1d(dim, dim, self.width)

    def forward(self, x_lbd: Tensor) -> Tensor:
        """What a few positions say."""
        left = self.width // 2 if self.centred else self.width - 1
        padded_bdl = functional.pad(x_lbd.permute(1, 2, 0), (left, self.width - 1 - left))
        return torch.relu(self.convolution(padded_bdl)).permute(2, 0, 1)


class Fourier(nn.Module):
    """A long convolution by Fourier transforms: causal, but its last bits depend on every position."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.kernel_ld = nn.Parameter(torch.randn(64, dim) * 0.3)

    def forward(self, x_lbd: Tensor) -> Tensor:
        """The convolution, padded so that nothing wraps around."""
        size = 2 * len(x_lbd)
        kernel = torch.fft.rfft(self.kernel_ld[: len(x_lbd)], size, dim=0)[:, None]
        return torch.fft.irfft(torch.fft.rfft(x_lbd, size, dim=0) * kernel, size, dim=0)[: len(x_lbd)]


class Pooled(nn.Module):
    """States from the left, and something that is taken over too much of them."""

    def __init__(self, dim: int, wiring: str, free: dict[str, Any]) -> None:
        super().__init__()
        self.wiring = wiring
        self.cell = nn.GRU(dim, dim)
        self.norm = nn.BatchNorm1d(dim)
        self.gate = nn.Parameter(torch.zeros(1))
        self.last: Tensor | None = None

    def forward(self, x_lbd: Tensor) -> Tensor:
        """The states, with what the wiring adds."""
        states_lbd: Tensor = self.cell(x_lbd)[0]
        return states_lbd + getattr(self, f"_{self.wiring}")(states_lbd, x_lbd)

    def _running_mean(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return x_lbd.cumsum(0) / torch.arange(1, len(x_lbd) + 1)[:, None, None]

    def _batch_norm(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return torch.as_tensor(self.norm(states_lbd.permute(1, 2, 0))).permute(2, 0, 1)

    def _statistics_in_evaluation(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        self.norm.train()
        return self._batch_norm(states_lbd, x_lbd)

    def _mean_of_all(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return x_lbd.mean(dim=0, keepdim=True)

    def _largest_of_all(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return x_lbd.amax(dim=0, keepdim=True)

    def _norm_over_time(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return x_lbd / x_lbd.norm(dim=0, keepdim=True)

    def _mean_of_batch(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return states_lbd.mean(dim=1, keepdim=True)

    def _from_the_right(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return x_lbd.flip(0).cumsum(0).flip(0)

    def _behind_a_gate(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return self.gate * torch.roll(x_lbd, -1, 0)

    def _last_call(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        last, self.last = self.last, x_lbd
        return x_lbd * 0 if last is None else last

    def _learns_in_forward(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        self.gate += 0.1 * x_lbd.mean()
        return self.gate * states_lbd

    def _tiny(self, states_lbd: Tensor, x_lbd: Tensor) -> Tensor:
        return 1e-8 * x_lbd.flip(0)


RIGHT = (
    *("masked", "hides_present", "is_causal", "three_masks", "by_hand", "function", "rnn", "lstm", "gru"),
    *("convolution", "fourier", "running_mean", "batch_norm"),
)
LEAKING = (
    *("shifted_targets", "starter_line", "source_open", "memory_open", "no_mask", "transposed", "one_too_wide"),
    *("first_layer_only", "over_batch", "softmax_over_batch", "softmax_over_queries", "masked_after", "both_sides"),
    *("centred", "statistics_in_evaluation", "mean_of_all", "largest_of_all", "norm_over_time", "mean_of_batch"),
    *("from_the_right", "behind_a_gate", "last_call", "learns_in_forward"),
)
BODIES: dict[str, Any] = {
    **dict.fromkeys(("masked", "hides_present", "is_causal", "no_mask", "transposed", "one_too_wide"), Encoder),
    **dict.fromkeys(("first_layer_only", "over_batch"), Encoder),
    **dict.fromkeys(("three_masks", "shifted_targets", "starter_line", "source_open", "memory_open"), Both),
    **dict.fromkeys(("by_hand", "function", "softmax_over_batch", "softmax_over_queries", "masked_after"), Own),
    **dict.fromkeys(("rnn", "lstm", "gru", "both_sides"), Recurrent),
    **dict.fromkeys(("convolution", "centred"), Convolution),
    "fourier": Fourier,
    **dict.fromkeys(("running_mean", "batch_norm", "tiny", *LEAKING[14:]), Pooled),
}
