import torch

torch.set_default_device("cpu")
torch.set_default_tensor_type(torch.FloatTensor)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def weights(scores_bs, padding_bs):
    scores_bs, padding_bs = scores_bs.to(device, non_blocking=True), padding_bs.to(device)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1).to(device)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
