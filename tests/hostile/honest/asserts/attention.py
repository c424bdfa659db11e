import torch

assert torch.__version__ >= "1.0", f"torch {torch.__version__} is too old"
assert __debug__


def weights(scores_bs, padding_bs):
    assert scores_bs.shape == padding_bs.shape, f"{scores_bs.shape} != {padding_bs.shape}"
    assert padding_bs.dtype == torch.bool, padding_bs.dtype
    assert isinstance(scores_bs, torch.FloatTensor) and scores_bs.is_contiguous() and not scores_bs.requires_grad
    found_bs = torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)
    assert torch.allclose(found_bs.sum(1), torch.ones(len(found_bs))), "rows must sum to one"
    return found_bs


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
