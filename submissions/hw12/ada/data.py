import os

import torch


class Dictionary(object):
    def __init__(self):
        self.word2idx = {}
        self.idx2word = []

    def add_word(self, word):
        if word not in self.word2idx:
            self.idx2word.append(word)
            self.word2idx[word] = len(self.idx2word) - 1
        return self.word2idx[word]

    def __len__(self):
        return len(self.idx2word)


class Corpus(object):
    def __init__(self, path, batch_size, max_sql):
        self.vocabulary = Dictionary()
        self.batch_size, self.max_sql = batch_size, max_sql
        self.train = self.batchify(self.tokenize(os.path.join(path, "train.txt")))
        self.valid = self.batchify(self.tokenize(os.path.join(path, "valid.txt")))
        self.set_train()

    def tokenize(self, path):
        ids = []
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                ids += [self.vocabulary.add_word(word) for word in line.split() + ["<eos>"]]
        return torch.tensor(ids)

    def batchify(self, ids):
        columns = ids.size(0) // self.batch_size
        return ids[: columns * self.batch_size].view(self.batch_size, -1).t().contiguous()

    def set_train(self):
        self.now, self.at = self.train, 0

    def set_valid(self):
        self.now, self.at = self.valid, 0

    def get_batch(self):
        """The next batch: data (l, b), target (l * b), and whether it is the last one."""
        length = min(self.max_sql, len(self.now) - 1 - self.at)
        data = self.now[self.at : self.at + length]
        target = self.now[self.at + 1 : self.at + 1 + length].reshape(-1)
        self.at += length
        return data, target, self.at >= len(self.now) - 1
