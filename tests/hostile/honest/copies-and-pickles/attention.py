import copy
import io
import pickle
from dataclasses import asdict, dataclass

import torch


@dataclass
class Batch:
    scores: torch.Tensor
    padding: torch.Tensor


class Model(torch.nn.Module):
    def forward(self, batch):
        return torch.softmax(batch.scores.masked_fill(batch.padding, -torch.inf), dim=1)


def weights(scores_bs, padding_bs):
    batch = pickle.loads(pickle.dumps(copy.deepcopy(Batch(scores_bs, padding_bs))))
    assert set(asdict(batch)) == {"scores", "padding"}
    kept = io.BytesIO()
    torch.save(Model(), kept)
    kept.seek(0)
    return torch.load(kept, weights_only=False)(batch)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
