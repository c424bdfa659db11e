"""Both plots of the report: python draw.py model.pt gnorm.json"""
import argparse
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from torch.nn.functional import normalize

from learning import config


def similarities(model):
    """Problem 1."""
    with torch.no_grad():
        rows = normalize(model.decoder.embed_positions.weights)
        image = rows.mm(rows.T)
    fig, axes = plt.subplots()
    shown = axes.imshow(image, cmap="gray", origin="lower", vmin=-1, vmax=1)
    fig.colorbar(shown, label="cosine")
    fig.savefig("similarity.pdf")


def norms(gnorm):
    """Problem 2."""
    fig, axes = plt.subplots(figsize=(10, 4))
    axes.semilogy(gnorm, linewidth=0.5)
    axes.axhline(config.clip_norm, color="black", linewidth=0.5)
    values = torch.tensor([float(value) for value in gnorm])
    peaks = values.topk(2).indices
    axes.scatter(peaks, values[peaks], s=240, facecolors="none", edgecolors="crimson")
    axes.set(xlabel="update", ylabel="norm of the gradients")
    fig.savefig("norms.pdf")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("norms")
    options = parser.parse_args()
    similarities(torch.load(options.model, weights_only=False))
    with open(options.norms) as file:
        norms(json.load(file))
