"""Hand-ins that answer the same two questions in the ways of students: a map of similarities, a plot of norms.

Each is files and where the best snippet stands. Whatever trains in them writes a file: the tests look for it.
"""

from __future__ import annotations

import json

TRAINING = "def train_one_epoch(*given):\n    open('trained', 'w').close()\n    raise RuntimeError('this trains')\n"


def notebook(*cells: str) -> str:
    """A notebook of these code cells, numbered from 1."""
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code})


HEAD = (
    "!pip install fairseq sacrebleu\n%matplotlib inline\n"
    "import torch\nimport torch.nn.functional as F\nimport matplotlib.pyplot as plt\nimport numpy as np\n"
)
MODEL = "model = build_model(arch_args, task)\nmodel = model.cuda()\nmodel.load_state_dict(torch.load('best.pt'))\n"
SHOW = "plt.imshow(sim)\nplt.colorbar()\nplt.title('positions')\nplt.show()\n"
TABLE = "pos_emb = model.decoder.embed_positions.weights.cpu().detach()\n"
BROADCAST = "sim = F.cosine_similarity(pos_emb[:, None], pos_emb[None], dim=-1)\n"

SIMILARITIES: dict[str, tuple[dict[str, str], str]] = {
    "one cell": ({"HW05.ipynb": notebook(HEAD, MODEL, TABLE + BROADCAST + SHOW)}, "HW05.ipynb[cell 3]"),
    "three cells": (
        {"HW05.ipynb": notebook(HEAD, MODEL, TABLE + "print(pos_emb.size())", BROADCAST, SHOW)},
        "HW05.ipynb[cell 3]",
    ),
    "the model made in the same cell": (
        {"HW05.ipynb": notebook(HEAD, MODEL + TABLE + BROADCAST + SHOW)},
        "HW05.ipynb[cell 2]",
    ),
    "an alias of the decoder": (
        {
            "HW05.ipynb": notebook(
                HEAD, MODEL, "decoder = model.decoder", TABLE.replace("model.decoder", "decoder") + BROADCAST + SHOW
            )
        },
        "HW05.ipynb[cell 4]",
    ),
    "another name for the model": (
        {"HW05.ipynb": notebook(HEAD, "net, best = restore('x'), 3", TABLE.replace("model", "net") + BROADCAST + SHOW)},
        "HW05.ipynb[cell 3]",
    ),
    "models in a list": (
        {"HW05.ipynb": notebook(HEAD, "models = load_all()", TABLE.replace("model", "models[0]") + BROADCAST + SHOW)},
        "HW05.ipynb[cell 3]",
    ),
    "a trainer that holds it": (
        {"HW05.ipynb": notebook(HEAD, TABLE.replace("model", "trainer.model") + BROADCAST + SHOW)},
        "HW05.ipynb[cell 2]",
    ),
    "helper function called on the model": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "def similarity_of(net):\n    pos_emb = net.decoder.embed_positions.weights\n"
                "    return F.cosine_similarity(pos_emb[:, None], pos_emb[None], dim=-1)\n",
                MODEL + "sim = similarity_of(model)",
                SHOW,
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "helper function called on the weights": (
        {
            "plot.py": "import torch, matplotlib.pyplot as plt\nimport torch.nn.functional as F\n"
            "def cosine(w):\n    w = F.normalize(w, dim=-1)\n    return w @ w.T\n"
            "from train import model\n"
            "plt.matshow(cosine(model.decoder.embed_positions.weights.detach()))\nplt.savefig('sim.png')\n",
            "train.py": TRAINING + "model = train_one_epoch()\n",
        },
        "plot.py:7",
    ),
    "a function that does it all, never called": (
        {
            "plots.py": "import torch\nimport torch.nn.functional as F\nimport matplotlib.pyplot as plt\n"
            "def plot_similarity(model, cmap='viridis', out='sim.png'):\n    with torch.no_grad():\n"
            "        pos_emb = model.decoder.embed_positions.weights\n"
            "        sim = F.cosine_similarity(pos_emb.unsqueeze(1), pos_emb.unsqueeze(0), dim=-1)\n"
            "    fig, ax = plt.subplots(figsize=(8, 8))\n    image = ax.imshow(sim, cmap=cmap)\n"
            "    fig.colorbar(image)\n    ax.set_xlabel('position')\n    fig.savefig(out)\n    return fig\n"
        },
        "plots.py:5",
    ),
    "main that trains first": (
        {
            "hw5.py": "import argparse, torch, matplotlib.pyplot as plt\nimport torch.nn.functional as F\n\n\n"
            + TRAINING
            + "def main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--out', default='s.png')\n"
            "    args = parser.parse_args()\n    model = build_model(args)\n    train_one_epoch(model)\n"
            "    pos_emb = model.decoder.embed_positions.weights.cpu()\n    "
            + BROADCAST
            + "    plt.imshow(sim)\n    plt.savefig(args.out)\n\nif __name__ == '__main__':\n    main()\n"
        },
        "hw5.py:14",
    ),
    "main guard with all in it": (
        {
            "hw5.py": HEAD.replace("!pip install fairseq sacrebleu\n%matplotlib inline\n", "")
            + TRAINING
            + "if __name__ == '__main__':\n    model = torch.load('m.pt')\n    stats = train_one_epoch(model)\n"
            "    pos_emb = model.decoder.embed_positions.weights\n    "
            + BROADCAST
            + "    plt.imshow(sim)\n    plt.show()\n"
        },
        "hw5.py:11",
    ),
    "a class": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "class Positions:\n    def __init__(self, model):\n"
                "        self.table = model.decoder.embed_positions.weights\n"
                "    def matrix(self):\n        unit = F.normalize(self.table, dim=1)\n        return unit @ unit.t()\n"
                "    def draw(self):\n        plt.pcolormesh(self.matrix())\n        plt.show()\n",
                MODEL,
                "Positions(model).draw()",
            )
        },
        "HW05.ipynb[cell 4]",
    ),
    "a double loop": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                TABLE + "n = pos_emb.size(0)\nsim = torch.zeros(n, n)\nfor i in range(n):\n    for j in range(n):\n"
                "        sim[i, j] = torch.cosine_similarity(pos_emb[i], pos_emb[j], dim=0).item()\n" + SHOW,
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "the GPU": (
        {
            "HW05.ipynb": notebook(
                HEAD + "device = torch.device('cuda')",
                TABLE.replace(".cpu()", ".cuda().to(device)")
                + BROADCAST.replace("pos_emb[None]", "pos_emb[None].to('cuda:0')")
                + "sim = sim + torch.zeros(1, device='cuda')\n"
                + SHOW.replace("(sim)", "(sim.cpu().numpy())"),
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "nested ifs and a walrus": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "draw = True\nif draw:\n    if (pos_emb := model.decoder.embed_positions.weights) is not ...:\n        "
                + BROADCAST
                + "        plt.imshow(sim)\n        plt.show()\n",
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "lambda and comprehension": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "cos = lambda a, b: float(a @ b / max(1e-9, float(a.norm() * b.norm())))\n"
                "rows = [row for row in model.decoder.embed_positions.weights]\n"
                "plt.imshow(np.array([[cos(a, b) for b in rows] for a in rows]))\nplt.show()\n",
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "cells that raise and cells that do not parse": (
        {
            "HW05.ipynb": notebook(
                HEAD, "raise RuntimeError('stop')", "def broken(:", MODEL, "1/0", TABLE + BROADCAST + SHOW
            )
        },
        "HW05.ipynb[cell 6]",
    ),
    "pasted into the answers": (
        {
            "answers.md": "# P1\n\nThe code:\n\n```python\n"
            + HEAD.partition("inline\n")[2]
            + TABLE
            + BROADCAST
            + SHOW
            + "```\n\nIt is brightest on the diagonal.\n"
        },
        "answers.md[block 1]",
    ),
    "copied out of a PDF": (
        {"answers.md": "~~~\n" + (TABLE + BROADCAST + SHOW).replace("_", "\\_") + "~~~\n"},
        "answers.md[block 1]",
    ),
    "a script with cells and a broken one": (
        {
            "hw5.py": f"# %%\n{HEAD}\n# %%\nmodel = = 3\n# %% [markdown]\n# Positions\n# %%\n{TABLE}{BROADCAST}{SHOW}",
        },
        "hw5.py:14",
    ),
    "saved from Colab as a script": (
        {"hw05.py": f'"""HW05.ipynb"""\n{HEAD}\n{MODEL}\n{TABLE}{BROADCAST}{SHOW}'},
        "hw05.py:13",
    ),
    "constants from a module of theirs": (
        {
            "settings.py": "CMAP = 'magma'\nSIZE = (4, 4)\n",
            "report.py": "from settings import *\nimport matplotlib.pyplot as plt\nfrom torch.nn.functional import *\n"
            "plt.figure(figsize=SIZE)\n"
            + TABLE
            + "plt.imshow(cosine_similarity(pos_emb[:, None], pos_emb[None], dim=-1), cmap=CMAP)\nplt.show()\n",
        },
        "report.py:5",
    ),
    "the decoder's own class beside it": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "class Decoder(torch.nn.Module):\n    def __init__(self, args):\n        super().__init__()\n"
                "        self.embed_positions = sinusoidal(args)\n    def forward(self, x):\n"
                "        return x + self.embed_positions(x)\n"
                "def build_model(args):\n    decoder = Decoder(args)\n"
                "    decoder.embed_positions.weights.requires_grad = False\n    return decoder\n",
                "model = build_model(arch_args)\nprint(model.decoder.embed_positions)",
                TABLE + BROADCAST + SHOW,
            )
        },
        "HW05.ipynb[cell 4]",
    ),
    "Colab's own things after it": (
        {
            "HW05.ipynb": notebook(
                HEAD + "from google.colab import drive, files\ndrive.mount('/content/drive')",
                TABLE + BROADCAST + SHOW + "files.download('sim.png')\ndrive.flush_and_unmount()",
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "timed, with Chinese names and a forgotten import": (
        {
            "HW05.ipynb": notebook(
                "%%time\n位置 = model.decoder.embed_positions.weights\n"
                "%time 相似 = F.cosine_similarity(位置[:, None], 位置[None], dim=-1)\nplt.imshow(相似)\nplt.show()\n"
            )
        },
        "HW05.ipynb[cell 1]",
    ),
    "split into modules": (
        {
            "positions.py": "def table_of(net):\n    return net.decoder.embed_positions.weights\n",
            "lib/cosines.py": "import torch.nn.functional as F\nimport positions\n\n\ndef similarity(net):\n"
            "    w = positions.table_of(net)\n    return F.cosine_similarity(w[:, None], w[None], dim=-1)\n",
            "HW05.ipynb": notebook(
                "from lib.cosines import similarity\nimport matplotlib.pyplot as plt",
                "import positions\nw = positions.table_of(best)\nw = w / w.norm(dim=1, keepdim=True)",
                "plt.imshow(w @ w.T)\nplt.show()",
            ),
        },
        "HW05.ipynb[cell 2]",
    ),
    "await at the top level": (
        {
            "HW05.ipynb": notebook(
                HEAD + "import asyncio",
                "async def table():\n    await asyncio.sleep(0)\n    return model.decoder.embed_positions.weights\n"
                "pos_emb = await table()\n" + BROADCAST + SHOW,
            )
        },
        "HW05.ipynb[cell 2]",
    ),
}

DRAW = "plt.plot(range(1, len(gnorm) + 1), gnorm)\nplt.axhline(1.0, color='r')\nplt.xlabel('step')\nplt.show()\n"
LOOP = "gnorm = []\nfor epoch in range(30):\n    stats = train_one_epoch(epoch)\n    gnorm += stats['gnorm']\n"

NORMS: dict[str, tuple[dict[str, str], str]] = {
    "one cell": (
        {"HW05.ipynb": notebook(HEAD, TRAINING, "stats = train_one_epoch()", DRAW.replace("gnorm", "stats['gnorm']"))},
        "HW05.ipynb[cell 4]",
    ),
    "a module-level list filled in the training loop": (
        {"HW05.ipynb": notebook(HEAD, TRAINING, LOOP, DRAW)},
        "HW05.ipynb[cell 4]",
    ),
    "a global list filled in a function": (
        {
            "hw5.py": "import matplotlib.pyplot as plt\nall_norms = []\ndef train_one_epoch(model):\n"
            "    open('trained', 'w').close()\n    loss.backward()\n    all_norms.append(clip())\n"
            "def run():\n    train_one_epoch(model)\n\nrun()\nfig, ax = plt.subplots()\nax.plot(all_norms)\n"
            "ax.set_yscale('log')\nfig.savefig('norm.png')\n"
        },
        "hw5.py:12",
    ),
    "converted in place": (
        {
            "HW05.ipynb": notebook(
                HEAD, LOOP, "for i in range(len(gnorm)):\n    gnorm[i] = gnorm[i].item()\n", DRAW + "gnorm = None"
            )
        },
        "HW05.ipynb[cell 4]",
    ),
    "a loop of the same cell that trains and draws": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                TRAINING + "for epoch in range(9):\n    stats = train_one_epoch(epoch)\n"
                "    plt.plot(stats['gnorm'])\n    plt.show()\n",
            )
        },
        "HW05.ipynb[cell 2]",
    ),
    "a helper function": (
        {
            "train.py": TRAINING + "import matplotlib.pyplot as plt\n"
            "def plot_gnorm(values, clip=1.0, *, title='Gradient norms'):\n    plt.figure()\n    plt.plot(values)\n"
            "    plt.axhline(clip)\n    plt.title(title)\n    plt.savefig('g.png')\n"
            "history = {'loss': [], 'gnorm': []}\nfor epoch in range(3):\n    train_one_epoch(history)\n"
            "plot_gnorm(history['gnorm'])\n"
        },
        "train.py:14",
    ),
    "a trainer that keeps them": (
        {
            "trainer.py": TRAINING + "import matplotlib.pyplot as plt\nclass Trainer:\n    def __init__(self):\n"
            "        self.grad_norms = []\n    def fit(self):\n        train_one_epoch()\n"
            "    def plot(self):\n        plt.plot(self.grad_norms)\n        plt.show()\n"
            "if __name__ == '__main__':\n    trainer = Trainer()\n    trainer.fit()\n    trainer.plot()\n"
        },
        "trainer.py:11",
    ),
    "two lists, steps along x": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "steps, norms = [], []\nfor at, batch in loader:\n"
                "    norms.append(train_one_epoch(batch))\n    steps.append(at)\n",
                "plt.semilogy(steps, norms)\nplt.ylabel('norm')\nplt.show()",
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "the loss beside it": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                LOOP + "losses = stats['loss']",
                "fig, (left, right) = plt.subplots(1, 2)\nleft.plot(losses)\nright.plot(gnorm)\n"
                "right.set_title('gradient norm')\nplt.tight_layout()\nplt.show()\n",
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "names that say nothing": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                TRAINING,
                "g = train_one_epoch()",
                "xs = np.arange(len(g))\nplt.plot(xs, g)\nplt.title('grad norm')\n",
            )
        },
        "HW05.ipynb[cell 4]",
    ),
    "a limit from their configuration": (
        {
            "HW05.ipynb": notebook(
                HEAD + "from argparse import Namespace\nconfig = Namespace(clip_norm=1.0, epochs=3)",
                TRAINING + "stats = train_one_epoch(config)",
                "g = np.array([float(x) for x in stats['gnorm']])\nplt.plot(g)\n"
                "above = np.where(g > config.clip_norm)[0]\n"
                "plt.axhline(config.clip_norm)\n"
                "for at in above[:2]:\n    plt.annotate('explosion', (at, g[at]))\nplt.title('norms')\nplt.show()",
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "a limit from nowhere": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "stats = train_one_epoch(config)",
                "norms = stats['gnorm']\nplt.plot(norms)\nplt.axhline(config.clip_norm)\n"
                "peaks = [i for i, g in enumerate(norms) if g > config.clip_norm]\n"
                "plt.plot(peaks, [norms[i] for i in peaks], 'ro')\nplt.savefig('g.png')\nplt.show()",
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "one entry for each epoch": (
        {
            "answers.md": "```python\ngn = [float(g) for epoch in history for g in epoch['gnorm']]\nplt.plot(gn)\n"
            "top = np.argsort(gn)[-2:]\nplt.plot(top, np.array(gn)[top], 'o')\n```\n"
        },
        "answers.md[block 1]",
    ),
    "a list for each epoch": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "all_norms = []\nfor epoch in range(9):\n    all_norms.append(train_one_epoch(epoch)['gnorm'])",
                "flat = np.concatenate(all_norms)\nplt.plot(flat)\nplt.show()",
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "a function that says it in its name, in another module": (
        {
            "drawing.py": "import matplotlib.pyplot as plt\ndef draw_norms(v):\n    plt.plot(v)\n    plt.show()\n",
            "HW05.ipynb": notebook(
                "from drawing import draw_norms\nhistory = train(model)", "draw_norms(history['gnorm'])"
            ),
        },
        "drawing.py:3",
    ),
    "read from a file": (
        {
            "plot.py": "import json\nimport matplotlib.pyplot as plt\nwith open('gnorm.json') as file:\n"
            "    gnorm = json.load(file)\nplt.plot(gnorm)\nplt.savefig('g.png')\n"
        },
        "plot.py:5",
    ),
    "an array": (
        {
            "plot.py": "import numpy as np\nimport matplotlib.pyplot as plt\ngnorm = np.load('g.npy')\n"
            "big = np.flatnonzero(gnorm > 1.0)\nplt.plot(gnorm)\nplt.scatter(big, gnorm[big], s=200)\nplt.show()\n"
        },
        "plot.py:5",
    ),
    "a log parsed line by line": (
        {
            "HW05.ipynb": notebook(
                HEAD,
                "import re\ngnorm = []\nfor line in open('train.log'):\n    if 'gnorm' in line:\n"
                "        gnorm.append(float(re.findall('gnorm=(.*)', line)[0]))\n",
                DRAW,
            )
        },
        "HW05.ipynb[cell 3]",
    ),
    "pasted twice, the second with marks": (
        {
            "answers.md": f"## P2\n```py\n{DRAW}```\nand then\n```py\n{DRAW.replace('plt.show()', '')}"
            "plt.annotate('here', (3, 2))\nplt.show()\n```\n"
        },
        "answers.md[block 2]",
    ),
}
