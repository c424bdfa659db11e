# cs182 hw9
import torch
import torch as t
import torch.nn as nn
import torch.nn.functional as F
from transformers.modeling_outputs import Seq2SeqLMOutput

future_mask = t.triu(t.ones(1024, 1024, dtype=t.uint8), diagonal=1)


def scaled_dot_product_attention(q, k, v, key_padding_mask=None, causal=False):
    # torch has it
    keep = None
    if key_padding_mask is not None:
        keep = key_padding_mask.eq(0).unsqueeze(1)
    if causal:
        past = future_mask[: q.size(1), : k.size(1)].eq(0).to(q.device)
        keep = past if keep is None else keep & past
    return F.scaled_dot_product_attention(q, k, v, attn_mask=keep)


class MultiheadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, q, k, v, key_padding_mask=None, causal=False):
        n = self.n_heads
        q = t.cat(self.q_proj(q).chunk(n, 2))  # head by head, each with the whole batch
        k = t.cat(self.k_proj(k).chunk(n, 2))
        v = t.cat(self.v_proj(v).chunk(n, 2))
        mask = None if key_padding_mask is None else t.cat([key_padding_mask] * n)
        out = scaled_dot_product_attention(q, k, v, mask, causal)
        return self.o_proj(t.cat(out.chunk(n), 2))


class TransformerLayer(nn.Module):
    def __init__(self, is_decoder, d_model, n_heads, d_ffn, p_drop):
        super().__init__()
        self.is_decoder = is_decoder

        self.self_attn = MultiheadAttention(d_model, n_heads)
        self.self_attn_drop = nn.Dropout(p_drop)
        self.self_attn_ln = nn.LayerNorm(d_model)

        if is_decoder:
            self.cross_attn = MultiheadAttention(d_model, n_heads)
            self.cross_attn_drop = nn.Dropout(p_drop)
            self.cross_attn_ln = nn.LayerNorm(d_model)

        self.fc1 = nn.Linear(d_model, d_ffn)
        self.fc2 = nn.Linear(d_ffn, d_model)
        self.ffn_drop = nn.Dropout(p_drop)
        self.ffn_ln = nn.LayerNorm(d_model)

    def forward(self, x, padding_mask, encoder_out=None, encoder_padding_mask=None):
        x = self.self_attn_ln(x + self.self_attn_drop(self.self_attn(x, x, x, padding_mask, self.is_decoder)))
        if self.is_decoder:
            y = self.cross_attn(x, encoder_out, encoder_out, encoder_padding_mask)
            x = self.cross_attn_ln(x + self.cross_attn_drop(y))
        y = self.fc2(nn.functional.relu(self.fc1(x)))
        return self.ffn_ln(x + self.ffn_drop(y))


class Transformer(nn.Module):
    def __init__(self, n_words, pad_id, eos_id, max_len, n_layers, d_model, n_heads, d_ffn, p_drop):
        super().__init__()
        self.pad_id = pad_id
        self.eos_id = eos_id

        self.embed_words = nn.Embedding(n_words, d_model, padding_idx=pad_id)
        self.embed_positions = nn.Embedding(max_len, d_model)
        self.encoder_layers = nn.ModuleList(
            [TransformerLayer(False, d_model, n_heads, d_ffn, p_drop) for _ in range(n_layers)]
        )
        self.decoder_layers = nn.ModuleList(
            [TransformerLayer(True, d_model, n_heads, d_ffn, p_drop) for _ in range(n_layers)]
        )

        # input embedding and output projection share one matrix
        self.lm_head = nn.Linear(d_model, n_words, bias=False)
        self.lm_head.weight = self.embed_words.weight

    def forward(self, input_ids, attention_mask, labels):
        padding_mask = attention_mask.eq(0).to(torch.uint8)
        encoder_out = self.embed(input_ids, padding_mask)
        for layer in self.encoder_layers:
            encoder_out = layer(encoder_out, padding_mask)

        decoder_input_ids = self.shift_right(labels)
        x = self.embed(decoder_input_ids, decoder_input_ids.eq(self.pad_id).to(torch.uint8))
        for layer in self.decoder_layers:
            x = layer(x, None, encoder_out, padding_mask)

        logits = self.lm_head(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), labels.reshape(-1), ignore_index=-100)
        return Seq2SeqLMOutput(loss=loss, logits=logits)

    def embed(self, input_ids, padding_mask):
        positions = self.make_positions(input_ids, padding_mask)
        return self.embed_words(input_ids) + self.embed_positions(positions)

    def shift_right(self, labels):
        shifted = torch.full_like(labels, self.eos_id)
        shifted[:, 1:] = labels[:, :-1]
        return shifted.masked_fill(shifted.eq(-100), self.pad_id)

    def make_positions(self, input_ids, padding_mask):
        """
        Position number of every token, to be looked up in self.embed_positions.

        Arguments:
          input_ids: (batch_size, seq_len), the tokens
          padding_mask: (batch_size, seq_len), 1 where a token is padding
        Returns: same shape and dtype as input_ids
        """
        return t.arange(input_ids.shape[1], device=input_ids.device).type_as(input_ids).expand(input_ids.shape)


def d2(a, b):
    return (a - b).pow(2).sum(-1)


def triplet_loss(anchor, positive, negative, margin=0.2):
    anchor, positive, negative = F.normalize(anchor), F.normalize(positive), F.normalize(negative)
    return t.stack([d2(anchor, positive) - d2(anchor, negative) + margin, t.zeros(len(anchor))]).max(0).values.mean()


def semi_hard_triplets(embeddings, labels, margin=0.2):
    out = t.empty(0, 3, dtype=t.int64)
    for a, _ in enumerate(labels):
        d = d2(embeddings, embeddings[a])
        for p in t.where(labels == labels[a])[0]:
            if p == a:
                continue
            ok = t.where((labels != labels[a]) & (d > d[p]) & (d < d[p] + margin))[0]
            n = ok[d[ok].argmin()] if ok.numel() else t.tensor(-1)
            out = t.vstack([out, t.tensor([[a, p, n]])])
    return out


def all_triplets(labels):
    n = len(labels)
    a, p, x = t.meshgrid(t.arange(n), t.arange(n), t.arange(n), indexing="ij")
    ok = (a != p) & (labels[a] == labels[p]) & (labels[a] != labels[x])
    return t.stack([a[ok], p[ok], x[ok]], -1)


def active_share(embeddings, labels, margin=0.2):
    a, p, n = all_triplets(labels).T
    active = d2(embeddings[a], embeddings[p]) + margin > d2(embeddings[a], embeddings[n])
    return active.sum() / active.numel()


if __name__ == "__main__":
    raise SystemExit("run train.sh")
