"""
NTU ML 2023 Spring -- HW5, machine translation
everything but the plots in one file, run on one 3060
"""
import json
import logging
import math
import os
import sys
import types

import torch
from torch import nn
from torch.nn import functional as F

logging.basicConfig(
    format="%(asctime)s | %(levelname)s | %(name)s | %(message)s",
    datefmt="%Y-%m-%d %H:%M:%S",
    level="INFO",
    stream=sys.stdout,
)
logger = logging.getLogger("hw5.seq2seq")
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


class config:
    datadir = "./DATA/data-bin"
    savedir = "./checkpoints/rnn"
    max_tokens = 4096
    accum_steps = 2
    lr_factor = 2.0
    lr_warmup = 400
    clip_norm = 1.0
    max_epoch = 8
    beam = 5


arch_args = types.SimpleNamespace(
    encoder_embed_dim=512,
    encoder_ffn_embed_dim=1024,
    encoder_layers=4,
    decoder_embed_dim=512,
    decoder_ffn_embed_dim=1024,
    decoder_layers=4,
    share_decoder_input_output_embed=True,
    dropout=0.3,
)


def add_transformer_args(args):
    args.encoder_attention_heads = 8
    args.encoder_normalize_before = True
    args.decoder_attention_heads = 8
    args.decoder_normalize_before = True
    args.activation_fn = "relu"
    args.max_source_positions = 1024
    args.max_target_positions = 1024


add_transformer_args(arch_args)


# ---------------------------------------------------------------- positions


def sinusoidal_table(num_embeddings, embedding_dim, padding_idx):
    half_dim = embedding_dim // 2
    emb = math.log(10000) / (half_dim - 1)
    emb = torch.exp(torch.arange(half_dim, dtype=torch.float) * -emb)
    emb = torch.arange(num_embeddings, dtype=torch.float).unsqueeze(1) * emb.unsqueeze(0)
    emb = torch.cat([torch.sin(emb), torch.cos(emb)], dim=1).view(num_embeddings, -1)
    emb[padding_idx, :] = 0
    return emb


class PosEmb(nn.Module):
    def __init__(self, dim, pad, n):
        super().__init__()
        self.pad = pad
        self.weights = sinusoidal_table(n + pad + 1, dim, pad)

    def forward(self, tok):
        self.weights = self.weights.to(tok.device)
        m = tok.ne(self.pad).long()
        pos = torch.cumsum(m, dim=1) * m + self.pad
        return self.weights[pos.view(-1)].view(tok.size(0), tok.size(1), -1).detach()


# ---------------------------------------------------------------- layers


class Attn(nn.Module):
    """heads folded into the batch: (b * heads, n, dim / heads)"""

    def __init__(self, dim, heads):
        super().__init__()
        assert dim % heads == 0
        self.dim, self.heads = dim, heads
        self.q_proj = nn.Linear(dim, dim)
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.out_proj = nn.Linear(dim, dim)

    def fold(self, x):
        n, b, _ = x.size()
        return x.contiguous().view(n, b * self.heads, self.dim // self.heads).transpose(0, 1)

    def forward(self, query, key, key_padding_mask=None, attn_mask=None):
        tgt_len, bsz, _ = query.size()
        q = self.fold(self.q_proj(query)) * (self.dim // self.heads) ** -0.5
        k = self.fold(self.k_proj(key))
        v = self.fold(self.v_proj(key))
        w = torch.bmm(q, k.transpose(1, 2))
        if attn_mask is not None:
            w = w + attn_mask.unsqueeze(0)
        if key_padding_mask is not None:
            w = w.view(bsz, self.heads, tgt_len, -1)
            w = w.masked_fill(key_padding_mask.unsqueeze(1).unsqueeze(2), float("-inf"))
            w = w.view(bsz * self.heads, tgt_len, -1)
        out = torch.bmm(F.softmax(w, dim=-1), v)
        return self.out_proj(out.transpose(0, 1).contiguous().view(tgt_len, bsz, self.dim))


class EncoderLayer(nn.Module):
    def __init__(self, args):
        super().__init__()
        dim = args.encoder_embed_dim
        self.self_attn = Attn(dim, args.encoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, args.encoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.encoder_ffn_embed_dim, dim)
        self.final_layer_norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(args.dropout)

    def forward(self, x, pad):
        residual = x
        x = self.self_attn_layer_norm(x)
        x = self.self_attn(x, x, key_padding_mask=pad)
        x = residual + self.dropout(x)
        residual = x
        x = self.final_layer_norm(x)
        x = self.fc2(F.relu(self.fc1(x)))
        return residual + self.dropout(x)


class DecoderLayer(nn.Module):
    def __init__(self, args):
        super().__init__()
        dim = args.decoder_embed_dim
        self.self_attn = Attn(dim, args.decoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        self.encoder_attn = Attn(dim, args.decoder_attention_heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, args.decoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.decoder_ffn_embed_dim, dim)
        self.final_layer_norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(args.dropout)

    def forward(self, x, enc, enc_pad, future):
        residual = x
        x = self.self_attn_layer_norm(x)
        x = self.self_attn(x, x, attn_mask=future)
        x = residual + self.dropout(x)
        residual = x
        x = self.encoder_attn_layer_norm(x)
        x = self.encoder_attn(x, enc, key_padding_mask=enc_pad)
        x = residual + self.dropout(x)
        residual = x
        x = self.final_layer_norm(x)
        x = self.fc2(F.relu(self.fc1(x)))
        return residual + self.dropout(x)


# ---------------------------------------------------------------- model


class TransformerEncoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        self.padding_idx = dictionary.pad()
        self.embed_tokens = embed_tokens
        self.embed_scale = math.sqrt(args.encoder_embed_dim)
        self.embed_positions = PosEmb(args.encoder_embed_dim, self.padding_idx, args.max_source_positions)
        self.dropout_in = nn.Dropout(args.dropout)
        self.layers = nn.ModuleList([EncoderLayer(args) for i in range(args.encoder_layers)])
        self.layer_norm = nn.LayerNorm(args.encoder_embed_dim)

    def forward(self, src_tokens, src_lengths=None, **unused):
        pad = src_tokens.eq(self.padding_idx)
        x = self.embed_scale * self.embed_tokens(src_tokens)
        x = x + self.embed_positions(src_tokens)
        x = self.dropout_in(x).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, pad)
        return tuple((self.layer_norm(x), None, pad.transpose(0, 1)))


class TransformerDecoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        self.padding_idx = dictionary.pad()
        self.embed_tokens = embed_tokens
        self.embed_scale = math.sqrt(args.decoder_embed_dim)
        self.embed_positions = PosEmb(args.decoder_embed_dim, self.padding_idx, args.max_target_positions)
        self.dropout_in = nn.Dropout(args.dropout)
        self.layers = nn.ModuleList([DecoderLayer(args) for i in range(args.decoder_layers)])
        self.layer_norm = nn.LayerNorm(args.decoder_embed_dim)
        self.output_projection = nn.Linear(embed_tokens.weight.size(1), embed_tokens.weight.size(0), bias=False)
        self.output_projection.weight = self.embed_tokens.weight

    def forward(self, prev_output_tokens, encoder_out, **unused):
        enc, _, enc_pad = encoder_out
        n = prev_output_tokens.size(1)
        future = torch.triu(torch.full((n, n), float("-inf"), device=enc.device), 1)
        x = self.embed_scale * self.embed_tokens(prev_output_tokens)
        x = x + self.embed_positions(prev_output_tokens)
        x = self.dropout_in(x).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, enc, enc_pad.transpose(0, 1), future)
        x = self.layer_norm(x).transpose(0, 1)
        return self.output_projection(x), None


class Seq2Seq(nn.Module):
    def __init__(self, args, encoder, decoder):
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(self, src_tokens, src_lengths, prev_output_tokens):
        encoder_out = self.encoder(src_tokens, src_lengths=src_lengths)
        return self.decoder(prev_output_tokens, encoder_out=encoder_out)


# ---------------------------------------------------------------- training


def get_rate(d_model, step_num, warmup_step):
    lr = d_model ** (-0.5) * min(step_num ** (-0.5), step_num * warmup_step ** (-1.5))
    return lr


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    def __init__(self, smoothing, ignore_index=None, reduce=True):
        super().__init__()
        self.smoothing = smoothing
        self.ignore_index = ignore_index
        self.reduce = reduce

    def forward(self, lprobs, target):
        if target.dim() == lprobs.dim() - 1:
            target = target.unsqueeze(-1)
        nll_loss = -lprobs.gather(dim=-1, index=target)
        smooth_loss = -lprobs.sum(dim=-1, keepdim=True)
        if self.ignore_index is not None:
            pad_mask = target.eq(self.ignore_index)
            nll_loss.masked_fill_(pad_mask, 0.0)
            smooth_loss.masked_fill_(pad_mask, 0.0)
        if self.reduce:
            nll_loss = nll_loss.sum()
            smooth_loss = smooth_loss.sum()
        eps_i = self.smoothing / lprobs.size(-1)
        return (1.0 - self.smoothing) * nll_loss + eps_i * smooth_loss


def move(sample):
    if isinstance(sample, dict):
        return {k: move(v) for k, v in sample.items()}
    return sample.to(device) if torch.is_tensor(sample) else sample


def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    itr = iter(epoch_itr.next_epoch_itr(shuffle=True))
    stats = {"loss": [], "gnorm": []}
    scaler = torch.cuda.amp.GradScaler(enabled=device.type == "cuda")
    model.train()
    while True:
        samples = [s for _, s in zip(range(accum_steps), itr)]
        if not samples:
            break
        model.zero_grad()
        accum_loss = 0
        sample_size = 0
        for sample in samples:
            sample = move(sample)
            target = sample["target"]
            sample_size += sample["ntokens"]
            net_output = model(**sample["net_input"])
            lprobs = F.log_softmax(net_output[0], -1)
            loss = criterion(lprobs.view(-1, lprobs.size(-1)), target.view(-1))
            accum_loss += loss.item()
            scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1 / (sample_size or 1.0))
        gnorm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        stats["loss"].append(accum_loss / sample_size)
        stats["gnorm"].append(gnorm.cpu())
    logger.info(f"training loss: {sum(stats['loss']) / len(stats['loss']):.4f}")
    return stats


def dump_gnorm(all_gnorm):
    with open(os.path.join(config.savedir, "gnorm.json"), "w") as f:
        json.dump([g.item() for g in all_gnorm], f)
