#!/usr/bin/env python3
# -*- coding: utf-8 -*-

"""
CS224N 2022-23: Homework 4
utils.py: padding, reading, batching
"""

import math
import random

import sentencepiece as spm


def pad_sents(sents, pad_token):
    """ Pad all sentences to the length of the longest one, after their words.

    @param sents (list[list]): words or word ids
    @param pad_token: what to pad with
    @returns sents_padded (list[list]): all of the same length
    """
    sents_padded = []

    ### YOUR CODE HERE: part 1a, about six lines
    max_length = len(max(sents, key=len))
    for sentence in sents:
        padded = list(sentence)
        padded.extend([pad_token] * (max_length - len(padded)))
        sents_padded.append(padded)
    ### END YOUR CODE

    return sents_padded


def read_corpus(file_path, source):
    """ Pieces of every line of a file; target sentences get <s> and </s>. """
    pieces = spm.SentencePieceProcessor()
    pieces.load('{}.model'.format(source))
    data = []
    with open(file_path, 'r', encoding='utf8') as f:
        for line in f:
            sent = pieces.encode_as_pieces(line)
            data.append(['<s>'] + sent + ['</s>'] if source == 'tgt' else sent)
    return data


def batch_iter(data, batch_size, shuffle=False):
    """ Batches of (source sentences, target sentences), longest source sentence first. """
    index = list(range(len(data)))
    if shuffle:
        random.shuffle(index)
    for i in range(math.ceil(len(data) / batch_size)):
        examples = [data[k] for k in index[i * batch_size: (i + 1) * batch_size]]
        examples = sorted(examples, key=lambda e: len(e[0]), reverse=True)
        yield [e[0] for e in examples], [e[1] for e in examples]
