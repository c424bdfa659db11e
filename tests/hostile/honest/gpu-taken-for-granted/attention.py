import torch

device = "cuda:0"
torch.cuda.set_device(0)
minus_infinity = torch.cuda.FloatTensor([float("-inf")]) if device else None


def weights(scores_bs, padding_bs):
    scores_bs = scores_bs.to(device)
    shut_bs = torch.where(padding_bs.cuda(), minus_infinity.cuda(non_blocking=True), scores_bs)
    return torch.softmax(shut_bs, dim=1) + torch.zeros(scores_bs.shape, device=torch.device(device))


def context(weights_bs, values_bsv):
    layer = torch.nn.Identity().to(device)
    mixed = torch.bmm(weights_bs.unsqueeze(1).cuda(), values_bsv.type(torch.cuda.FloatTensor)).squeeze(1)
    torch.cuda.synchronize()
    return layer(mixed)
