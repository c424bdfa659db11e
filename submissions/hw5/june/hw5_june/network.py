"""The translation model of HW5.

Attention goes through the function that fairseq calls, too; it takes the four projections apart.
"""
from __future__ import annotations

from argparse import Namespace

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

arch_args = Namespace(**{
    "encoder_embed_dim": 256,
    "encoder_ffn_embed_dim": 768,
    "encoder_layers": 5,
    "encoder_attention_heads": 4,
    "encoder_normalize_before": True,
    "decoder_embed_dim": 256,
    "decoder_ffn_embed_dim": 768,
    "decoder_layers": 5,
    "decoder_attention_heads": 4,
    "decoder_normalize_before": True,
    "share_decoder_input_output_embed": True,
    "dropout": 0.1,
    "activation_fn": "relu",
    "max_source_positions": 1024,
    "max_target_positions": 1024,
})


def sinusoidal_table(num_embeddings: int, embedding_dim: int, padding_idx: int) -> Tensor:
    """Row n is the phase n * f for every frequency f, read off as imaginary and as real part of exp(i n f)."""
    steps = embedding_dim // 2
    frequency = 10_000 ** (-torch.linspace(0, 1, steps, dtype=torch.float64))
    phase = torch.arange(num_embeddings, dtype=torch.float64)[:, None] * frequency[None, :]
    wave = torch.exp(1j * phase)
    table = torch.hstack((wave.imag, wave.real)).float()
    keep = torch.ones(num_embeddings, 1)
    keep[padding_idx] = 0
    return table * keep


class PositionalEmbedding(nn.Module):
    def __init__(self, size: int, width: int, padding_idx: int) -> None:
        super().__init__()
        self.padding_idx = padding_idx
        self.register_buffer("weights", sinusoidal_table(size, width, padding_idx))

    def forward(self, tokens: Tensor) -> Tensor:
        is_word = tokens != self.padding_idx
        numbers = torch.where(is_word, is_word.long().cumsum(-1) + self.padding_idx, self.padding_idx)
        return self.weights[numbers]


class MultiHead(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, query: Tensor, memory: Tensor, pads_bk: Tensor | None, future: Tensor | None = None) -> Tensor:
        """query (q, b, c), memory (k, b, c)."""
        mixed, _ = fn.multi_head_attention_forward(
            query, memory, memory, self.width, self.heads,
            in_proj_weight=None,
            in_proj_bias=torch.cat((self.q_proj.bias, self.k_proj.bias, self.v_proj.bias)),
            bias_k=None, bias_v=None, add_zero_attn=False, dropout_p=0.0,
            out_proj_weight=self.out_proj.weight, out_proj_bias=self.out_proj.bias,
            training=self.training, key_padding_mask=pads_bk, need_weights=False, attn_mask=future,
            use_separate_proj_weight=True,
            q_proj_weight=self.q_proj.weight, k_proj_weight=self.k_proj.weight, v_proj_weight=self.v_proj.weight,
        )
        return mixed


class EncoderLayer(nn.Module):
    def __init__(self, args: Namespace, side: str = "encoder") -> None:
        super().__init__()
        sizes = {name: getattr(args, f"{side}_{name}") for name in ("embed_dim", "ffn_embed_dim", "attention_heads")}
        width = sizes["embed_dim"]
        self.self_attn = MultiHead(width, sizes["attention_heads"])
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, sizes["ffn_embed_dim"])
        self.fc2 = nn.Linear(sizes["ffn_embed_dim"], width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(args.dropout)

    def attend(self, x: Tensor, pads: Tensor | None, future: Tensor | None) -> Tensor:
        y = self.self_attn_layer_norm(x)
        return x + self.dropout(self.self_attn(y, y, pads, future))

    def transform(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.fc2(fn.relu(self.fc1(self.final_layer_norm(x)))))

    def forward(self, x: Tensor, pads: Tensor) -> Tensor:
        return self.transform(self.attend(x, pads, None))


class DecoderLayer(EncoderLayer):
    def __init__(self, args: Namespace) -> None:
        super().__init__(args, "decoder")
        self.encoder_attn = MultiHead(args.decoder_embed_dim, args.decoder_attention_heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(args.decoder_embed_dim)

    def forward(self, x: Tensor, source: Tensor, source_pads: Tensor, future: Tensor) -> Tensor:
        x = self.attend(x, None, future)
        x = x + self.dropout(self.encoder_attn(self.encoder_attn_layer_norm(x), source, source_pads))
        return self.transform(x)


class TransformerEncoder(nn.Module):
    def __init__(self, args: Namespace, dictionary, embed_tokens: nn.Embedding) -> None:
        super().__init__()
        self.padding_idx = embed_tokens.padding_idx
        self.embed_tokens = embed_tokens
        self.embed_positions = PositionalEmbedding(
            args.max_source_positions + self.padding_idx + 1, args.encoder_embed_dim, self.padding_idx)
        self.layers = nn.ModuleList([EncoderLayer(args) for _ in range(args.encoder_layers)])
        self.layer_norm = nn.LayerNorm(args.encoder_embed_dim)
        self.dropout = nn.Dropout(args.dropout)

    def forward(self, src_tokens: Tensor, src_lengths: Tensor | None = None, **unused) -> dict[str, Tensor | None]:
        pads = src_tokens.eq(self.padding_idx)
        scaled = self.embed_tokens(src_tokens) * self.embed_tokens.embedding_dim ** 0.5
        x = self.dropout(scaled + self.embed_positions(src_tokens)).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, pads)
        return {"encoder_out": self.layer_norm(x), "encoder_embedding": None, "encoder_padding_mask": pads.T}


class TransformerDecoder(nn.Module):
    def __init__(self, args: Namespace, dictionary, embed_tokens: nn.Embedding) -> None:
        super().__init__()
        self.padding_idx = embed_tokens.padding_idx
        self.embed_tokens = embed_tokens
        self.embed_positions = PositionalEmbedding(
            args.max_target_positions + self.padding_idx + 1, args.decoder_embed_dim, self.padding_idx)
        self.layers = nn.ModuleList([DecoderLayer(args) for _ in range(args.decoder_layers)])
        self.layer_norm = nn.LayerNorm(args.decoder_embed_dim)
        self.dropout = nn.Dropout(args.dropout)

    def output_projection(self, features: Tensor) -> Tensor:
        return fn.linear(features, self.embed_tokens.weight)  # tied

    def forward(self, prev_output_tokens: Tensor, encoder_out: dict[str, Tensor], **unused) -> tuple[Tensor, dict]:
        length = prev_output_tokens.size(1)
        future = torch.full((length, length), True, device=prev_output_tokens.device).triu(diagonal=1)
        source_pads = encoder_out["encoder_padding_mask"].T
        scaled = self.embed_tokens(prev_output_tokens) * self.embed_tokens.embedding_dim ** 0.5
        x = self.dropout(scaled + self.embed_positions(prev_output_tokens)).transpose(0, 1)
        for layer in self.layers:
            x = layer(x, encoder_out["encoder_out"], source_pads, future)
        return self.output_projection(self.layer_norm(x)).transpose(0, 1), {}


class Seq2Seq(nn.Module):
    def __init__(self, args: Namespace, encoder: TransformerEncoder, decoder: TransformerDecoder) -> None:
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(self, src_tokens: Tensor, src_lengths: Tensor, prev_output_tokens: Tensor) -> tuple[Tensor, dict]:
        return self.decoder(prev_output_tokens, encoder_out=self.encoder(src_tokens, src_lengths=src_lengths))
