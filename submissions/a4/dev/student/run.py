"""
CS224N Winter 2025: Homework 3
run.py: train and decode

    python run.py train --src train.zh --tgt train.en --dev-src dev.zh --dev-tgt dev.en
    python run.py decode model.bin test.zh test.en outputs/test_outputs.txt
"""
import argparse
import math
import sys
import time

import torch

from nmt_model import NMT
from utils import batch_iter, read_corpus
from vocab import Vocab


def words_in(targets):
    return sum(len(target) - 1 for target in targets)


class Meter:
    """Loss, examples and target words since the last reset."""

    def __init__(self):
        self.loss, self.examples, self.words = 0.0, 0, 0

    def add(self, loss, source, target):
        self.loss += loss
        self.examples += len(source)
        self.words += words_in(target)

    def __str__(self):
        return 'loss %.2f' % (self.loss / self.examples)

    @property
    def ppl(self):
        return math.exp(self.loss / self.words)


def dev_ppl(model, dev):
    model.eval()
    meter = Meter()
    with torch.no_grad():
        for source, target in batch_iter(dev, 128):
            meter.add(-model(source, target).sum().item(), source, target)
    model.train()
    return meter.ppl


def train(args):
    pairs = list(zip(read_corpus(args.src, 'src'), read_corpus(args.tgt, 'tgt')))
    dev = list(zip(read_corpus(args.dev_src, 'src'), read_corpus(args.dev_tgt, 'tgt')))
    device = 'cuda:0' if torch.cuda.is_available() else 'cpu'
    print('use device:', device, file=sys.stderr)
    model = NMT(args.embed_size, args.hidden_size, Vocab.load('vocab.json'), args.dropout).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    it, best, misses = 0, math.inf, 0
    recent, cum, start = Meter(), Meter(), time.time()
    tick = start
    for epoch in range(1, args.epochs + 1):
        for source, target in batch_iter(pairs, args.batch_size, shuffle=True):
            it += 1
            loss = -model(source, target).sum()
            optimizer.zero_grad()
            (loss / len(source)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            recent.add(loss.item(), source, target)
            cum.add(loss.item(), source, target)
            if it % args.log_every == 0:
                now = time.time()
                print('epoch %d, iter %d, avg. %s, avg. ppl %.2f cum. examples %d, speed %.2f words/sec, '
                      'time elapsed %.2f sec' % (epoch, it, recent, recent.ppl, cum.examples,
                                                 recent.words / (now - tick), now - start), file=sys.stderr)
                recent, tick = Meter(), now
            if it % args.valid_every == 0:
                print('epoch %d, iter %d, cum. %s, cum. ppl %.2f cum. examples %d'
                      % (epoch, it, cum, cum.ppl, cum.examples), file=sys.stderr)
                cum, ppl = Meter(), dev_ppl(model, dev)
                print('validation: iter %d, dev. ppl %f' % (it, ppl), file=sys.stderr)
                if ppl < best:
                    best = ppl
                    print('save currently the best model to [model.bin]', file=sys.stderr)
                    model.save('model.bin')
                else:
                    misses += 1
                    print('hit patience 1', file=sys.stderr)
                if misses == args.trials:
                    print('early stop!', file=sys.stderr)
                    return


def decode(args):
    from sacrebleu import corpus_bleu

    model = NMT.load(args.model).eval()
    lines = [''.join(model.beam_search(sent, 10)[0].value).replace('▁', ' ').strip()
             for sent in read_corpus(args.source, 'src')]
    with open(args.target, encoding='utf-8') as references:
        print('Corpus BLEU: {}'.format(corpus_bleu(lines, [references.read().splitlines()]).score), file=sys.stderr)
    with open(args.output, 'w', encoding='utf-8') as output:
        print(*lines, sep='\n', file=output)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    actions = parser.add_subparsers(required=True)
    training = actions.add_parser('train')
    for name in ('src', 'tgt', 'dev-src', 'dev-tgt'):
        training.add_argument('--' + name, required=True)
    for name, default in (('embed-size', 1024), ('hidden-size', 768), ('dropout', 0.3), ('lr', 5e-4), ('epochs', 30),
                          ('batch-size', 32), ('log-every', 10), ('valid-every', 200), ('trials', 5)):
        training.add_argument('--' + name, type=type(default), default=default)
    training.set_defaults(action=train)
    decoding = actions.add_parser('decode')
    for name in ('model', 'source', 'target', 'output'):
        decoding.add_argument(name)
    decoding.set_defaults(action=decode)
    arguments = parser.parse_args()
    arguments.action(arguments)
