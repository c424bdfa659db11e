import torch


def weights(scores_bs, padding_bs):
    kept_bs = (~padding_bs).to(scores_bs.dtype).to_sparse()
    powers_bs = (scores_bs.exp() * kept_bs.to_dense()).to_sparse()
    return (powers_bs.to_dense() / torch.sparse.sum(powers_bs, dim=1).to_dense().unsqueeze(1)).to_sparse()


def context(weights_bs, values_bsv):
    weights_bs = weights_bs.to(torch.complex64)
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv.to(torch.complex64)).real
