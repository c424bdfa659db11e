"""Train or translate: `python main.py train`, `python main.py translate model.bin`."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from student.nmt_model import NMT
from student.utils import batch_iter, read_corpus
from student.vocab import Vocab

DATA = Path("zh_en_data")


def pairs(split: str) -> list[tuple[list[str], list[str]]]:
    return list(zip(read_corpus(f"{DATA}/{split}.zh", "src"), read_corpus(f"{DATA}/{split}.en", "tgt")))


def train(arguments: argparse.Namespace) -> None:
    """The loop of run.py, without its options: Adam, clipping at 5, one line every hundred batches."""
    model = NMT(1024, 768, Vocab.load("vocab.json"), dropout_rate=0.3).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    for epoch in range(1, arguments.epochs + 1):
        for source, target in batch_iter(pairs("train"), arguments.batch_size, shuffle=True):
            optimizer.zero_grad()
            loss = -model(source, target).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
        print("epoch", epoch, "loss", loss.item(), file=sys.stderr)
        model.save("model.bin")


def translate(arguments: argparse.Namespace) -> None:
    model = NMT.load(arguments.model).eval()
    for source, _ in pairs("test"):
        print("".join(model.beam_search(source)[0].value).replace("▁", " ").strip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("train")
    command.add_argument("--epochs", type=int, default=30)
    command.add_argument("--batch-size", type=int, default=32)
    command.set_defaults(run=train)
    command = commands.add_parser("translate")
    command.add_argument("model")
    command.set_defaults(run=translate)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
