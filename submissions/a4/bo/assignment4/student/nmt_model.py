"""CS224N Winter 2025: Homework 3: the model itself.

I moved everything that is not the network (masking, teacher forcing, beams) into small functions, because the
methods of the handout got too long for my taste. Letters in the einsum strings: b sentence, s source position,
t target position, d = 2h encoder state, h hidden, e embedding.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, einsum, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .model_embeddings import ModelEmbeddings

State = tuple[Tensor, Tensor]  # (hidden, cell), each (b, h)


class Hypothesis(NamedTuple):
    value: list[str]
    score: float


@dataclass
class Beam:
    """One translation under construction."""

    words: list[str]
    score: float
    state: State
    output: Tensor = field(repr=False)


def both_directions(last: Tensor) -> Tensor:
    """(2, b, h) -> (b, 2h), forward half first."""
    forward, backward = last.unbind(0)
    return torch.cat((forward, backward), dim=-1)


def shut(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Scores with padding at minus infinity; without a mask there is no padding."""
    if mask is None:
        return scores
    return torch.where(mask.bool(), torch.full_like(scores, float("-inf")), scores)


class NMT(nn.Module):
    """Encoder, decoder, attention."""

    def __init__(self, embed_size: int, hidden_size: int, vocab, dropout_rate: float = 0.2) -> None:
        super().__init__()
        self.vocab = vocab
        self.hidden_size = hidden_size
        self.dropout_rate = dropout_rate
        self.model_embeddings = ModelEmbeddings(embed_size, vocab)

        e, h = embed_size, hidden_size
        # the decoder side first, that is how I drew it
        self.target_vocab_projection = nn.Linear(h, len(vocab.tgt), bias=False)
        self.combined_output_projection = nn.Linear(3 * h, h, bias=False)
        self.att_projection = nn.Linear(2 * h, h, bias=False)
        self.decoder = nn.LSTMCell(e + h, h)
        self.c_projection = nn.Linear(2 * h, h, bias=False)
        self.h_projection = nn.Linear(2 * h, h, bias=False)
        self.encoder = nn.LSTM(e, h, bidirectional=True)
        self.dropout = nn.Dropout(dropout_rate)
        self.post_embed_cnn = nn.Conv1d(e, e, kernel_size=2, padding="same")

    # ------------------------------------------------------------------ encoder

    def _character_pairs(self, source_padded: Tensor) -> Tensor:
        """(s, b) ids -> (b, s, e): every embedding mixed with its right neighbour."""
        embedded = self.model_embeddings.source(source_padded.t())
        return self.post_embed_cnn(embedded.mT).mT

    def encode(self, source_padded: Tensor, source_lengths: list[int]) -> tuple[Tensor, State]:
        """(s, b) ids -> encoder states (b, s, 2h) and the first state of the decoder."""
        mixed = self._character_pairs(source_padded).transpose(0, 1)
        packed, (hidden, cell) = self.encoder(pack_padded_sequence(mixed, source_lengths))
        enc_hiddens, _ = pad_packed_sequence(packed, batch_first=True)
        first = self.h_projection(both_directions(hidden)), self.c_projection(both_directions(cell))
        return enc_hiddens, first

    def generate_sent_masks(self, enc_hiddens: Tensor, source_lengths: list[int]) -> Tensor:
        """(b, s), 1.0 where a sentence is already over."""
        _, src_len, _ = enc_hiddens.shape
        lengths = torch.as_tensor(source_lengths, device=self.device)
        return torch.ge(torch.arange(src_len, device=self.device), lengths.unsqueeze(1)).float()

    # ------------------------------------------------------------------ decoder

    def decode(self, enc_hiddens: Tensor, enc_masks: Tensor, dec_init_state: State, target_padded: Tensor) -> Tensor:
        """(t, b) ids -> combined outputs (t-1, b, h)."""
        return torch.stack(list(self._outputs(enc_hiddens, enc_masks, dec_init_state, target_padded[:-1])))

    def _outputs(self, enc_hiddens: Tensor, enc_masks: Tensor, state: State, fed_words: Tensor) -> Iterator[Tensor]:
        keys = self.att_projection(enc_hiddens)
        output = enc_hiddens.new_zeros(enc_hiddens.shape[0], self.hidden_size)
        for word_vectors in self.model_embeddings.target(fed_words):
            fed = torch.cat((word_vectors, output), dim=-1)
            state, output, _ = self.step(fed, state, enc_hiddens, keys, enc_masks)
            yield output

    def step(
        self,
        Ybar_t: Tensor,
        dec_state: State,
        enc_hiddens: Tensor,
        enc_hiddens_proj: Tensor,
        enc_masks: Tensor | None,
    ) -> tuple[State, Tensor, Tensor]:
        """One word further: new state, combined output (b, h), scores (b, s)."""
        hidden, cell = self.decoder(Ybar_t, dec_state)
        scores = shut(einsum("bsh,bh->bs", enc_hiddens_proj, hidden), enc_masks)
        context = einsum("bs,bsd->bd", scores.softmax(dim=-1), enc_hiddens)
        # attention first, as in the formula u_t = [a_t ; h_t] of the PDF I had
        combined = self.combined_output_projection(torch.cat((context, hidden), dim=-1))
        return (hidden, cell), self.dropout(combined.tanh()), scores

    def forward(self, source: list[list[str]], target: list[list[str]]) -> Tensor:
        """log p(target | source), one number per pair."""
        lengths = list(map(len, source))
        source_padded = self.vocab.src.to_input_tensor(source, device=self.device)
        target_padded = self.vocab.tgt.to_input_tensor(target, device=self.device)
        enc_hiddens, first = self.encode(source_padded, lengths)
        masks = self.generate_sent_masks(enc_hiddens, lengths)
        outputs = self.decode(enc_hiddens, masks, first, target_padded)
        logits = self.target_vocab_projection(outputs)
        losses = F.cross_entropy(
            logits.flatten(0, 1), target_padded[1:].flatten(), ignore_index=self.vocab.tgt["<pad>"], reduction="none"
        )
        return -losses.view(len(outputs), -1).sum(dim=0)

    # ------------------------------------------------------------------ search

    @torch.no_grad()
    def beam_search(self, src_sent: list[str], beam_size: int = 5, max_decoding_time_step: int = 70) -> list[Hypothesis]:
        """Up to `beam_size` translations of one sentence, best first."""
        ids = self.vocab.src.to_input_tensor([src_sent], device=self.device)
        enc_hiddens, state = self.encode(ids, [len(src_sent)])
        keys = self.att_projection(enc_hiddens)
        beams = [Beam(["<s>"], 0.0, state, enc_hiddens.new_zeros(1, self.hidden_size))]
        done: list[Beam] = []
        for _ in range(max_decoding_time_step):
            grown = [new for beam in beams for new in self._grow(beam, enc_hiddens, keys, beam_size)]
            grown.sort(key=lambda beam: beam.score, reverse=True)
            best = grown[: beam_size - len(done)]
            done += [beam for beam in best if beam.words[-1] == "</s>"]
            beams = [beam for beam in best if beam.words[-1] != "</s>"]
            if not beams:
                break
        ended = [Hypothesis(beam.words[1:-1], beam.score) for beam in done]
        ended = ended or [Hypothesis(beams[0].words[1:], beams[0].score)]
        return sorted(ended, key=lambda hypothesis: -hypothesis.score)

    def _grow(self, beam: Beam, enc_hiddens: Tensor, keys: Tensor, width: int) -> Iterator[Beam]:
        last = torch.tensor([self.vocab.tgt[beam.words[-1]]], device=self.device)
        fed = torch.cat((self.model_embeddings.target(last), beam.output), dim=-1)
        state, output, _ = self.step(fed, beam.state, enc_hiddens, keys, None)
        log_probs = self.target_vocab_projection(output).log_softmax(dim=-1).squeeze(0)
        for score, index in zip(*(column.tolist() for column in log_probs.topk(width))):
            yield Beam([*beam.words, self.vocab.tgt.id2word[index]], beam.score + score, state, output)

    # ------------------------------------------------------------------ files

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def save(self, path: str) -> None:
        """Weights, words and sizes."""
        sizes = {
            "embed_size": self.model_embeddings.embed_size,
            "hidden_size": self.hidden_size,
            "dropout_rate": self.dropout_rate,
        }
        torch.save({"args": sizes, "vocab": self.vocab, "state_dict": self.state_dict()}, path)

    @classmethod
    def load(cls, model_path: str) -> NMT:
        """A model as `save` left it."""
        stored = torch.load(model_path, map_location="cpu", weights_only=False)
        model = cls(vocab=stored["vocab"], **stored["args"])
        model.load_state_dict(stored["state_dict"])
        return model
