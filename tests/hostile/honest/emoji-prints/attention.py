import torch

print("🚀 training starts 🔥", "\x1b[32mgreen\x1b[0m", "\u202eabc", "\a\b", sep=" | ")


def weights(scores_bs, padding_bs):
    print('✅ 注意力 \x1b]0;title\x07', '\ud83d', flush=True)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
