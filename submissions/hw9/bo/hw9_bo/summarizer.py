"""The summariser: the handout's class, with `make_positions` filled in and type hints."""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.modeling_outputs import Seq2SeqLMOutput

from .layers import TransformerLayer


class Transformer(nn.Module):
    def __init__(
        self,
        n_words: int,
        pad_id: int,
        eos_id: int,
        max_len: int,
        n_layers: int,
        d_model: int,
        n_heads: int,
        d_ffn: int,
        p_drop: float,
    ) -> None:
        super().__init__()
        self.pad_id, self.eos_id = pad_id, eos_id
        sizes = d_model, n_heads, d_ffn, p_drop
        self.embed_words = nn.Embedding(n_words, d_model, padding_idx=pad_id)
        self.embed_positions = nn.Embedding(max_len, d_model)
        self.encoder_layers = nn.ModuleList([TransformerLayer(False, *sizes) for _ in range(n_layers)])
        self.decoder_layers = nn.ModuleList([TransformerLayer(True, *sizes) for _ in range(n_layers)])
        self.lm_head = nn.Linear(d_model, n_words, bias=False)
        self.lm_head.weight = self.embed_words.weight  # tied

    def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> Seq2SeqLMOutput:
        padding_mask = attention_mask == 0
        encoder_out = self.embed(input_ids, padding_mask)
        for layer in self.encoder_layers:
            encoder_out = layer(encoder_out, padding_mask)

        decoder_input_ids = self.shift_right(labels)
        x = self.embed(decoder_input_ids, decoder_input_ids == self.pad_id)
        for layer in self.decoder_layers:
            x = layer(x, None, encoder_out, padding_mask)

        logits = self.lm_head(x)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
        return Seq2SeqLMOutput(loss=loss, logits=logits)

    def embed(self, input_ids: Tensor, padding_mask: Tensor) -> Tensor:
        return self.embed_words(input_ids) + self.embed_positions(self.make_positions(input_ids, padding_mask))

    def shift_right(self, labels: Tensor) -> Tensor:
        start = labels.new_full((labels.size(0), 1), self.eos_id)
        shifted = torch.cat((start, labels[:, :-1]), dim=1)
        return shifted.masked_fill(shifted == -100, self.pad_id)

    @staticmethod
    def make_positions(input_ids: Tensor, padding_mask: Tensor) -> Tensor:
        return torch.ones_like(input_ids).cumsum(dim=1) - 1
