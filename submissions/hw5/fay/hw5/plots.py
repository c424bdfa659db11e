"""Figures for the report."""

import json

import matplotlib.pyplot as plt
import numpy as np
import torch


def position_similarity(model, name="p1.png"):
    """Heat map of how alike the decoder's position vectors are."""
    vectors = model.decoder.embed_positions.weights.double().numpy()
    norms = np.linalg.norm(vectors, axis=1)
    norms[norms == 0] = 1.0
    cosines = np.einsum("ic,jc->ij", vectors, vectors) / np.outer(norms, norms)
    figure, axes = plt.subplots()
    picture = axes.imshow(cosines, vmin=0, vmax=1, cmap="Blues")
    figure.colorbar(picture, ax=axes)
    axes.set_title("Positional embedding, cosine similarity")
    figure.savefig(name)
    plt.close(figure)


def gradient_norms(gnorm, name="p2.png"):
    """Norms by update, the explosions that I mean under red bands."""
    norms = np.array([float(value) for value in gnorm])
    figure, axes = plt.subplots(figsize=(9, 3))
    axes.plot(np.arange(norms.size), norms, lw=0.6)
    for step in np.argsort(norms)[-2:]:
        axes.axvspan(step - 4, step + 4, color="red", alpha=0.25)
    axes.set_yscale("log")
    axes.set_xlabel("update")
    axes.set_ylabel("gnorm")
    figure.savefig(name)
    plt.close(figure)


if __name__ == "__main__":
    position_similarity(torch.load("best.pt", weights_only=False))
    with open("gnorm.json") as file:
        gradient_norms(json.load(file))
