"""Training and restoring."""

import logging
from itertools import islice

import torch
from torch.nn.utils import clip_grad_norm_

from .model import Seq2Seq, TransformerDecoder, TransformerEncoder
from .settings import arch_args, config

log = logging.getLogger("hw5.seq2seq")
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def groups(batches, n):
    batches = iter(batches)
    while group := list(islice(batches, n)):
        yield group


def place(x):
    if torch.is_tensor(x):
        return x.to(DEVICE, non_blocking=True)
    return {k: place(v) for k, v in x.items()} if isinstance(x, dict) else x


def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    stats = {"loss": [], "grad_norm": []}
    scaler = torch.amp.GradScaler(DEVICE.type)
    model.train()
    for group in groups(epoch_itr.next_epoch_itr(shuffle=True), accum_steps):
        model.zero_grad()
        words = sum(sample["ntokens"] for sample in group)
        total = 0.0
        for sample in map(place, group):
            with torch.amp.autocast(DEVICE.type, enabled=DEVICE.type == "cuda"):
                logits = model(**sample["net_input"])[0]
                loss = criterion(logits.log_softmax(-1).flatten(0, 1), sample["target"].flatten())
            scaler.scale(loss).backward()
            total += float(loss)
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1 / words)
        stats["grad_norm"].append(clip_grad_norm_(model.parameters(), config.clip_norm))
        stats["loss"].append(total / words)
        scaler.step(optimizer)
        scaler.update()
    log.info("training loss: %.4f", sum(stats["loss"]) / len(stats["loss"]))
    return stats


def restore(path, dictionaries):
    """The trained model, on the CPU, ready to be looked at."""
    tables = [torch.nn.Embedding(len(each), arch_args.encoder_embed_dim, each.pad()) for each in dictionaries]
    halves = [
        half(arch_args, words, table)
        for half, words, table in zip((TransformerEncoder, TransformerDecoder), dictionaries, tables)
    ]
    model = Seq2Seq(arch_args, *halves)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()
