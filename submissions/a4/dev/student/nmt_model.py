"""
CS224N Winter 2025: Homework 3
nmt_model.py: neural machine translation
"""
from __future__ import annotations

from typing import NamedTuple, Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
import numpy as np

from model_embeddings import ModelEmbeddings


class Hypothesis(NamedTuple):
    value: list[str]
    score: float


class NMT(nn.Module):
    """BiLSTM encoder -> attention -> LSTM decoder."""

    def __init__(self, embed_size: int, hidden_size: int, vocab, dropout_rate: float = 0.2):
        """All layers. Names and order of the arguments are fixed by run.py and the tests."""
        super().__init__()
        self.model_embeddings = ModelEmbeddings(embed_size, vocab)
        self.hidden_size, self.dropout_rate, self.vocab = hidden_size, dropout_rate, vocab

        # ---- START OF YOUR CODE, part (c) ----
        self.post_embed_cnn = nn.Conv1d(embed_size, embed_size, kernel_size=2, padding='same')
        self.encoder = nn.LSTM(embed_size, hidden_size, bidirectional=True)
        self.decoder = nn.LSTMCell(embed_size + hidden_size, hidden_size)
        for name, times in (('h', 2), ('c', 2), ('att', 2), ('combined_output', 3)):
            setattr(self, name + '_projection', nn.Linear(times * hidden_size, hidden_size, bias=False))
        self.target_vocab_projection = nn.Linear(hidden_size, len(vocab.tgt), bias=False)
        self.dropout = nn.Dropout(dropout_rate)
        # ---- END OF YOUR CODE ----

    def forward(self, source: list[list[str]], target: list[list[str]]) -> Tensor:
        """Summed log-probability of every target sentence, shape (b,)."""
        lengths = [len(words) for words in source]
        src_ids = self.vocab.src.to_input_tensor(source, device=self.device)
        tgt_ids = self.vocab.tgt.to_input_tensor(target, device=self.device)
        enc_hiddens, dec_init_state = self.encode(src_ids, lengths)
        enc_masks = self.generate_sent_masks(enc_hiddens, lengths)
        outputs = self.decode(enc_hiddens, enc_masks, dec_init_state, tgt_ids)
        log_p = F.log_softmax(self.target_vocab_projection(outputs), dim=-1)
        gold = tgt_ids[1:]
        gold_log_p = log_p.gather(-1, gold.unsqueeze(-1)).squeeze(-1)
        return gold_log_p.masked_fill(gold == self.vocab.tgt['<pad>'], 0.0).sum(dim=0)

    def encode(self, source_padded: Tensor, source_lengths: list[int]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(s, b) word ids -> enc_hiddens (b, s, 2h) and the decoder's initial (hidden, cell)."""
        # ---- START OF YOUR CODE, part (d) ----
        # look the words up sentence by sentence, that is easier to debug than one big tensor
        rows = []
        for i in range(source_padded.shape[1]):
            sentence = self.model_embeddings.source(source_padded[:, i])
            rows.append(sentence.detach().cpu().numpy())
        X = torch.tensor(np.stack(rows), dtype=torch.float, device=self.device)   # (b, s, e)

        X = self.post_embed_cnn(X.transpose(1, 2)).permute(2, 0, 1)               # (s, b, e)
        outputs, (hidden, cell) = self.encoder(pack_padded_sequence(X, lengths=source_lengths))
        enc_hiddens = pad_packed_sequence(outputs, batch_first=True)[0]
        h0 = self.h_projection(torch.hstack((hidden[0], hidden[1])))
        c0 = self.c_projection(torch.hstack((cell[0], cell[1])))
        dec_init_state = (h0, c0)
        # ---- END OF YOUR CODE ----
        return enc_hiddens, dec_init_state

    def decode(self, enc_hiddens: Tensor, enc_masks: Tensor, dec_init_state: tuple[Tensor, Tensor],
               target_padded: Tensor) -> Tensor:
        """Teacher forcing: (t, b) word ids -> combined outputs (t-1, b, h)."""
        target_padded = target_padded[:-1]
        dec_state = dec_init_state
        o_prev = torch.zeros(enc_hiddens.size(0), self.hidden_size, device=self.device)
        combined_outputs = []
        # ---- START OF YOUR CODE, part (e) ----
        keys = self.att_projection(enc_hiddens)
        Y = self.model_embeddings.target(target_padded)
        for Y_t in Y.split(1):                                     # (1, b, e)
            Ybar_t = torch.cat((Y_t.squeeze(), o_prev), dim=1)     # (b, e + h)
            dec_state, o_prev, _ = self.step(Ybar_t, dec_state, enc_hiddens, keys, enc_masks)
            combined_outputs.append(o_prev)
        combined_outputs = torch.stack(combined_outputs)
        # ---- END OF YOUR CODE ----
        return combined_outputs

    def step(self, Ybar_t: Tensor, dec_state: tuple[Tensor, Tensor], enc_hiddens: Tensor,
             enc_hiddens_proj: Tensor, enc_masks: Optional[Tensor]):
        """One decoder step. Returns the new state, O_t (b, h) and the scores e_t (b, s)."""
        # ---- START OF YOUR CODE, part (f), first half ----
        dec_state = self.decoder(Ybar_t, dec_state)
        dec_hidden, _ = dec_state
        e_t = torch.matmul(enc_hiddens_proj, dec_hidden.unsqueeze(-1)).squeeze(-1)
        # ---- END OF YOUR CODE ----
        if enc_masks is not None:
            e_t = e_t.masked_fill(enc_masks.bool(), float('-inf'))
        # ---- START OF YOUR CODE, part (f), second half ----
        alpha_t = e_t.softmax(dim=-1)
        a_t = torch.matmul(alpha_t.unsqueeze(1), enc_hiddens).squeeze(1)
        V_t = self.combined_output_projection(torch.cat((dec_hidden, a_t), dim=1))
        O_t = self.dropout(V_t.tanh())
        # ---- END OF YOUR CODE ----
        return dec_state, O_t, e_t

    def generate_sent_masks(self, enc_hiddens: Tensor, source_lengths: list[int]) -> Tensor:
        """(b, s) float mask: 0 for words, 1 for padding."""
        positions = torch.arange(enc_hiddens.size(1), device=self.device)
        lengths = torch.tensor(source_lengths, device=self.device)
        return (positions[None, :] >= lengths[:, None]).float()

    @torch.no_grad()
    def beam_search(self, src_sent: list[str], beam_size: int = 5,
                    max_decoding_time_step: int = 70) -> list[Hypothesis]:
        """Hypotheses for one sentence, best first."""
        tgt = self.vocab.tgt
        ids = self.vocab.src.to_input_tensor([src_sent], device=self.device)
        memory, (h, c) = self.encode(ids, [len(src_sent)])
        memory_proj = self.att_projection(memory)
        o_prev = torch.zeros(1, self.hidden_size, device=self.device)
        alive, alive_scores = [['<s>']], torch.zeros(1, device=self.device)
        finished: list[Hypothesis] = []
        for _ in range(max_decoding_time_step):
            k = len(alive)
            y = self.model_embeddings.target(torch.tensor([tgt[hyp[-1]] for hyp in alive], device=self.device))
            (h, c), o_t, _ = self.step(torch.cat((y, o_prev), dim=1), (h, c), memory.expand(k, -1, -1),
                                       memory_proj.expand(k, -1, -1), None)
            log_p = F.log_softmax(self.target_vocab_projection(o_t), dim=1)
            total = (alive_scores.unsqueeze(1) + log_p).view(-1)
            scores, flat = total.topk(beam_size - len(finished))
            beams, words = flat // len(tgt), flat % len(tgt)
            grown, keep, kept_scores = [], [], []
            for beam, word, score in zip(beams.tolist(), words.tolist(), scores.tolist()):
                if word == tgt['</s>']:
                    finished.append(Hypothesis(alive[beam][1:], score))
                else:
                    grown.append(alive[beam] + [tgt.id2word[word]])
                    keep.append(beam)
                    kept_scores.append(score)
            if len(finished) >= beam_size:
                break
            alive, alive_scores = grown, torch.tensor(kept_scores, device=self.device)
            h, c, o_prev = h[keep], c[keep], o_t[keep]
        if not finished:
            finished = [Hypothesis(alive[0][1:], alive_scores[0].item())]
        return sorted(finished, key=lambda hyp: -hyp.score)

    @property
    def device(self) -> torch.device:
        return self.model_embeddings.source.weight.device

    @staticmethod
    def load(model_path: str) -> 'NMT':
        """Read what `save` wrote."""
        blob = torch.load(model_path, map_location='cpu', weights_only=False)
        model = NMT(vocab=blob['vocab'], **blob['args'])
        model.load_state_dict(blob['state_dict'])
        return model

    def save(self, path: str) -> None:
        """Arguments, words and weights in one file."""
        args = {'embed_size': self.model_embeddings.embed_size, 'hidden_size': self.hidden_size,
                'dropout_rate': self.dropout_rate}
        torch.save({'args': args, 'vocab': self.vocab, 'state_dict': self.state_dict()}, path)
