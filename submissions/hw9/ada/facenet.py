"""Question 1: triplets of FaceNet."""

import torch
import torch.nn.functional as F


def pairwise_squared_distances(embeddings):
    """(n, d) -> (n, n) of squared Euclidean distances"""
    difference = embeddings.unsqueeze(1) - embeddings.unsqueeze(0)
    return (difference ** 2).sum(dim=-1)


def triplet_loss(anchor, positive, negative, margin=0.2):
    """
    anchor, positive, negative: (m, d), not yet of unit length
    Returns the mean of max(0, |a - p|^2 - |a - n|^2 + margin).
    """
    # YOUR CODE BEGINS HERE
    anchor = F.normalize(anchor, p=2, dim=1)
    positive = F.normalize(positive, p=2, dim=1)
    negative = F.normalize(negative, p=2, dim=1)
    d_ap = ((anchor - positive) ** 2).sum(dim=1)
    d_an = ((anchor - negative) ** 2).sum(dim=1)
    return F.relu(d_ap - d_an + margin).mean()
    # YOUR CODE ENDS HERE


def semi_hard_triplets(embeddings, labels, margin=0.2):
    """
    Returns (m, 3): anchor, positive, negative for every ordered pair of one label; the negative is the nearest one with
    d_ap^2 < d_an^2 < d_ap^2 + margin, or -1.
    """
    # YOUR CODE BEGINS HERE
    distances = pairwise_squared_distances(embeddings)
    n = labels.size(0)
    triplets = []
    for a in range(n):
        for p in range(n):
            if a == p or labels[a] != labels[p]:
                continue
            d_ap = distances[a, p]
            best, best_distance = -1, float("inf")
            for candidate in range(n):
                if labels[candidate] == labels[a]:
                    continue
                d_an = distances[a, candidate]
                if d_ap < d_an < d_ap + margin and d_an < best_distance:
                    best, best_distance = candidate, d_an
            triplets.append((a, p, best))
    return torch.tensor(triplets, dtype=torch.int64).view(-1, 3)
    # YOUR CODE ENDS HERE


def all_triplets(labels):
    """Returns (m, 3): all triplets that the labels allow."""
    # YOUR CODE BEGINS HERE
    n = labels.size(0)
    triplets = [
        (a, p, other)
        for a in range(n)
        for p in range(n)
        for other in range(n)
        if a != p and labels[a] == labels[p] and labels[other] != labels[a]
    ]
    return torch.tensor(triplets, dtype=torch.int64).view(-1, 3)
    # YOUR CODE ENDS HERE


def active_share(embeddings, labels, margin=0.2):
    """Share of all triplets whose loss is above zero."""
    # YOUR CODE BEGINS HERE
    distances = pairwise_squared_distances(embeddings)
    a, p, n = all_triplets(labels).unbind(1)
    active = distances[a, p] - distances[a, n] + margin > 0
    return active.float().mean().item()
    # YOUR CODE ENDS HERE
