"""The a4 reference: its probes answer, repeat themselves, accept what is right and keep the parts apart.

That every variant keeps all and every mistake what the rubric says is shown by `grade prove`, which `make test` runs.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from grader.authoring import Edit, Mistake, Variant
from grader.handout.public import public_part
from grader.judge.part import judge_part
from grader.kit.handin import Handin
from grader.nouns.asked import Part, Rubric
from grader.nouns.judged import PartResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation
from grader.rubric.load import load_rubric
from grader.runs import case_seed
from tests.imports import undone

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "a4"
MODEL = "nmt_model.py"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"a4_{name}", REFERENCE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look their own module up
    spec.loader.exec_module(loaded)
    return loaded


PROBES = module("probes")
KNOWN = vars(module("mistakes"))
VARIANTS = {name: each for name, each in KNOWN.items() if isinstance(each, Variant)}
MISTAKES = {name: each for name, each in KNOWN.items() if isinstance(each, Mistake)}
RUBRIC: Rubric = load_rubric(ROOT / "rubrics" / "a4.yaml")
PARTS = {part.id: part for part in RUBRIC.parts if part.source == "probe" and part.id != "toy"}
RUNS = [(part.id, case.name) for part in PARTS.values() for case in part.cases]


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


def hand_in(folder: Path, *edits: Edit) -> Handin:
    """The reference with these edits, loaded as a hand-in."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (REFERENCE / "solved").glob("*.py")}
    for edit in edits:
        assert files[edit.file].count(edit.was) == 1
        files[edit.file] = files[edit.file].replace(edit.was, edit.now)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    units = [{"name": unit.name, "defines": unit.defines, "given": unit.given} for unit in RUBRIC.units]
    hw = Handin(folder, units, REFERENCE, REFERENCE / "staff", (), {}, str)
    hw.load_all()
    return hw


def answers(hw: Handin, part: Part, case: str, seed: int | None = None) -> dict[str, Any]:
    args = next(each.args for each in part.cases if each.name == case)
    seed = case_seed(RUBRIC.seed, part.id, case) if seed is None else seed
    found: dict[str, Any] = getattr(PROBES, part.probe)(hw, seed=seed, **args)
    return found


def observed(hw: Handin, part: Part, case: str) -> Observation:
    try:
        found = answers(hw, part, case)
    except Exception as error:
        return Observation("raised", fault=Fault(type(error).__name__, str(error)))
    tensors = {name: np.asarray(value) for name, value in found.items() if not isinstance(value, str)}
    return Observation("answered", tensors, {name: value for name, value in found.items() if isinstance(value, str)})


def judged(hw: Handin, expected: Mapping[str, Mapping[str, Observation]], *parts: str) -> dict[str, PartResult]:
    return {
        name: judge_part(
            PARTS[name],
            RUBRIC,
            expected[name],
            {case.name: observed(hw, PARTS[name], case.name) for case in PARTS[name].cases},
            {},
            {},
        )
        for name in parts or PARTS
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Observation]]:
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


# --- the probes on the reference ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "case", "output", "shape"),
    [
        ("1a", "words", "padded", (4, 6)),
        ("1a", "ids", "padded", (3, 5)),
        ("1b", "tables", "source_rows", (6, 2, 5)),
        ("1d", "ragged", "enc_hiddens", (4, 7, 6)),
        ("1d", "alone", "enc_hiddens", (1, 7, 6)),
        ("1d", "train", "h0", (4, 3)),
        ("1d", "few", "enc_hiddens", (2, 4, 6)),
        ("1d", "single", "enc_hiddens", (1, 5, 6)),
        ("1c", "sizes", "decoder.weight_ih", (2,)),
        ("1e", "few", "outputs", (7, 2, 3)),
        ("1e", "ragged", "outputs", (10, 4, 3)),
        ("1e", "ragged", "ybar", (10, 4, 8)),
        ("1e", "ragged", "fed_projection", (10, 4, 7, 3)),
        ("1e", "alone", "outputs", (5, 1, 3)),
        ("1f", "ragged", "O_t", (4, 3)),
        ("1f", "ragged", "weights", (4, 7)),
        ("1f", "train", "O_t_train", (40, 4, 3)),
        ("1g", "single", "masks", (1, 4)),
        ("together", "ragged", "scores", (4,)),
    ],
)
def test_probes_give_these_shapes(
    expected: Mapping[str, Mapping[str, Observation]], part: str, case: str, output: str, shape: tuple[int, ...]
) -> None:
    assert expected[part][case].tensors[output].shape == shape


@pytest.mark.parametrize(("part", "case"), RUNS)
def test_the_reference_answers_in_tensors_alone(
    expected: Mapping[str, Mapping[str, Observation]], part: str, case: str
) -> None:
    assert expected[part][case].ended == "answered"
    assert expected[part][case].texts == {}


@pytest.mark.parametrize(("part", "case"), RUNS)
def test_answers_do_not_depend_on_the_global_random_stream(tmp_path: Path, part: str, case: str) -> None:
    hw = hand_in(tmp_path)
    torch.manual_seed(1)
    first = answers(hw, PARTS[part], case)
    torch.manual_seed(2)
    second = answers(hw, PARTS[part], case)

    assert list(first) == list(second)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(("part", "case", "output"), [("1d", "ragged", "enc_hiddens"), ("1f", "ragged", "O_t")])
def test_another_seed_gives_other_answers(tmp_path: Path, part: str, case: str, output: str) -> None:
    hw = hand_in(tmp_path)

    assert not torch.equal(
        answers(hw, PARTS[part], case, seed=1)[output], answers(hw, PARTS[part], case, seed=2)[output]
    )


def test_no_two_axes_of_a_batch_have_the_same_size(expected: Mapping[str, Mapping[str, Observation]]) -> None:
    sizes = expected["1e"]["ragged"].tensors["fed_projection"].shape

    assert len(set(sizes)) == len(sizes)
    assert 1 not in sizes


def test_hidden_states_are_zero_at_pads(expected: Mapping[str, Mapping[str, Observation]]) -> None:
    enc_hiddens = expected["1d"]["ragged"].tensors["enc_hiddens"]

    assert not enc_hiddens[3, 2:].any()
    assert enc_hiddens[3, :2].all()


def test_exactly_the_pads_are_shut(expected: Mapping[str, Mapping[str, Observation]]) -> None:
    shut = expected["1f"]["ragged"].tensors["shut"]

    assert shut.sum(axis=1).tolist() == [0, 2, 4, 5]


# --- what is right, and what is not -------------------------------------------------------------------------------


def test_every_variant_is_accepted_by_the_rubric() -> None:
    assert set(VARIANTS) == set(RUBRIC.accept)


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("pads_front", {"1a": ["words", "ids"]}),
        ("one_table", {"1b": ["target"]}),
        ("enc_no_bias", {"1c": ["recurrent"]}),
        ("dropout_default", {"1c": ["cnn-dropout"]}),
        ("one_projection", {"1d": ["h0c0"]}),
        ("graph_cut_src", {"1d": ["robust"]}),
        ("no_carry", {"1e": ["state"]}),
        ("o_prev_detached", {"1e": ["robust"]}),
        ("batch_first_out", {"1e": ["shape", "outputs"]}),
        ("mask_not_passed", {"1e": ["fed"]}),
        ("mask_in_eval_only", {"1e": ["robust"]}),
        ("projection_dropout", {"1e": ["robust"]}),
        ("enc_hiddens_dropout", {"1e": ["robust"]}),
        ("bare_squeeze_step", {"1f": ["robust"]}),
        ("hidden_detached", {"1f": ["robust"]}),
        ("dropout_rate_unsaid", {"1f": ["dropout"]}),
        ("dropout_of_rows", {"1f": ["dropout"]}),
        ("dropout_mask_shared", {"1f": ["dropout"]}),
        ("mask_flip", {"1g": ["masks"]}),
    ],
)
def test_a_mistake_fails_these_checks_and_no_others(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]], name: str, checks: dict[str, list[str]]
) -> None:
    found = lost(judged(hand_in(tmp_path, *MISTAKES[name].edits), expected))

    assert {part: failed for part, failed in found.items() if PARTS[part].points} == checks


@pytest.mark.parametrize("name", [name for name, mistake in MISTAKES.items() if mistake.public])
def test_a_mistake_that_students_may_be_told_shows_on_public_cases(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]], name: str
) -> None:
    hw = hand_in(tmp_path, *MISTAKES[name].edits)

    for part in (public_part(part) for part in PARTS.values() if name in part.mistakes):
        got = {case.name: observed(hw, part, case.name) for case in part.cases}
        assert judge_part(part, RUBRIC, expected[part.id], got, {}, {}).score < part.points


def test_public_cases_have_sizes_of_their_own() -> None:
    for part in PARTS.values():
        hidden = [each.args for each in part.cases if not each.public]
        assert [each.name for each in part.cases if each.public and each.args in hidden] == []
        assert any(case.public for case in part.cases) or not part.points


# --- parts stay apart ---------------------------------------------------------------------------------------------

NO_STEP = Edit(MODEL, "        dec_state = self.decoder(Ybar_t, dec_state)\n", "        dec_state = not_yet_written\n")
NO_MASKS = Edit(MODEL, "        enc_masks = torch.zeros(enc_hiddens.size(0)", "        enc_masks = not_yet_written(0")
NO_TABLES = Edit("model_embeddings.py", "padding_idx=tgt_pad_token_idx)", "padding_idx=-9)")


@pytest.mark.parametrize(
    ("edit", "parts"),
    [
        (NO_STEP, ("1c", "1d", "1e", "1g")),
        (NO_MASKS, ("1c", "1d", "1e", "1f")),
        (NO_TABLES, ("1c", "1d", "1e", "1f", "1g")),
        (Edit("utils.py", "    longest = max(", "    longest = no_such_function("), ("1b", "1c", "1d", "1e", "1f")),
    ],
    ids=["no step", "no masks", "wrong tables", "no padding"],
)
def test_a_fault_in_one_part_costs_the_others_nothing(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]], edit: Edit, parts: tuple[str, ...]
) -> None:
    assert lost(judged(hand_in(tmp_path, edit), expected, *parts)) == {}


@pytest.mark.parametrize(
    ("edit", "part", "kept"),
    [
        (Edit(MODEL, "        return enc_hiddens, dec_init_state", "        return enc_hiddens, None"), "1d", 3),
        (Edit(MODEL, "        return enc_hiddens, dec_init_state", "        return None, dec_init_state"), "1d", 3),
        (Edit(MODEL, "return dec_state, combined_output, e_t", "return dec_state, combined_output"), "1f", 6),
    ],
    ids=["no first state", "no hidden states", "no scores"],
)
def test_an_answer_that_lacks_a_piece_is_paid_for_the_others(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]], edit: Edit, part: str, kept: float
) -> None:
    assert judged(hand_in(tmp_path, edit), expected, part)[part].score == kept


def test_lazy_layers_get_the_weights_of_layers_with_sizes(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]]
) -> None:
    assert lost(judged(hand_in(tmp_path, *VARIANTS["lazy_layers"].edits), expected)) == {}


def test_lazy_layers_that_the_whole_does_not_reach_are_judged_without(
    tmp_path: Path, expected: Mapping[str, Mapping[str, Observation]]
) -> None:
    hw = hand_in(tmp_path, *VARIANTS["lazy_layers"].edits, NO_STEP)

    assert lost(judged(hw, expected, "1c", "1d", "1e", "1g")) == {"1c": ["shapes"]}


# --- the solved files, the vocabulary, the test set ---------------------------------------------------------------


def small_model(hw: Handin) -> Any:
    vocab = sys.modules["vocab"].Vocab.build(["ge", "mao"], ["a", "cat", "dog"])
    torch.manual_seed(7)
    return hw.nmt_model.NMT(5, 3, vocab).eval()


@pytest.fixture
def hw(tmp_path: Path) -> Handin:
    loaded = hand_in(tmp_path)
    sys.path.insert(0, str(REFERENCE / "staff"))
    importlib.import_module("vocab")
    sys.path.remove(str(REFERENCE / "staff"))
    return loaded


def test_a_saved_model_gives_the_same_scores(hw: Handin, tmp_path: Path) -> None:
    model, batch = small_model(hw), ([["ge", "mao"], ["ge"]], [["<s>", "a", "cat", "</s>"], ["<s>", "dog", "</s>"]])
    before = model(*batch)
    model.save(str(tmp_path / "model.bin"))

    again = hw.nmt_model.NMT.load(str(tmp_path / "model.bin")).eval()

    assert torch.equal(again(*batch), before)


def test_beam_search_gives_the_best_translation_first(hw: Handin) -> None:
    found = small_model(hw).beam_search(["ge", "mao"], beam_size=4, max_decoding_time_step=6)

    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_beam_search_scores_are_those_of_forward(hw: Handin) -> None:
    model = small_model(hw)

    found = model.beam_search(["ge", "mao"], beam_size=7, max_decoding_time_step=40)

    scores = model([["ge", "mao"]] * len(found), [["<s>", *each.value, "</s>"] for each in found])
    assert scores.tolist() == pytest.approx([each.score for each in found], abs=1e-3)


def test_batches_have_the_longest_source_first(hw: Handin) -> None:
    pairs = [(["a"] * n, ["b"] * n) for n in (2, 5, 3)]

    batches = list(hw.utils.batch_iter(pairs, 2))

    assert [[len(sent) for sent in source] for source, _ in batches] == [[5, 2], [3]]


def test_the_vocabulary_knows_its_words_after_saving(hw: Handin, tmp_path: Path) -> None:
    vocab = sys.modules["vocab"]
    vocab.Vocab.build(["ge"], ["a", "cat"]).save(str(tmp_path / "vocab.json"))

    again = vocab.Vocab.load(str(tmp_path / "vocab.json"))

    assert again.tgt.to_input_tensor([["<s>", "cat", "dog"], ["a"]], "cpu").tolist() == [[1, 4], [5, 0], [3, 0]]
    assert again.tgt.indices2words([5, 4]) == ["cat", "a"]


def test_the_vocabulary_keeps_frequent_words(hw: Handin) -> None:
    entry = sys.modules["vocab"].VocabEntry.from_corpus([["b", "a", "b"], ["c", "a", "b"]], size=1)

    assert entry.word2id == {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "b": 4}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_test_set_has_sixty_lines_and_no_empty_or_equal_one(language: str) -> None:
    lines = (REFERENCE / "data" / f"test.{language}").read_text(encoding="utf-8").splitlines()

    assert len(lines) == len(set(lines)) == 60
    assert all(line.strip() for line in lines)


@pytest.mark.slow
def test_the_toy_model_learns_to_copy(hw: Handin) -> None:
    part = next(part for part in RUBRIC.parts if part.id == "toy")

    perplexity = answers(hw, part, "copies")["perplexity"]

    assert perplexity[0] > 8
    assert perplexity[-1] < 2
