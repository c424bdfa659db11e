"""Trains a language model, and writes loss and perplexity of every epoch to curve.csv."""

import argparse
import csv
import math
from pathlib import Path

import torch
from data import Corpus
from model import LMModel_LSTM, LMModel_RNN, LMModel_Transformer
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--data", default="../data/ptb")
parser.add_argument("--model", default="transformer", choices=["transformer", "lstm", "rnn"])
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--batch_size", type=int, default=16)
parser.add_argument("--max_sql", type=int, default=24)
parser.add_argument("--rate", type=float, default=3e-3)
parser.add_argument("--seed", type=int, default=1234)
args = parser.parse_args()

torch.manual_seed(args.seed)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
corpus = Corpus(args.data, args.batch_size, args.max_sql)
kinds = {"transformer": LMModel_Transformer, "lstm": LMModel_LSTM, "rnn": LMModel_RNN}
model = kinds[args.model](len(corpus.words), dim=128).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)


def one_epoch(name, learn):
    """The mean loss over all tokens of a text, in nats."""
    model.train(learn)
    corpus.start_of(name)
    total, tokens, is_last = 0.0, 0, False
    with torch.set_grad_enabled(learn):
        while not is_last:
            data, target, is_last = corpus.get_batch()
            logits = model(data.to(device))
            loss = criterion(logits.view(-1, logits.size(2)), target.to(device))
            if learn:
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            total += loss.item() * target.numel()
            tokens += target.numel()
    return total / tokens


with Path("curve.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["epoch", "train_loss", "train_ppl", "valid_loss", "valid_ppl"])
    for epoch in range(1, args.epochs + 1):
        row = [epoch]
        for name, learn in (("train", True), ("valid", False)):
            loss = one_epoch(name, learn)
            row += [f"{loss:.4f}", f"{math.exp(loss):.4f}"]
        print(*row)
        writer.writerow(row)
torch.save(model.state_dict(), "model.pt")
