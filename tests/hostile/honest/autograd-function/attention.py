import torch


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores_bs):
        found_bs = torch.softmax(scores_bs, dim=1)
        ctx.save_for_backward(found_bs)
        return found_bs

    @staticmethod
    def backward(ctx, gradient_bs):
        (found_bs,) = ctx.saved_tensors
        return found_bs * (gradient_bs - (gradient_bs * found_bs).sum(1, keepdim=True))


def weights(scores_bs, padding_bs):
    return Softmax.apply(scores_bs.masked_fill(padding_bs, -torch.inf))


context = torch.vmap(lambda weights_s, values_sv: weights_s @ values_sv)
