"""2022-23: Homework 4. Neural machine translation with attention.

Axes: b sentences, s source positions, t target positions, e embedding, h hidden, v target words, k beams.
"""
# ruff: noqa: N803, N806, N812, RET504  (the handout fixes Ybar_t, O_t, F and their kin)

from __future__ import annotations

from collections import namedtuple

import torch
import torch.nn.functional as F
from model_embeddings import ModelEmbeddings
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Hypothesis = namedtuple("Hypothesis", ["value", "score"])


class NMT(nn.Module):
    """A bidirectional LSTM encoder, an LSTM decoder, and multiplicative attention between them."""

    def __init__(self, embed_size: int, hidden_size: int, vocab, dropout_rate: float = 0.2) -> None:
        """Makes every layer; `vocab` holds the source words in `.src` and the target words in `.tgt`."""
        super().__init__()
        self.model_embeddings = ModelEmbeddings(embed_size, vocab)
        self.hidden_size = hidden_size
        self.dropout_rate = dropout_rate
        self.vocab = vocab
        ### BEGIN ANSWER 1c
        #: self.post_embed_cnn: a convolution of width 2 over the embeddings; length and size e stay as they are.
        #: self.encoder, self.decoder: the two LSTMs, with bias. The decoder reads [embedding ; previous output].
        #: self.h_projection, self.c_projection, self.att_projection, self.combined_output_projection and
        #: self.target_vocab_projection: without bias.
        #: self.dropout.
        self.post_embed_cnn = nn.Conv1d(embed_size, embed_size, kernel_size=2, padding="same")
        self.encoder = nn.LSTM(embed_size, hidden_size, bidirectional=True)
        self.decoder = nn.LSTMCell(embed_size + hidden_size, hidden_size)
        self.h_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.c_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.att_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.combined_output_projection = nn.Linear(3 * hidden_size, hidden_size, bias=False)
        self.target_vocab_projection = nn.Linear(hidden_size, len(vocab.tgt), bias=False)
        self.dropout = nn.Dropout(dropout_rate)
        ### END ANSWER

    def forward(self, source: list[list[str]], target: list[list[str]]) -> Tensor:
        """For each pair of sentences, longest source first, the log-probability of the target: (b,)."""
        source_lengths = [len(sent) for sent in source]
        source_padded_sb = self.vocab.src.to_input_tensor(source, device=self.device)
        target_padded_tb = self.vocab.tgt.to_input_tensor(target, device=self.device)
        enc_hiddens, dec_init_state = self.encode(source_padded_sb, source_lengths)
        enc_masks = self.generate_sent_masks(enc_hiddens, source_lengths)
        combined_outputs = self.decode(enc_hiddens, enc_masks, dec_init_state, target_padded_tb)
        log_probs_tbv = F.log_softmax(self.target_vocab_projection(combined_outputs), dim=-1)
        wanted_tb = target_padded_tb[1:]
        scores_tb = log_probs_tbv.gather(2, wanted_tb.unsqueeze(2)).squeeze(2)
        return (scores_tb * (wanted_tb != self.vocab.tgt["<pad>"])).sum(dim=0)

    def encode(self, source_padded: Tensor, source_lengths: list[int]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """What the encoder hands to the decoder: its hidden states, and the decoder's first state.

        Shapes: source_padded (s, b), longest sentence first -> enc_hiddens (b, s, 2h), zero at pads; h0, c0
        (b, h).
        """
        enc_hiddens, dec_init_state = None, None
        ### BEGIN ANSWER 1d
        #: Embed the source and send it through the convolution (which wants the axes b, e, s), then through the
        #: encoder, which should not read padding. Its last states, of both directions, make the decoder's first state.
        embedded_sbe = self.model_embeddings.source(source_padded)
        mixed_sbe = self.post_embed_cnn(embedded_sbe.permute(1, 2, 0)).permute(2, 0, 1)
        packed = pack_padded_sequence(mixed_sbe, source_lengths)
        packed_hiddens, (last_hidden, last_cell) = self.encoder(packed)
        hiddens_sbd, _ = pad_packed_sequence(packed_hiddens)
        enc_hiddens = hiddens_sbd.permute(1, 0, 2)
        init_hidden_bh = self.h_projection(torch.cat((last_hidden[0], last_hidden[1]), dim=1))
        init_cell_bh = self.c_projection(torch.cat((last_cell[0], last_cell[1]), dim=1))
        dec_init_state = (init_hidden_bh, init_cell_bh)
        ### END ANSWER
        return enc_hiddens, dec_init_state

    def decode(
        self,
        enc_hiddens: Tensor,
        enc_masks: Tensor,
        dec_init_state: tuple[Tensor, Tensor],
        target_padded: Tensor,
    ) -> Tensor:
        """The combined output of every step, each fed with the correct word before it.

        Shapes: enc_hiddens (b, s, 2h), enc_masks (b, s), target_padded (t, b) -> (t-1, b, h).
        """
        target_padded = target_padded[:-1]  # nothing is predicted from the last word
        dec_state = dec_init_state
        o_prev = torch.zeros(enc_hiddens.size(0), self.hidden_size, device=self.device)
        combined_outputs = []
        ### BEGIN ANSWER 1e
        #: Project enc_hiddens once: (b, s, h). Embed the targets: (t, b, e).
        #: Then one call of self.step for each t. It is fed Ybar_t (b, e+h), the embedding and the output before it.
        enc_hiddens_proj = self.att_projection(enc_hiddens)
        embedded_tbe = self.model_embeddings.target(target_padded)
        for Y_t in torch.split(embedded_tbe, 1, dim=0):
            Ybar_t = torch.cat((Y_t.squeeze(0), o_prev), dim=1)
            dec_state, o_t, _ = self.step(Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks)
            combined_outputs.append(o_t)
            o_prev = o_t
        combined_outputs = torch.stack(combined_outputs, dim=0)
        ### END ANSWER
        return combined_outputs

    def step(
        self,
        Ybar_t: Tensor,
        dec_state: tuple[Tensor, Tensor],
        enc_hiddens: Tensor,
        enc_hiddens_proj: Tensor,
        enc_masks: Tensor | None,
    ) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
        """One step of the decoder: its new state, the combined output, and the attention scores after
        masking.

        Shapes: Ybar_t (b, e+h), enc_hiddens (b, s, 2h), enc_hiddens_proj (b, s, h), enc_masks (b, s), 1 at
        pads
            -> (h, c) each (b, h), O_t (b, h), e_t (b, s).
        """
        ### BEGIN ANSWER 1f
        #: First the decoder's new state, then a score e_t (b, s) for each source position.
        dec_state = self.decoder(Ybar_t, dec_state)
        dec_hidden, _ = dec_state
        e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(2)).squeeze(2)
        ### END ANSWER
        if enc_masks is not None:
            e_t.data.masked_fill_(enc_masks.bool(), -float("inf"))
        ### BEGIN ANSWER 1f
        #: Attention alpha_t (b, s), what it makes of enc_hiddens (b, 2h), and from both states the output O_t (b, h).
        alpha_t = F.softmax(e_t, dim=1)
        a_t = torch.bmm(alpha_t.unsqueeze(1), enc_hiddens).squeeze(1)
        U_t = torch.cat((dec_hidden, a_t), dim=1)
        V_t = self.combined_output_projection(U_t)
        O_t = self.dropout(torch.tanh(V_t))
        ### END ANSWER
        combined_output = O_t
        return dec_state, combined_output, e_t

    def generate_sent_masks(self, enc_hiddens: Tensor, source_lengths: list[int]) -> Tensor:
        """Which positions are padding.

        Shapes: enc_hiddens (b, s, 2h) -> (b, s) float32, 0 at words and 1 at pads.
        """
        enc_masks = torch.zeros(enc_hiddens.size(0), enc_hiddens.size(1), dtype=torch.float)
        for row, length in enumerate(source_lengths):
            enc_masks[row, length:] = 1
        return enc_masks.to(self.device)

    def beam_search(
        self, src_sent: list[str], beam_size: int = 5, max_decoding_time_step: int = 70
    ) -> list[Hypothesis]:
        """The `beam_size` best translations of one sentence, best first; scores are summed log-probabilities."""
        start, end = self.vocab.tgt["<s>"], self.vocab.tgt["</s>"]
        source_s1 = self.vocab.src.to_input_tensor([src_sent], device=self.device)
        enc_hiddens, (h_kh, c_kh) = self.encode(source_s1, [len(src_sent)])
        enc_hiddens_proj = self.att_projection(enc_hiddens)
        o_prev_kh = torch.zeros(1, self.hidden_size, device=self.device)
        open_ids: list[list[int]] = [[start]]
        open_scores_k = torch.zeros(1, device=self.device)
        finished: list[tuple[list[int], float]] = []
        for _ in range(max_decoding_time_step):
            n_open = len(open_ids)
            last_k = torch.tensor([ids[-1] for ids in open_ids], device=self.device)
            Ybar_t = torch.cat((self.model_embeddings.target(last_k), o_prev_kh), dim=1)
            (h_kh, c_kh), o_kh, _ = self.step(
                Ybar_t,
                (h_kh, c_kh),
                enc_hiddens.expand(n_open, -1, -1),
                enc_hiddens_proj.expand(n_open, -1, -1),
                None,
            )
            log_probs_kv = F.log_softmax(self.target_vocab_projection(o_kh), dim=-1)
            totals_kv = open_scores_k.unsqueeze(1) + log_probs_kv
            best, places = totals_kv.flatten().topk(beam_size - len(finished))
            parents, scores, ids_now = [], [], []
            for total, place in zip(best.tolist(), places.tolist(), strict=True):
                parent, word = divmod(place, log_probs_kv.size(1))
                if word == end:
                    finished.append((open_ids[parent][1:], total))
                    continue
                parents.append(parent)
                scores.append(total)
                ids_now.append([*open_ids[parent], word])
            if len(finished) == beam_size:
                break
            open_ids = ids_now
            open_scores_k = torch.tensor(scores, device=self.device)
            h_kh, c_kh, o_prev_kh = h_kh[parents], c_kh[parents], o_kh[parents]
        if not finished:
            finished.append((open_ids[0][1:], open_scores_k[0].item()))
        finished.sort(key=lambda pair: pair[1], reverse=True)
        return [Hypothesis([self.vocab.tgt.id2word[i] for i in ids], score) for ids, score in finished]

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.model_embeddings.source.weight.device

    @staticmethod
    def load(model_path: str) -> NMT:
        """The model that `save` wrote to this path."""
        saved = torch.load(model_path, map_location="cpu", weights_only=False)
        model = NMT(vocab=saved["vocab"], **saved["args"])
        model.load_state_dict(saved["state_dict"])
        return model

    def save(self, path: str) -> None:
        """Writes sizes, words and weights to one file."""
        args = {
            "embed_size": self.model_embeddings.embed_size,
            "hidden_size": self.hidden_size,
            "dropout_rate": self.dropout_rate,
        }
        torch.save({"args": args, "vocab": self.vocab, "state_dict": self.state_dict()}, path)
