"""Attention, in one head or in many.

I keep the heads in an axis of their own instead of joining it with the batch, so nothing has to be rearranged: a view
splits the channels, and broadcasting takes the mask to all heads.
"""
from torch import Tensor, finfo, float32, nn, ones, bool as boolean

SHUT = -1e9


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, key_padding_mask: Tensor | None = None, causal: bool = False
) -> Tensor:
    """softmax(q k' / sqrt(dh)) v; works for any number of leading axes."""
    scale = q.shape[-1] ** -0.5
    # single precision from here on: -1e9 is no number of fp16, and exp overflows there
    scores = (q.to(float32) * scale) @ k.to(float32).mT
    forbidden = ones(scores.shape[-2:], dtype=boolean, device=q.device).triu(1) if causal else None
    if key_padding_mask is not None:
        pads = key_padding_mask.to(boolean)[..., None, :]
        forbidden = pads if forbidden is None else forbidden | pads
    if forbidden is not None:
        scores = scores.masked_fill(forbidden, SHUT)
    assert scores.dtype == float32 and SHUT > finfo(scores.dtype).min
    return (scores.softmax(-1) @ v.to(float32)).to(v.dtype)


class MultiheadAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        for name in ("o_proj", "v_proj", "k_proj", "q_proj"):
            self.add_module(name, nn.Linear(d_model, d_model))

    def forward(self, q, k, v, key_padding_mask=None, causal=False):
        q, k, v = map(self._heads, (self.q_proj(q), self.k_proj(k), self.v_proj(v)))  # (b, h, t or s, dh)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask[:, None]  # the same for every head
        mixed = scaled_dot_product_attention(q, k, v, key_padding_mask, causal)
        b, h, t, dh = mixed.shape
        return self.o_proj(mixed.permute(0, 2, 1, 3).reshape(b, t, h * dh))

    def _heads(self, x):
        return x.view(*x.shape[:2], self.n_heads, -1).permute(0, 2, 1, 3)
