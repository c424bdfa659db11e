from typing import NamedTuple, Optional

import torch
from torch import Tensor, nn

from .layers import Block, Positions


class Encoded(NamedTuple):
    encoder_out: Tensor  # (s, b, c)
    encoder_embedding: Optional[Tensor]  # nobody asks for it
    encoder_padding_mask: Tensor  # (s, b), True = pad


class _Half(nn.Module):
    side = ""

    def __init__(self, args, dictionary, embed_tokens):
        super().__init__()
        read = lambda name: getattr(args, f"{self.side}_{name}")  # noqa: E731
        self.pad, self.scale = dictionary.pad(), read("embed_dim") ** 0.5
        self.embed_tokens = embed_tokens
        length = args.max_target_positions if self.side == "decoder" else args.max_source_positions
        self.embed_positions = Positions(length, read("embed_dim"), self.pad)
        self.drop = nn.Dropout(args.dropout)
        self.layers = nn.ModuleList()
        for _ in range(read("layers")):
            self.layers.append(
                Block(
                    read("embed_dim"),
                    read("ffn_embed_dim"),
                    read("attention_heads"),
                    args.dropout,
                    cross=self.side == "decoder",
                )
            )
        self.layer_norm = nn.LayerNorm(read("embed_dim"))

    def embed(self, tokens):
        return self.drop(self.scale * self.embed_tokens(tokens) + self.embed_positions(tokens)).permute(1, 0, 2)


class TransformerEncoder(_Half):
    side = "encoder"

    def forward(self, src_tokens, src_lengths=None, **unused):
        pads = src_tokens == self.pad
        x = self.embed(src_tokens)
        for layer in self.layers:
            x = layer(x, pads[:, None, None, :])
        return Encoded(self.layer_norm(x), None, pads.transpose(0, 1))


class TransformerDecoder(_Half):
    side = "decoder"

    def __init__(self, args, dictionary, embed_tokens):
        super().__init__(args, dictionary, embed_tokens)
        self.output_projection = nn.Linear(embed_tokens.embedding_dim, embed_tokens.num_embeddings, bias=False)
        self.output_projection.weight = embed_tokens.weight

    def forward(self, prev_output_tokens, encoder_out, **unused):
        n = torch.arange(prev_output_tokens.shape[1], device=prev_output_tokens.device)
        future = n[None, :] > n[:, None]
        pads = encoder_out[2].transpose(0, 1)[:, None, None, :]
        y = self.embed(prev_output_tokens)
        for layer in self.layers:
            y = layer(y, future, encoder_out[0], pads)
        return self.output_projection(self.layer_norm(y)).permute(1, 0, 2), {"attn": None}


class Seq2Seq(nn.Module):
    def __init__(self, args, encoder, decoder):
        super().__init__()
        self.args, self.encoder, self.decoder = args, encoder, decoder

    def forward(self, src_tokens, src_lengths, prev_output_tokens):
        return self.decoder(prev_output_tokens, self.encoder(src_tokens, src_lengths))
