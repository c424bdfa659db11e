import matplotlib

matplotlib.use("TkAgg") if False else None
import matplotlib.pyplot as plt  # noqa: E402
import torch  # noqa: E402

plt.ion()
plt.style.use("ggplot")
figure, axes = plt.subplots()
axes.plot([1, 2, 3])
plt.savefig("first.png")
plt.show()


def weights(scores_bs, padding_bs):
    found_bs = torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)
    plt.figure()
    plt.imshow(found_bs.numpy())
    plt.title("weights 注意")
    plt.savefig("weights.png")
    plt.show(block=True)
    return found_bs


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
