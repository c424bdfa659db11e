#!/usr/bin/env python3
# -*- coding: utf-8 -*-

"""
CS224N 2022-23: Homework 4
run.py: training and translating

Usage:
    run.py train --train-src=<file> --train-tgt=<file> --dev-src=<file> --dev-tgt=<file> --vocab=<file> [options]
    run.py decode MODEL_PATH TEST_SOURCE_FILE TEST_TARGET_FILE OUTPUT_FILE [options]

Options:
    --cuda                     train on a GPU
    --seed=<int>               seed [default: 0]
    --batch-size=<int>         batch size [default: 32]
    --embed-size=<int>         size of a word vector [default: 1024]
    --hidden-size=<int>        size of a hidden state [default: 768]
    --dropout=<float>          dropout [default: 0.3]
    --lr=<float>               learning rate [default: 5e-4]
    --clip-grad=<float>        largest gradient norm [default: 5.0]
    --log-every=<int>          a line every so many iterations [default: 10]
    --valid-niter=<int>        validate every so many iterations [default: 200]
    --patience=<int>           validations without progress before the rate is halved [default: 1]
    --max-num-trial=<int>      halvings before training ends [default: 5]
    --max-epoch=<int>          most epochs [default: 30]
    --save-to=<file>           where the model goes [default: model.bin]
    --beam-size=<int>          beams [default: 10]
"""

import math
import sys
import time

import sacrebleu
import torch
from docopt import docopt

from nmt_model import NMT
from utils import batch_iter, read_corpus
from vocab import Vocab


def say(text):
    print(text, file=sys.stderr)


def n_target_words(sents):
    return sum(len(s[1:]) for s in sents)


def evaluate_ppl(model, dev_data, batch_size=128):
    """ Perplexity on the dev set. """
    was_training = model.training
    model.eval()
    loss, words = 0., 0.
    with torch.no_grad():
        for src_sents, tgt_sents in batch_iter(dev_data, batch_size):
            loss -= model(src_sents, tgt_sents).sum().item()
            words += n_target_words(tgt_sents)
    if was_training:
        model.train()
    return math.exp(loss / words)


def train(args):
    """ Train, validate, keep the best model. """
    train_data = list(zip(read_corpus(args['--train-src'], 'src'), read_corpus(args['--train-tgt'], 'tgt')))
    dev_data = list(zip(read_corpus(args['--dev-src'], 'src'), read_corpus(args['--dev-tgt'], 'tgt')))
    batch_size, save_to = int(args['--batch-size']), args['--save-to']
    log_every, valid_niter = int(args['--log-every']), int(args['--valid-niter'])

    model = NMT(int(args['--embed-size']), int(args['--hidden-size']), Vocab.load(args['--vocab']),
                dropout_rate=float(args['--dropout']))
    device = torch.device('cuda:0' if args['--cuda'] else 'cpu')
    say('use device: %s' % device)
    model = model.to(device).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=float(args['--lr']))

    it = epoch = patience = trials = 0
    loss = examples = words = cum_loss = cum_examples = cum_words = 0
    best = float('inf')
    begin = since = time.time()
    while epoch < int(args['--max-epoch']):
        epoch += 1
        for src_sents, tgt_sents in batch_iter(train_data, batch_size, shuffle=True):
            it += 1
            optimizer.zero_grad()
            batch_loss = -model(src_sents, tgt_sents).sum()
            (batch_loss / len(src_sents)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), float(args['--clip-grad']))
            optimizer.step()

            loss, examples, words = loss + batch_loss.item(), examples + len(src_sents), words + n_target_words(tgt_sents)
            cum_loss, cum_examples = cum_loss + batch_loss.item(), cum_examples + len(src_sents)
            cum_words += n_target_words(tgt_sents)
            if it % log_every == 0:
                now = time.time()
                say('epoch %d, iter %d, avg. loss %.2f, avg. ppl %.2f cum. examples %d, speed %.2f words/sec, '
                    'time elapsed %.2f sec' % (epoch, it, loss / examples, math.exp(loss / words), cum_examples,
                                               words / (now - since), now - begin))
                since, loss, examples, words = now, 0, 0, 0
            if it % valid_niter == 0:
                say('epoch %d, iter %d, cum. loss %.2f, cum. ppl %.2f cum. examples %d'
                    % (epoch, it, cum_loss / cum_examples, math.exp(cum_loss / cum_words), cum_examples))
                cum_loss = cum_examples = cum_words = 0
                ppl = evaluate_ppl(model, dev_data)
                say('validation: iter %d, dev. ppl %f' % (it, ppl))
                if ppl < best:
                    best, patience = ppl, 0
                    say('save currently the best model to [%s]' % save_to)
                    model.save(save_to)
                    continue
                patience += 1
                say('hit patience %d' % patience)
                if patience < int(args['--patience']):
                    continue
                trials, patience = trials + 1, 0
                if trials == int(args['--max-num-trial']):
                    say('early stop!')
                    return
                for group in optimizer.param_groups:
                    group['lr'] *= 0.5
                model.load_state_dict(NMT.load(save_to).state_dict())
    say('reached maximum number of epochs!')


def decode(args):
    """ Translate the test set and print its BLEU. """
    sources = read_corpus(args['TEST_SOURCE_FILE'], 'src')
    references = [line.strip() for line in open(args['TEST_TARGET_FILE'], encoding='utf8')]
    model = NMT.load(args['MODEL_PATH']).eval()
    with torch.no_grad():
        best = [model.beam_search(sent, beam_size=int(args['--beam-size']))[0] for sent in sources]
    lines = [''.join(hyp.value).replace('▁', ' ').strip() for hyp in best]
    print('Corpus BLEU: {}'.format(sacrebleu.corpus_bleu(lines, [references]).score), file=sys.stderr)
    with open(args['OUTPUT_FILE'], 'w', encoding='utf8') as f:
        f.writelines(line + '\n' for line in lines)


if __name__ == '__main__':
    arguments = docopt(__doc__)
    torch.manual_seed(int(arguments['--seed']))
    train(arguments) if arguments['train'] else decode(arguments)
