import torch
from torch import nn


class PastOnly(nn.Module):
    """A convolution over time that is padded on the left only, with a gate."""

    def __init__(self, dim, width, dilation):
        super().__init__()
        self.pad = (width - 1) * dilation
        self.conv = nn.Conv1d(dim, 2 * dim, width, dilation=dilation)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):  # (b, d, l)
        y = nn.functional.glu(self.conv(nn.functional.pad(x, (self.pad, 0))), dim=1)
        return x + self.norm(y.transpose(1, 2)).transpose(1, 2)


class LMModel_Transformer(nn.Module):
    """Attention at the bottom, convolutions on top; each of them looks back only."""

    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.layer = nn.TransformerEncoderLayer(dim, nhead, 2 * dim, dropout=0.1, batch_first=True, norm_first=True)
        self.past = nn.Sequential(*[PastOnly(dim, 3, 2**number) for number in range(num_layers)])
        self.decoder = nn.Linear(dim, nvoc)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, input):
        batch_first = self.encoder(input.t())
        length = batch_first.size(1)
        later = torch.full((length, length), -torch.inf, device=input.device).triu(1)
        hidden = self.layer(batch_first, src_mask=later)
        hidden = self.past(hidden.transpose(1, 2)).transpose(1, 2)
        return self.decoder(hidden).transpose(0, 1)
