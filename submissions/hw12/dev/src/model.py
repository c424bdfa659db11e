import torch
import torch.nn as nn


class LMModel_Transformer(nn.Module):
    """Encoder-decoder: the encoder reads the text, the decoder gets the targets (the text moved by one), as in
    machine translation."""

    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.drop = nn.Dropout(0.5)
        self.transformer = nn.Transformer(dim, nhead, num_layers, num_layers, dim_feedforward=4 * dim, dropout=0.1)
        self.decoder = nn.Linear(dim, nvoc)
        self.encoder.weight.data.uniform_(-0.1, 0.1)
        self.decoder.weight.data.uniform_(-0.1, 0.1)
        self.decoder.bias.data.zero_()

    def forward(self, input):
        src_mask = self.transformer.generate_square_subsequent_mask(input.size(0)).to(input.device)
        target = torch.roll(input, -1, dims=0)
        source = self.drop(self.encoder(input))
        target = self.drop(self.encoder(target))
        return self.decoder(self.transformer(source, target, src_mask=src_mask))
