"""python -m lm.train --corpus ptb > lm/runs/train.log"""
import math
import sys

import torch
import torch.nn.functional as F

from .nets.seq2seq_lm import LMModel_transformer

EPOCHS, BPTT, COLUMNS = 10, 35, 20


def windows(ids):
    n = len(ids) // COLUMNS
    ids = ids[: n * COLUMNS].view(COLUMNS, n).t()
    for start in range(0, n - 1, BPTT):
        end = min(start + BPTT, n - 1)
        yield ids[start:end], ids[start + 1 : end + 1]


def epoch(model, ids, optimizer=None):
    nll = words = 0
    model.train(optimizer is not None)
    for x, y in windows(ids):
        with torch.set_grad_enabled(optimizer is not None):
            loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum")
        if optimizer:
            optimizer.zero_grad()
            (loss / y.numel()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            optimizer.step()
        nll, words = nll + float(loss), words + y.numel()
    return nll / words


def main(corpus):
    train, valid, nvoc = torch.load(f"{corpus}.pt")
    model = LMModel_transformer(nvoc)
    optimizer = torch.optim.AdamW(model.parameters(), 3e-4)
    for number in range(1, EPOCHS + 1):
        print(f"| epoch {number:2d}/{EPOCHS} |")
        for name, loss in (("training", epoch(model, train, optimizer)), ("validation", epoch(model, valid))):
            print(f"{name}: epoch {number} loss {loss:.4f} ppl {math.exp(loss):.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--corpus") + 1])
