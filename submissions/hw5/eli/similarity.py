# problem 1
import matplotlib.pyplot as plt
import torch

model = torch.load("model.pt", weights_only=False)

w = model.decoder.embed_positions.weights
n = w.shape[0]
result = torch.zeros(n, n)
for i in range(n):
    for j in range(i, n, 64):  # blocks of 64, otherwise it takes forever
        block = torch.nn.functional.cosine_similarity(w[i].unsqueeze(0), w[j : j + 64], dim=1)
        result[i, j : j + 64] = block
        result[j : j + 64, i] = block
plt.imshow(result)
plt.savefig("similarity.png")

# problem 2: TODO, need the decoder first
