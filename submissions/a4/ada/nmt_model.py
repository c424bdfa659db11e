#!/usr/bin/env python3
# -*- coding: utf-8 -*-

"""
CS224N 2022-23: Homework 4
nmt_model.py: the translation model
"""

from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from model_embeddings import ModelEmbeddings

Hypothesis = namedtuple('Hypothesis', ['value', 'score'])


class NMT(nn.Module):
    """ Translation with attention: bidirectional LSTM encoder, LSTM decoder,
        multiplicative attention over the encoder's hidden states.
    """

    def __init__(self, embed_size, hidden_size, vocab, dropout_rate=0.2):
        """ Make the layers.

        @param embed_size (int): size of a word vector (e)
        @param hidden_size (int): size of a hidden state (h)
        @param vocab (Vocab): words of both languages, in vocab.src and vocab.tgt
        @param dropout_rate (float): dropout on the combined output
        """
        super(NMT, self).__init__()
        self.model_embeddings = ModelEmbeddings(embed_size, vocab)
        self.hidden_size = hidden_size
        self.dropout_rate = dropout_rate
        self.vocab = vocab

        # keep these names, they are the names in the checkpoint
        self.post_embed_cnn = None
        self.encoder = None
        self.decoder = None
        self.h_projection = None
        self.c_projection = None
        self.att_projection = None
        self.combined_output_projection = None
        self.target_vocab_projection = None
        self.dropout = None

        ### YOUR CODE HERE: part 1c, about nine lines
        # "same" padding so that the sentence keeps its length (kernel 2 pads on the right)
        self.post_embed_cnn = nn.Conv1d(in_channels=embed_size, out_channels=embed_size, kernel_size=2, padding='same')
        self.encoder = nn.LSTM(input_size=embed_size, hidden_size=hidden_size, bidirectional=True, bias=True)
        # the decoder reads a word vector and the previous combined output
        self.decoder = nn.LSTMCell(input_size=embed_size + hidden_size, hidden_size=hidden_size, bias=True)
        # W_h and W_c: both directions -> one initial state
        self.h_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.c_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        # W_attProj, W_u, W_vocab
        self.att_projection = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.combined_output_projection = nn.Linear(3 * hidden_size, hidden_size, bias=False)
        self.target_vocab_projection = nn.Linear(hidden_size, len(vocab.tgt), bias=False)
        self.dropout = nn.Dropout(p=dropout_rate)
        ### END YOUR CODE

    def forward(self, source, target):
        """ Log-probability of each target sentence given its source sentence.

        @param source (list[list[str]]): source sentences, longest first
        @param target (list[list[str]]): target sentences between <s> and </s>
        @returns scores (Tensor): shape (b,)
        """
        source_lengths = [len(s) for s in source]
        source_padded = self.vocab.src.to_input_tensor(source, device=self.device)  # (s, b)
        target_padded = self.vocab.tgt.to_input_tensor(target, device=self.device)  # (t, b)

        enc_hiddens, dec_init_state = self.encode(source_padded, source_lengths)
        enc_masks = self.generate_sent_masks(enc_hiddens, source_lengths)
        combined_outputs = self.decode(enc_hiddens, enc_masks, dec_init_state, target_padded)
        log_probs = F.log_softmax(self.target_vocab_projection(combined_outputs), dim=-1)

        # padding adds nothing to the score of a sentence
        real_words = (target_padded != self.vocab.tgt['<pad>']).float()[1:]
        picked = torch.gather(log_probs, dim=-1, index=target_padded[1:].unsqueeze(-1)).squeeze(-1)
        return (picked * real_words).sum(dim=0)

    def encode(self, source_padded, source_lengths):
        """ Run the encoder over a batch, and make the decoder's first state from where it ends.

        @param source_padded (Tensor): word ids, shape (s, b), longest sentence first
        @param source_lengths (list[int]): lengths without padding
        @returns enc_hiddens (Tensor): shape (b, s, 2h)
        @returns dec_init_state (tuple): hidden and cell, each (b, h)
        """
        enc_hiddens, dec_init_state = None, None

        ### YOUR CODE HERE: part 1d, about ten lines
        # 1. word vectors
        X = self.model_embeddings.source(source_padded)              # (s, b, e)
        # 2. the CNN wants (b, e, s); afterwards back to (s, b, e)
        X = self.post_embed_cnn(X.permute(1, 2, 0)).permute(2, 0, 1)
        # 3. pack, so that the LSTM stops where each sentence stops
        packed = pack_padded_sequence(X, source_lengths)
        packed_hiddens, (last_hidden, last_cell) = self.encoder(packed)
        enc_hiddens, _ = pad_packed_sequence(packed_hiddens)         # (s, b, 2h)
        enc_hiddens = enc_hiddens.permute(1, 0, 2)                   # (b, s, 2h)
        # 4. [forward ; backward] -> first state of the decoder
        init_decoder_hidden = self.h_projection(torch.cat((last_hidden[0], last_hidden[1]), dim=1))
        init_decoder_cell = self.c_projection(torch.cat((last_cell[0], last_cell[1]), dim=1))
        dec_init_state = (init_decoder_hidden, init_decoder_cell)
        ### END YOUR CODE

        return enc_hiddens, dec_init_state

    def decode(self, enc_hiddens, enc_masks, dec_init_state, target_padded):
        """ Combined outputs for a whole batch; every step is fed the correct previous word.

        @param enc_hiddens (Tensor): shape (b, s, 2h)
        @param enc_masks (Tensor): shape (b, s), 1 at padding
        @param dec_init_state (tuple): from encode
        @param target_padded (Tensor): word ids, shape (t, b)
        @returns combined_outputs (Tensor): shape (t-1, b, h)
        """
        # nothing follows the last row
        target_padded = target_padded[:-1]
        dec_state = dec_init_state
        batch_size = enc_hiddens.size(0)
        o_prev = torch.zeros(batch_size, self.hidden_size, device=self.device)
        combined_outputs = []

        ### YOUR CODE HERE: part 1e, about ten lines
        # 1. project once for all steps
        enc_hiddens_proj = self.att_projection(enc_hiddens)          # (b, s, h)
        # 2. vectors of the target words
        Y = self.model_embeddings.target(target_padded)              # (t-1, b, e)
        # 3. step through time
        for Y_t in torch.split(Y, 1, dim=0):
            Y_t = torch.squeeze(Y_t, dim=0)                          # dim=0 only: b may be 1
            Ybar_t = torch.cat((Y_t, o_prev), dim=1)                 # (b, e + h)
            dec_state, o_t, e_t = self.step(Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks)
            combined_outputs.append(o_t)
            o_prev = o_t
        # 4. (t-1, b, h)
        combined_outputs = torch.stack(combined_outputs, dim=0)
        ### END YOUR CODE

        return combined_outputs

    def step(self, Ybar_t, dec_state, enc_hiddens, enc_hiddens_proj, enc_masks):
        """ One step of the decoder with attention.

        @param Ybar_t (Tensor): word vector and previous output, shape (b, e + h)
        @param dec_state (tuple): hidden and cell, each (b, h)
        @param enc_hiddens (Tensor): shape (b, s, 2h)
        @param enc_hiddens_proj (Tensor): att_projection of it, shape (b, s, h)
        @param enc_masks (Tensor or None): shape (b, s), 1 at padding
        @returns dec_state (tuple), combined_output (Tensor): (b, h), e_t (Tensor): (b, s)
        """
        combined_output = None

        ### YOUR CODE HERE: part 1f, new state and scores, about three lines
        dec_state = self.decoder(Ybar_t, dec_state)
        dec_hidden, dec_cell = dec_state
        e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(2)).squeeze(2)   # (b, s, h) x (b, h, 1)
        ### END YOUR CODE

        # no attention for padding
        if enc_masks is not None:
            e_t.data.masked_fill_(enc_masks.bool(), -float('inf'))

        ### YOUR CODE HERE: part 1f, weights and output, about six lines
        alpha_t = F.softmax(e_t, dim=1)                                         # (b, s)
        a_t = torch.bmm(alpha_t.unsqueeze(1), enc_hiddens).squeeze(1)           # (b, 2h)
        U_t = torch.cat((dec_hidden, a_t), dim=1)                               # (b, 3h)
        V_t = self.combined_output_projection(U_t)
        O_t = self.dropout(torch.tanh(V_t))
        ### END YOUR CODE

        combined_output = O_t
        return dec_state, combined_output, e_t

    def generate_sent_masks(self, enc_hiddens, source_lengths):
        """ 1 where a source sentence is padding, 0 where it has words.

        @returns enc_masks (Tensor): float, shape (b, s)
        """
        enc_masks = torch.zeros(enc_hiddens.size(0), enc_hiddens.size(1), dtype=torch.float)
        for i, n_words in enumerate(source_lengths):
            enc_masks[i, n_words:] = 1
        return enc_masks.to(self.device)

    def beam_search(self, src_sent, beam_size=5, max_decoding_time_step=70):
        """ The best translations of one sentence (list[str]), best first. """
        tgt = self.vocab.tgt
        source = self.vocab.src.to_input_tensor([src_sent], device=self.device)
        enc_hiddens, state = self.encode(source, [len(src_sent)])
        enc_hiddens_proj = self.att_projection(enc_hiddens)
        o_prev = torch.zeros(1, self.hidden_size, device=self.device)

        beams = [(['<s>'], 0.0, state, o_prev)]
        completed = []
        for _ in range(max_decoding_time_step):
            candidates = []
            for words, score, state, o_prev in beams:
                y_t = self.model_embeddings.target(torch.tensor([tgt[words[-1]]], device=self.device))
                Ybar_t = torch.cat([y_t, o_prev], dim=-1)
                state, o_t, _ = self.step(Ybar_t, state, enc_hiddens, enc_hiddens_proj, enc_masks=None)
                log_p = F.log_softmax(self.target_vocab_projection(o_t), dim=-1)[0]
                values, ids = log_p.topk(beam_size)
                for value, word_id in zip(values.tolist(), ids.tolist()):
                    candidates.append((words + [tgt.id2word[word_id]], score + value, state, o_t))
            candidates.sort(key=lambda c: c[1], reverse=True)
            beams = []
            for candidate in candidates[:beam_size - len(completed)]:
                if candidate[0][-1] == '</s>':
                    completed.append(Hypothesis(value=candidate[0][1:-1], score=candidate[1]))
                else:
                    beams.append(candidate)
            if not beams:
                break
        if not completed:
            completed.append(Hypothesis(value=beams[0][0][1:], score=beams[0][1]))
        return sorted(completed, key=lambda hyp: hyp.score, reverse=True)

    @property
    def device(self):
        """ The device the parameters live on. """
        return self.model_embeddings.source.weight.device

    @staticmethod
    def load(model_path):
        """ Read a model that was written by save. """
        params = torch.load(model_path, map_location=lambda storage, loc: storage)
        model = NMT(vocab=params['vocab'], **params['args'])
        model.load_state_dict(params['state_dict'])
        return model

    def save(self, path):
        """ Write the model to a file. """
        params = {
            'args': dict(embed_size=self.model_embeddings.embed_size, hidden_size=self.hidden_size,
                         dropout_rate=self.dropout_rate),
            'vocab': self.vocab,
            'state_dict': self.state_dict(),
        }
        torch.save(params, path)
