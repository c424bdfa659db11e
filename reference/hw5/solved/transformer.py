"""The Transformer of "Attention Is All You Need", normalised before each sub-layer, with fairseq's names and layouts.

Axes: b sentences, s source positions, t target positions, q queries, k keys, c channels, h heads, d channels of a
head, v vocabulary. Layers work on (time, b, c).
"""

from __future__ import annotations

import math
from argparse import Namespace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from positions import SinusoidalPositionalEmbedding
from torch import Tensor, nn


class MultiheadAttention(nn.Module):
    """Scaled dot-product attention with several heads."""

    def __init__(self, embed_dim: int, num_heads: int) -> None:
        """Makes the four projections."""
        super().__init__()
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, pads_kb: Tensor | None = None, shut_qk: Tensor | None = None
    ) -> Tensor:
        """For every query the mixture of values; neither pads nor what is shut to it get any weight.

        Shapes: query (q, b, c), key and value (k, b, c), pads (k, b) bool, shut (q, k) bool -> (q, b, c).
        """
        ### BEGIN ANSWER encoder
        #: Project, split into heads that lie side by side, mix, join the heads, project once more.
        q, b, c = query.shape
        queries_bhqd = self._heads(self.q_proj(query) / math.sqrt(self.head_dim))
        keys_bhkd, values_bhkd = self._heads(self.k_proj(key)), self._heads(self.v_proj(value))
        scores_bhqk = queries_bhqd @ keys_bhkd.transpose(2, 3)
        if shut_qk is not None:
            scores_bhqk = scores_bhqk.masked_fill(shut_qk, -math.inf)
        if pads_kb is not None:
            scores_bhqk = scores_bhqk.masked_fill(pads_kb.T[:, None, None, :], -math.inf)
        mixed_bhqd = torch.softmax(scores_bhqk, dim=-1) @ values_bhkd
        return self.out_proj(mixed_bhqd.permute(2, 0, 1, 3).reshape(q, b, c))

    def _heads(self, tokens_kbc: Tensor) -> Tensor:
        k, b, _ = tokens_kbc.shape
        return tokens_kbc.view(k, b, self.num_heads, self.head_dim).permute(1, 2, 0, 3)
        ### END ANSWER


class TransformerEncoderLayer(nn.Module):
    """Self attention, then two linear layers; each around a residual."""

    def __init__(self, args: Namespace) -> None:
        """Takes the sizes from the encoder's arguments."""
        super().__init__()
        c = args.encoder_embed_dim
        self.self_attn = MultiheadAttention(c, args.encoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(c)
        self.fc1 = nn.Linear(c, args.encoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.encoder_ffn_embed_dim, c)
        self.final_layer_norm = nn.LayerNorm(c)
        self.dropout = nn.Dropout(args.dropout)

    def forward(self, x_sbc: Tensor, pads_sb: Tensor) -> Tensor:
        """Shapes: (s, b, c), pads (s, b) bool -> (s, b, c)."""
        ### BEGIN ANSWER encoder
        #: Each sub-layer normalises first, and is added to what went in.
        normed_sbc = self.self_attn_layer_norm(x_sbc)
        x_sbc = x_sbc + self.dropout(self.self_attn(normed_sbc, normed_sbc, normed_sbc, pads_sb))
        normed_sbc = self.final_layer_norm(x_sbc)
        return x_sbc + self.dropout(self.fc2(F.relu(self.fc1(normed_sbc))))
        ### END ANSWER


class TransformerDecoderLayer(nn.Module):
    """Self attention to the past, attention to the encoder, two linear layers; each around a residual."""

    def __init__(self, args: Namespace) -> None:
        """Takes the sizes from the decoder's arguments."""
        super().__init__()
        c = args.decoder_embed_dim
        self.self_attn = MultiheadAttention(c, args.decoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(c)
        self.encoder_attn = MultiheadAttention(c, args.decoder_attention_heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(c)
        self.fc1 = nn.Linear(c, args.decoder_ffn_embed_dim)
        self.fc2 = nn.Linear(args.decoder_ffn_embed_dim, c)
        self.final_layer_norm = nn.LayerNorm(c)
        self.dropout = nn.Dropout(args.dropout)

    def forward(self, x_tbc: Tensor, encoded_sbc: Tensor, pads_sb: Tensor | None, future_tt: Tensor) -> Tensor:
        """Shapes: (t, b, c), encoded (s, b, c), pads (s, b) bool, future (t, t) bool -> (t, b, c)."""
        ### BEGIN ANSWER decoder
        #: Three sub-layers, each as in the encoder's layer.
        normed_tbc = self.self_attn_layer_norm(x_tbc)
        x_tbc = x_tbc + self.dropout(self.self_attn(normed_tbc, normed_tbc, normed_tbc, shut_qk=future_tt))
        normed_tbc = self.encoder_attn_layer_norm(x_tbc)
        x_tbc = x_tbc + self.dropout(self.encoder_attn(normed_tbc, encoded_sbc, encoded_sbc, pads_sb))
        normed_tbc = self.final_layer_norm(x_tbc)
        return x_tbc + self.dropout(self.fc2(F.relu(self.fc1(normed_tbc))))
        ### END ANSWER


class TransformerEncoder(nn.Module):
    """Reads the source."""

    def __init__(self, args: Namespace, dictionary: Any, embed_tokens: nn.Embedding) -> None:
        """Makes the layers; `embed_tokens` is the table of the source words."""
        super().__init__()
        ### BEGIN ANSWER encoder
        #: Keep the table, and make embed_positions, `encoder_layers` layers and a last layer_norm.
        self.padding_idx = dictionary.pad()
        self.embed_tokens = embed_tokens
        self.embed_scale = math.sqrt(args.encoder_embed_dim)
        self.embed_positions = SinusoidalPositionalEmbedding(
            args.encoder_embed_dim, self.padding_idx, args.max_source_positions
        )
        self.dropout = nn.Dropout(args.dropout)
        self.layers = nn.ModuleList(TransformerEncoderLayer(args) for _ in range(args.encoder_layers))
        self.layer_norm = nn.LayerNorm(args.encoder_embed_dim)
        ### END ANSWER

    def forward(
        self, src_tokens: Tensor, src_lengths: Tensor | None = None, **unused: Any
    ) -> tuple[Tensor, None, Tensor]:
        """Shapes: (b, s) int64 -> outputs (s, b, c), None, padding mask (s, b) bool, True at pads."""
        ### BEGIN ANSWER encoder
        #: Scaled embeddings and positions, dropout, all layers, and a normalisation at the end.
        pads_bs = src_tokens.eq(self.padding_idx)
        x_bsc = self.embed_scale * self.embed_tokens(src_tokens) + self.embed_positions(src_tokens)
        x_sbc = self.dropout(x_bsc).transpose(0, 1)
        encoder_padding_mask = pads_bs.T
        for layer in self.layers:
            x_sbc = layer(x_sbc, encoder_padding_mask)
        return self.layer_norm(x_sbc), None, encoder_padding_mask
        ### END ANSWER


class TransformerDecoder(nn.Module):
    """Writes the target, word by word, looking at the encoder's outputs."""

    def __init__(self, args: Namespace, dictionary: Any, embed_tokens: nn.Embedding) -> None:
        """Makes the layers; `embed_tokens`, the table of the target words, is also the output matrix."""
        super().__init__()
        ### BEGIN ANSWER decoder
        #: As in the encoder, and output_projection without bias, which shares its matrix with embed_tokens.
        self.padding_idx = dictionary.pad()
        self.embed_tokens = embed_tokens
        self.embed_scale = math.sqrt(args.decoder_embed_dim)
        self.embed_positions = SinusoidalPositionalEmbedding(
            args.decoder_embed_dim, self.padding_idx, args.max_target_positions
        )
        self.dropout = nn.Dropout(args.dropout)
        self.layers = nn.ModuleList(TransformerDecoderLayer(args) for _ in range(args.decoder_layers))
        self.layer_norm = nn.LayerNorm(args.decoder_embed_dim)
        self.output_projection = nn.Linear(args.decoder_embed_dim, len(dictionary), bias=False)
        self.output_projection.weight = embed_tokens.weight
        ### END ANSWER

    def forward(
        self, prev_output_tokens: Tensor, encoder_out: tuple[Tensor, None, Tensor | None], **unused: Any
    ) -> tuple[Tensor, dict[str, Any]]:
        """Shapes: (b, t) int64 and what the encoder gives -> logits (b, t, v), and a dict for whoever wants more."""
        ### BEGIN ANSWER decoder
        #: A position may look at itself and at the past. The logits have the batch first.
        encoded_sbc, _, pads_sb = encoder_out
        t = prev_output_tokens.size(1)
        future_tt = torch.ones(t, t, dtype=torch.bool, device=prev_output_tokens.device).triu(1)
        y_btc = self.embed_scale * self.embed_tokens(prev_output_tokens) + self.embed_positions(prev_output_tokens)
        y_tbc = self.dropout(y_btc).transpose(0, 1)
        for layer in self.layers:
            y_tbc = layer(y_tbc, encoded_sbc, pads_sb, future_tt)
        logits_btv = self.output_projection(self.layer_norm(y_tbc).transpose(0, 1))
        return logits_btv, {}
        ### END ANSWER


class Seq2Seq(nn.Module):
    """An encoder and a decoder."""

    def __init__(self, args: Namespace, encoder: TransformerEncoder, decoder: TransformerDecoder) -> None:
        """Keeps both, with the arguments they were made from."""
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(
        self, src_tokens: Tensor, src_lengths: Tensor, prev_output_tokens: Tensor
    ) -> tuple[Tensor, dict[str, Any]]:
        """Shapes: source (b, s), lengths (b,), target so far (b, t) -> logits (b, t, v), and more."""
        encoder_out = self.encoder(src_tokens, src_lengths=src_lengths)
        return self.decoder(prev_output_tokens, encoder_out=encoder_out, src_lengths=src_lengths)
