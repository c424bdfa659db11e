"""A vocabulary without words of any language, and sentences made of it.

Axes: s positions, b sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar

import torch
from torch import Tensor

from .weights import generator

MARKS = ("<pad>", "<s>", "</s>", "<unk>")
Made = TypeVar("Made")


class Lexicon:
    """Stands in for one language: the marks at 0 to 3, then w4, w5, ..."""

    def __init__(self, size: int) -> None:
        """Makes `size` words, the marks counted."""
        self.word2id = {word: index for index, word in enumerate((*MARKS, *(f"w{n}" for n in range(4, size))))}
        self.id2word = {index: word for word, index in self.word2id.items()}
        self.pad_id = self.word2id["<pad>"]
        self.unk_id = self.word2id["<unk>"]

    def __getitem__(self, word: str) -> int:
        return self.word2id.get(word, self.unk_id)

    def __contains__(self, word: str) -> bool:
        return word in self.word2id

    def __len__(self) -> int:
        return len(self.word2id)

    def words2indices(self, sents: Sequence[Any]) -> list[Any]:
        """Indices of one sentence, or of a list of sentences."""
        if sents and isinstance(sents[0], list):
            return [self.words2indices(sent) for sent in sents]
        return [self[word] for word in sents]

    def indices2words(self, word_ids: Iterable[int]) -> list[str]:
        """Words of these indices."""
        return [self.id2word[int(index)] for index in word_ids]

    def to_input_tensor(self, sents: Sequence[Sequence[str]], device: Any = "cpu") -> Tensor:
        """Indices of the sentences, filled up with <pad>.

        Shapes: sentences of different lengths -> (s, b), int64.
        """
        return _padded([self.words2indices(list(sent)) for sent in sents]).to(device)


class Words:
    """Stands in for the vocabulary of a translation: source words in `src`, target words in `tgt`."""

    def __init__(self, src: int, tgt: int, *, known_to: ModuleType | None = None) -> None:
        """Makes `src` source and `tgt` target words, the four marks counted in each.

        To a module that knows a class Vocab or VocabEntry, they are instances of it: it may well ask.
        """
        self.src = _passing_for(known_to, "VocabEntry", Lexicon(src))
        self.tgt = _passing_for(known_to, "VocabEntry", Lexicon(tgt))
        _passing_for(known_to, "Vocab", self)


def ragged(lengths: Sequence[int], high: int, seed: int, *, name: str = "source") -> Tensor:
    """A batch of sentences of these lengths; no pad stands inside a sentence, nothing but pads after it.

    Shapes: -> (s, b), int64, below `high`.
    """
    return _padded(_ids(lengths, high, seed, name))


def sentences(lengths: Sequence[int], high: int, seed: int, *, name: str = "source") -> list[list[str]]:
    """The same sentences as `ragged`, as words; for `target` they begin with <s> and end with </s>."""
    words = [[f"w{index}" for index in ids] for ids in _ids(lengths, high, seed, name)]
    return [["<s>", *sent, "</s>"] for sent in words] if name == "target" else words


def rectangle(rows: Any, known: Mapping[Any, int]) -> Tensor | str:
    """Rows of tokens as their indices, -1 for an unknown one; a text if they are no list of equally long lists.

    Shapes: b rows of s tokens -> (b, s), int64.
    """
    if isinstance(rows, Tensor):
        rows = rows.tolist()
    if not isinstance(rows, list | tuple) or not all(isinstance(row, list | tuple) for row in rows):
        return "not a list of lists"
    if len({len(row) for row in rows}) > 1:
        return f"lists of different lengths: {[len(row) for row in rows][:20]}"
    return torch.tensor([[_index(token, known) for token in row] for row in rows], dtype=torch.long)


def _passing_for(module: ModuleType | None, name: str, made: Made) -> Made:
    """The same object, of a class that is a subclass of the one which the module means by this name, if any."""
    for value in vars(module).values() if module else ():
        known = getattr(value, name, None) if isinstance(value, ModuleType) else value
        if isinstance(known, type) and known.__name__ == name:
            try:
                made.__class__ = type(name, (type(made), known), {})
            except TypeError:  # slots, or a metaclass of their own: it stays what it is
                continue
            break
    return made


def _index(token: Any, known: Mapping[Any, int]) -> int:
    try:
        return known.get(token, -1)
    except TypeError:  # not even hashable
        return -1


def _ids(lengths: Sequence[int], high: int, seed: int, name: str) -> list[list[int]]:
    stream = generator(f"sentences of {name}", seed)
    return [torch.randint(len(MARKS), high, (length,), generator=stream).tolist() for length in lengths]


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    padded_sb = torch.zeros(max((len(row) for row in rows), default=0), len(rows), dtype=torch.long)
    for column, row in enumerate(rows):
        padded_sb[: len(row), column] = torch.tensor(row, dtype=torch.long)
    return padded_sb
