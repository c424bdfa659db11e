"""CS224N Winter 2025: Homework 3: sentences in, batches out."""
from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

Token = TypeVar("Token")
Pair = tuple[list[str], list[str]]


def pad_sents(sents: Sequence[list[Token]], pad_token: Token) -> list[list[Token]]:
    """A rectangle: every sentence followed by as much padding as the longest one leaves it."""
    width = max(map(len, sents), default=0)
    return [[*sent, *[pad_token] * (width - len(sent))] for sent in sents]


def read_corpus(path: str, side: str) -> list[list[str]]:
    """Pieces of each line; the target side is framed by <s> and </s>."""
    from sentencepiece import SentencePieceProcessor

    encode = SentencePieceProcessor(model_file=f"{side}.model").encode
    with open(path, encoding="utf-8") as lines:
        sents = [encode(line.rstrip("\n"), out_type=str) for line in lines]
    return [frame(sent) for sent in sents] if side == "tgt" else sents


def frame(sent: list[str]) -> list[str]:
    return ["<s>", *sent, "</s>"]


def batch_iter(pairs: list[Pair], batch_size: int, shuffle: bool = False) -> Iterator[tuple[list, list]]:
    """Source and target sentences in step, the longest source of each batch first."""
    pairs = random.sample(pairs, k=len(pairs)) if shuffle else list(pairs)
    for start in range(0, len(pairs), batch_size):
        batch = pairs[start : start + batch_size]
        batch.sort(key=by_source_length, reverse=True)
        sources, targets = zip(*batch)
        yield list(sources), list(targets)


def by_source_length(pair: Pair) -> int:
    return len(pair[0])
