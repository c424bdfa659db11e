import torch


def softmax(scores_bs):
    return torch.softmax(scores_bs, 1)
