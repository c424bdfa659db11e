import argparse, math, csv
import torch
import torch.nn as nn
from model import LMModel_Transformer

def get_args():
    p = argparse.ArgumentParser()
    p.add_argument('--epochs', default=8, type=int)
    p.add_argument('--data', default='ptb.pt')
    return p.parse_args()

def batches(ids, columns=20, length=35):
    ids = ids[: len(ids) // columns * columns].view(columns, -1).t().contiguous()
    for at in range(0, len(ids) - length - 1, length):
        yield ids[at:at + length], ids[at + 1:at + 1 + length]

def main():
    args = get_args()
    train, valid, nvoc = torch.load(args.data)
    model, criterion = LMModel_Transformer(nvoc), nn.CrossEntropyLoss()
    opt = torch.optim.Adam(model.parameters(), lr=1e-4)
    with open('curve.csv', 'w', newline='') as f:
        out = csv.writer(f)
        out.writerow(['epoch', 'train_loss', 'train_ppl', 'valid_loss', 'valid_ppl'])
        for epoch in range(args.epochs):
            row = [epoch + 1]
            for ids, training in ((train, True), (valid, False)):
                model.train(training)
                losses = []
                for x, y in batches(ids):
                    loss = criterion(model(x).view(-1, nvoc), y.view(-1))
                    if training:
                        opt.zero_grad(); loss.backward(); opt.step()
                    losses.append(loss.item())
                mean = sum(losses) / len(losses)
                row += ['%.4f' % mean, '%.4f' % math.exp(mean)]
            out.writerow(row)

if __name__ == '__main__':
    main()
