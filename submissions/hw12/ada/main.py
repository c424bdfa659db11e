# coding: utf-8
import argparse
import math
import time

import torch
import torch.nn as nn
import torch.optim as optim

import data
from model import LMModel_LSTM, LMModel_RNN, LMModel_Transformer

parser = argparse.ArgumentParser(description="PyTorch ptb Language Model")
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--train_batch_size", type=int, default=20)
parser.add_argument("--max_sql", type=int, default=35)
parser.add_argument("--model", choices=["rnn", "lstm", "transformer"], default="transformer")
parser.add_argument("--seed", type=int, default=1234)
parser.add_argument("--cuda", action="store_true")
args = parser.parse_args()

torch.manual_seed(args.seed)
device = torch.device("cuda:0" if args.cuda else "cpu")
corpus = data.Corpus("../data/ptb", args.train_batch_size, args.max_sql)
nvoc = len(corpus.vocabulary)
models = {"rnn": LMModel_RNN, "lstm": LMModel_LSTM, "transformer": LMModel_Transformer}
model = models[args.model](nvoc).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=5e-4)


def run(train):
    corpus.set_train() if train else corpus.set_valid()
    model.train(train)
    total, count, end = 0.0, 0, False
    while not end:
        batch, target, end = corpus.get_batch()
        batch, target = batch.to(device), target.to(device)
        with torch.set_grad_enabled(train):
            loss = criterion(model(batch).view(-1, nvoc), target)
        if train:
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        total += loss.item() * target.numel()
        count += target.numel()
    return total / count


with open("curve.csv", "w") as curve:
    curve.write("epoch,train_loss,train_ppl,valid_loss,valid_ppl\n")
    for epoch in range(1, args.epochs + 1):
        start = time.time()
        train_loss, valid_loss = run(True), run(False)
        row = [train_loss, math.exp(train_loss), valid_loss, math.exp(valid_loss)]
        curve.write("%d,%s\n" % (epoch, ",".join("%.4f" % value for value in row)))
        print("epoch %d: %.1f s" % (epoch, time.time() - start))
