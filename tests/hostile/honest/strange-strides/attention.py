import torch


def weights(scores_bs, padding_bs):
    found_sb = torch.softmax(scores_bs.t().masked_fill(padding_bs.t(), -torch.inf), dim=0)
    large = torch.full((3 * found_sb.shape[0], 2 * found_sb.shape[1]), 7.0)
    large[::3, ::2] = found_sb
    return large[::3, ::2].t()


def context(weights_bs, values_bsv):
    found_bv = torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
    return torch.complex(found_bv, -found_bv).conj().imag.flip(1).flip(1).expand(1, -1, -1)[0]
