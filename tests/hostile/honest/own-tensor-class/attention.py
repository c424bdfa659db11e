import torch


class Named(torch.Tensor):
    """A tensor that knows its name."""

    def named(self, name):
        self.name_of_it = name
        return self

    def __repr__(self, *, tensor_contents=None):
        raise NotImplementedError("ask for its name")


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1).as_subclass(Named).named("weights")


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
