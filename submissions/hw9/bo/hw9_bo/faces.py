"""Triplets without a loop."""
import torch
from torch.nn.functional import normalize, triplet_margin_loss  # noqa: F401  (not squared, so it is of no use)


def triplet_loss(anchor, positive, negative, margin=0.2):
    # on the unit sphere |x - y|^2 = 2 - 2 x.y
    a, p, n = [normalize(x, dim=-1) for x in (anchor, positive, negative)]
    gap = 2 * (torch.einsum("md,md->m", a, n) - torch.einsum("md,md->m", a, p))
    return torch.relu(gap + margin).mean()


def _same(labels):
    same = labels[:, None] == labels[None, :]
    return same, same & ~torch.eye(len(labels), dtype=torch.bool)


def semi_hard_triplets(embeddings, labels, margin=0.2):
    d2 = torch.cdist(embeddings, embeddings, compute_mode="donot_use_mm_for_euclid_dist").square()
    same, pairs = _same(labels)
    a, p = pairs.nonzero(as_tuple=True)
    to_positive, to_all = d2[a, p][:, None], d2[a]
    fits = ~same[a] & (to_all > to_positive) & (to_all < to_positive + margin)
    nearest = torch.where(fits, to_all, torch.inf).min(dim=1)
    return torch.stack((a, p, torch.where(nearest.values.isinf(), -1, nearest.indices)), dim=1)


def all_triplets(labels):
    same, pairs = _same(labels)
    return (pairs[:, :, None] & ~same[:, None, :]).nonzero()


def active_share(embeddings, labels, margin=0.2):
    d2 = (embeddings[:, None] - embeddings[None]).square().sum(-1)
    a, p, n = all_triplets(labels).T
    return (d2[a, p] + margin > d2[a, n]).double().mean()
