#!/usr/bin/env python3
# -*- coding: utf-8 -*-

"""
CS224N 2022-23: Homework 4
model_embeddings.py: word vectors of both languages
"""

import torch.nn as nn


class ModelEmbeddings(nn.Module):
    """ Turns word ids into vectors. """

    def __init__(self, embed_size, vocab):
        """ Make both tables.

        @param embed_size (int): size of a vector
        @param vocab (Vocab): words in vocab.src and vocab.tgt
        """
        super(ModelEmbeddings, self).__init__()
        self.embed_size = embed_size

        self.source = None
        self.target = None
        src_pad_token_idx = vocab.src['<pad>']
        tgt_pad_token_idx = vocab.tgt['<pad>']

        ### YOUR CODE HERE: part 1b, about two lines
        self.source = nn.Embedding(len(vocab.src), self.embed_size, src_pad_token_idx)
        self.target = nn.Embedding(len(vocab.tgt), self.embed_size, tgt_pad_token_idx)
        ### END YOUR CODE
