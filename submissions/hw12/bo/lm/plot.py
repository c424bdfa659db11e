import re
from pathlib import Path

from matplotlib import pyplot as plt

text = Path(__file__).with_name("runs").joinpath("train.log").read_text()
fig, ax = plt.subplots(figsize=(5, 3))
for kind in ("training", "validation"):
    ppl = [float(x) for x in re.findall(kind + r": .*ppl ([\d.]+)", text)]
    ax.semilogy(range(1, len(ppl) + 1), ppl, marker="o", label=kind)
ax.set(xlabel="epoch", ylabel="perplexity")
ax.legend()
fig.savefig("ppl.pdf")
