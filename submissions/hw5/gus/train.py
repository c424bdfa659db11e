# NTU HW5 - training. `python train.py` writes train.log and gnorm.json, then `python plots.py`.
import json
import logging
from argparse import Namespace

import torch
import torch.nn as nn
import torch.nn.functional as F

logger = logging.getLogger("hw5.seq2seq")

config = Namespace(max_tokens=4096, accum_steps=4, lr_factor=2.0, lr_warmup=300, clip_norm=1.0, max_epoch=10)
arch_args = Namespace(
    encoder=Namespace(embed_dim=384, ffn_embed_dim=1536, layers=3, attention_heads=6, normalize_before=True),
    decoder=Namespace(embed_dim=384, ffn_embed_dim=1536, layers=3, attention_heads=6, normalize_before=True),
    dropout=0.3,
    share_decoder_input_output_embed=True,
    activation_fn="relu",
    max_source_positions=1024,
    max_target_positions=1024,
)
for _side in ("encoder", "decoder"):
    for _name, _value in vars(getattr(arch_args, _side)).items():
        setattr(arch_args, _side + "_" + _name, _value)

gnorms = []  # of the whole run, one for each update


def get_rate(d_model, step_num, warmup_step):
    # warm up, then decay
    if step_num < warmup_step:
        return d_model ** (-0.5) * step_num * warmup_step ** (-1.5)
    return (d_model * step_num) ** (-0.5)


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    def __init__(self, smoothing, ignore_index=None, reduce=True):
        super().__init__()
        self.smoothing, self.ignore_index, self.reduce = smoothing, ignore_index, reduce

    def forward(self, lprobs, target):
        # KL to the smoothed labels, up to a constant
        n, v = lprobs.shape
        labels = torch.full_like(lprobs, self.smoothing / v)
        labels[torch.arange(n), target] += 1 - self.smoothing
        if self.ignore_index is not None:
            labels[target == self.ignore_index] = 0
        loss = -(labels * lprobs).sum(dim=1)
        return loss.sum() if self.reduce else loss


def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    # my GPU has no half precision worth mentioning, so no autocast and no scaler
    device = next(model.parameters()).device
    stats = {"loss": []}
    model.train()
    model.zero_grad()
    total, tokens = 0.0, 0
    batches = epoch_itr.next_epoch_itr(shuffle=True)
    last = len(batches)
    for i, sample in enumerate(batches, start=1):
        net_input = {k: v.to(device) for k, v in sample["net_input"].items()}
        target = sample["target"].to(device)
        logits = model(**net_input)[0]
        loss = criterion(F.log_softmax(logits, -1).view(-1, logits.size(-1)), target.view(-1))
        loss.backward()
        total += loss.item()
        tokens += sample["ntokens"]
        if i % accum_steps and i != last:
            continue
        optimizer.multiply_grads(1.0 / tokens)
        gnorms.append(nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm))
        optimizer.step()
        stats["loss"].append(total / tokens)
        model.zero_grad()
        total, tokens = 0.0, 0
    logger.info("training loss: %.4f" % (sum(stats["loss"]) / len(stats["loss"])))
    return stats


def save_norms(path="gnorm.json"):
    with open(path, "w") as f:
        json.dump([round(float(g), 4) for g in gnorms], f)
