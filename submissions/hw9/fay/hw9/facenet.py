"""FaceNet, with numpy where it is easier."""
import itertools

import numpy as np
import torch


def unit(x):
    return x / x.pow(2).sum(1, keepdim=True).sqrt()


def triplet_loss(anchor, positive, negative, margin=0.2):
    anchor, positive, negative = unit(anchor), unit(positive), unit(negative)
    ap = torch.norm(anchor - positive, dim=1) ** 2
    an = torch.norm(anchor - negative, dim=1) ** 2
    return torch.clamp(ap - an + margin, min=0.0).mean()


def triplets_of(labels):
    n = len(labels)
    for a, p in itertools.permutations(range(n), 2):
        if labels[a] == labels[p]:
            yield a, p, [x for x in range(n) if labels[x] != labels[a]]


def semi_hard_triplets(embeddings, labels, margin=0.2):
    e, y = embeddings.detach().numpy(), labels.numpy()
    d = ((e[:, None, :] - e[None, :, :]) ** 2).sum(-1)
    rows = []
    for a, p, others in triplets_of(y):
        inside = [x for x in others if d[a, p] < d[a, x] < d[a, p] + margin]
        rows.append((a, p, min(inside, key=lambda x: d[a, x], default=-1)))
    return torch.from_numpy(np.array(rows, dtype=np.int64))


def all_triplets(labels):
    return torch.tensor([(a, p, n) for a, p, others in triplets_of(labels.tolist()) for n in others])


def active_share(embeddings, labels, margin=0.2):
    e, t = embeddings.detach().numpy(), all_triplets(labels).numpy()
    ap = ((e[t[:, 0]] - e[t[:, 1]]) ** 2).sum(1)
    an = ((e[t[:, 0]] - e[t[:, 2]]) ** 2).sum(1)
    return np.mean(ap - an + margin > 0)
