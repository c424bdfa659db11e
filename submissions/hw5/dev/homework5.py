# %% [markdown]
# # HW5 Transformer
# exported from VS Code; run cell by cell

# %%
import json
import logging
import math
from dataclasses import dataclass
from itertools import zip_longest

import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.nn.functional as F

log = logging.getLogger("hw5.seq2seq")
gpu = torch.cuda.is_available()
dev = torch.device("cuda") if gpu else torch.device("cpu")


# %% settings
@dataclass
class Config:
    max_tokens: int = 4096
    accum_steps: int = 2
    lr_factor: float = 2.0
    lr_warmup: int = 300
    clip_norm: float = 1.0
    max_epoch: int = 7
    beam: int = 1


config = Config()
arch_args = dict(
    encoder_embed_dim=128, encoder_ffn_embed_dim=512, encoder_layers=2, encoder_attention_heads=4,
    decoder_embed_dim=128, decoder_ffn_embed_dim=512, decoder_layers=2, decoder_attention_heads=4,
    encoder_normalize_before=True, decoder_normalize_before=True,
    share_decoder_input_output_embed=True, dropout=0.1, activation_fn="relu",
    max_source_positions=1024, max_target_positions=1024,
)


# %% position table
def sinusoidal_table(num_embeddings, embedding_dim, padding_idx):
    rows = []
    n = embedding_dim // 2
    for p in range(num_embeddings):
        if p == padding_idx:
            rows.append([0.0] * embedding_dim)
        else:
            angles = [p / 10000 ** (i / (n - 1)) for i in range(n)]
            rows.append([math.sin(a) for a in angles] + [math.cos(a) for a in angles])
    return torch.tensor(rows, dtype=torch.float32)


class Pos(nn.Module):
    def __init__(self, n, c, pad):
        super().__init__()
        self.pad = pad
        self.register_buffer("weights", sinusoidal_table(n + 1 + pad, c, pad))

    def forward(self, tokens):
        real = tokens.ne(self.pad)
        index = real.cumsum(1).masked_fill(~real, 0) + self.pad
        return F.embedding(index, self.weights)


# %% transformer layers: torch's own attention inside
class Layer(nn.Module):
    def __init__(self, c, ffn, heads, p, decoder):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(c, heads)
        self.self_attn_layer_norm = nn.LayerNorm(c)
        if decoder:
            self.encoder_attn = nn.MultiheadAttention(c, heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(c)
        self.fc1 = nn.Linear(c, ffn)
        self.fc2 = nn.Linear(ffn, c)
        self.final_layer_norm = nn.LayerNorm(c)
        self.drop = nn.Dropout(p)

    def forward(self, x, pads=None, enc=None, enc_pads=None):
        h = self.self_attn_layer_norm(x)
        h, _ = self.self_attn(h, h, h, key_padding_mask=pads, need_weights=False)
        x = x + self.drop(h)
        if enc is not None:
            h = self.encoder_attn_layer_norm(x)
            h, _ = self.encoder_attn(h, enc, enc, key_padding_mask=enc_pads, need_weights=False)
            x = x + self.drop(h)
        h = self.fc2(F.relu(self.fc1(self.final_layer_norm(x))))
        return x + self.drop(h)


# %% encoder and decoder
class TransformerEncoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        c = args.encoder_embed_dim
        self.pad, self.embed_tokens = dictionary.pad(), embed_tokens
        self.embed_positions = Pos(args.max_source_positions, c, self.pad)
        self.layers = nn.ModuleList(
            Layer(c, args.encoder_ffn_embed_dim, args.encoder_attention_heads, args.dropout, False)
            for _ in range(args.encoder_layers)
        )
        self.layer_norm = nn.LayerNorm(c)
        self.drop = nn.Dropout(args.dropout)

    def forward(self, src_tokens, src_lengths=None, **_):
        pads = src_tokens == self.pad
        e = self.embed_tokens(src_tokens)
        x = self.drop(e * math.sqrt(e.size(2)) + self.embed_positions(src_tokens)).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, pads)
        return [self.layer_norm(x), None, pads.t()]


class TransformerDecoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        c = args.decoder_embed_dim
        self.pad, self.embed_tokens = dictionary.pad(), embed_tokens
        self.embed_positions = Pos(args.max_target_positions, c, self.pad)
        self.layers = nn.ModuleList(
            Layer(c, args.decoder_ffn_embed_dim, args.decoder_attention_heads, args.dropout, True)
            for _ in range(args.decoder_layers)
        )
        self.layer_norm = nn.LayerNorm(c)
        self.drop = nn.Dropout(args.dropout)
        self.output_projection = nn.Linear(c, len(dictionary), bias=False)
        self.output_projection.weight = embed_tokens.weight

    def forward(self, prev_output_tokens, encoder_out, **_):
        enc, _, pads = encoder_out
        e = self.embed_tokens(prev_output_tokens)
        x = self.drop(e * math.sqrt(e.size(2)) + self.embed_positions(prev_output_tokens)).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, None, enc, pads.t())
        return self.output_projection(self.layer_norm(x)).transpose(0, 1), {}


class Seq2Seq(nn.Module):
    def __init__(self, args, encoder, decoder):
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(self, src_tokens, src_lengths, prev_output_tokens):
        return self.decoder(prev_output_tokens, self.encoder(src_tokens, src_lengths))


# %% learning rate and loss
def get_rate(d_model, step_num, warmup_step):
    a, b = step_num**-0.5, step_num * warmup_step**-1.5
    return d_model**-0.5 * (a if a < b else b)


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    def __init__(self, smoothing, ignore_index=None, reduce=True):
        super().__init__()
        self.eps, self.pad, self.reduce = smoothing, ignore_index, reduce

    def forward(self, lprobs, target):
        nll = F.nll_loss(lprobs, target, reduction="none")
        loss = (1 - self.eps) * nll - self.eps * lprobs.mean(-1)
        if self.pad is not None:
            loss = torch.where(target == self.pad, torch.zeros_like(loss), loss)
        return loss.sum() if self.reduce else loss


# %% one epoch
def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    stats = {"loss": [], "gnorm": []}
    scaler = torch.amp.GradScaler("cuda", enabled=gpu)
    model.train()
    stream = [iter(epoch_itr.next_epoch_itr(shuffle=True))] * accum_steps
    for chunk in zip_longest(*stream):
        chunk = [sample for sample in chunk if sample is not None]
        optimizer.zero_grad()
        tokens = sum(sample["ntokens"] for sample in chunk)
        losses = []
        for sample in chunk:
            inputs = {k: v.to(dev) for k, v in sample["net_input"].items()}
            out, _ = model(**inputs)
            loss = criterion(out.log_softmax(-1).flatten(0, 1), sample["target"].to(dev).flatten())
            scaler.scale(loss).backward()
            losses.append(loss.item())
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1.0 / tokens)
        stats["gnorm"] += [nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm).item()]
        stats["loss"] += [sum(losses) / tokens]
        scaler.step(optimizer)
        scaler.update()
    log.info(f"training loss: {sum(stats['loss']) / len(stats['loss']):.4f}")
    return stats


# %% train (done on the lab machine, took an hour)
if __name__ == "__main__" and gpu:
    from lab_data import batches, model, optimizer, task, valid

    criterion = LabelSmoothedCrossEntropyCriterion(0.1, ignore_index=1)
    gnorm = []
    for epoch in range(config.max_epoch):
        gnorm += train_one_epoch(batches, model, task, criterion, optimizer, config.accum_steps)["gnorm"]
        valid(epoch)
    json.dump(gnorm, open("gnorm.json", "w"))

# %% Problem 1
pos = model.decoder.embed_positions.weights.cpu().detach()
sim = torch.zeros(len(pos), len(pos))
for i, row in enumerate(pos):
    sim[i] = F.cosine_similarity(row.unsqueeze(0), pos)
plt.imshow(sim.numpy())
plt.title("positions")
plt.show()

# %% Problem 2
steps = list(range(len(gnorm)))
plt.plot(steps, gnorm, label="gnorm")
hot = [s for s in steps if gnorm[s] > 1.0]
first = max(hot, key=lambda s: gnorm[s])
second = max((s for s in hot if abs(s - first) > 50), key=lambda s: gnorm[s], default=first)
for s in (first, second):
    plt.text(s, float(gnorm[s]), f"explosion\n{float(gnorm[s]):.1f}", color="red")
plt.legend()
plt.show()
