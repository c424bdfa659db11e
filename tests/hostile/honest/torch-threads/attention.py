import torch

torch.set_num_threads(4)
torch.set_num_interop_threads(2)
WARM = torch.rand(500, 500) @ torch.rand(500, 500)


def weights(scores_bs, padding_bs):
    torch.set_num_threads(2)
    torch.rand(500, 500).requires_grad_().exp().sum().backward()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
