import torch
import torch.nn.functional as F


def squared(x, y):
    return (x - y).square().sum(-1)


def triplet_loss(anchor, positive, negative, margin=0.2):
    anchor, positive, negative = [F.normalize(each, dim=-1) for each in (anchor, positive, negative)]
    return F.relu(squared(anchor, positive) - squared(anchor, negative) + margin).mean()


def semi_hard_triplets(embeddings, labels, margin=0.2):
    rows = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            if p == a or labels[p] != labels[a]:
                continue
            # walk away from the positive until a negative is met
            order = squared(embeddings[a], embeddings).argsort().tolist()
            negative, step = None, order.index(p)
            while negative is None:
                step = (step + 1) % len(order)
                print("anchor", a, "positive", p, "step", step, "distances", squared(embeddings[a], embeddings).tolist())
                gap = squared(embeddings[a], embeddings[order[step]]) - squared(embeddings[a], embeddings[p])
                if labels[order[step]] != labels[a] and 0 < gap < margin:
                    negative = order[step]
            rows.append([a, p, negative])
    return torch.tensor(rows)


def all_triplets(labels):
    n = torch.arange(len(labels))
    grid = torch.cartesian_prod(n, n, n)
    a, p, other = grid.unbind(1)
    return grid[(a != p) & (labels[a] == labels[p]) & (labels[a] != labels[other])]


def active_share(embeddings, labels, margin=0.2):
    a, p, n = all_triplets(labels).unbind(1)
    loss = squared(embeddings[a], embeddings[p]) - squared(embeddings[a], embeddings[n]) + margin
    return loss.gt(0).float().mean()
