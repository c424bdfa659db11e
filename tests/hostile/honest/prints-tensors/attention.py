import torch

torch.set_printoptions(profile="full", linewidth=200, sci_mode=True, precision=8)
print(torch.rand(100, 50))


def weights(scores_bs, padding_bs):
    print('scores', scores_bs, padding_bs, torch.rand(80, 80), sep='\n')
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
