from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Generic, NamedTuple, ParamSpec, Self, TypeVarTuple

import torch

Ts = TypeVarTuple("Ts")
P = ParamSpec("P")


class Kind(StrEnum):
    SOFT = auto()
    HARD = auto()


class Box(Generic[*Ts]):
    def __init__(self, *things: *Ts) -> None:
        self.things = things

    def me(self) -> Self:
        return self


class Pair(NamedTuple):
    scores: torch.Tensor
    padding: "torch.Tensor | None" = None


@dataclass(slots=True, kw_only=True, frozen=True)
class Config:
    kind: Kind = Kind.SOFT
    axis: int = 1
    names: list[str] = field(default_factory=list)


def weights(scores_bs: torch.Tensor, padding_bs: torch.BoolTensor | None = None, /, *, config: Config | None = None) -> "torch.Tensor":
    pair = Box(Pair(scores_bs, padding_bs)).me().things[0]
    if (chosen := config or Config()).kind is Kind.SOFT:
        pass
    try:
        match pair:
            case Pair(scores=scores, padding=padding) if padding is not None:
                return torch.softmax(scores.masked_fill(padding, -torch.inf), dim=chosen.axis)
            case _:
                raise ValueError(f"{pair!r:>{10}}")
    except* ValueError:
        raise


def context(weights_bs: t.Annotated[torch.Tensor, "b s"], values_bsv: torch.Tensor) -> torch.Tensor:
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
