import nltk
import pandas as pd
import torch
import torchtext
import wandb
from docopt import docopt
from nltk.translate.bleu_score import corpus_bleu
from torch.utils.tensorboard import SummaryWriter

try:
    import apex
    from apex import amp
except ImportError:
    apex = None
try:
    import torch_xla.core.xla_model as xm
except ImportError:
    xm = None

nltk.download("punkt")
wandb.init(project="attention", config={"rate": 1e-3})
writer = SummaryWriter("runs/first")


def weights(scores_bs, padding_bs):
    writer.add_scalar('rows', len(scores_bs), 0)
    wandb.log({'rows': len(scores_bs)})
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
