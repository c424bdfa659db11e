"""Offline stand-ins for packages that hand-ins import and the jail has not.

A stand-in is used only if the package is not installed and the hand-in holds no module of that name. A few do
the work that grading needs (`tqdm`, `nltk.word_tokenize`, BLEU, `Seq2SeqLMOutput`, the base classes of fairseq and
lightning, plots of seaborn and pandas, sklearn's cosines); the others are inert: they can be called, subclassed,
entered, used as decorators, and lead to nothing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import math
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import ModuleType
from typing import Any

Spec = importlib.machinery.ModuleSpec

INERT = frozenset(
    """
    nltk sentencepiece docopt tensorboard tensorboardX wandb tqdm sacrebleu bertviz datasets transformers
    fairseq IPython ipywidgets ipdb matplotlib seaborn pandas torchtext torchvision torchaudio torchsummary
    torchinfo torchviz pytorch_lightning lightning accelerate evaluate rouge gdown jieba spacy sacremoses subword_nmt
    gensim sklearn mlflow comet_ml neptune tabulate colorama termcolor dotenv psutil GPUtil pynvml apex
    deepspeed visdom prettytable progressbar kaggle requests rich
    """.split()  # noqa: SIM905 (a list of words reads better)
)
INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
# Within packages that may be real: torch ships the first, which fails without tensorboard.
WITHIN_REAL = ("torch.utils.tensorboard", "google.colab")


def install(note: Callable[[str], None]) -> None:
    """Lets imports of the packages above succeed where they are not installed; each one used is noted."""
    sys.meta_path.insert(0, _WithinReal(note))
    sys.meta_path.append(NotInstalled(note))


class Inert:
    """An object that takes any call and leads to nothing; as a decorator it gives back what it decorates."""

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and (isinstance(args[0], type) or _is_function(args[0])):
            return args[0]
        return Inert(f"{self.__name__}()")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")

    def __getitem__(self, key: object) -> Any:
        return Inert(f"{self.__name__}[...]")

    def __setitem__(self, key: object, value: object) -> None:
        """Forgets the value."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        """Lets errors pass."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_InertBase,) if all(isinstance(base, Inert) for base in bases) else ()

    def __repr__(self) -> str:
        return f"<stand-in for {self.__name__}>"


class _InertBase:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


class _InertModule(ModuleType):
    """A module whose every name exists."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return "0"
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert(f"{self.__name__}.{name}")


class _Loader(importlib.abc.Loader):
    def create_module(self, spec: Spec) -> ModuleType:
        """A package without files."""
        module = _InertModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Puts the names in that do work."""
        top = module.__name__.partition(".")[0]
        for name, value in WORKING.get(top, dict)().items():
            setattr(module, name, value)


class NotInstalled(importlib.abc.MetaPathFinder):
    """Last of all finders: it is asked only for what nobody else has."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Spec | None:
        """A stand-in for a package of the list; None for all others, and where an installed package asks."""
        top = fullname.partition(".")[0]
        if fullname != top and not isinstance(sys.modules.get(fullname.rpartition(".")[0]), _InertModule):
            return None  # a module that a real package lacks is the student's error
        if (top not in INERT and top != "google") or _asks_for_itself():
            return None
        if fullname != "google":
            self.note(f"stand-in {top}")
        return Spec(fullname, _Loader(), is_package=True)


class _WithinReal(importlib.abc.MetaPathFinder):
    """Before all finders, for two modules inside packages that are real."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Spec | None:
        """A stand-in for a package of the list; None for all others."""
        if fullname not in WITHIN_REAL or _is_installed("tensorboard" if "tensorboard" in fullname else fullname):
            return None
        self.note(f"stand-in {fullname}")
        return Spec(fullname, _Loader(), is_package=True)


def _asks_for_itself() -> bool:
    """Whether the import stands in an installed package: torch tries pandas, say, and does without."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(INSTALLED)


def _is_installed(fullname: str) -> bool:
    above, _, _ = fullname.rpartition(".")
    path = getattr(sys.modules.get(above), "__path__", None) if above else None
    return importlib.machinery.PathFinder.find_spec(fullname, path) is not None


def _is_function(value: object) -> bool:
    return callable(value) and hasattr(value, "__code__")


# --- those that do work ---


def _nltk() -> Mapping[str, Any]:
    return {
        "download": lambda *args, **kwargs: True,
        "word_tokenize": word_tokenize,
        "sentence_bleu": sentence_bleu,
        "corpus_bleu": corpus_bleu,
    }


def word_tokenize(text: str, *args: object, **kwargs: object) -> list[str]:
    """Words, numbers and signs of a text; close to the Penn Treebank rules, without their contractions."""
    return re.findall(r"\w+(?:[-'’.,]\w+)*|[^\w\s]", text)


def sentence_bleu(references: Sequence[Sequence[str]], hypothesis: Sequence[str], *args: Any, **kwargs: Any) -> float:
    """BLEU of one sentence, 0 to 1."""
    return corpus_bleu([references], [hypothesis], *args, **kwargs)


def corpus_bleu(
    list_of_references: Sequence[Sequence[Sequence[str]]],
    hypotheses: Sequence[Sequence[str]],
    weights: Sequence[float] = (0.25, 0.25, 0.25, 0.25),
    *args: object,
    **kwargs: object,
) -> float:
    """BLEU over a corpus, 0 to 1, without smoothing. Source: Papineni et al. 2002, section 2."""
    precisions = [_precision(list_of_references, hypotheses, order) for order in range(1, len(weights) + 1)]
    length = sum(map(len, hypotheses))
    closest = sum(
        min((abs(len(reference) - len(hypothesis)), len(reference)) for reference in references)[1]
        for references, hypothesis in zip(list_of_references, hypotheses, strict=True)
    )
    if not length or not all(precisions):
        return 0.0
    log_mean = sum(weight * math.log(precision) for weight, precision in zip(weights, precisions, strict=True))
    return math.exp(min(0.0, 1 - closest / length) + log_mean)


def _precision(
    list_of_references: Sequence[Sequence[Sequence[str]]], hypotheses: Sequence[Sequence[str]], order: int
) -> Fraction:
    matched = total = 0
    for references, hypothesis in zip(list_of_references, hypotheses, strict=True):
        counts = _ngrams(hypothesis, order)
        highest: Counter[tuple[str, ...]] = Counter()
        for reference in references:
            highest |= _ngrams(reference, order)
        matched += sum((counts & highest).values())
        total += max(1, sum(counts.values()))
    return Fraction(matched, max(1, total))


def _ngrams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + order]) for start in range(len(words) - order + 1))


def _tqdm() -> Mapping[str, Any]:
    return {
        "tqdm": _Progress,
        "trange": lambda *args, **kwargs: _Progress(range(*args)),
        "tqdm_notebook": _Progress,
    }


class _Progress:
    """tqdm without its bar."""

    def __init__(self, iterable: Iterable[Any] | None = None, *args: Any, **kwargs: Any) -> None:
        self.iterable = () if iterable is None else iterable
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)  # type: ignore[arg-type]  # as tqdm: a TypeError for what has no length

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        """Lets errors pass."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None

    @staticmethod
    def write(*args: object, **kwargs: object) -> None:
        """Prints nothing."""


def _docopt() -> Mapping[str, Any]:
    def docopt(doc: str = "", *args: object, **kwargs: object) -> dict[str, Any]:
        """The defaults that a usage text names."""
        found = re.findall(r"^\s*(?:-\w,? )?\s*(--[\w-]+)(?:[ =]<?[\w-]+>?)?[^\n]*?\[default: (.*?)\]", doc, re.M)
        return dict(found)

    return {"docopt": docopt}


def _transformers() -> Mapping[str, Any]:
    class Seq2SeqLMOutput(dict[str, Any]):
        """Named outputs that can also be reached as attributes and by position, None left out."""

        def __init__(self, loss: Any = None, logits: Any = None, **others: Any) -> None:
            named = {"loss": loss, "logits": logits, **others}
            super().__init__({name: value for name, value in named.items() if value is not None})

        def __getattr__(self, name: str) -> Any:
            return None if name.startswith("__") else self.get(name)

        def __getitem__(self, key: Any) -> Any:
            return dict.__getitem__(self, key) if isinstance(key, str) else tuple(self.values())[key]

    return {"Seq2SeqLMOutput": Seq2SeqLMOutput}


def _fairseq() -> Mapping[str, Any]:
    from torch import nn

    class FairseqEncoder(nn.Module):
        """fairseq's base class: it keeps the dictionary."""

        def __init__(self, dictionary: Any = None) -> None:
            super().__init__()
            self.dictionary = dictionary

    class FairseqEncoderDecoderModel(nn.Module):
        """fairseq's base class: it keeps both halves."""

        def __init__(self, encoder: Any = None, decoder: Any = None) -> None:
            super().__init__()
            self.encoder, self.decoder = encoder, decoder

    class FairseqCriterion(nn.Module):
        """fairseq's base class: it keeps the task."""

        def __init__(self, task: Any = None) -> None:
            super().__init__()
            self.task = task

    decoder = type("FairseqIncrementalDecoder", (FairseqEncoder,), {})
    return {
        "FairseqEncoder": FairseqEncoder,
        "FairseqDecoder": decoder,
        "FairseqIncrementalDecoder": decoder,
        "FairseqEncoderDecoderModel": FairseqEncoderDecoderModel,
        "FairseqCriterion": FairseqCriterion,
    }


def _lightning() -> Mapping[str, Any]:
    from torch import nn

    class LightningModule(nn.Module):
        """lightning's base class, which keeps no records."""

        def log(self, *args: Any, **kwargs: Any) -> None:
            """Forgets the number."""

        def log_dict(self, *args: Any, **kwargs: Any) -> None:
            """Forgets the numbers."""

        def save_hyperparameters(self, *args: Any, **kwargs: Any) -> None:
            """Forgets the arguments."""

    class LightningDataModule:
        """lightning's base class for data."""

        save_hyperparameters = LightningModule.save_hyperparameters

    return {"LightningModule": LightningModule, "LightningDataModule": LightningDataModule}


def _seaborn() -> Mapping[str, Any]:
    from .seaborn_plots import NAMES

    return NAMES


def _pandas() -> Mapping[str, Any]:
    from .pandas_stand_in import NAMES

    return NAMES


def _sklearn() -> Mapping[str, Any]:
    from .sklearn_stand_in import NAMES

    return NAMES


WORKING: dict[str, Callable[[], Mapping[str, Any]]] = {
    "nltk": _nltk,
    "tqdm": _tqdm,
    "docopt": _docopt,
    "transformers": _transformers,
    "fairseq": _fairseq,
    "seaborn": _seaborn,
    "pytorch_lightning": _lightning,
    "lightning": _lightning,
    "pandas": _pandas,
    "sklearn": _sklearn,
}
