"""Train or translate: `python main.py train`, `python main.py translate model.bin outputs/test_outputs.txt`.

Replaces run.py; what it prints while training has the same form, so that the log can be read by the same tools.
"""
from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from student.nmt_model import NMT
from student.utils import batch_iter, read_corpus
from student.vocab import Vocab

DATA = Path("zh_en_data")
LINE = (
    "epoch {}, iter {}, avg. loss {:.2f}, avg. ppl {:.2f} cum. examples {}, "
    "speed {:.2f} words/sec, time elapsed {:.2f} sec"
)


@dataclass
class Tally:
    loss: float = 0.0
    examples: int = 0
    words: int = 0

    def count(self, loss: float, target: list[list[str]]) -> None:
        self.loss += loss
        self.examples += len(target)
        self.words += sum(len(sent) - 1 for sent in target)

    @property
    def ppl(self) -> float:
        return math.exp(self.loss / self.words)


def say(*words: object) -> None:
    print(*words, file=sys.stderr)


def pairs(split: str) -> list[tuple[list[str], list[str]]]:
    return list(zip(read_corpus(f"{DATA}/{split}.zh", "src"), read_corpus(f"{DATA}/{split}.en", "tgt")))


def train(arguments: argparse.Namespace) -> None:
    """Adam, gradients clipped at 5, validation every `--validate` batches; ends after `--misses` bad ones."""
    train_pairs, dev_pairs = pairs("train"), pairs("dev")
    model = NMT(1024, 768, Vocab.load("vocab.json"), dropout_rate=0.3).to(arguments.device).train()
    say("use device:", arguments.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    iteration, misses, best = 0, 0, math.inf
    line, block, started = Tally(), Tally(), time.time()
    last = started
    for epoch in range(1, arguments.epochs + 1):
        for source, target in batch_iter(train_pairs, arguments.batch_size, shuffle=True):
            iteration += 1
            optimizer.zero_grad()
            loss = -model(source, target).sum()
            loss.div(len(source)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            line.count(loss.item(), target)
            block.count(loss.item(), target)
            if iteration % arguments.log == 0:
                now = time.time()
                mean, speed = line.loss / line.examples, line.words / (now - last)
                say(LINE.format(epoch, iteration, mean, line.ppl, block.examples, speed, now - started))
                line, last = Tally(), now
            if iteration % arguments.validate == 0:
                mean = block.loss / block.examples
                say(f"epoch {epoch}, iter {iteration}, cum. loss {mean:.2f}, cum. ppl {block.ppl:.2f} "
                    f"cum. examples {block.examples}")
                block, ppl = Tally(), dev_ppl(model, dev_pairs)
                say(f"validation: iter {iteration}, dev. ppl {ppl:f}")
                if ppl < best:
                    best = ppl
                    say("save currently the best model to [model.bin]")
                    model.save("model.bin")
                    continue
                misses += 1
                say("hit patience 1")
                if misses == arguments.misses:
                    say("early stop!")
                    return


@torch.no_grad()
def dev_ppl(model: NMT, dev_pairs: list[tuple[list[str], list[str]]]) -> float:
    tally = Tally()
    model.eval()
    for source, target in batch_iter(dev_pairs, 128):
        tally.count(-model(source, target).sum().item(), target)
    model.train()
    return tally.ppl


def translate(arguments: argparse.Namespace) -> None:
    from sacrebleu import corpus_bleu

    model = NMT.load(arguments.model).eval()
    best = [model.beam_search(source, 10)[0].value for source, _ in pairs("test")]
    lines = ["".join(words).replace("▁", " ").strip() for words in best]
    references = Path(DATA, "test.en").read_text(encoding="utf-8").splitlines()
    say("Corpus BLEU:", corpus_bleu(lines, [references]).score)
    Path(arguments.output).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("train")
    command.add_argument("--device", default="cuda:0")
    command.add_argument("--epochs", type=int, default=30)
    command.add_argument("--batch-size", type=int, default=32)
    command.add_argument("--log", type=int, default=200)
    command.add_argument("--validate", type=int, default=2000)
    command.add_argument("--misses", type=int, default=2)
    command.set_defaults(run=train)
    command = commands.add_parser("translate")
    command.add_argument("model")
    command.add_argument("output")
    command.set_defaults(run=translate)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
