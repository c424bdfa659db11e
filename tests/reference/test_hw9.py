"""The hw9 reference: its probes answer, name what is wrong, and keep the parts apart.

That every variant keeps all and every mistake what the rubric says is shown by `grade prove`, which `make test` runs.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from grader.authoring import Edit, Mistake
from grader.judge.logs.together import training_log
from grader.judge.part import judge_part
from grader.judge.reading import handed_in
from grader.judge.smallest import fails_on, smallest_failing
from grader.kit.handin import Handin, Missing
from grader.nouns.asked import Rubric
from grader.nouns.judged import PartResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation, Run
from grader.rubric.load import load_rubric
from grader.runs import runs_of
from grader.smallest import small_runs
from tests.imports import undone

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "hw9"
SOLVED = REFERENCE / "solved"
FACES, MODEL = "facenet.py", "summarize.py"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hw9_{name}", REFERENCE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


PROBES = module("probes")
MISTAKES = {name: each for name, each in vars(module("mistakes")).items() if isinstance(each, Mistake)}
RUBRIC: Rubric = load_rubric(ROOT / "rubrics" / "hw9.yaml")
PARTS = {part.id: part for part in RUBRIC.parts if part.source == "probe"}
QUESTION_3 = ["3-sdpa", "3-mha", "3-layer", "3-positions"]  # without 3-model, which runs them all together
Expected = Mapping[str, Mapping[str, Observation]]


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    with undone():
        yield


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the box; threads that wait for one another cost small models most of their time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def solved(folder: Path, *edits: Edit) -> Path:
    """The solved files with these edits."""
    shutil.copytree(SOLVED, folder, dirs_exist_ok=True)
    for edit in edits:
        text = (folder / edit.file).read_text(encoding="utf-8")
        assert text.count(edit.was) == 1
        (folder / edit.file).write_text(text.replace(edit.was, edit.now), encoding="utf-8")
    return folder


def loaded(folder: Path) -> Handin:
    units = [{"name": unit.name, "defines": unit.defines, "given": unit.given} for unit in RUBRIC.units]
    hw = Handin(folder, units, REFERENCE, REFERENCE / "staff", (), {}, str)
    hw.load_all()
    return hw


def hand_in(folder: Path, *edits: Edit) -> Handin:
    return loaded(solved(folder, *edits))


def seen(hw: Handin, run: Run) -> Observation:
    try:
        found = getattr(PROBES, run.probe)(hw, seed=run.seed, **run.args)
    except Missing as missing:
        return Observation("missing", reason=str(missing))
    except Exception as error:
        return Observation("raised", fault=Fault(type(error).__name__, str(error)))
    tensors = {name: np.asarray(value) for name, value in found.items() if not isinstance(value, str)}
    return Observation("answered", tensors, {name: value for name, value in found.items() if isinstance(value, str)})


def observed(hw: Handin, *parts: str) -> Expected:
    seen_of: dict[str, dict[str, Observation]] = {part: {} for part in parts}
    for run in runs_of(RUBRIC, parts):
        seen_of[run.part][run.case] = seen(hw, run)
    return seen_of


def judged(hw: Handin, expected: Expected, *parts: str) -> dict[str, PartResult]:
    got = observed(hw, *parts)
    return {name: judge_part(PARTS[name], RUBRIC, expected[name], got[name], {}, {}) for name in parts}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    with undone():
        return observed(hand_in(tmp_path_factory.mktemp("reference")), *PARTS)


def lost(results: Mapping[str, PartResult]) -> dict[str, list[str]]:
    wrong = {
        name: [check.id for check in result.checks if check.verdict != "passed"] for name, result in results.items()
    }
    return {name: checks for name, checks in wrong.items() if checks}


# --- the probes on the reference ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "case", "output", "shape"),
    [
        ("1-triplet", "mixed", "gradient", (3, 9, 6)),
        ("1-semihard", "faces", "negatives", (30, 3)),
        ("1-all", "rows", "rows", (4 * 3 * 6 + 3 * 2 * 7 + 2 * 1 * 8, 3)),
        ("3-sdpa", "plain", "output", (3, 5, 8)),
        ("3-sdpa", "both", "output", (3, 7, 8)),
        ("3-mha", "cross", "output", (2, 5, 12)),
        ("3-layer", "decoder", "output", (2, 7, 12)),
        ("3-layer", "train", "cross_attn_train", (24, 2, 7)),
        ("3-positions", "padded", "positions", (3, 7)),
        ("3-model", "batch", "logits", (2, 7, 23)),
    ],
)
def test_the_reference_answers(expected: Expected, part: str, case: str, output: str, shape: tuple[int, ...]) -> None:
    assert expected[part][case].tensors[output].shape == shape


def test_the_reference_keeps_every_point(tmp_path: Path, expected: Expected) -> None:
    results = judged(hand_in(tmp_path), expected, *PARTS)

    assert lost(results) == {}
    assert sum(result.score for result in results.values()) == 32


def test_some_pairs_have_a_semi_hard_negative_and_some_have_none(expected: Expected) -> None:
    for name in ("negatives", "negatives_with_margin"):
        negatives_m = expected["1-semihard"]["faces"].tensors[name][:, 2]
        assert 4 <= (negatives_m == -1).sum() <= len(negatives_m) - 4


def test_some_triplets_are_satisfied_and_some_are_not(expected: Expected) -> None:
    shares = expected["1-all"]["share"].tensors

    assert 0.1 < shares["share"] < shares["share_with_margin"] < 0.9


def test_in_half_precision_the_exponentials_of_the_scores_overflow() -> None:
    assert torch.isinf(torch.tensor(PROBES.HIGHEST_SCORE).half().exp())


def test_torch_agrees_with_the_whole_model(tmp_path: Path, expected: Expected) -> None:
    hw = hand_in(tmp_path)
    run = next(run for run in runs_of(RUBRIC, ["3-model"]) if run.case == "batch")
    whole = PROBES._model(hw, run.seed)
    batch = PROBES._examples(run.args["lengths"], run.args["label_lengths"], run.seed)

    logits_btv = by_torch(whole, batch)

    words_bt = (batch["labels"] != -100).numpy()
    expected_btv = expected["3-model"]["batch"].tensors["logits"]
    assert np.allclose(logits_btv.numpy()[words_bt], expected_btv[words_bt], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def by_torch(whole: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The logits by torch's own layers, given the same weights."""
    state, torch_state = whole.state_dict(), {}
    names = {"norm1": "self_attn_ln", "norm2": "cross_attn_ln", "norm3": "ffn_ln", "linear1": "fc1", "linear2": "fc2"}
    for side, kind in (("encoder", torch.nn.TransformerEncoderLayer), ("decoder", torch.nn.TransformerDecoderLayer)):
        own = names if side == "decoder" else {**names, "norm2": "ffn_ln"}
        for number in range(2):
            layer: Any = kind(12, 3, 20, batch_first=True)
            for name in layer.state_dict():
                first, rest = name.split(".", 1)
                place = f"{side}_layers.{number}.{own.get(first, first.replace('multihead', 'cross'))}"
                if rest.startswith("in_proj"):
                    parts = [state[f"{place}.{letter}_proj.{rest[8:]}"] for letter in "qkv"]
                    torch_state[name] = torch.cat(parts)
                else:
                    torch_state[name] = state[f"{place}.{rest.replace('out_proj', 'o_proj')}"]
            layer.load_state_dict({name: torch_state[name] for name in layer.state_dict()})
            getattr(whole, f"{side}_layers")[number].own = layer.eval()
    return _through_torch(whole, batch)


def _through_torch(whole: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    pads_bs, labels = batch["attention_mask"] == 0, batch["labels"]
    read = torch.cat((torch.full_like(labels[:, :1], PROBES.EOS), labels[:, :-1]), dim=1)
    words, places = whole.embed_words.weight, whole.embed_positions.weight
    x, y = (words[ids] + places[: ids.size(1)] for ids in (batch["input_ids"], read.clamp(min=PROBES.PAD)))
    for layer in whole.encoder_layers:
        x = layer.own(x, src_key_padding_mask=pads_bs)
    later_tt = torch.ones(y.size(1), y.size(1), dtype=torch.bool).triu(1)
    for layer in whole.decoder_layers:
        y = layer.own(y, x, tgt_mask=later_tt, memory_key_padding_mask=pads_bs)
    return y @ words.T


# --- right and wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("triplet_no_hinge", {"1-triplet": ["value", "satisfied"]}),
        ("triplet_raw", {"1-triplet": ["value"]}),
        ("self_pairs", {"1-semihard": ["pairs", "negatives"], "1-all": ["rows", "share"]}),
        ("hardest_negative", {"1-semihard": ["negatives"]}),
        ("half_softmax", {"3-sdpa": ["half"]}),
        ("one_mask_only", {"3-sdpa": ["both"]}),
        ("no_causal", {"3-sdpa": ["causal", "both"], "3-model": ["values", "property"], "4-maps": ["causal"]}),
        ("pad_inverted", {"3-sdpa": ["pads", "both"], "3-model": ["values", "property"]}),
        ("no_oproj", {"3-mha": ["plain", "masked"], "3-model": ["values", "gradients"]}),
        ("masks_in_blocks", {"3-mha": ["masked"], "3-model": ["values", "property"]}),
        ("no_cross", {"3-layer": ["decoder", "dropout"], "3-model": ["values", "gradients"]}),
        ("cross_self", {"3-layer": ["decoder"], "3-model": ["values", "gradients"]}),
        ("dropout_inside_ffn", {"3-layer": ["dropout"]}),
        ("positions_skip_pads", {"3-positions": ["pads"]}),
        ("positions_one_row", {"3-positions": ["form", "words", "pads"]}),
        ("looks_across_the_batch", {"3-model": ["values", "property"]}),
    ],
)
def test_a_mistake_fails_these_checks_and_no_others(
    tmp_path: Path, expected: Expected, name: str, checks: dict[str, list[str]]
) -> None:
    concerned = [part.id for part in PARTS.values() if name in part.mistakes]

    assert lost(judged(hand_in(tmp_path, *MISTAKES[name].edits), expected, *concerned)) == checks


@pytest.mark.parametrize(
    ("part", "name", "sentence"),
    [
        ("3-sdpa", "no_pad_mask", "fails as soon as two sentences differ in length"),
        ("3-mha", "heads_before_examples", "fails as soon as there is more than one sentence"),
        ("3-mha", "one_head", "fails as soon as a sentence is longer than 1"),
        ("3-positions", "positions_from_one", "fails always, even with lengths [1]"),
    ],
)
def test_the_smallest_input_that_fails_tells_what_is_wrong(tmp_path: Path, part: str, name: str, sentence: str) -> None:
    right = small(tmp_path / "right", part)
    wrong = small(tmp_path / "wrong", part, *MISTAKES[name].edits)

    found = smallest_failing(
        PARTS[part], lambda case: fails_on(PARTS[part], case, RUBRIC, right[case.name], wrong[case.name]), 60.0
    )

    assert found is not None
    assert found.sentence == sentence


def small(folder: Path, part: str, *edits: Edit) -> dict[str, Observation]:
    with undone():
        hw = hand_in(folder, *edits)
        return {run.case: seen(hw, run) for run in small_runs(RUBRIC, PARTS[part])}


def test_a_leak_is_told_by_its_places(tmp_path: Path, expected: Expected) -> None:
    results = judged(hand_in(tmp_path, *MISTAKES["not_shifted"].edits), expected, "3-sees")

    assert "label 1 sees 1" in next(check.reason for check in results["3-sees"].checks if check.id == "future")


# --- parts stay apart ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        (Edit(MODEL, "    scores_nts = q @", "    scores_nts = not_yet_written @"), ["3-sdpa"]),
        (Edit(MODEL, "    scores_nts = q @", "    return None\n    scores_nts = q @"), ["3-sdpa"]),
        (Edit(MODEL, "        q_ntc = self.split", "        q_ntc = not_yet_written"), ["3-mha"]),
        (Edit(MODEL, "        self.n_heads = n_heads\n", "        raise NotImplementedError\n"), ["3-mha"]),
        (
            Edit(MODEL, "        residual = x\n        x = self.self_attn", "        x = not_yet"),
            ["3-layer"],
        ),
        (
            Edit(MODEL, "        self.is_decoder = is_decoder\n", "        raise NotImplementedError\n"),
            ["3-layer"],
        ),
        (Edit(MODEL, "        columns_s = ", "        columns_s = not_yet_written + "), ["3-positions"]),
    ],
    ids=[
        *("attention that fails", "attention that gives nothing", "heads that fail", "no heads"),
        *("a layer that fails", "no layer", "no positions"),
    ],
)
def test_a_fault_in_one_part_costs_the_others_nothing(
    tmp_path: Path, expected: Expected, edit: Edit, parts: list[str]
) -> None:
    assert list(lost(judged(hand_in(tmp_path, edit), expected, *QUESTION_3))) == parts


def test_heads_whose_attention_is_missing_meet_another(tmp_path: Path, expected: Expected) -> None:
    text = (SOLVED / MODEL).read_text()
    start, end = text.index("def scaled_dot_product_attention"), text.index("class MultiheadAttention")

    results = judged(hand_in(tmp_path, Edit(MODEL, text[start:end], "")), expected, *QUESTION_3)

    assert list(lost(results)) == ["3-sdpa"]


def test_wrong_attention_that_gives_its_weights_too_is_replaced_by_one_that_does(
    tmp_path: Path, expected: Expected
) -> None:
    edits = (
        Edit(MODEL, "return weights_nts @ v", "return weights_nts @ v / 2, weights_nts"),
        Edit(MODEL, "heads_ntc = scaled_dot", "heads_ntc, _ = scaled_dot"),
    )

    assert list(lost(judged(hand_in(tmp_path, *edits), expected, "3-sdpa", "3-mha", "3-layer"))) == ["3-sdpa"]


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        (["out", "weights"], "weights_nts @ v / 2, weights_nts"),
        (["out", "weights", "scores"], "weights_nts @ v / 2, weights_nts, scores_nts"),
        (["out"], "weights_nts @ v / 2"),
    ],
)
def test_wrong_attention_that_gives_a_named_tuple_is_replaced_by_one_that_does(
    tmp_path: Path, expected: Expected, fields: list[str], given: str
) -> None:
    head = "def scaled_dot_product_attention"
    attended = f"import collections\nAttended = collections.namedtuple('Attended', {fields})\n\n\n"
    edits = (
        Edit(MODEL, head, attended + head),
        Edit(MODEL, "return weights_nts @ v", f"return Attended({given})"),
        Edit(MODEL, "self.join(heads_ntc)", "self.join(heads_ntc.out)"),
    )

    assert list(lost(judged(hand_in(tmp_path, *edits), expected, "3-sdpa", "3-mha", "3-layer"))) == ["3-sdpa"]


def test_wrong_heads_that_give_a_named_tuple_are_replaced_by_some_that_do(tmp_path: Path, expected: Expected) -> None:
    head = "class MultiheadAttention"
    text = (SOLVED / MODEL).read_text()
    edits = [
        Edit(MODEL, head, "import collections\nMixed = collections.namedtuple('Mixed', 'out weights')\n\n\n" + head),
        Edit(
            MODEL, "return self.o_proj(self.join(heads_ntc))", "return Mixed(self.o_proj(-self.join(heads_ntc)), None)"
        ),
    ]
    for line in text.splitlines():
        if "self.self_attn(" in line or "self.cross_attn(" in line:
            edits.append(Edit(MODEL, line, re.sub(r"(self\.\w+_attn\((?:[^()]|\([^()]*\))*\))", r"\1.out", line)))

    assert list(lost(judged(hand_in(tmp_path, *edits), expected, "3-mha", "3-layer"))) == ["3-mha"]


def test_a_notebook_is_as_good(tmp_path: Path, expected: Expected) -> None:
    pieces = re.split(r"\n\n\n", (SOLVED / MODEL).read_text().replace("from __future__ import annotations\n", ""))
    cells = [
        {"cell_type": "code", "source": source.splitlines(keepends=True)}
        for source in ["!pip install transformers\n%matplotlib inline", *pieces, "trainer.train()"]
    ]
    (tmp_path / "q_summarize_part_1.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    shutil.copy(SOLVED / FACES, tmp_path)

    assert lost(judged(loaded(tmp_path), expected, *PARTS)) == {}


@pytest.mark.parametrize(
    ("name", "sub_layer"),
    [("no_self_dropout", "self_attn"), ("no_cross_dropout", "cross_attn"), ("no_ffn_dropout", "ffn")],
)
def test_dropout_is_looked_at_in_each_sub_layer_alone(
    tmp_path: Path, expected: Expected, name: str, sub_layer: str
) -> None:
    results = judged(hand_in(tmp_path, *MISTAKES[name].edits), expected, "3-layer")

    told = next(check.reason for check in results["3-layer"].checks if check.id == "dropout")
    assert told == f"{sub_layer}_train: nothing is dropped in train mode, the rate is 0.4"


@pytest.mark.parametrize(
    "now",
    [
        "",
        "future_mask = torch.ones(1024, 1024).triu(1).cuda()\n",
        'device = "cuda"\nfuture_mask = torch.zeros(1024, 1024, device=device).bool()\n'
        "future_mask = torch.ones_like(future_mask).triu(1)\n",
    ],
    ids=["left out", "on CUDA", "in two steps"],
)
def test_what_the_notebook_gives_is_there_without_cuda(tmp_path: Path, expected: Expected, now: str) -> None:
    was = "future_mask = torch.triu(torch.ones(1024, 1024, dtype=torch.uint8), diagonal=1)\n"

    assert lost(judged(hand_in(tmp_path, Edit(MODEL, was, now)), expected, "3-sdpa", "3-mha")) == {}


# --- the log ------------------------------------------------------------------------------------------------------


def test_the_log_of_the_reference_adds_up_and_earns_its_points() -> None:
    files = {path.name: path.read_bytes() for path in SOLVED.iterdir()}
    part = next(part for part in RUBRIC.parts if part.id == "3a")

    result = judge_part(part, RUBRIC, {}, handed_in(part, files), {}, {})

    assert training_log(files, ["hw9"])[0].findings == ()
    assert (result.score, result.pending) == (2, 2)


def test_every_written_part_has_an_answer() -> None:
    files = {"answers.md": (SOLVED / "answers.md").read_bytes()}

    for part in RUBRIC.parts:
        if part.written:
            assert handed_in(part, files)["answers"].texts["answer"]
