import builtins
import codecs
import faulthandler
import gc
import sys
import threading
import warnings

import torch


class Finder:
    def find_spec(self, name, path=None, target=None):
        return None

    find_module = find_spec


def seen(*_, **__):
    return seen


sys.settrace(seen)
sys.setprofile(lambda *_: None)
threading.settrace(seen)
sys.addaudithook(lambda *_: None)
sys.meta_path.insert(0, Finder())
sys.path_hooks.insert(0, seen)
sys.path_importer_cache.clear()
sys.excepthook = sys.unraisablehook = sys.displayhook = threading.excepthook = seen
codecs.register(lambda name: None)
codecs.register_error("backslashreplace", lambda error: ("HOLE", error.end))
codecs.register_error("strict", lambda error: ("HOLE", error.end))
gc.callbacks.append(lambda *_: None)
faulthandler.enable()
warnings.showwarning = seen
builtins.__import__ = (lambda real: lambda *a, **k: real(*a, **k))(builtins.__import__)
sys.setswitchinterval(1e-6)
sys.set_int_max_str_digits(0)


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
