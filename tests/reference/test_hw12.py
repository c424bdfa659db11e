"""The hw12 reference: its answers are autograd's, its text is what it says, and its probes take what is right.

That every variant keeps all and every mistake what the rubric says is shown by `grade prove`, which `make test` runs.
"""

from __future__ import annotations

import importlib.util
import inspect
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.authoring import Edit, Variant
from grader.judge.part import judge_part
from grader.kit.handin import Handin, Missing
from grader.nouns.asked import Part, Rubric
from grader.nouns.judged import PartResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation
from grader.rubric.load import load_rubric
from grader.runs import runs_of
from tests.imports import undone

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "hw12"
SOLVED, DATA = REFERENCE / "solved", REFERENCE / "data"


@cache
def module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hw12_{Path(path).stem}", REFERENCE / path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def probes() -> Any:
    """What they import to train costs a second: other tests are not kept waiting for it."""
    return module("probes.py")


KNOWN, MAKE = vars(module("mistakes.py")), module("data/make.py")
RUBRIC: Rubric = load_rubric(ROOT / "rubrics" / "hw12.yaml")
PARTS: dict[str, Part] = {part.id: part for part in RUBRIC.parts}
DROPPED = KNOWN["OUT"]


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with undone():
        yield
    torch.set_num_threads(threads)


def hand_in(folder: Path, *edits: Edit) -> Handin:
    """The solved files with these edits, loaded."""
    shutil.copytree(SOLVED, folder, dirs_exist_ok=True)
    for edit in edits:
        text = (folder / edit.file).read_text(encoding="utf-8")
        assert text.count(edit.was) == 1
        (folder / edit.file).write_text(text.replace(edit.was, edit.now), encoding="utf-8")
    return loaded(folder)


def loaded(folder: Path) -> Handin:
    units = [{"name": unit.name, "defines": unit.defines, "given": unit.given} for unit in RUBRIC.units]
    hw = Handin(folder, units, REFERENCE, REFERENCE / "staff", (), {}, str, [])
    hw.load_all()
    return hw


def observations(hw: Handin, part: str) -> dict[str, Observation]:
    """What all runs of a part give, in this process."""
    return {run.case: observed(hw, run.probe, run.seed, run.args) for run in runs_of(RUBRIC, [part])}


def observed(hw: Handin, probe: str, seed: int, args: Any) -> Observation:
    try:
        found = getattr(probes(), probe)(hw, seed=seed, **args)
    except Exception as error:
        return Observation("raised", fault=Fault(type(error).__name__, str(error)))
    tensors = {name: np.asarray(value) for name, value in found.items() if not isinstance(value, str)}
    return Observation("answered", tensors, {name: value for name, value in found.items() if isinstance(value, str)})


@cache
def expected(part: str) -> dict[str, Observation]:
    """What the reference gives; asked for first while nothing else is loaded."""
    return observations(loaded(SOLVED), part)


@pytest.fixture(scope="module", autouse=True)
def reference_first() -> None:
    with undone():
        expected("3b")
    with undone():
        expected("3e")


def judged(hw: Handin, part: str) -> PartResult:
    return judge_part(PARTS[part], RUBRIC, expected(part), observations(hw, part), {}, {})


def wrong(result: PartResult) -> dict[str, str]:
    return {check.id: check.reason for check in result.checks if check.verdict != "passed"}


# --- answers are autograd's -----------------------------------------------------------------------------------------


def leaves(*names: str) -> dict[str, Tensor]:
    chance = torch.Generator().manual_seed(3)
    return {name: torch.randn(30, dtype=torch.float64, generator=chance).requires_grad_() for name in names}


def written(asked: Sequence[str], at: dict[str, Tensor], tmp_path: Path) -> dict[str, Any]:
    """What the reference wrote for these names, at these points."""
    from grader.kit.formulas.maths import evaluated

    return evaluated(hand_in(tmp_path), dict.fromkeys(asked, ()), {name: each.detach() for name, each in at.items()})


def test_derivatives_of_the_recurrence_are_autograds(tmp_path: Path) -> None:
    at = leaves("u1", "u2", "u3", "w")
    state = at["w"] * (at["w"] * at["u1"] + at["u2"]) + at["u3"]
    output = at["w"] * state
    by_w, by_p = torch.autograd.grad(output.sum(), [at["w"], at["u1"]])

    found = written(["t", "y", "dy_dw", "dy_dp"], {**at, "p": at["u1"]}, tmp_path)

    for name, expected in (("t", state), ("y", output), ("dy_dw", by_w), ("dy_dp", by_p)):
        torch.testing.assert_close(found[name], expected.detach(), rtol=1e-12, atol=1e-12)


def test_the_gradient_at_the_cell_is_autograds(tmp_path: Path) -> None:
    chance = torch.Generator().manual_seed(4)
    inputs, hidden = 4, 5
    weight_ih, weight_hh, last, before = (
        torch.randn(shape, dtype=torch.float64, generator=chance)
        for shape in ((4 * hidden, inputs), (4 * hidden, hidden), (2, hidden), (3, inputs))
    )

    def gates(x: Tensor, h: Tensor) -> list[Tensor]:
        i, f, g, o = (x @ weight_ih.T + h @ weight_hh.T).chunk(4)
        return [torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)]

    i_prev, f_prev, g_prev, o_prev = gates(before[0], last[0])
    c_prev = (f_prev * last[1] + i_prev * g_prev).requires_grad_()
    h_prev = o_prev * torch.tanh(c_prev)
    i, f, g, o = gates(before[1], h_prev)
    c = f * c_prev + i * g
    loss = (o * torch.tanh(c) + h_prev**2).sum() ** 2
    at_h, at_c, truth = torch.autograd.grad(loss, [h_prev, c, c_prev])

    at = {"o_prev": o_prev, "o": o, "f": f, "i": i, "C_prev": c_prev, "C": c, "dL_dh": at_h, "dL_dC": at_c}
    found = written(["dL_dC_prev"], at, tmp_path)

    torch.testing.assert_close(found["dL_dC_prev"], truth, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("part", ["1a", "1b", "1c", "2a"])
def test_no_formula_is_found_in_the_answers_that_students_begin_with(part: str, tmp_path: Path) -> None:
    shutil.copytree(SOLVED, tmp_path, dirs_exist_ok=True)
    shutil.copy(REFERENCE / "starter" / "answers.md", tmp_path)

    with pytest.raises(Missing):
        for run in runs_of(RUBRIC, [part]):
            getattr(probes(), run.probe)(loaded(tmp_path), seed=run.seed, **run.args)


def test_what_is_begun_below_the_remarks_of_the_answers_is_read(tmp_path: Path) -> None:
    begun = (REFERENCE / "starter" / "answers.md").read_text(encoding="utf-8").replace("# 1b\n", "# 1b\n\ndy_dw = w\n")
    (tmp_path / "answers.md").write_text(begun, encoding="utf-8")

    found = probes().expression(loaded(tmp_path), asked=["dy_dw"], seed=1)

    torch.testing.assert_close(found["dy_dw"], found["at.w"])


# --- the text -------------------------------------------------------------------------------------------------------


def test_the_text_is_what_its_script_writes(tmp_path: Path) -> None:
    MAKE.write(tmp_path)

    for file in tmp_path.iterdir():
        assert file.read_bytes() == (DATA / file.name).read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in DATA.glob("*.txt")}


def test_labels_never_enter_the_jail() -> None:
    assert set(RUBRIC.data) == {"data/train.txt", "data/prefixes.txt"}


def test_no_held_out_story_is_trained_on_and_words_are_few() -> None:
    documents = (DATA / "train.txt").read_text().splitlines()
    beginnings = (DATA / "prefixes.txt").read_text().splitlines()
    tokens = [int(token) for document in documents for token in document.split()]

    assert (len(documents), len(beginnings)) == (1300, 300)
    assert max(tokens) == 199
    assert Counter(tokens)[0] / len(tokens) < 0.05
    assert max(len(beginning.split()) for beginning in beginnings) <= probes().BUDGET["window"]
    assert sum(file.stat().st_size for file in REFERENCE.rglob("*") if file.is_file()) < 400_000


# --- probes take what is right --------------------------------------------------------------------------------------


SIZES = {"nvoc": 29, "dim": 24, "nhead": 3, "num_layers": 2}


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("nvoc, dim=256, nhead=8, num_layers=4", SIZES),
        ("nvoc, dim, nhead, num_layers", SIZES),
        ("nvoc, dim=256, num_layers=2", {"nvoc": 29, "dim": 24, "num_layers": 2}),
        ("ntoken, ninp, nhead, nhid, nlayers", {"ntoken": 29, "ninp": 24, "nhead": 3, "nhid": 24, "nlayers": 2}),
        ("vocab_size, d_model, d_ff=2048, dropout=0.5", {"vocab_size": 29, "d_model": 24, "d_ff": 96}),
        ("V, E, H, N", {"V": 29, "E": 24, "H": 3, "N": 2}),
        ("nvoc, dim, max_len, device", {"nvoc": 29, "dim": 24, "max_len": 64, "device": torch.device("cpu")}),
        ("nvoc", {"nvoc": 29}),
        ("**sizes", SIZES),
    ],
)  # fmt: skip
def test_a_constructor_is_called_by_what_its_arguments_mean(signature: str, expected: dict[str, Any]) -> None:
    make = eval(f"lambda {signature}: None")

    assert probes()._arguments(make, SIZES) == ([], expected)


def test_a_constructor_without_names_is_called_in_the_order_of_the_handout() -> None:
    assert probes()._arguments(lambda *sizes: None, SIZES) == ([29, 24, 3, 2], {})


def test_a_position_table_as_long_as_the_window_suffices(tmp_path: Path) -> None:
    short = Edit("model.py", "table = torch.zeros(length, self.dim)", "assert length <= 24\n        table = torch.zeros(length, self.dim)")  # fmt: skip  # noqa: E501
    hw = hand_in(tmp_path / "short", short)

    assert not wrong(judged(hw, "3b"))
    assert probes().prefixes(hw, words=200, updates=2, seed=1)["logits"].shape == (300, 200)
    assert probes().noise(hw, words=50, updates=2, seed=1)["logits"].shape == (24, 320, 50)


def test_dropout_in_eval_mode_is_unsteady_and_no_leak(tmp_path: Path) -> None:
    always = Edit(
        "model.py", DROPPED, DROPPED.replace("self.drop(hidden_lbd)", "nn.functional.dropout(hidden_lbd, 0.5)")
    )

    result = judged(hand_in(tmp_path / "loud", always), "3b")

    assert set(wrong(result)) == {"future", "past", "columns", "length"}
    assert wrong(result)["future"] == "logits: two runs on the same input differ"
    assert result.verdict == "failed"


def test_positions_from_the_end_are_remarked(tmp_path: Path) -> None:
    from_the_end = Edit("model.py", "dtype=torch.float).unsqueeze(1)", "dtype=torch.float).flip(0).unsqueeze(1)")

    result = judged(hand_in(tmp_path / "late", from_the_end), "3b")

    assert list(wrong(result)) == ["length"]


def test_a_leak_behind_a_gate_that_is_shut_at_first_is_seen(tmp_path: Path) -> None:
    gate = (
        Edit("model.py", "        self.init_weights()\n", "        self.init_weights()\n        self.gate = nn.Parameter(torch.zeros(1))\n"),  # noqa: E501
        Edit("model.py", "mask=mask_ll)", "mask=mask_ll) + self.gate * self.layers(embedded_lbd)"),
    )  # fmt: skip

    result = judged(hand_in(tmp_path / "gated", *gate), "3b")

    assert result.verdict == "void"
    assert "future" in wrong(result)


def test_every_lstm_that_is_right_keeps_all(tmp_path: Path) -> None:
    right = {name: each for name, each in KNOWN.items() if name.startswith("lstm_") and isinstance(each, Variant)}
    changed = {name: each for name, each in right.items() if all(edit.file == "lstm.py" for edit in each.edits)}

    assert len(changed) >= 4
    results = {name: judged(hand_in(tmp_path / name, *each.edits), "3e") for name, each in changed.items()}
    assert {name: wrong(result) for name, result in results.items() if wrong(result)} == {}


def test_a_model_in_a_script_that_trains_is_picked_out_of_it(tmp_path: Path) -> None:
    text = (SOLVED / "main.py").read_text(encoding="utf-8").replace("from model import", "# from model import")
    source = (SOLVED / "model.py").read_text(encoding="utf-8")
    tmp_path.joinpath("main.py").write_text(text.replace("parser = ", f"{source}\nparser = ", 1), encoding="utf-8")
    hw = loaded(tmp_path)

    assert probes().logits(hw, length=9, columns=4, seed=1)["logits"].shape == (9, 4, 29)
    assert any("acts on import" in note for note in hw.notes)


def test_probes_hold_no_answers() -> None:
    source = inspect.getsource(probes())

    assert "tanh(C_prev)**2" not in source.replace(" ", "")
    assert "labels.txt" not in source
