import torch

device = "cuda:0" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
if device.startswith("cuda"):
    print(torch.cuda.get_device_name(0))
torch.cuda.empty_cache()
torch.cuda.manual_seed_all(3)
print(torch.cuda.device_count(), torch.version.cuda)
scaler = torch.amp.GradScaler("cuda", enabled=torch.cuda.is_available())


def weights(scores_bs, padding_bs):
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        scores_bs = scores_bs.cuda()
    with torch.autocast("cuda", enabled=False):
        return torch.softmax(scores_bs.to(device).masked_fill(padding_bs.to(device), -torch.inf), dim=1).cpu()


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
