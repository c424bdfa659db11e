"""Text as columns of numbers, and windows of it.

Axes: l positions, b columns.
"""

from pathlib import Path

import torch


class Corpus:
    """The training and validation text of a folder; `<eos>` ends every line."""

    def __init__(self, path, batch_size=16, max_sql=24):
        self.words, self.number = [], {}
        self.max_sql = max_sql
        self.columns = {name: self._columns(Path(path) / f"{name}.txt", batch_size) for name in ("train", "valid")}
        self.start_of("train")

    def start_of(self, name):
        """The next window is the first of this text."""
        self.text, self.at = self.columns[name], 0

    def get_batch(self):
        """Shapes: -> data (l, b), the tokens that follow them (l b,), and whether this was the last window."""
        length = min(self.max_sql, len(self.text) - 1 - self.at)
        data = self.text[self.at : self.at + length]
        target = self.text[self.at + 1 : self.at + 1 + length].reshape(-1)
        self.at += length
        return data, target, self.at >= len(self.text) - 1

    def _columns(self, file, batch_size):
        with file.open(encoding="utf-8") as lines:
            tokens = [self._token(word) for line in lines for word in [*line.split(), "<eos>"]]
        length = len(tokens) // batch_size
        return torch.tensor(tokens[: length * batch_size]).view(batch_size, length).t().contiguous()

    def _token(self, word):
        if word not in self.number:
            self.number[word] = len(self.words)
            self.words.append(word)
        return self.number[word]
