"""Draws the perplexities of curve.csv."""

import csv
from pathlib import Path

import matplotlib.pyplot as plt

with Path("curve.csv").open(encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
epochs = [int(row["epoch"]) for row in rows]
for name in ("train_ppl", "valid_ppl"):
    plt.plot(epochs, [float(row[name]) for row in rows], label=name)
plt.xlabel("epoch")
plt.ylabel("perplexity")
plt.legend()
plt.savefig("curve.png")
