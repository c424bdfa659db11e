"""Words and their indices, of both languages: given by the staff, and put over every hand-in.

Indices 0 to 3 are <pad>, <s>, </s> and <unk>. Nothing outside torch and the standard library is imported,
and the padding is done here, so that a vocabulary never depends on part 1a.
"""
# ruff: noqa: PTH123  (as students know it)

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

MARKS = ("<pad>", "<s>", "</s>", "<unk>")


class VocabEntry:
    """The words of one language."""

    def __init__(self, word2id: dict[str, int] | None = None) -> None:
        """Takes a table that holds the four marks, or begins with the marks alone."""
        self.word2id = dict(word2id) if word2id else {mark: index for index, mark in enumerate(MARKS)}
        self.pad_id = self.word2id["<pad>"]
        self.unk_id = self.word2id["<unk>"]
        self.id2word = {index: word for word, index in self.word2id.items()}

    def __getitem__(self, word: str) -> int:
        return self.word2id.get(word, self.unk_id)

    def __contains__(self, word: str) -> bool:
        return word in self.word2id

    def __len__(self) -> int:
        return len(self.word2id)

    def __repr__(self) -> str:
        return f"VocabEntry of {len(self)} words"

    def __setitem__(self, word: str, index: int) -> None:
        raise TypeError("the words are read-only; use add")

    def add(self, word: str) -> int:
        """The index of a word, which is added if it is new."""
        if word not in self.word2id:
            self.word2id[word] = len(self.word2id)
            self.id2word[self.word2id[word]] = word
        return self.word2id[word]

    def words2indices(self, sents: list[str] | list[list[str]]) -> list[int] | list[list[int]]:
        """Indices of the words of one sentence, or of a list of sentences."""
        if sents and isinstance(sents[0], list):
            return [[self[word] for word in sent] for sent in sents]
        return [self[word] for word in sents]

    def indices2words(self, word_ids: Iterable[int]) -> list[str]:
        """Words of these indices."""
        return [self.id2word[index] for index in word_ids]

    def to_input_tensor(self, sents: list[list[str]], device: torch.device) -> Tensor:
        """Indices of the sentences, filled up with <pad>: (longest, sentences), int64."""
        rows = [torch.tensor(self.words2indices(sent), dtype=torch.long, device=device) for sent in sents]
        return pad_sequence(rows, padding_value=self.pad_id)

    @staticmethod
    def from_corpus(corpus: Iterable[list[str]], size: int, freq_cutoff: int = 2) -> VocabEntry:
        """The `size` most frequent words of those that occur `freq_cutoff` times or more."""
        counts = Counter(chain.from_iterable(corpus))
        frequent = sorted((word for word, n in counts.items() if n >= freq_cutoff), key=lambda w: (-counts[w], w))
        return VocabEntry.from_subword_list(frequent[:size])

    @staticmethod
    def from_subword_list(subword_list: Iterable[str]) -> VocabEntry:
        """The marks, then these words in their order."""
        entry = VocabEntry()
        for word in subword_list:
            entry.add(word)
        return entry


class Vocab:
    """The words of the source language in `src`, of the target language in `tgt`."""

    def __init__(self, src_vocab: VocabEntry, tgt_vocab: VocabEntry) -> None:
        """Joins two languages."""
        self.src = src_vocab
        self.tgt = tgt_vocab

    def __repr__(self) -> str:
        return f"Vocab of {len(self.src)} source words and {len(self.tgt)} target words"

    @staticmethod
    def build(src_sents: Iterable[str], tgt_sents: Iterable[str]) -> Vocab:
        """Both languages from lists of pieces."""
        return Vocab(VocabEntry.from_subword_list(src_sents), VocabEntry.from_subword_list(tgt_sents))

    def save(self, file_path: str) -> None:
        """Writes both tables as JSON."""
        with open(file_path, "w", encoding="utf-8") as file:
            json.dump({"src_word2id": self.src.word2id, "tgt_word2id": self.tgt.word2id}, file, indent=2)

    @staticmethod
    def load(file_path: str) -> Vocab:
        """The tables that `save` wrote."""
        with open(file_path, encoding="utf-8") as file:
            tables = json.load(file)
        return Vocab(VocabEntry(tables["src_word2id"]), VocabEntry(tables["tgt_word2id"]))
