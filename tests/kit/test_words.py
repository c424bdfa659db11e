"""A vocabulary without words of any language, and sentences made of it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
import torch

from grader.kit.words import Lexicon, Words, ragged, rectangle, sentences


def test_both_languages_have_their_own_size() -> None:
    words = Words(src=29, tgt=31)

    assert (len(words.src), len(words.tgt)) == (29, 31)


def test_words_pass_for_the_vocabulary_that_a_module_asks_for() -> None:
    staff, module = ModuleType("vocab"), ModuleType("nmt_model")
    exec("class VocabEntry: pass\nclass Vocab: pass", vars(staff))
    module.words, module.Entry = staff, staff.VocabEntry  # type: ignore[attr-defined]

    words = Words(src=29, tgt=31, known_to=module)

    assert isinstance(words, Words) and isinstance(words, staff.Vocab)
    assert isinstance(words.tgt, Lexicon) and isinstance(words.tgt, staff.VocabEntry)
    assert len(words.tgt) == 31


@pytest.mark.parametrize("known", ["Vocab = 3", "class Vocab: __slots__ = ('a', 'b')", "class Vocab(int): pass", ""])
def test_words_stay_what_they_are_where_a_module_knows_no_such_class(known: str) -> None:
    module = ModuleType("nmt_model")
    exec(known, vars(module))

    assert type(Words(src=29, tgt=31, known_to=module)) is Words


def test_the_marks_stand_at_the_first_four_indices() -> None:
    lexicon = Lexicon(6)

    assert [lexicon[mark] for mark in ("<pad>", "<s>", "</s>", "<unk>")] == [0, 1, 2, 3]
    assert lexicon.pad_id == 0


def test_an_unknown_word_gets_the_index_of_unk() -> None:
    lexicon = Lexicon(6)

    assert "w4" in lexicon
    assert "w6" not in lexicon
    assert lexicon["w6"] == lexicon.unk_id == 3


def test_words_and_indices_lead_to_one_another() -> None:
    lexicon = Lexicon(6)

    assert lexicon.words2indices(["w4", "w5"]) == [4, 5]
    assert lexicon.words2indices([["w4"], ["w5"]]) == [[4], [5]]
    assert lexicon.indices2words([4, 5]) == ["w4", "w5"]


def test_sentences_become_columns_filled_up_with_pads() -> None:
    batch_sb = Lexicon(6).to_input_tensor([["w4", "w5"], ["w4"]], device="cpu")

    assert batch_sb.tolist() == [[4, 4], [5, 0]]
    assert batch_sb.dtype == torch.int64


def test_a_ragged_batch_has_pads_after_the_words_and_nowhere_else() -> None:
    batch_sb = ragged([3, 1, 2], high=9, seed=7)

    assert batch_sb.shape == (3, 3)
    assert (batch_sb == 0).tolist() == [[False, False, False], [False, True, False], [False, True, True]]
    assert batch_sb.max() < 9


@pytest.mark.parametrize("seed", range(20))
def test_a_ragged_batch_holds_no_mark_inside_a_sentence(seed: int) -> None:
    assert ragged([50], high=6, seed=seed).min() >= 4


def test_a_ragged_batch_is_the_same_for_the_same_seed_and_name() -> None:
    assert torch.equal(ragged([3, 1], 90, 7), ragged([3, 1], 90, 7))
    assert not torch.equal(ragged([30], 90, 7), ragged([30], 90, 8))
    assert not torch.equal(ragged([30], 90, 7), ragged([30], 90, 7, name="target"))


def test_an_empty_batch_is_empty() -> None:
    assert ragged([], 9, 7).shape == (0, 0)


def test_sentences_are_the_words_of_the_ragged_batch() -> None:
    lexicon = Lexicon(29)

    batch_sb = lexicon.to_input_tensor(sentences([3, 1], 29, 7))

    assert torch.equal(batch_sb, ragged([3, 1], 29, 7))


def test_target_sentences_stand_between_their_marks() -> None:
    (sentence,) = sentences([2], 29, 7, name="target")

    assert (sentence[0], sentence[-1], len(sentence)) == ("<s>", "</s>", 4)


def test_rows_of_tokens_become_indices() -> None:
    found = rectangle([["a", "b"], ("b", "?")], {"a": 4, "b": 5})

    assert isinstance(found, torch.Tensor)
    assert found.tolist() == [[4, 5], [5, -1]]


def test_a_tensor_of_indices_is_a_rectangle() -> None:
    found = rectangle(torch.tensor([[1, 0]]), {1: 1, 0: 0})

    assert isinstance(found, torch.Tensor)
    assert found.tolist() == [[1, 0]]


def test_a_token_that_cannot_be_looked_up_is_unknown() -> None:
    found = rectangle([[["a"]]], {"a": 4})

    assert isinstance(found, torch.Tensor)
    assert found.tolist() == [[-1]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, "not a list of lists"),
        (["a", "b"], "not a list of lists"),
        ([["a"], ["a", "a"]], "lists of different lengths: [1, 2]"),
    ],
    ids=["nothing", "flat", "ragged"],
)
def test_what_is_no_rectangle_is_told_in_words(rows: Any, said: str) -> None:
    assert rectangle(rows, {"a": 4}) == said
