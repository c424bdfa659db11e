"""The words of a language, with fairseq's numbers for the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

BOS, PAD, EOS, UNK = range(4)


class Dictionary:
    """Words by index: 0 begins a sentence, 1 pads, 2 ends one, 3 is an unknown word."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Takes the marks and these words, in this order."""
        self.symbols = ["<s>", "<pad>", "</s>", "<unk>", *words]
        self.indices = {word: index for index, word in enumerate(self.symbols)}

    @classmethod
    def of_corpus(cls, sentences: Iterable[Sequence[str]], at_most: int = 8000) -> Dictionary:
        """The most frequent words of a corpus."""
        counts = Counter(word for sentence in sentences for word in sentence)
        return cls(word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:at_most])

    def __len__(self) -> int:
        return len(self.symbols)

    def __getitem__(self, index: int) -> str:
        return self.symbols[index]

    def index(self, word: str) -> int:
        """The index of a word."""
        return self.indices.get(word, UNK)

    def pad(self) -> int:
        """The index that pads."""
        return PAD

    def eos(self) -> int:
        """The index that ends a sentence, and begins the decoder's input."""
        return EOS
