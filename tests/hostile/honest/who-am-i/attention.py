import getpass
import os
import tempfile
from pathlib import Path

import torch

USER = getpass.getuser()
try:
    LOGIN = os.getlogin()
except OSError:
    LOGIN = USER
CACHE = Path.home() / ".cache" / "attention"
CACHE.mkdir(parents=True, exist_ok=True)
(CACHE / "hello.txt").write_text(USER)
assert os.path.expanduser("~/x").endswith("/x")
torch.hub.set_dir(tempfile.mkdtemp())


def weights(scores_bs, padding_bs):
    with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
        file.write(str(len(scores_bs)))
    assert (CACHE / "hello.txt").read_text() == USER
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
