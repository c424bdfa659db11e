"""Padding, reading and batching of sentences: the helpers of CS224N assignment 4."""
# ruff: noqa: PTH123  (as students know it)

from __future__ import annotations

import math
import random
from collections.abc import Iterator


def pad_sents(sents: list[list], pad_token) -> list[list]:
    """All sentences, each filled up at its end with `pad_token` to the length of the longest."""
    sents_padded = []
    ### BEGIN ANSWER 1a
    #: Fill `sents_padded`: one list for each sentence, all as long as the longest one.
    #: Sentences come in any order, hold words or numbers, and may be empty. Leave `sents` as it is.
    longest = max((len(sent) for sent in sents), default=0)
    for sent in sents:
        sents_padded.append(sent + [pad_token] * (longest - len(sent)))
    ### END ANSWER
    return sents_padded


def read_corpus(path: str, source: str) -> list[list[str]]:
    """The pieces of every line; sentences of the target language stand between <s> and </s>."""
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor()
    pieces.load(f"{source}.model")
    sentences = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            sent = pieces.encode_as_pieces(line)
            sentences.append(["<s>", *sent, "</s>"] if source == "tgt" else sent)
    return sentences


def batch_iter(
    data: list[tuple[list[str], list[str]]], batch_size: int, shuffle: bool = False
) -> Iterator[tuple[list[list[str]], list[list[str]]]]:
    """Batches of source and target sentences, within each batch the longest source sentence first."""
    order = list(range(len(data)))
    if shuffle:
        random.shuffle(order)
    for number in range(math.ceil(len(data) / batch_size)):
        pairs = [data[index] for index in order[number * batch_size : (number + 1) * batch_size]]
        pairs.sort(key=lambda pair: len(pair[0]), reverse=True)
        yield [source for source, _ in pairs], [target for _, target in pairs]
