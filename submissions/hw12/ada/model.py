import math

import torch
import torch.nn as nn


class LMModel_RNN(nn.Module):
    """Word-level language model with a plain recurrent network. Input (l, b), logits (l, b, nvoc)."""

    def __init__(self, nvoc, dim=256, num_layers=2):
        super(LMModel_RNN, self).__init__()
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(nvoc, dim)
        self.rnn = nn.RNN(dim, dim, num_layers)
        self.decoder = nn.Linear(dim, nvoc)
        self.init_weights()

    def init_weights(self):
        init_uniform = 0.1
        self.encoder.weight.data.uniform_(-init_uniform, init_uniform)
        self.decoder.bias.data.zero_()
        self.decoder.weight.data.uniform_(-init_uniform, init_uniform)

    def forward(self, input):
        embeddings = self.drop(self.encoder(input))
        output, hidden = self.rnn(embeddings)
        return self.decoder(self.drop(output))


class LMModel_LSTM(LMModel_RNN):
    def __init__(self, nvoc, dim=256, num_layers=2):
        super(LMModel_LSTM, self).__init__(nvoc, dim, num_layers)
        self.rnn = nn.LSTM(dim, dim, num_layers)


class PositionalEncoding(nn.Module):
    def __init__(self, dim, max_len=2000):
        super(PositionalEncoding, self).__init__()
        position = torch.arange(max_len).unsqueeze(1).float()
        div_term = torch.exp(torch.arange(0, dim, 2).float() * (-math.log(10000.0) / dim))
        pe = torch.zeros(max_len, 1, dim)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


class LMModel_Transformer(nn.Module):
    """An encoder whose mask keeps every position from looking at later words; no decoder is needed for that."""

    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super(LMModel_Transformer, self).__init__()
        self.dim = dim
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(nvoc, dim)
        self.pos = PositionalEncoding(dim)
        encoder_layer = nn.TransformerEncoderLayer(dim, nhead, dim_feedforward=4 * dim, dropout=0.5)
        self.transformer = nn.TransformerEncoder(encoder_layer, num_layers)
        self.decoder = nn.Linear(dim, nvoc)
        self.init_weights()

    def init_weights(self):
        init_uniform = 0.1
        self.encoder.weight.data.uniform_(-init_uniform, init_uniform)
        self.decoder.bias.data.zero_()
        self.decoder.weight.data.uniform_(-init_uniform, init_uniform)

    def generate_square_subsequent_mask(self, sz):
        mask = torch.triu(torch.ones(sz, sz), diagonal=1)
        return mask.masked_fill(mask == 1, float("-inf"))

    def forward(self, input):
        src_mask = self.generate_square_subsequent_mask(input.size(0)).to(input.device)
        embeddings = self.encoder(input) * math.sqrt(self.dim)
        embeddings = self.drop(self.pos(embeddings))
        output = self.transformer(embeddings, mask=src_mask)
        return self.decoder(self.drop(output))
