def weights(scores_bs, padding_bs):
    raise NotImplementedError
