"""Post-norm layers of the summariser."""
from torch import nn

from .attention import MultiheadAttention


class Residual(nn.Module):
    """norm(x + dropout(y)). It owns no parameters of its own: drop and norm belong to the layer."""

    def forward(self, x, y, drop, norm):
        return norm(x + drop(y))


class TransformerLayer(nn.Module):
    def __init__(self, is_decoder, d_model, n_heads, d_ffn, p_drop):
        super().__init__()
        self.is_decoder = is_decoder
        self.fc1, self.fc2 = nn.Linear(d_model, d_ffn), nn.Linear(d_ffn, d_model)
        self.act = nn.ReLU()
        parts = ["self_attn", "cross_attn"] if is_decoder else ["self_attn"]
        for part in [*parts, "ffn"]:
            setattr(self, part + "_drop", nn.Dropout(p_drop))
            setattr(self, part + "_ln", nn.LayerNorm(d_model))
            if part != "ffn":
                setattr(self, part, MultiheadAttention(d_model, n_heads))
        self.add = Residual()

    def forward(self, x, padding_mask, encoder_out=None, encoder_padding_mask=None):
        seen = self.self_attn(x, x, x, padding_mask, self.is_decoder)
        x = self.add(x, seen, self.self_attn_drop, self.self_attn_ln)
        if self.is_decoder:
            read = self.cross_attn(q=x, k=encoder_out, v=encoder_out, key_padding_mask=encoder_padding_mask)
            x = self.add(x, read, self.cross_attn_drop, self.cross_attn_ln)
        return self.add(x, self.fc2(self.act(self.fc1(x))), self.ffn_drop, self.ffn_ln)
