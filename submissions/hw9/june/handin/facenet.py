import torch


class Distances:
    """Squared distances of all pairs, computed once."""

    def __init__(self, embeddings):
        gram = embeddings.double() @ embeddings.double().T
        squares = gram.diagonal()
        self.table = squares[:, None] - 2 * gram + squares[None, :]

    def __call__(self, i, j):
        return self.table[i, j]


def triplet_loss(anchor, positive, negative, margin=0.2):
    a = torch.nn.functional.normalize(anchor)
    p = torch.nn.functional.normalize(positive)
    n = torch.nn.functional.normalize(negative)
    per_triplet = (a - p).square().sum(1) - (a - n).square().sum(1) + margin
    return torch.where(per_triplet > 0, per_triplet, torch.zeros_like(per_triplet)).mean()


def semi_hard_triplets(embeddings, labels, margin=0.2):
    distance = Distances(embeddings)
    faces = range(len(labels))
    triplets = []
    for a in faces:
        for p in faces:
            if a != p and labels[a] == labels[p]:
                shell = [
                    n for n in faces if labels[n] != labels[a] and 0 < distance(a, n) - distance(a, p) < margin
                ]
                shell.sort(key=lambda n: float(distance(a, n)))
                triplets.append([a, p, (shell + [-1])[0]])
    return torch.tensor(triplets)


def all_triplets(labels):
    values = labels.tolist()
    return torch.tensor(
        [
            [a, p, n]
            for a, one in enumerate(values)
            for p, two in enumerate(values)
            for n, three in enumerate(values)
            if a != p and one == two != three
        ]
    )


def active_share(embeddings, labels, margin=0.2):
    distance = Distances(embeddings)
    losses = [max(0.0, float(distance(a, p) - distance(a, n)) + margin) for a, p, n in all_triplets(labels).tolist()]
    return sum(loss > 0 for loss in losses) / len(losses)
