import torch
from torch import nn


class LMModel_Transformer(nn.Module):
    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(nvoc, dim)
        self.encoder_layer = nn.TransformerEncoderLayer(d_model=dim, nhead=nhead, dropout=0.5)
        self.transformer = nn.TransformerEncoder(self.encoder_layer, num_layers=num_layers)
        self.decoder = nn.Linear(dim, nvoc)
        self.init_weights()

    def init_weights(self):
        init_uniform = 0.1
        self.encoder.weight.data.uniform_(-init_uniform, init_uniform)
        self.decoder.bias.data.zero_()
        self.decoder.weight.data.uniform_(-init_uniform, init_uniform)

    def forward(self, input):
        mask = nn.Transformer.generate_square_subsequent_mask(input.size(0)).to(input.device)
        embeddings = self.drop(self.encoder(input))
        output = self.transformer(embeddings, mask=mask, is_causal=True)
        output = self.drop(output)
        decoded = self.decoder(output.view(output.size(0) * output.size(1), output.size(2)))
        return decoded.view(output.size(0), output.size(1), decoded.size(1))

# TODO lstm.py
