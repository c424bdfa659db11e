import csv
import math
import sys

import torch
from torch.nn.functional import cross_entropy

from transformer_lm import LMModel_Transformer


def loss_of(model, ids, start):
    x, y = ids[start : start + 35], ids[start + 1 : start + 36]
    return cross_entropy(model(x[: len(y)]).flatten(0, 1), y.flatten())


if __name__ == "__main__":
    train, valid, nvoc = torch.load(sys.argv[1])
    model = LMModel_Transformer(nvoc)
    optimizer = torch.optim.Adam(model.parameters(), 3e-4)
    with open("curve.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["epoch", "train_loss", "train_ppl", "valid_loss", "valid_ppl"])
        for epoch in range(1, 16):
            model.train()
            losses = []
            for start in range(0, len(train) - 36, 35):
                optimizer.zero_grad()
                loss = loss_of(model, train, start)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            model.eval()
            with torch.no_grad():
                held_out = [loss_of(model, valid, start).item() for start in range(0, len(valid) - 36, 35)]
            means = [sum(each) / len(each) for each in (losses, held_out)]
            table.writerow([epoch, *(f"{x:.4f}" for mean in means for x in (mean, math.exp(mean)))])
