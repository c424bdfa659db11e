"""What the nouns promise to everybody who handles them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from typing import get_args

import pytest

from grader.nouns import asked, judged, plain, seen
from grader.nouns.plain import LEVELS, Ended, Level, Limits, Outcome, Place
from grader.nouns.seen import Observation

CLASSES = [
    each
    for module in (plain, asked, seen, judged)
    for each in vars(module).values()
    if dataclasses.is_dataclass(each) and isinstance(each, type) and each.__module__ == module.__name__
]


def test_a_place_can_be_clicked() -> None:
    assert str(Place("rubrics/a4.yaml", 19, 22)) == "rubrics/a4.yaml:19:22"


def test_levels_stand_weakest_first_and_none_is_forgotten() -> None:
    assert LEVELS == ("open", "container", "strict")
    assert set(LEVELS) == set(get_args(Level))


def test_one_word_never_means_an_ending_and_an_outcome_unless_it_means_the_same() -> None:
    assert set(get_args(Ended)) & set(get_args(Outcome)) == {"stopped", "broken"}


@pytest.mark.parametrize("noun", CLASSES, ids=lambda noun: noun.__name__)
def test_no_noun_can_be_changed_or_given_another_field(noun: type) -> None:
    made = object.__new__(noun)
    name = dataclasses.fields(noun)[0].name

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, name, 1)
    assert not hasattr(made, "__dict__")


def test_two_observations_share_no_default() -> None:
    one, other = Observation("answered"), Observation("answered")

    assert one == other
    assert one.tensors is not other.tensors


def test_a_noun_can_be_sent_and_copied() -> None:
    limits = Limits(wall_s=3.0)

    assert pickle.loads(pickle.dumps(limits)) == copy.deepcopy(limits) == limits


def test_the_nouns_need_no_torch() -> None:
    asked = "import sys, grader.nouns; print(sorted({'torch', 'pydantic', 'yaml'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert told == "[]\n"
