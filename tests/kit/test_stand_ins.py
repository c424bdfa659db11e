"""Packages that the jail has not can be imported; what they lead to is nothing, or does its small work."""

from __future__ import annotations

import importlib
import sys
import sysconfig
from collections.abc import Callable
from typing import Any

import pytest

from grader.kit import stand_ins
from grader.kit.handin import Handin, ImportFailed

Load = Callable[..., Handin]


@pytest.fixture
def notes(clean_imports: None) -> list[str]:
    """The stand-ins are installed; here is what they note."""
    found: list[str] = []
    stand_ins.install(found.append)
    return found


@pytest.mark.parametrize(
    ("statement", "package"),
    [
        ("import nltk; nltk.download('punkt')", "nltk"),
        ("from nltk.translate.bleu_score import corpus_bleu, sentence_bleu, SmoothingFunction", "nltk"),
        ("import sentencepiece as spm; spm.SentencePieceProcessor().load('src.model')", "sentencepiece"),
        ("from docopt import docopt", "docopt"),
        ("from tensorboardX import SummaryWriter; SummaryWriter('x').add_scalar('loss', 1, 2)", "tensorboardX"),
        ("from torch.utils.tensorboard import SummaryWriter", "torch.utils.tensorboard"),
        ("import wandb; wandb.init(project='x'); wandb.log({})", "wandb"),
        ("from google.colab import drive; drive.mount('/content')", "google.colab"),
        ("import google.colab.files", "google.colab"),
        ("from tqdm.notebook import tqdm", "tqdm"),
        ("from fairseq.models import FairseqEncoder, register_model", "fairseq"),
        ("from transformers.modeling_outputs import Seq2SeqLMOutput", "transformers"),
        ("import bertviz.neuron_view", "bertviz"),
    ],
)
def test_an_import_of_a_known_package_succeeds_and_is_noted(notes: list[str], statement: str, package: str) -> None:
    exec(statement, {})

    assert f"stand-in {package}" in notes


@pytest.mark.parametrize("name", ["nowhere_at_all", "einops.nowhere", "numpy.nowhere", "matplotlib.nowhere"])
def test_any_other_missing_package_is_missing(notes: list[str], name: str) -> None:
    with pytest.raises(ImportError):
        importlib.import_module(name)

    assert notes == []


def test_what_is_installed_is_not_replaced(notes: list[str]) -> None:
    module = importlib.import_module("json")

    assert module is sys.modules["json"]
    assert notes == []


def test_a_module_in_the_hand_in_comes_before_a_stand_in(load: Load) -> None:
    files = {"docopt.py": "def docopt(doc): return 'theirs'\n", "nmt_model.py": "import docopt\nclass NMT: pass\n"}

    hw = load(files)

    assert hw.nmt_model.docopt.docopt("") == "theirs"
    assert "stand-in docopt" not in hw.notes


def test_a_hand_in_notes_the_stand_ins_that_it_uses(load: Load) -> None:
    hw = load({"nmt_model.py": "import nltk\nnltk.download('punkt')\nclass NMT: pass\n"})

    assert hw.nmt_model.nltk.word_tokenize("a b") == ["a", "b"]
    assert "stand-in nltk" in hw.notes


def test_an_unknown_package_stays_an_import_error(load: Load) -> None:
    hw = load({"nmt_model.py": "import nowhere_at_all\nclass NMT: pass\n"})

    with pytest.raises(ImportFailed, match="No module named 'nowhere_at_all'"):
        _ = hw.nmt_model


# --- inert ---


def test_an_inert_object_decorates_without_a_trace() -> None:
    def function() -> int:
        return 7

    assert stand_ins.Inert("register")(function) is function
    assert stand_ins.Inert("register")("name")(function) is function


def test_an_inert_object_can_be_subclassed_and_entered() -> None:
    base: Any = stand_ins.Inert("pl.LightningModule")

    class Theirs(base):  # type: ignore[misc]  # what a student writes
        size = 3

    with base as entered:
        pass

    assert (Theirs().size, entered) == (3, base)


def test_an_inert_base_beside_a_real_one_leaves_the_real_one() -> None:
    base: Any = stand_ins.Inert("Mixin")

    class Theirs(dict[str, int], base):  # type: ignore[misc]  # what a student writes
        pass

    assert issubclass(Theirs, dict)


def test_an_inert_object_holds_nothing() -> None:
    inert = stand_ins.Inert("x")
    inert["key"] = 1

    assert (list(inert), len(inert), repr(inert["key"].a())) == ([], 0, "<stand-in for x[...].a()>")


@pytest.mark.parametrize("use", [float, int, lambda inert: inert + 1, lambda inert: inert < 1])
def test_an_inert_object_is_never_taken_for_a_number(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        use(stand_ins.Inert("x"))


# --- those that work ---


def test_words_are_found_without_nltks_data() -> None:
    assert stand_ins.word_tokenize("It costs 3.50, no?") == ["It", "costs", "3.50", ",", "no", "?"]


@pytest.mark.parametrize(
    ("candidate", "reference", "expected"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", 1.0),
        ("the cat sat on the mat now", "the cat sat on the mat", (6 / 7 * 5 / 6 * 4 / 5 * 3 / 4) ** 0.25),
        ("the cat sat on", "the cat sat on the mat", 2.718281828 ** (1 - 6 / 4)),
        ("dogs bark", "the cat sat", 0.0),
        ("", "the cat", 0.0),
    ],
)
def test_bleu_is_that_of_the_paper(candidate: str, reference: str, expected: float) -> None:
    got = stand_ins.sentence_bleu([reference.split()], candidate.split())

    assert got == pytest.approx(expected)


def test_bleu_clips_by_the_most_frequent_reference() -> None:
    references = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]

    got = stand_ins.sentence_bleu(references, ["the", "the", "the", "the", "the", "the", "the"], weights=(1.0,))

    assert got == pytest.approx(2 / 7)


def test_progress_bars_pass_their_items_on(notes: list[str]) -> None:
    from tqdm import tqdm, trange

    with tqdm([1, 2], desc="x") as bar:
        bar.set_postfix(loss=1)
        bar.update(1)
        items = list(bar)

    assert (items, list(trange(2)), len(tqdm([1]))) == ([1, 2], [0, 1], 1)
    tqdm.write("nothing is printed")


def test_docopt_gives_the_defaults_of_the_usage(notes: list[str]) -> None:
    from docopt import docopt

    usage = "Options:\n    --seed=<int>   seed [default: 0]\n    -b --batch-size=<int>   size [default: 32]\n"

    assert docopt(usage) == {"--seed": "0", "--batch-size": "32"}


def test_outputs_of_transformers_are_reached_by_name_and_place(notes: list[str]) -> None:
    from transformers.modeling_outputs import Seq2SeqLMOutput

    output = Seq2SeqLMOutput(logits=3, loss=None)

    assert (output.logits, output["logits"], output[0], output.loss) == (3, 3, 3, None)


@pytest.mark.parametrize(
    ("name", "argument", "attribute"),
    [
        ("FairseqEncoder", "words", "dictionary"),
        ("FairseqIncrementalDecoder", "words", "dictionary"),
        ("FairseqEncoderDecoderModel", "words", "encoder"),
        ("FairseqCriterion", "words", "task"),
    ],
)
def test_base_classes_of_fairseq_are_modules(notes: list[str], name: str, argument: str, attribute: str) -> None:
    from torch import nn

    base = getattr(importlib.import_module("fairseq.models"), name)

    assert issubclass(base, nn.Module)
    assert getattr(base(argument), attribute) == argument


@pytest.mark.parametrize("name", ["pytorch_lightning", "lightning", "lightning.pytorch"])
def test_a_lightning_module_is_a_module_that_logs_nowhere(notes: list[str], name: str) -> None:
    from torch import nn

    lightning = importlib.import_module(name)

    class Theirs(lightning.LightningModule):  # type: ignore[misc, name-defined]  # what a student writes
        def __init__(self, width: int) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.project = nn.Linear(width, width)

    made = Theirs(3)
    made.log("loss", 1.0, prog_bar=True)
    made.log_dict({"loss": 1.0})

    assert isinstance(made, nn.Module)
    assert [name for name, _ in made.named_parameters()] == ["project.weight", "project.bias"]
    assert not issubclass(lightning.LightningDataModule, nn.Module)


def test_the_rest_of_lightning_is_inert(notes: list[str]) -> None:
    callbacks = importlib.import_module("lightning.pytorch.callbacks")

    assert isinstance(callbacks.EarlyStopping(monitor="loss"), stand_ins.Inert)


@pytest.mark.parametrize(
    "statement",
    [
        "from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances",
        "from sklearn.preprocessing import normalize",
    ],
)
def test_names_of_sklearn_that_work_are_found_in_any_module(notes: list[str], statement: str) -> None:
    names: dict[str, Any] = {}

    exec(statement, names)

    assert not any(isinstance(value, stand_ins.Inert) for value in names.values())


def test_pandas_holds_what_is_given_and_reads_nothing(notes: list[str]) -> None:
    pandas = importlib.import_module("pandas")

    assert len(pandas.DataFrame({"gnorm": [1.0, 2.0]})) == 2
    assert isinstance(pandas.read_csv("gnorm.csv"), stand_ins.Inert)


def test_an_installed_package_that_asks_gets_what_is_there(notes: list[str]) -> None:
    theirs = compile("import wandb", f"{sysconfig.get_path('purelib')}/torch/lazy.py", "exec")

    with pytest.raises(ImportError):
        exec(theirs, {})

    assert notes == []


def test_a_hand_in_that_asks_through_importlib_gets_the_stand_in(notes: list[str]) -> None:
    importlib.import_module("wandb")

    assert notes == ["stand-in wandb"]
