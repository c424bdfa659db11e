import csv

import matplotlib.pyplot as plt

with open("curve.csv") as f:
    rows = list(csv.DictReader(f))
epochs = [int(row["epoch"]) for row in rows]
plt.plot(epochs, [float(row["train_ppl"]) for row in rows], label="train")
plt.plot(epochs, [float(row["valid_ppl"]) for row in rows], label="valid")
plt.xlabel("epoch")
plt.ylabel("perplexity")
plt.legend()
plt.savefig("curve.png")
