"""The two plots of the report. `python report.py` after the training."""

import json

import torch
from matplotlib import pyplot as plt
from matplotlib.patches import Ellipse
from torch.nn import functional

from config import arch_args, config
from dictionary import Dictionary
from transformer import Seq2Seq, TransformerDecoder, TransformerEncoder


def load_model(path="model.pt"):
    """The model with the weights of the last epoch."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    source, target = Dictionary(state["source_words"]), Dictionary(state["target_words"])
    tables = [torch.nn.Embedding(len(words), arch_args.encoder_embed_dim, words.pad()) for words in (source, target)]
    encoder = TransformerEncoder(arch_args, source, tables[0])
    decoder = TransformerDecoder(arch_args, target, tables[1])
    model = Seq2Seq(arch_args, encoder, decoder)
    model.load_state_dict(state["weights"])
    return model


model = load_model()

# Problem 1
positions = model.decoder.embed_positions.weights
lengths = positions.norm(dim=1, keepdim=True)
unit = torch.where(lengths > 0, positions / lengths, torch.zeros_like(positions))
similarity = unit @ unit.T

plt.figure(figsize=(7, 6))
plt.imshow(similarity, cmap="viridis")
plt.colorbar(label="cosine similarity")
plt.xlabel("position")
plt.ylabel("position")
plt.title("Similarity of the decoder's positions")
plt.savefig("similarity.png", dpi=120)
plt.show()

# Problem 2
with open("gnorm.json") as file:
    gnorm = json.load(file)

highest = sorted(range(len(gnorm)), key=lambda step: float(gnorm[step]), reverse=True)
first = highest[0]
second = next(step for step in highest if abs(step - first) > 30)

plt.figure(figsize=(10, 4))
plt.plot(range(len(gnorm)), gnorm, linewidth=0.7)
plt.axhline(config.clip_norm, color="gray", linestyle="--", label="clip norm")
for step in (first, second):
    circle = Ellipse((step, float(gnorm[step])), width=len(gnorm) / 50, height=0.8, fill=False, color="red")
    plt.gca().add_patch(circle)
plt.xlabel("update")
plt.ylabel("gradient norm")
plt.legend()
plt.savefig("gnorm.png", dpi=120)
plt.show()
