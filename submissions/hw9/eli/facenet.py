import torch
import torch.nn.functional as F


def triplet_loss(anchor, positive, negative, margin=0.2):
    # YOUR CODE BEGINS HERE
    anchor, positive, negative = F.normalize(anchor), F.normalize(positive), F.normalize(negative)
    losses = []
    for a, p, n in zip(anchor, positive, negative):
        losses.append(torch.clamp(torch.dot(a - p, a - p) - torch.dot(a - n, a - n) + margin, min=0))
    return sum(losses) / len(losses)
    # YOUR CODE ENDS HERE


def semi_hard_triplets(embeddings, labels, margin=0.2):
    # YOUR CODE BEGINS HERE
    raise NotImplementedError
    # YOUR CODE ENDS HERE


def all_triplets(labels):
    # YOUR CODE BEGINS HERE
    out = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            for n in range(len(labels)):
                if a != p and labels[a] == labels[p] and labels[a] != labels[n]:
                    out.append((a, p, n))
    return out
    # YOUR CODE ENDS HERE


def active_share(embeddings, labels, margin=0.2):
    # YOUR CODE BEGINS HERE
    raise NotImplementedError
    # YOUR CODE ENDS HERE
