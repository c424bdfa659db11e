"""The figures of the report: how alike positions are, and the gradient norms of the training."""

# %%
import json
import math
from pathlib import Path

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F  # noqa: N812
from config import arch_args
from dictionary import Dictionary
from torch import nn
from transformer import Seq2Seq, TransformerDecoder, TransformerEncoder

# %% the trained model
source, target = (Dictionary(Path(f"data/dict.{side}.txt").read_text().split()) for side in ("en", "zh"))
encoder = TransformerEncoder(arch_args, source, nn.Embedding(len(source), arch_args.encoder_embed_dim, 1))
decoder = TransformerDecoder(arch_args, target, nn.Embedding(len(target), arch_args.decoder_embed_dim, 1))
model = Seq2Seq(arch_args, encoder, decoder)
model.load_state_dict(torch.load("checkpoints/best.pt", map_location="cpu"))
gnorms = json.loads(Path("gnorm.json").read_text())

# %% Problem 1: how alike positions are
### BEGIN ANSWER P1
#: A heat map: how alike (cosine) the rows of the decoder's table of positions are, each with each.
positions = model.decoder.embed_positions.weights.detach().cpu()
unit = F.normalize(positions, dim=1)
similarity = unit @ unit.T
plt.figure(figsize=(6, 5))
plt.imshow(similarity.numpy(), cmap="viridis")
plt.title("Cosine similarity of the decoder's positions")
plt.xlabel("position")
plt.ylabel("position")
plt.colorbar()
plt.savefig("similarity.png")
plt.close()
### END ANSWER

# %% Problem 2: gradient norms
### BEGIN ANSWER P2
#: Plot gnorms, one point for each update, and mark two places where clipping took effect.
norms = [float(norm) for norm in gnorms]
plt.figure(figsize=(9, 4))
plt.plot(norms, linewidth=0.8)
plt.axhline(1.0, color="grey", linestyle="--", label="clip norm")
finite = [step for step, norm in enumerate(norms) if math.isfinite(norm)]
largest = sorted(finite, key=lambda step: norms[step])[-2:]
plt.plot(largest, [norms[step] for step in largest], "o", color="red", markersize=14, fillstyle="none")
plt.xlabel("update")
plt.ylabel("gradient norm")
plt.legend()
plt.savefig("gnorm.png")
plt.close()
### END ANSWER
