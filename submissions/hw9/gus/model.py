import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers.modeling_outputs import Seq2SeqLMOutput

future_mask = torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)


def scaled_dot_product_attention(q, k, v, key_padding_mask=None, causal=False):
    scores = q.float().bmm(k.float().transpose(-2, -1)).div(math.sqrt(k.size(-1)))
    if key_padding_mask is not None:
        scores = scores + key_padding_mask.float().mul(-1e30).unsqueeze(-2)
    if causal:
        scores = scores + future_mask[: q.size(1), : k.size(1)].to(scores).mul(-1e30)
    return scores.softmax(-1).bmm(v.float()).to(v)


class MultiheadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.heads = n_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.o_proj = nn.Linear(d_model, d_model)

    def forward(self, q, k, v, key_padding_mask=None, causal=False):
        q, k, v = self.q_proj(q), self.k_proj(k), self.v_proj(v)
        pieces = zip(q.chunk(self.heads, -1), k.chunk(self.heads, -1), v.chunk(self.heads, -1))
        out = [scaled_dot_product_attention(*piece, key_padding_mask, causal) for piece in pieces]
        return self.o_proj(torch.cat(out, -1))


class TransformerLayer(nn.Module):
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
        attended = self.self_attn(x, x, x, padding_mask, self.is_decoder)
        x = self.self_attn_ln(self.self_attn_drop(attended) + x)
        if self.is_decoder:
            attended = self.cross_attn(x, encoder_out, encoder_out, encoder_padding_mask)
            x = self.cross_attn_ln(self.cross_attn_drop(attended) + x)
        x = self.ffn_ln(self.ffn_drop(self.fc2(self.fc1(x).relu())) + x)
        return x


class Transformer(nn.Module):
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

        # input embedding and output projection share one matrix
        self.lm_head = nn.Linear(d_model, n_words, bias=False)
        self.lm_head.weight = self.embed_words.weight

    def forward(self, input_ids, attention_mask, labels):
        padding_mask = attention_mask.eq(0).to(torch.uint8)
        encoder_out = self.embed(input_ids, padding_mask)
        for layer in self.encoder_layers:
            encoder_out = layer(encoder_out, padding_mask)

        decoder_input_ids = self.shift_right(labels)
        x = self.embed(decoder_input_ids, decoder_input_ids.eq(self.pad_id).to(torch.uint8))
        for layer in self.decoder_layers:
            x = layer(x, None, encoder_out, padding_mask)

        logits = self.lm_head(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), labels.reshape(-1), ignore_index=-100)
        return Seq2SeqLMOutput(loss=loss, logits=logits)

    def embed(self, input_ids, padding_mask):
        positions = self.make_positions(input_ids, padding_mask)
        return self.embed_words(input_ids) + self.embed_positions(positions)

    def shift_right(self, labels):
        shifted = torch.full_like(labels, self.eos_id)
        shifted[:, 1:] = labels[:, :-1]
        return shifted.masked_fill(shifted.eq(-100), self.pad_id)

    def make_positions(self, input_ids, padding_mask):
        """
        Position number of every token, to be looked up in self.embed_positions.

        Arguments:
          input_ids: (batch_size, seq_len), the tokens
          padding_mask: (batch_size, seq_len), 1 where a token is padding
        Returns: same shape and dtype as input_ids
        """
        counted = input_ids.new_ones(input_ids.shape).cumsum(1).to(input_ids.dtype)
        return counted - 1
