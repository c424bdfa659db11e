"""Problem 2: python -m figures.norms"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from src.settings import config


def worst(norms, n=2, apart=25):
    """The n largest norms, none closer than `apart` updates to another."""
    chosen = []
    for step in sorted(range(len(norms)), key=lambda step: norms[step], reverse=True):
        if all(abs(step - other) > apart for other in chosen):
            chosen.append(step)
    return chosen[:n]


def main():
    here = Path(__file__).resolve().parent
    norms = json.loads((here.parent / "gnorm.json").read_text())
    fig, ax = plt.subplots(figsize=(9, 3.5))
    ax.plot(norms, lw=0.7, color="tab:gray")
    ax.axhline(config.clip_norm, ls="--", lw=0.8, color="tab:red")
    for step in worst(norms):
        ax.annotate(
            "explosion",
            xy=(step, float(norms[step])),
            xytext=(40, -4),
            textcoords="offset points",
            arrowprops={"arrowstyle": "->", "color": "tab:red"},
        )
    ax.set_xlabel("update")
    ax.set_ylabel("gradient norm before clipping")
    fig.savefig(here / "norms.png")


if __name__ == "__main__":
    main()
