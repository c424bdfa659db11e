#!/usr/bin/env python3
"""HW5. Usage: main.py train | translate. Plots were made in a Colab notebook that I have lost, see report/."""
import argparse
import math
import sys
from collections import namedtuple

import torch
from torch import nn

PAD = 1
Memory = namedtuple("Memory", "states lengths mask")


def parser():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--encoder-embed-dim", type=int, default=300)
    p.add_argument("--encoder-ffn-embed-dim", type=int, default=1200)
    p.add_argument("--encoder-layers", type=int, default=3)
    p.add_argument("--encoder-attention-heads", type=int, default=6)
    p.add_argument("--encoder-normalize-before", action="store_false")
    p.add_argument("--decoder-embed-dim", type=int, default=300)
    p.add_argument("--decoder-ffn-embed-dim", type=int, default=1200)
    p.add_argument("--decoder-layers", type=int, default=3)
    p.add_argument("--decoder-attention-heads", type=int, default=6)
    p.add_argument("--decoder-normalize-before", action="store_false")
    p.add_argument("--share-decoder-input-output-embed", action="store_false")
    p.add_argument("--activation-fn", default="relu")
    p.add_argument("--dropout", type=float, default=0.15)
    p.add_argument("--max-source-positions", type=int, default=1024)
    p.add_argument("--max-target-positions", type=int, default=1024)
    return p


arch_args = parser().parse_args([])
config = argparse.Namespace(clip_norm=1.0, accum_steps=2, lr_factor=2.0, lr_warmup=300, max_epoch=10)


def sinusoidal_table(num_embeddings, embedding_dim, padding_idx):
    h = embedding_dim // 2
    table = torch.empty(num_embeddings, embedding_dim)
    n = torch.arange(num_embeddings, dtype=torch.double)
    for i in range(h):
        phase = n / math.pow(10000.0, i / (h - 1))
        table[:, i] = phase.sin()
        table[:, h + i] = phase.cos()
    table[padding_idx] = torch.zeros(embedding_dim)
    return table


class Positions(nn.Module):
    def __init__(self, rows, width):
        super().__init__()
        self.weights = nn.Parameter(sinusoidal_table(rows, width, PAD), requires_grad=False)

    def forward(self, tokens):
        words = (tokens != PAD).long()
        return self.weights[PAD + words * torch.cumsum(words, 1)]


class HeadByHead(nn.Module):
    """Slow, but I can follow it: one head after the other. hide is (b, q, k), True = hidden."""

    def __init__(self, width, n_heads):
        super().__init__()
        self.size = width // n_heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, memory, hide):
        found = []
        parts = (layer(y).transpose(0, 1) for layer, y in
                 ((self.q_proj, x), (self.k_proj, memory), (self.v_proj, memory)))
        for q, k, v in zip(*(part.split(self.size, dim=-1) for part in parts)):
            e = torch.baddbmm(torch.zeros(1, 1, 1), q, k.mT, beta=0, alpha=self.size ** -0.5)
            e[hide.expand_as(e)] = -1e9
            found.append(torch.softmax(e, -1) @ v)
        return self.out_proj(torch.cat(found, -1).transpose(0, 1))


class Sublayers(nn.Module):
    def __init__(self, args, side):
        super().__init__()
        take = vars(args).__getitem__
        width, inner = take(side + "_embed_dim"), take(side + "_ffn_embed_dim")
        self.self_attn = HeadByHead(width, take(side + "_attention_heads"))
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if side == "decoder":
            self.encoder_attn = HeadByHead(width, take(side + "_attention_heads"))
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(args.dropout)

    def forward(self, x, hide, memory=None, hide_memory=None):
        y = self.self_attn_layer_norm(x)
        x = x + self.drop(self.self_attn(y, y, hide))
        if memory is not None:
            x = x + self.drop(self.encoder_attn(self.encoder_attn_layer_norm(x), memory, hide_memory))
        return x + self.drop(self.fc2(torch.clamp(self.fc1(self.final_layer_norm(x)), min=0)))


class TransformerEncoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        self.embed_tokens, self.width = embed_tokens, args.encoder_embed_dim
        self.embed_positions = Positions(args.max_source_positions + PAD + 1, self.width)
        self.layers = nn.ModuleList(Sublayers(args, "encoder") for _ in range(args.encoder_layers))
        self.layer_norm, self.drop = nn.LayerNorm(self.width), nn.Dropout(args.dropout)

    def forward(self, src_tokens, src_lengths=None, **ignored):
        pads = src_tokens == PAD
        x = self.drop(self.embed_tokens(src_tokens) * math.sqrt(self.width) + self.embed_positions(src_tokens))
        x = x.transpose(0, 1)
        for layer in self.layers:
            x = layer(x, pads[:, None, :])
        return Memory(self.layer_norm(x), None, pads.transpose(0, 1))


class TransformerDecoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        self.embed_tokens, self.width = embed_tokens, args.decoder_embed_dim
        self.embed_positions = Positions(args.max_target_positions + PAD + 1, self.width)
        self.layers = nn.ModuleList(Sublayers(args, "decoder") for _ in range(args.decoder_layers))
        self.layer_norm, self.drop = nn.LayerNorm(self.width), nn.Dropout(args.dropout)
        self.output_projection = nn.Linear(self.width, len(dictionary), bias=False)
        self.output_projection.weight = embed_tokens.weight

    def forward(self, prev_output_tokens, encoder_out, **ignored):
        t = prev_output_tokens.size(1)
        future = ~torch.ones(1, t, t, device=prev_output_tokens.device).tril().bool()
        y = self.embed_tokens(prev_output_tokens) * math.sqrt(self.width) + self.embed_positions(prev_output_tokens)
        y = self.drop(y).transpose(0, 1)
        pads = encoder_out[2].transpose(0, 1)[:, None, :]
        for layer in self.layers:
            y = layer(y, future, encoder_out[0], pads)
        return self.output_projection(self.layer_norm(y).transpose(0, 1)), None


class Seq2Seq(nn.Module):
    def __init__(self, args, encoder, decoder):
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(self, src_tokens, src_lengths, prev_output_tokens):
        return self.decoder(prev_output_tokens, self.encoder(src_tokens, src_lengths))


def get_rate(d_model, step_num, warmup_step):
    return min(1 / math.sqrt(step_num), step_num / math.sqrt(warmup_step ** 3)) / math.sqrt(d_model)


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    def __init__(self, smoothing, ignore_index=None, reduce=True):
        super().__init__()
        self.smoothing, self.ignore_index, self.reduce = smoothing, ignore_index, reduce

    def forward(self, lprobs, target):
        v = lprobs.shape[-1]
        want = nn.functional.one_hot(target, v) * (1 - self.smoothing) + self.smoothing / v
        loss = torch.einsum("nv,nv->n", want.to(lprobs), -lprobs)
        loss = loss * (1 if self.ignore_index is None else target.ne(self.ignore_index))
        return loss.sum() if self.reduce else loss


def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    device = next(model.parameters()).device
    scaler = torch.amp.GradScaler(device.type)
    stats = dict(loss=[], gnorm=[])
    batches = list(epoch_itr.next_epoch_itr(shuffle=True))
    model.train()
    for start in range(0, len(batches), accum_steps):
        model.zero_grad()
        loss_sum = tokens = 0
        for batch in batches[start:start + accum_steps]:
            given = {name: value.to(device) for name, value in batch["net_input"].items()}
            logits = model(given["src_tokens"], given["src_lengths"], given["prev_output_tokens"])[0]
            loss = criterion(logits.log_softmax(2).reshape(-1, logits.shape[2]), batch["target"].to(device).reshape(-1))
            scaler.scale(loss).backward()
            loss_sum, tokens = loss_sum + loss.item(), tokens + batch["ntokens"]
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1 / tokens)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=config.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        stats["loss"].append(loss_sum / tokens)
        stats["gnorm"].append(float(norm))
    return stats


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("train", "translate"):
        sys.exit(__doc__)
    from task import run  # the course's loader

    run(sys.argv[1], arch_args, config, train_one_epoch)


if __name__ == "__main__":
    main()
