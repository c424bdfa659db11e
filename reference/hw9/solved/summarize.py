"""Question 3: a Transformer that summarises news, made of attention, heads and layers.

Axes: b examples, t queries or target positions, s keys or source positions, d model, h heads, c channels of a head,
n examples times heads, v vocabulary.
"""

from __future__ import annotations

import math

import torch
import torch.nn as nn
import torch.nn.functional as F  # noqa: N812
from transformers.modeling_outputs import Seq2SeqLMOutput

# Given: 1 where a key is later than the query.
future_mask = torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)


def scaled_dot_product_attention(q, k, v, key_padding_mask=None, causal=False):
    """For every query the mean of the values, weighted by how well their keys match.

    Shapes: q (n, t, c), k and v (n, s, c), key_padding_mask (n, s) uint8, 1 where padded -> (n, t, c).
    """
    ### BEGIN ANSWER 3-sdpa
    #: Scores: (n, t, s). Where key_padding_mask is 1, a key gets no weight.
    #: causal: query i sees keys 0 to i; future_mask is 1 where a key is later.
    #: Training is in half precision: mind what its exponentials can hold.
    scores_nts = q @ k.transpose(1, 2) / math.sqrt(q.size(-1))
    if key_padding_mask is not None:
        scores_nts = scores_nts.masked_fill(key_padding_mask.bool().unsqueeze(1), float("-inf"))
    if causal:
        t, s = scores_nts.shape[1:]
        scores_nts = scores_nts.masked_fill(future_mask[:t, :s].bool().to(q.device), float("-inf"))
    # In half precision the sum of exponentials would overflow.
    weights_nts = F.softmax(scores_nts, dim=-1, dtype=torch.float32).type_as(v)
    return weights_nts @ v
    ### END ANSWER


class MultiheadAttention(nn.Module):
    """Attention in several heads, each on its own share of the channels."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        assert d_model % n_heads == 0
        self.n_heads = n_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.o_proj = nn.Linear(d_model, d_model)

    def forward(self, q, k, v, key_padding_mask=None, causal=False):
        """Shapes: q (b, t, d), k and v (b, s, d), key_padding_mask (b, s) uint8 -> (b, t, d)."""
        ### BEGIN ANSWER 3-mha
        #: Head j has channels j c to (j + 1) c of each projection. Let scaled_dot_product_attention
        #: see every head of every example as an example of its own: (b h, t, c); so too the mask.
        #: Methods of your own are welcome.
        q_ntc = self.split(self.q_proj(q))
        k_nsc = self.split(self.k_proj(k))
        v_nsc = self.split(self.v_proj(v))
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.repeat_interleave(self.n_heads, dim=0)
        heads_ntc = scaled_dot_product_attention(q_ntc, k_nsc, v_nsc, key_padding_mask, causal)
        return self.o_proj(self.join(heads_ntc))

    def split(self, x_btd):
        """Shapes: (b, t, d) -> (b h, t, c)."""
        b, t, _ = x_btd.shape
        return x_btd.reshape(b, t, self.n_heads, -1).transpose(1, 2).reshape(b * self.n_heads, t, -1)

    def join(self, heads_ntc):
        """Shapes: (b h, t, c) -> (b, t, d)."""
        n, t, c = heads_ntc.shape
        heads_bhtc = heads_ntc.reshape(n // self.n_heads, self.n_heads, t, c)
        return heads_bhtc.transpose(1, 2).reshape(n // self.n_heads, t, -1)
        ### END ANSWER


class TransformerLayer(nn.Module):
    """Self attention, in a decoder cross attention, and a feed-forward network; each is added, then normalised."""

    def __init__(self, is_decoder, d_model, n_heads, d_ffn, p_drop):
        super().__init__()
        self.is_decoder = is_decoder

        self.self_attn = MultiheadAttention(d_model, n_heads)
        self.self_attn_drop = nn.Dropout(p_drop)
        self.self_attn_ln = nn.LayerNorm(d_model)

        if is_decoder:
            self.cross_attn = MultiheadAttention(d_model, n_heads)
            self.cross_attn_drop = nn.Dropout(p_drop)
            self.cross_attn_ln = nn.LayerNorm(d_model)

        self.fc1 = nn.Linear(d_model, d_ffn)
        self.fc2 = nn.Linear(d_ffn, d_model)
        self.ffn_drop = nn.Dropout(p_drop)
        self.ffn_ln = nn.LayerNorm(d_model)

    def forward(self, x, padding_mask, encoder_out=None, encoder_padding_mask=None):
        """Shapes: x (b, t, d), padding_mask (b, t) or None, encoder_out (b, s, d) and its mask (b, s) -> (b, t, d)."""
        ### BEGIN ANSWER 3-layer
        #: Self attention, in a decoder cross attention, then the feed-forward network with ReLU.
        #: After each: its dropout, then its layer norm of the sum with what went in.
        #: padding_mask is for self attention, encoder_padding_mask for cross attention.
        residual = x
        x = self.self_attn(x, x, x, padding_mask, causal=self.is_decoder)
        x = self.self_attn_drop(x)
        x = self.self_attn_ln(residual + x)

        if self.is_decoder:
            residual = x
            x = self.cross_attn(x, encoder_out, encoder_out, encoder_padding_mask)
            x = self.cross_attn_drop(x)
            x = self.cross_attn_ln(residual + x)

        residual = x
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        x = self.ffn_drop(x)
        return self.ffn_ln(residual + x)
        ### END ANSWER


class Transformer(nn.Module):
    """Encoder and decoder with one table of words for both and for the logits. Given, but for `make_positions`."""

    def __init__(self, n_words, pad_id, eos_id, max_len, n_layers, d_model, n_heads, d_ffn, p_drop):
        super().__init__()
        self.pad_id = pad_id
        self.eos_id = eos_id
        self.embed_words = nn.Embedding(n_words, d_model, padding_idx=pad_id)
        self.embed_positions = nn.Embedding(max_len, d_model)
        self.encoder_layers = nn.ModuleList(
            [TransformerLayer(False, d_model, n_heads, d_ffn, p_drop) for _ in range(n_layers)]
        )
        self.decoder_layers = nn.ModuleList(
            [TransformerLayer(True, d_model, n_heads, d_ffn, p_drop) for _ in range(n_layers)]
        )
        self.lm_head = nn.Linear(d_model, n_words, bias=False)
        self.lm_head.weight = self.embed_words.weight

    def forward(self, input_ids, attention_mask, labels):
        """Shapes: input_ids and attention_mask (b, s), 0 at pads, labels (b, t), -100 ignored -> logits (b, t, v)."""
        padding_mask = attention_mask.eq(0).to(torch.uint8)
        encoder_out = self.embed(input_ids, padding_mask)
        for layer in self.encoder_layers:
            encoder_out = layer(encoder_out, padding_mask)

        # Pads stand behind the words of a summary: no word can see them, and no loss is taken there.
        decoder_input_ids = self.shift_right(labels)
        x = self.embed(decoder_input_ids, decoder_input_ids.eq(self.pad_id).to(torch.uint8))
        for layer in self.decoder_layers:
            x = layer(x, None, encoder_out, padding_mask)

        logits = self.lm_head(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), labels.reshape(-1), ignore_index=-100)
        return Seq2SeqLMOutput(loss=loss, logits=logits)

    def embed(self, input_ids, padding_mask):
        """Words and positions. Shapes: (b, s) -> (b, s, d)."""
        positions = self.make_positions(input_ids, padding_mask)
        return self.embed_words(input_ids) + self.embed_positions(positions)

    def shift_right(self, labels):
        """What the decoder reads: eos, then every label but the last. Shapes: (b, t) -> (b, t)."""
        shifted = torch.full_like(labels, self.eos_id)
        shifted[:, 1:] = labels[:, :-1]
        return shifted.masked_fill(shifted.eq(-100), self.pad_id)

    def make_positions(self, input_ids, padding_mask):
        """0, 1, 2, ... in every row. Shapes: (b, s) -> (b, s)."""
        ### BEGIN ANSWER 3-positions
        #: Whole numbers of the shape and type of input_ids; pads are counted like words.
        columns_s = torch.arange(input_ids.size(1), dtype=input_ids.dtype, device=input_ids.device)
        return columns_s.unsqueeze(0).repeat(input_ids.size(0), 1)
        ### END ANSWER
