"""problem 1 -- cosine similarity of the decoder's position vectors"""
import sys

import matplotlib.pyplot as plt
import numpy as np
import torch

import hw5

assert len(sys.argv) == 2, "usage: plot_position.py checkpoint"
state = torch.load(sys.argv[1], map_location="cpu")
model = hw5.Seq2Seq(hw5.arch_args, *state["halves"])
model.load_state_dict(state["model"])

P = np.asarray(model.decoder.embed_positions.weights)
length = np.sqrt((P**2).sum(axis=1))
sim = (P @ P.T) / (length[:, None] * length[None, :])

plt.figure(figsize=(8, 7))
plt.imshow(sim, cmap="coolwarm", interpolation="nearest")
plt.colorbar()
plt.xlabel("position j")
plt.ylabel("position i")
plt.tight_layout()
plt.savefig("position_similarity.jpg", dpi=150)
