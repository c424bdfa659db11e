"""Masks."""

__all__ = ["shut"]


def shut(scores_bs, padding_bs):
    return scores_bs.masked_fill(padding_bs, float("-inf"))
