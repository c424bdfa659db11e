# %% setup
import json
import time

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import Ellipse

from model import Seq2Seq, TransformerDecoder, TransformerEncoder

model = torch.load("checkpoints/model.pt", weights_only=False).cpu()

# %% problem 1
w = model.decoder.embed_positions.weights.data
unit = w / w.norm(dim=1, keepdim=True).clamp(min=1e-8)
plt.figure()
plt.matshow(unit @ unit.t(), cmap="viridis", fignum=0)
plt.colorbar()
plt.title("Problem 1")
plt.savefig("p1.png")
plt.show()

# %% problem 2: run it beside the training and watch
gnorms = json.load(open("gnorm.json"))
plt.ion()
fig, ax = plt.subplots()
while True:
    ax.plot(range(1, len(gnorms) + 1), gnorms, color="C0", linewidth=0.6)
    spikes = sorted(range(len(gnorms)), key=lambda i: -gnorms[i])[:2]
    for i in spikes:
        ax.add_patch(Ellipse((i + 1, gnorms[i]), 20, 1.5, fill=False, edgecolor="red"))
    ax.set_xlabel("update")
    ax.set_ylabel("gradient norm")
    fig.canvas.draw_idle()
    plt.pause(0.01)
    time.sleep(15)
