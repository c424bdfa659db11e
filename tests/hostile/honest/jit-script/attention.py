import torch


@torch.jit.script
def weights(scores_bs: torch.Tensor, padding_bs: torch.Tensor) -> torch.Tensor:
    """Softmax over the words."""
    if padding_bs.any():
        scores_bs = scores_bs.masked_fill(padding_bs, float("-inf"))
    return torch.softmax(scores_bs, dim=1)


class Mean(torch.nn.Module):
    def forward(self, weights_bs, values_bsv):
        return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)


context = torch.jit.trace(Mean(), (torch.rand(2, 3), torch.rand(2, 3, 4)))
