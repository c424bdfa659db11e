import argparse
import csv
import math
import torch
from torch import nn, optim

parser = argparse.ArgumentParser()
parser.add_argument("data", help="file with the numbers of all words, written by prepare.py")
parser.add_argument("--nhid", type=int, default=256)
parser.add_argument("--nhead", type=int, default=8)
parser.add_argument("--layers", type=int, default=4)
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--epochs", type=int, default=9)
args = parser.parse_args()
device = torch.device("cuda:0")


class CausalLayer(nn.Module):
    def __init__(self, dim, nhead):
        super().__init__()
        self.attention = nn.MultiheadAttention(dim, nhead, dropout=0.1)
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])
        self.fc = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Dropout(0.1), nn.Linear(2 * dim, dim))

    def forward(self, x, mask):
        attended, _ = self.attention(x, x, x, attn_mask=mask, need_weights=False)
        x = self.norms[0](x + attended)
        return self.norms[1](x + self.fc(x))


class LMModel_Transformer(nn.Module):
    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.position = nn.Parameter(torch.zeros(1024, 1, dim))
        self.layers = nn.ModuleList([CausalLayer(dim, nhead) for _ in range(num_layers)])
        self.decoder = nn.Linear(dim, nvoc)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        nn.init.normal_(self.position, std=0.02)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, input):
        length = input.size(0)
        mask = torch.ones(length, length, dtype=torch.bool, device=input.device).triu(1)
        x = self.encoder(input) + self.position[:length]
        for layer in self.layers:
            x = layer(x, mask)
        return self.decoder(x)


train_ids, valid_ids, nvoc = torch.load(args.data)
model = LMModel_Transformer(nvoc, args.nhid, args.nhead, args.layers).to(device)
optimizer = optim.Adam(model.parameters(), lr=args.lr)
criterion = nn.CrossEntropyLoss()


def columns(ids, count=20):
    return ids[: len(ids) // count * count].view(count, -1).t().contiguous().to(device)


rows = []
for epoch in range(1, args.epochs + 1):
    row = [epoch]
    for ids, is_training in ((columns(train_ids), True), (columns(valid_ids), False)):
        model.train(is_training)
        total, number = 0.0, 0
        for start in range(0, len(ids) - 1, 35):
            x, y = ids[start : start + 35][: len(ids) - 1 - start], ids[start + 1 : start + 36]
            loss = criterion(model(x).flatten(0, 1), y.flatten())
            if is_training:
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 0.5)
                optimizer.step()
            total, number = total + loss.item() * y.numel(), number + y.numel()
        row += [total / number, math.exp(total / number)]
    rows.append(row)

with open("curve.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow("epoch train_loss train_ppl valid_loss valid_ppl".split())
    for epoch, *values in rows:
        writer.writerow([epoch, *(f"{value:.4f}" for value in values)])
