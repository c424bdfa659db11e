import torch


def chained():
    error = None
    for number in range(10_000):
        try:
            raise ValueError(number) from error
        except ValueError as caught:
            error = caught
    return error


def weights(scores_bs, padding_bs):
    raise chained()


def context(weights_bs, values_bsv):
    raise ExceptionGroup('many', [ValueError(n) for n in range(10_000)])
