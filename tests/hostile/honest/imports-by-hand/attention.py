import importlib
import importlib.util
import inspect
import os

import torch

helper = importlib.import_module("helper")
helper = importlib.reload(helper)
spec = importlib.util.spec_from_file_location("by_path", os.path.join(os.path.dirname(__file__), "helper.py"))
by_path = importlib.util.module_from_spec(spec)
spec.loader.exec_module(by_path)
exec(open(os.path.join(os.path.dirname(__file__), "helper.py")).read())
again = __import__("helper")
assert "masked_fill" in inspect.getsource(helper.shut)


def weights(scores_bs, padding_bs):
    assert "softmax" in inspect.getsource(weights)
    return torch.softmax(by_path.shut(again.shut(shut(scores_bs, padding_bs), padding_bs), padding_bs), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
