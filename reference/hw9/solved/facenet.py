"""Question 1: the losses and the choice of triplets of FaceNet.

Axes: m triplets, d channels of an embedding, n faces.
"""

import torch
import torch.nn.functional as F  # noqa: N812


def triplet_loss(anchor, positive, negative, margin=0.2):
    """The mean loss of triplets, on the unit sphere. Shapes: (m, d) each -> scalar."""
    ### BEGIN ANSWER 1-triplet
    #: All three onto the unit sphere, then squared distances: (m,) each.
    #: A triplet whose negative is far enough away costs nothing; the result is one number.
    anchor, positive, negative = (F.normalize(each, dim=1) for each in (anchor, positive, negative))
    positive_m = (anchor - positive).pow(2).sum(dim=1)
    negative_m = (anchor - negative).pow(2).sum(dim=1)
    return (positive_m - negative_m + margin).clamp(min=0).mean()
    ### END ANSWER


def squared_distances(embeddings):
    """Shapes: (n, d) -> (n, n)."""
    ### BEGIN ANSWER 1-semihard
    return (embeddings.unsqueeze(0) - embeddings.unsqueeze(1)).pow(2).sum(dim=2)
    ### END ANSWER


def positive_pairs(labels):
    """All ordered pairs of different faces with one label, sorted. Shapes: (n,) -> (pairs, 2)."""
    ### BEGIN ANSWER 1-semihard
    alike_nn = labels.unsqueeze(0) == labels.unsqueeze(1)
    alike_nn = alike_nn & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    return alike_nn.nonzero()
    ### END ANSWER


def semi_hard_triplets(embeddings, labels, margin=0.2):
    """Every pair with its nearest semi-hard negative, -1 where there is none. Shapes: (n, d), (n,) -> (m, 3)."""
    ### BEGIN ANSWER 1-semihard
    #: One row (anchor, positive, negative) for each pair of positive_pairs, in its order.
    #: Semi-hard: of another label, farther from the anchor than the positive, but by less than the margin.
    distances_nn = squared_distances(embeddings)
    rows = []
    for a, p in positive_pairs(labels).tolist():
        semi_hard_n = labels != labels[a]
        semi_hard_n = semi_hard_n & (distances_nn[a] > distances_nn[a, p])
        semi_hard_n = semi_hard_n & (distances_nn[a] < distances_nn[a, p] + margin)
        candidates_n = distances_nn[a].masked_fill(~semi_hard_n, float("inf"))
        rows.append([a, p, int(candidates_n.argmin()) if semi_hard_n.any() else -1])
    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)
    ### END ANSWER


def all_triplets(labels):
    """Every triplet that the labels allow. Shapes: (n,) -> (m, 3)."""
    ### BEGIN ANSWER 1-all
    #: Every pair of positive_pairs with every face of another label.
    rows = []
    for a, p in positive_pairs(labels).tolist():
        rows.extend([a, p, n] for n in range(len(labels)) if labels[n] != labels[a])
    return torch.tensor(rows, dtype=torch.long).reshape(-1, 3)
    ### END ANSWER


def active_share(embeddings, labels, margin=0.2):
    """The share of all triplets with a positive loss: the others teach nothing."""
    ### BEGIN ANSWER 1-all
    #: A plain number from 0 to 1.
    distances_nn = squared_distances(embeddings)
    anchors, positives, negatives = all_triplets(labels).unbind(dim=1)
    losses_m = distances_nn[anchors, positives] - distances_nn[anchors, negatives] + margin
    return (losses_m > 0).float().mean().item()
    ### END ANSWER
