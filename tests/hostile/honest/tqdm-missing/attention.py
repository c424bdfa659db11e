import torch
from tqdm.auto import tqdm, trange


def weights(scores_bs, padding_bs):
    rows = []
    with tqdm(total=len(scores_bs), desc="rows") as progress:
        for row_s, shut_s in zip(scores_bs, padding_bs):
            rows.append(torch.softmax(row_s.masked_fill(shut_s, float("-inf")), dim=0))
            progress.update(1)
            progress.set_postfix(rows=len(rows))
    return torch.stack(rows)


def context(weights_bs, values_bsv):
    found = torch.zeros(values_bsv.shape[0], values_bsv.shape[2])
    for position in trange(values_bsv.shape[1], leave=False):
        found += weights_bs[:, position, None] * values_bsv[:, position]
    for _ in tqdm(range(3)):
        tqdm.write("done")
    return found
