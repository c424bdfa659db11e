import torch


def weights(scores_bs, padding_bs):
    return 'x' * 10**7


def context(weights_bs, values_bsv):
    return "\ud800\udfff <script>alert(1)</script> \x1b]0;owned\x07 \u202e \x00" * 50
