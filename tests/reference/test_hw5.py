"""The hw5 reference: its probes answer, accept what is right, name what is wrong, and keep the parts apart.

That every variant keeps all and every mistake what the rubric says is shown by `grade prove`, which `make test` runs.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
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
from safetensors.torch import load_file

from grader.authoring import Edit, Mistake, Variant
from grader.handout.public import public_part
from grader.judge.part import judge_part
from grader.kit import stand_ins
from grader.kit.handin import Handin, Missing
from grader.nouns.asked import Part, Rubric
from grader.nouns.judged import PartResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation
from grader.rubric.load import load_rubric
from grader.runs import case_seed
from tests.imports import undone

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "hw5"
SOLVED = REFERENCE / "solved"
MODEL, TABLE, TRAIN, REPORT = "transformer.py", "positions.py", "training.py", "report.py"
COSTLY = ("similarity_broadcast", "similarity_double_loop")


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hw5_{name}", REFERENCE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


PROBES = module("probes")
KNOWN = vars(module("mistakes"))
VARIANTS = {name: each for name, each in KNOWN.items() if isinstance(each, Variant) and name not in COSTLY}
MISTAKES = {name: each for name, each in KNOWN.items() if isinstance(each, Mistake)}
RUBRIC: Rubric = load_rubric(ROOT / "rubrics" / "hw5.yaml")
PARTS = {part.id: part for part in RUBRIC.parts if part.source == "probe"}
CODE = [name for name in PARTS if name not in ("P1", "P2")]
QUICK = [*CODE, "P2"]  # without the thousand positions, whose matrices are compared for a second
BLEU = next(part for part in RUBRIC.parts if part.id == "bleu")
Expected = Mapping[str, Mapping[str, Observation]]


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hand-ins save their pictures where they run."""
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(here)


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
    snippets = [
        {"name": each.name, "take": each.take, "reads": each.reads, "calls": each.calls, "near": each.near}
        for each in RUBRIC.snippets
    ]
    hw = Handin(folder, units, REFERENCE, REFERENCE / "staff", (), {}, str, snippets)
    hw.load_all()
    return hw


def hand_in(folder: Path, *edits: Edit) -> Handin:
    return loaded(solved(folder, *edits))


def observed(hw: Handin, part: Part, case: str) -> Observation:
    args = next(each.args for each in part.cases if each.name == case)
    try:
        found = getattr(PROBES, part.probe)(hw, seed=case_seed(RUBRIC.seed, part.id, case), **args)
    except Missing as missing:
        return Observation("missing", reason=str(missing))
    except Exception as error:
        return Observation("raised", fault=Fault(type(error).__name__, str(error)))
    tensors = {name: np.asarray(value) for name, value in found.items() if not isinstance(value, str)}
    return Observation("answered", tensors, {name: value for name, value in found.items() if isinstance(value, str)})


def judged(hw: Handin, expected: Expected, *parts: str) -> dict[str, PartResult]:
    return {name: judge(PARTS[name], hw, expected) for name in parts or PARTS}


def judge(part: Part, hw: Handin, expected: Expected) -> PartResult:
    got = {case.name: observed(hw, part, case.name) for case in part.cases}
    return judge_part(part, RUBRIC, expected[part.id], got, {}, {})


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    with undone():
        hw = hand_in(tmp_path_factory.mktemp("reference"))
        return {part.id: {case.name: observed(hw, part, case.name) for case in part.cases} for part in PARTS.values()}


def machine_points(part: Part) -> float:
    return sum(check.points for check in part.checks)


def lost(results: Mapping[str, PartResult]) -> dict[str, list[str]]:
    wrong = {
        name: [check.id for check in result.checks if check.verdict != "passed"] for name, result in results.items()
    }
    return {name: checks for name, checks in wrong.items() if checks}


def reached_by(edits: tuple[Edit, ...]) -> list[str]:
    """The parts that an edit of the report can reach, or one of the code; the proof runs all of them."""
    return ["P1", "P2"] if any(edit.file == REPORT for edit in edits) else CODE


# --- the probes on the reference ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "case", "output", "shape"),
    [
        ("P1", "decoder", "figures.0.0.0", (1026, 1026)),
        ("P1", "small", "figures.0.0.0", (130, 130)),
        ("P2", "ours", "gnorm", (600,)),
        ("P2", "own", "gnorm", (2700,)),
        ("rate", "handout", "warmup", (4,)),
        ("arch", "settings", "complete", (15,)),
        ("table", "default", "table", (1026, 256)),
        ("encoder", "ragged", "outputs", (7, 4, 12)),
        ("encoder", "alone", "mask", (5, 1)),
        ("decoder", "ragged", "logits", (4, 6, 23)),
        ("decoder", "growing", "last_of_prefixes", (4, 6, 23)),
        ("mask", "padded", "logits_with_more_pads", (4, 6, 23)),
        ("loss", "pads", "gradient", (11, 7)),
        ("gnorm", "five", "gnorm", (5,)),
    ],
)
def test_the_reference_answers(expected: Expected, part: str, case: str, output: str, shape: tuple[int, ...]) -> None:
    assert expected[part][case].tensors[output].shape == shape


def test_the_reference_keeps_every_point(tmp_path: Path, expected: Expected) -> None:
    results = judged(hand_in(tmp_path), expected, *QUICK)

    assert lost(results) == {}
    assert sum(result.score for result in results.values()) == 14


def test_the_norms_of_the_probe_lie_on_both_sides_of_the_limit(expected: Expected) -> None:
    norms = expected["gnorm"]["five"].tensors["gnorm"]

    assert norms.min() < 0.9
    assert norms.max() > 1.1


@pytest.mark.parametrize("step", [0, 3])
def test_the_rate_is_that_of_the_handout(tmp_path: Path, step: int) -> None:
    optimizer = loaded(solved(tmp_path)).rate

    assert optimizer.get_rate(256, 4000, 4000) == pytest.approx(9.882e-4, abs=1e-7)
    assert optimizer.NoamOpt(256, 2, 4000, None).rate(step) == pytest.approx(
        2 * optimizer.get_rate(256, step, 4000) if step else 0
    )


def test_the_table_of_the_handout_has_the_similarities_that_are_known_of_it(tmp_path: Path) -> None:
    table = loaded(solved(tmp_path)).table.sinusoidal_table(1026, 256, 1)
    offsets = [0, 1, 2, 5, 10, 50, 100, 500, 1000]

    similar = torch.cosine_similarity(table[2], table[[2 + offset for offset in offsets]], dim=1)
    assert [round(each, 3) for each in similar.tolist()] == [
        *(1.0, 0.972, 0.903, 0.741, 0.678),
        *(0.517, 0.459, 0.287, 0.239),
    ]


def test_the_matrix_depends_on_the_offset_alone(expected: Expected) -> None:
    matrix = expected["P1"]["decoder"].tensors["figures.0.0.0"]

    assert np.allclose(np.delete(np.diagonal(matrix), 1), 1, atol=1e-5)
    assert not matrix[1].any()
    for offset in (1, 10, 1000):
        assert np.ptp(np.diagonal(matrix, offset)[2:]) < 5e-6


def test_the_series_is_as_long_as_the_log_says() -> None:
    log = (SOLVED / "train.log").read_text()
    epochs = len(re.findall(r"end of epoch \d+", log))
    updates = re.findall(r"grouped total_num_itrs = (\d+)", log)

    assert len(json.loads((SOLVED / "gnorm.json").read_text())) == epochs * int(updates[0])


def test_the_log_adds_up() -> None:
    lines = re.findall(
        r"BLEU = ([\d.]+) ([\d./]+) \(BP = ([\d.]+) ratio = ([\d.]+) hyp_len = (\d+) ref_len = (\d+)\)",
        (SOLVED / "train.log").read_text(),
    )

    assert len(lines) == 15
    for bleu, precisions, penalty, ratio, hypothesis, reference in lines:
        p, length = [float(each) for each in precisions.split("/")], int(hypothesis) / int(reference)
        bound = float(bleu) * (sum(0.05 / each for each in p) / 4 + 0.0005 / float(penalty)) + 0.005
        assert float(bleu) == pytest.approx(float(penalty) * math.exp(sum(map(math.log, p)) / 4), abs=bound)
        assert float(ratio) == pytest.approx(length, abs=5e-4)
        assert float(penalty) == pytest.approx(min(1, math.exp(1 - 1 / length)), abs=5e-4)


# --- BLEU ---------------------------------------------------------------------------------------------------------


def translated(lines: list[str]) -> PartResult:
    got = {"file": Observation("answered", texts={"text": "\n".join(lines) + "\n"})}
    return judge_part(BLEU, RUBRIC, {}, got, {}, {})


def prediction(wrong_percent: int = 0) -> list[str]:
    """The prediction of the reference, of which a share is that of other sentences."""
    lines = (SOLVED / "prediction.txt").read_text(encoding="utf-8").splitlines()
    return [lines[-1 - at] if at * 37 % 100 < wrong_percent else line for at, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("wrong_percent", "score"), [(0, 4.0), (10, 3.5), (25, 3.0), (40, 2.0), (50, 1.5), (55, 1.0), (60, 0.5), (80, 0.0)]
)
def test_a_translation_is_paid_for_every_bar_it_reaches(wrong_percent: int, score: float) -> None:
    assert translated(prediction(wrong_percent)).score == score


@pytest.mark.parametrize(
    ("change", "score"),
    [
        (lambda lines: [" ".join(line) for line in lines], 4.0),
        (lambda lines: [line + "\r" for line in lines], 4.0),
        (lambda lines: [*lines, "", ""], 4.0),
        (lambda lines: ["", *lines], 0.0),
        (lambda lines: lines[:100], 0.0),
        (lambda lines: ["The doctor wrote a letter."] * 200, 0.0),
        (lambda lines: [], 0.0),
    ],
    ids=["blanks between", "Windows", "empty lines at the end", "one line late", "half of it", "English", "nothing"],
)
def test_a_translation_in_another_form(change: Any, score: float) -> None:
    assert translated(change(prediction())).score == score


def test_the_halves_are_all_lines_and_share_none() -> None:
    halves = [{int(line) for line in (REFERENCE / "data" / f"{half}.txt").open()} for half in ("public", "private")]

    assert halves[0] | halves[1] == set(range(1, 201))
    assert not halves[0] & halves[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_test_set_has_two_hundred_lines_and_no_equal_ones(language: str) -> None:
    lines = (REFERENCE / "data" / f"test.{language}").read_text(encoding="utf-8").splitlines()

    assert len(lines) == len(set(lines)) == 200
    assert all(line.strip() for line in lines)


# --- right and wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("plots_loss", {"P2": ["curve"]}),
        ("circles_low", {"P2": ["marks"]}),
        ("rate_no_decay", {"rate": ["decay"]}),
        ("arch_heads_odd", {"arch": ["settings"]}),
        ("table_interleaved", {"table": ["values"]}),
        ("table_short", {"table": ["shape"]}),
        ("mask_true_at_words", {"encoder": ["values"], "mask": ["mask"]}),
        ("mask_batch_first", {"encoder": ["shape", "values"], "mask": ["mask"]}),
        ("no_embed_scale", {"encoder": ["values"], "decoder": ["logits"]}),
        ("no_causal_mask", {"decoder": ["logits", "step"]}),
        ("cross_reads_pads", {"decoder": ["logits"], "mask": ["mask"]}),
        ("smooth_others_only", {"loss": ["loss"]}),
        ("gnorm_after_clip", {"gnorm": ["gnorm"]}),
    ],
)
def test_a_mistake_fails_these_checks_and_no_others(
    tmp_path: Path, expected: Expected, name: str, checks: dict[str, list[str]]
) -> None:
    concerned = [part.id for part in PARTS.values() if name in part.mistakes]

    assert lost(judged(hand_in(tmp_path, *MISTAKES[name].edits), expected, *concerned)) == checks


@pytest.mark.parametrize("name", [name for name, mistake in MISTAKES.items() if mistake.public])
def test_a_mistake_that_students_may_be_told_shows_on_public_cases(
    tmp_path: Path, expected: Expected, name: str
) -> None:
    hw = hand_in(tmp_path, *MISTAKES[name].edits)

    for part in (public_part(part) for part in PARTS.values() if name in part.mistakes):
        assert judge(part, hw, expected).score < part.points


def test_public_cases_have_sizes_of_their_own() -> None:
    for part in PARTS.values():
        hidden = [each.args for each in part.cases if not each.public]
        assert [each.name for each in part.cases if each.public and each.args in hidden] == []
        assert any(case.public for case in part.cases)


def test_the_positions_that_the_probe_gives_are_those_of_the_reference(tmp_path: Path) -> None:
    given = load_file(REFERENCE / "data" / "positions.safetensors")["positions"]

    table = loaded(solved(tmp_path)).table.sinusoidal_table(65, 12, 64)

    assert torch.equal(given, table[:64])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "checks"), [("nan_row", ["complete"]), ("subset", ["complete"]), ("euclidean", ["values", "complete"])]
)
def test_a_mistaken_heat_map_fails_these_checks(
    tmp_path: Path, expected: Expected, name: str, checks: list[str]
) -> None:
    assert lost(judged(hand_in(tmp_path, *MISTAKES[name].edits), expected, "P1")) == {"P1": checks}


@pytest.mark.parametrize(
    "way",
    [
        "plt.loglog(range(1, len(norms) + 1), norms)",
        "plt.semilogx(range(1, len(norms) + 1), norms)",
        "plt.stairs(norms, range(len(norms) + 1))",
        "plt.fill_between(range(len(norms)), 0, norms)",
        "plt.errorbar(range(len(norms)), norms)",
        "sns.lineplot(x=range(len(norms)), y=norms)",
        "sns.lineplot(norms)",
        "sns.scatterplot(x=range(len(norms)), y=norms)",
        "sns.barplot(x=list(range(len(norms))), y=norms)",
        "pd.Series(norms).plot()",
        "pd.DataFrame({'gnorm': norms}).plot(logy=True, ax=plt.gca())",
    ],
)
def test_norms_may_be_drawn_in_any_of_these_ways(tmp_path: Path, expected: Expected, way: str) -> None:
    edits = (
        Edit(REPORT, "plt.plot(norms, linewidth=0.8)", way),
        Edit(REPORT, 'plt.plot(largest, [norms[step] for step in largest], "o"', "_circled(largest, norms"),
        Edit(REPORT, "import torch\n", f"import torch\nimport seaborn as sns\nimport pandas as pd\n{CIRCLED}"),
    )

    stand_ins.install(lambda note: None)
    assert lost(judged(hand_in(tmp_path, *edits), expected, "P2")) == {}


CIRCLED = """
def _circled(steps, heights, **style):
    for step in steps:
        plt.gca().add_patch(plt.Circle((step, heights[step]), 4, fill=False))
"""


@pytest.mark.parametrize(
    "way",
    [
        "model.decoder.embed_positions(torch.full((1, 1024), 5)).squeeze(0).detach()",
        "model.decoder.embed_positions(torch.full((1, 1024), 5), incremental_state=None)[0].cpu()",
        "model.decoder.embed_positions.get_embedding(1026, 256, 1)",
    ],
)
def test_positions_may_be_looked_up_as_fairseq_does(tmp_path: Path, expected: Expected, way: str) -> None:
    edit = Edit(REPORT, "model.decoder.embed_positions.weights.detach().cpu()", way)

    assert lost(judged(hand_in(tmp_path, edit), expected, "P1")) == {}


def test_positions_count_the_words_from_behind_the_padding_index() -> None:
    positions = PROBES._Translator(3, 20, 8).decoder.embed_positions

    found = positions(torch.tensor([[7, 7, 1, 1], [7, 1, 7, 7]]))

    rows = [[2, 3, 1, 1], [2, 1, 3, 4]]
    assert torch.equal(found, positions.weights[torch.tensor(rows)])
    assert torch.equal(positions.get_embedding(5, 8, 1), positions.weights[:5])


# --- parts stay apart ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        (Edit(TABLE, "half = embedding_dim // 2", "half = not_yet_written"), ["table"]),
        (Edit(TABLE, "table_nc = torch.cat(", "return torch.zeros(3, 5)\n    table_nc = torch.cat("), ["table"]),
        (Edit(MODEL, "pads_bs = src_tokens.eq(", "pads_bs = not_yet_written("), ["encoder", "mask"]),
        (Edit(MODEL, "t = prev_output_tokens.size(1)", "t = not_yet_written"), ["decoder", "mask"]),
        (Edit(TRAIN, "    model.train()\n", "    raise ValueError\n"), ["gnorm"]),
        (Edit(TRAIN, "import torch\n", "import no_such_package\nimport torch\n"), ["gnorm"]),
    ],
    ids=["no table", "another table", "no encoder", "no decoder", "no training", "an import that fails"],
)
def test_a_fault_in_one_part_costs_the_others_nothing(
    tmp_path: Path, expected: Expected, edit: Edit, parts: list[str]
) -> None:
    assert list(lost(judged(hand_in(tmp_path, edit), expected, *CODE))) == parts


def test_a_hand_in_without_a_decoder_is_graded_on_the_rest(tmp_path: Path, expected: Expected) -> None:
    text = (SOLVED / MODEL).read_text()
    start, end = text.index("class TransformerDecoder(nn.Module)"), text.index("class Seq2Seq")
    results = judged(
        hand_in(tmp_path, Edit(MODEL, text[start:end], "TransformerDecoder = None\n\n\n")), expected, *CODE
    )

    assert list(lost(results)) == ["decoder", "mask"]


def test_one_file_with_everything_is_as_good(tmp_path: Path, expected: Expected) -> None:
    names = ("config", "dictionary", "positions", "transformer", "optimizer", "criterion", "training")
    texts = [(SOLVED / f"{name}.py").read_text() for name in names]
    own = re.compile(rf"^(?:from __future__ .*|from (?:{'|'.join(names)}) import .*)\n", re.M)
    (tmp_path / "hw5.py").write_text("from __future__ import annotations\n" + own.sub("", "\n".join(texts)))

    assert lost(judged(loaded(tmp_path), expected, *CODE)) == {}


def test_a_hand_in_that_only_imports_fairseq_is_graded_on_its_report(tmp_path: Path, expected: Expected) -> None:
    for path in solved(tmp_path).glob("*.py"):
        if path.name not in (REPORT, "config.py"):
            path.unlink()
    imports = "from fairseq.models.transformer import TransformerDecoder, TransformerEncoder\n"
    (tmp_path / MODEL).write_text(imports + "class Seq2Seq:\n    pass\n")

    results = judged(loaded(tmp_path), expected, *QUICK)

    assert {name: result.verdict for name, result in results.items()} == {
        "P2": "passed",
        "arch": "passed",
        **dict.fromkeys([name for name in CODE if name != "arch"], "skipped"),
    }


def test_an_empty_hand_in_keeps_nothing(tmp_path: Path, expected: Expected) -> None:
    assert sum(result.score for result in judged(loaded(tmp_path), expected).values()) == 0


# --- the series of a hand-in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gnorm.json", '{"gnorm": [0.5, 2.0, 0.25]}'),
        ("gnorm.json", "[[0.5, 2.0], [0.25]]"),
        ("gnorm.json", '{"loss": [9], "grad_norms": [[0.5], [2.0, 0.25]]}'),
        ("out/all_norms.json", "[0.5, 2, 0.25]"),
    ],
)
def test_the_series_is_read_in_any_form(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    assert PROBES._norms_handed_in(tmp_path).tolist() == [0.5, 2.0, 0.25]


@pytest.mark.parametrize("text", ["", "[", "{}", '"norm"', "[]", '["a"]', "[[1], 2]", "[" * 10**5, '{"norm": {}}'])
def test_a_series_that_is_none_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "gnorm.json").write_text(text)

    assert PROBES._norms_handed_in(tmp_path) is None


def test_gaps_in_the_series_stay_gaps(tmp_path: Path) -> None:
    (tmp_path / "gnorm.json").write_text("[0.5, NaN, null, Infinity]")

    assert np.array_equal(PROBES._norms_handed_in(tmp_path), [0.5, np.nan, np.nan, np.inf], equal_nan=True)


def test_without_a_series_a_person_looks_at_the_marks(tmp_path: Path, expected: Expected) -> None:
    (solved(tmp_path) / "gnorm.json").unlink()
    result = judge(PARTS["P2"], loaded(tmp_path), expected)

    assert [(check.id, check.verdict) for check in result.checks] == [("curve", "passed"), ("marks", "pending")]
