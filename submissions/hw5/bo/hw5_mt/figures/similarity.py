"""Problem 1: python -m figures.similarity"""

import pickle
from pathlib import Path

import matplotlib.pyplot as plt
import torch.nn.functional as F

from src.engine import restore

HERE = Path(__file__).resolve().parent

net = restore(HERE.parent / "checkpoints" / "avg_last_3.pt", pickle.loads((HERE.parent / "dicts.pkl").read_bytes()))
table = net.decoder.embed_positions.weights

fig, ax = plt.subplots(figsize=(6, 5), layout="constrained")
mesh = ax.pcolormesh(F.cosine_similarity(table[:, None], table[None], dim=-1), cmap="magma")
ax.set(xlabel="position", ylabel="position", aspect="equal", title="cosine similarity of positions")
fig.colorbar(mesh)
fig.savefig(HERE / "similarity.png")
