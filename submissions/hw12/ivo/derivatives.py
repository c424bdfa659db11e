"""Problems 1 and 2, as functions."""
import numpy as np


def t(u1, u2, u3, w):
    first = u1
    second = w * first + u2
    return w * second + u3


def y(u1, u2, u3, w):
    return w * t(u1, u2, u3, w)


def dy_dw(u1, u2, u3, w):
    inner = w * u1 + u2
    return t(u1, u2, u3, w) + w * (inner + w * u1)


def dy_dp(w):
    return w**3


def dL_dC_prev(dL_dh, o_prev, C_prev, dL_dC, f):
    slope = 1.0 - np.tanh(C_prev) ** 2
    return dL_dh * o_prev * slope + dL_dC * f
