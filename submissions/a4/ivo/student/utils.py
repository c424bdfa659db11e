"""
CS224N Winter 2025: Homework 3
utils.py: helpers for padding and batching
"""
from __future__ import annotations

import math
import random
from typing import Any, Iterator


def pad_sents(sents: list[list], pad_token: Any) -> list[list]:
    """All sentences as long as the longest; padding goes after the words."""
    # ---- START OF YOUR CODE, part (a) ----
    n = max(len(s) for s in sents)
    sents_padded = [(s + [pad_token] * n)[:n] for s in sents]
    # ---- END OF YOUR CODE ----
    return sents_padded


def read_corpus(path: str, side: str) -> list[list[str]]:
    """Sentencepiece pieces, line by line. `side` is 'src' or 'tgt'."""
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=f'{side}.model')
    with open(path, encoding='utf-8') as lines:
        sents = [model.encode(line.strip(), out_type=str) for line in lines]
    return [['<s>', *sent, '</s>'] for sent in sents] if side == 'tgt' else sents


def batch_iter(pairs: list[tuple], batch_size: int, shuffle: bool = False) -> Iterator[tuple[list, list]]:
    """Batches of source and target sentences, sorted by falling source length."""
    order = random.sample(range(len(pairs)), len(pairs)) if shuffle else range(len(pairs))
    for start in range(0, math.ceil(len(pairs) / batch_size) * batch_size, batch_size):
        batch = sorted((pairs[k] for k in order[start:start + batch_size]), key=lambda p: -len(p[0]))
        yield [source for source, _ in batch], [target for _, target in batch]
