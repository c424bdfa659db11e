"""CS224N Winter 2025: Homework 3: vocabularies.

The handout's file, but with type hints, and to_input_tensor goes through my pad_sents.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Iterable

import torch

from .utils import pad_sents

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")


class VocabEntry:
    """Words of one language and their ids."""

    def __init__(self, word2id: dict[str, int] | None = None) -> None:
        self.word2id = dict(word2id or {word: i for i, word in enumerate(SPECIAL)})
        self.id2word = {i: word for word, i in self.word2id.items()}
        self.unk_id = self.word2id["<unk>"]

    def __getitem__(self, word: str) -> int:
        return self.word2id.get(word, self.unk_id)

    def __contains__(self, word: str) -> bool:
        return word in self.word2id

    def __len__(self) -> int:
        return len(self.word2id)

    def add(self, word: str) -> int:
        index = self.word2id.setdefault(word, len(self.word2id))
        self.id2word[index] = word
        return index

    def to_input_tensor(self, sents: list[list[str]], device: torch.device) -> torch.Tensor:
        """(longest, sentences)"""
        ids = [[self[word] for word in sent] for sent in sents]
        return torch.tensor(pad_sents(ids, self["<pad>"]), dtype=torch.long, device=device).t()

    @classmethod
    def from_subword_list(cls, pieces: Iterable[str]) -> VocabEntry:
        entry = cls()
        for piece in pieces:
            entry.add(piece)
        return entry


@dataclass
class Vocab:
    src: VocabEntry
    tgt: VocabEntry

    @classmethod
    def load(cls, path: str) -> Vocab:
        with open(path, encoding="utf-8") as file:
            tables = json.load(file)
        return cls(VocabEntry(tables["src_word2id"]), VocabEntry(tables["tgt_word2id"]))
