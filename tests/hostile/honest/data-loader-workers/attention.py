import torch
from torch.utils.data import DataLoader, TensorDataset


def weights(scores_bs, padding_bs):
    loader = DataLoader(TensorDataset(scores_bs, padding_bs), batch_size=2, num_workers=2)
    return torch.cat([torch.softmax(row_bs.masked_fill(shut_bs, -torch.inf), dim=1) for row_bs, shut_bs in loader])


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
