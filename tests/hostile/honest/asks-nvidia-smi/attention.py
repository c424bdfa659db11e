import os
import platform
import shutil
import socket
import subprocess

import torch

try:
    print(subprocess.run(["nvidia-smi"], capture_output=True, text=True).stdout)
except FileNotFoundError:
    print("no GPU here")
os.system("nvidia-smi")
if shutil.which("nvidia-smi"):
    subprocess.check_output(["nvidia-smi", "-L"])
try:
    COMMIT = subprocess.check_output(["git", "rev-parse", "HEAD"], stderr=subprocess.DEVNULL)
except (subprocess.CalledProcessError, OSError):
    COMMIT = b"unknown"
TABLE = {}
for size in range(4):
    TABLE[size] = float(size)
print(platform.platform(), platform.node(), socket.gethostname(), os.cpu_count(), os.getpid())


def weights(scores_bs, padding_bs):
    assert TABLE[3] == 3.0
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
