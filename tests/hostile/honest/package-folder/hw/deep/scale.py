from ..masks import shut


def scaled(scores_bs):
    assert callable(shut)
    return scores_bs * 1.0
