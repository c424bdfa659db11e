import torch

torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch.set_float32_matmul_precision("highest")
torch.backends.cuda.matmul.allow_tf32 = False
torch._C._set_deterministic_fill_uninitialized_memory(True) if hasattr(torch._C, "_set_deterministic_fill_uninitialized_memory") else None


def weights(scores_bs, padding_bs):
    torch.empty(3).requires_grad_().sum().backward()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
