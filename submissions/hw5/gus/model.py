# NTU HW5 - model. Batch first inside, time first only where the handout wants it.
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def sinusoidal_table(num_embeddings, embedding_dim, padding_idx):
    d = embedding_dim // 2
    out = np.zeros((num_embeddings, embedding_dim), dtype=np.float64)
    freq = np.power(10000.0, -np.arange(d) / (d - 1))
    for pos in range(num_embeddings):
        if pos == padding_idx:
            continue
        out[pos, :d] = np.sin(pos * freq)
        out[pos, d:] = np.cos(pos * freq)
    return torch.from_numpy(out).float()


class PositionLayer(nn.Module):
    def __init__(self, max_len, dim, pad):
        super().__init__()
        self.pad = pad
        self.weights = nn.Parameter(sinusoidal_table(max_len + pad + 1, dim, pad), requires_grad=False)

    def forward(self, ids):
        mask = ids.ne(self.pad).int()
        return F.embedding((torch.cumsum(mask, dim=1) * mask).long() + self.pad, self.weights)


class SelfOrCross(nn.Module):
    def __init__(self, dim, n_head):
        super().__init__()
        self.n_head = n_head
        self.q_proj = nn.Linear(dim, dim)
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.out_proj = nn.Linear(dim, dim)

    def cut(self, x):
        b, n, d = x.shape
        return x.view(b, n, self.n_head, d // self.n_head).transpose(1, 2)

    def forward(self, x, kv, may_look):
        y = F.scaled_dot_product_attention(
            self.cut(self.q_proj(x)), self.cut(self.k_proj(kv)), self.cut(self.v_proj(kv)), attn_mask=may_look
        )
        return self.out_proj(y.transpose(1, 2).reshape(x.shape))


class EncLayer(nn.Module):
    def __init__(self, dim, ffn, n_head, p):
        super().__init__()
        self.self_attn = SelfOrCross(dim, n_head)
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, ffn), nn.Linear(ffn, dim)
        self.final_layer_norm = nn.LayerNorm(dim)
        self.p = p

    def dp(self, x):
        return F.dropout(x, self.p, self.training)

    def feed(self, x):
        return x + self.dp(self.fc2(torch.relu(self.fc1(self.final_layer_norm(x)))))

    def forward(self, x, look):
        n = self.self_attn_layer_norm(x)
        x = x + self.dp(self.self_attn(n, n, look))
        return self.feed(x)


class DecLayer(EncLayer):
    def __init__(self, dim, ffn, n_head, p):
        super().__init__(dim, ffn, n_head, p)
        self.encoder_attn = SelfOrCross(dim, n_head)
        self.encoder_attn_layer_norm = nn.LayerNorm(dim)

    def forward(self, x, look, mem, look_mem):
        n = self.self_attn_layer_norm(x)
        x = x + self.dp(self.self_attn(n, n, look))
        x = x + self.dp(self.encoder_attn(self.encoder_attn_layer_norm(x), mem, look_mem))
        return self.feed(x)


class TransformerEncoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        dim = args.encoder_embed_dim
        self.pad, self.k, self.p = dictionary.pad(), math.sqrt(dim), args.dropout
        self.embed_tokens = embed_tokens
        self.embed_positions = PositionLayer(args.max_source_positions, dim, self.pad)
        self.layers = nn.ModuleList(
            [
                EncLayer(dim, args.encoder_ffn_embed_dim, args.encoder_attention_heads, args.dropout)
                for _ in range(args.encoder_layers)
            ]
        )
        self.layer_norm = nn.LayerNorm(dim)

    def forward(self, src_tokens, src_lengths=None, **kwargs):
        words = src_tokens.ne(self.pad)
        x = F.dropout(self.k * self.embed_tokens(src_tokens) + self.embed_positions(src_tokens), self.p, self.training)
        for l in self.layers:
            x = l(x, words[:, None, None, :])
        return self.layer_norm(x).transpose(0, 1), None, ~words.transpose(0, 1)


class TransformerDecoder(nn.Module):
    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        dim = args.decoder_embed_dim
        self.pad, self.k, self.p = dictionary.pad(), math.sqrt(dim), args.dropout
        self.embed_tokens = embed_tokens
        self.embed_positions = PositionLayer(args.max_target_positions, dim, self.pad)
        self.layers = nn.ModuleList(
            [
                DecLayer(dim, args.decoder_ffn_embed_dim, args.decoder_attention_heads, args.dropout)
                for _ in range(args.decoder_layers)
            ]
        )
        self.layer_norm = nn.LayerNorm(dim)
        self.output_projection = nn.Linear(dim, len(dictionary), bias=False)
        self.output_projection.weight = self.embed_tokens.weight

    def forward(self, prev_output_tokens, encoder_out, **kwargs):
        mem, _, pads = encoder_out
        mem = mem.transpose(0, 1)
        look_mem = None if pads is None else ~pads.t()[:, None, None, :]
        n = prev_output_tokens.size(1)
        past = torch.tril(torch.ones(n, n, dtype=torch.bool, device=mem.device))
        y = self.k * self.embed_tokens(prev_output_tokens) + self.embed_positions(prev_output_tokens)
        y = F.dropout(y, self.p, self.training)
        for l in self.layers:
            y = l(y, past, mem, look_mem)
        return self.output_projection(self.layer_norm(y)), None


class Seq2Seq(nn.Module):
    def __init__(self, args, encoder, decoder):
        super().__init__()
        self.args = args
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, src_tokens, src_lengths, prev_output_tokens):
        return self.decoder(prev_output_tokens, self.encoder(src_tokens, src_lengths))
