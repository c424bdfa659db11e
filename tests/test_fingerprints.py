"""Fingerprints: an equal answer is told up to noise, another one is not, and the values are not in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import UsageError
from grader.fingerprints import KnownMistake, hint_for, known_json, prints_of, read_known, shows_in
from grader.judge.evidence import Evidence
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation

RNG = np.random.default_rng(7)
ENC, H0 = RNG.normal(size=(3, 5, 4)).astype(np.float32), RNG.normal(size=(3, 2)).astype(np.float32)
OTHER_ENC, OTHER_H0 = ENC + RNG.normal(size=ENC.shape).astype(np.float32), np.tanh(H0)
MASK = np.array([[True, False, True]])
RIGHT = {"enc": ENC, "h0": H0, "mask": MASK, "count": np.array(3)}
CASES = ("few", "one")


def check(kind: str, output: str) -> Check:
    """A check on one output in both cases."""
    return Check(f"{kind}-{output}", kind, [output], 1, CASES)


PART = Part(
    id="1d",
    title="Encoder",
    points=4,
    source="probe",
    cases=tuple(Case(name, {}, public=True) for name in CASES),
    checks=(check("close", "enc"), check("close", "h0"), check("equal", "mask"), check("equal", "count")),
)
RUBRIC = Rubric("a4", "", 4, (PART,), (), 0, 1e-4, 1e-5, (), {}, {}, (), "none", "", "", "")


def seen(**wrong: Any) -> dict[str, Observation]:
    """Both cases with these outputs, or one of them by its name: an exception, or outputs of its own."""
    plain = {name: value for name, value in wrong.items() if name not in CASES}
    observations = {}
    for case in CASES:
        own = wrong.get(case, {})
        is_fault = isinstance(own, Fault)
        tensors = {name: np.asarray(value) for name, value in {**RIGHT, **plain, **({} if is_fault else own)}.items()}
        observations[case] = Observation("raised", fault=own) if is_fault else Observation("answered", tensors)
    return observations


def known(hint: str, **wrong: Any) -> KnownMistake:
    """What a kit holds of a mistake that gives this."""
    prints = prints_of(Evidence(PART, RUBRIC, seen(), seen(**wrong)))
    assert prints is not None
    return KnownMistake(hint, prints)


def told(got: Mapping[str, Observation], *mistakes: KnownMistake) -> str:
    """The hint that a student reads."""
    return hint_for(PART, RUBRIC, seen(), got, mistakes)


NOISY = OTHER_ENC * (1 + 1e-6 * RNG.normal(size=ENC.shape)).astype(np.float32)
WITH_NAN = np.where(np.arange(ENC.size).reshape(ENC.shape) % 7 == 0, np.nan, OTHER_ENC)
TURNED = np.swapaxes(ENC, 0, 1)
SAME: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "values": ({"enc": OTHER_ENC}, {"enc": OTHER_ENC}),
    "values up to noise": ({"enc": OTHER_ENC}, {"enc": NOISY}),
    "double for single": ({"enc": OTHER_ENC}, {"enc": OTHER_ENC.astype(np.float64)}),
    "another shape": ({"enc": TURNED}, {"enc": TURNED}),
    "NaN at places": ({"enc": WITH_NAN}, {"enc": WITH_NAN}),
    "all zero": ({"h0": np.zeros_like(H0)}, {"h0": np.zeros_like(H0)}),
    "a mask": ({"mask": ~MASK}, {"mask": ~MASK}),
    "a number": ({"count": 4}, {"count": 4}),
    "one case only": ({"one": {"h0": OTHER_H0}}, {"one": {"h0": OTHER_H0}}),
    "a crash": ({"one": Fault("ValueError", "theirs")}, {"one": Fault("ValueError", "theirs")}),
    "two outputs": ({"enc": OTHER_ENC, "h0": OTHER_H0}, {"enc": OTHER_ENC, "h0": OTHER_H0}),
}


@pytest.mark.parametrize(("mistake", "got"), SAME.values(), ids=SAME)
def test_the_same_mistake_is_told(mistake: dict[str, Any], got: dict[str, Any]) -> None:
    assert told(seen(**got), known("Mind it.", **mistake)) == "Mind it."


MOVED = OTHER_ENC.copy()
MOVED[2, 4, 3] += 0.5
OTHER: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing wrong": ({"enc": OTHER_ENC}, {}),
    "one more place": ({"enc": OTHER_ENC}, {"enc": MOVED}),
    "other values": ({"enc": OTHER_ENC}, {"enc": ENC + 1}),
    "the other way": ({"enc": OTHER_ENC}, {"enc": 2 * ENC - OTHER_ENC}),
    "twice as far": ({"enc": OTHER_ENC}, {"enc": 2 * OTHER_ENC - ENC}),
    "another shape": ({"enc": TURNED}, {"enc": TURNED.reshape(3, 5, 4) + 1}),
    "NaN elsewhere": ({"enc": WITH_NAN}, {"enc": np.roll(WITH_NAN, 1)}),
    "another mask": ({"mask": ~MASK}, {"mask": np.array([[False, False, False]])}),
    "another number": ({"count": 4}, {"count": 5}),
    "right where the mistake is wrong": ({"enc": OTHER_ENC, "h0": OTHER_H0}, {"enc": OTHER_ENC}),
    "right in another case": ({"h0": OTHER_H0}, {"one": {"h0": OTHER_H0}}),
    "another crash": ({"one": Fault("ValueError", "a")}, {"one": Fault("TypeError", "a")}),
    "a crash in other words": ({"one": Fault("ValueError", "a")}, {"one": Fault("ValueError", "b")}),
}


@pytest.mark.parametrize(("mistake", "got"), OTHER.values(), ids=OTHER)
def test_something_else_is_not_told(mistake: dict[str, Any], got: dict[str, Any]) -> None:
    assert told(seen(**got), known("Mind it.", **mistake)) == ""


def test_of_two_that_fit_none_is_told() -> None:
    assert told(seen(enc=OTHER_ENC), known("This.", enc=OTHER_ENC), known("That.", enc=OTHER_ENC)) == ""


def test_two_with_one_hint_are_told_once() -> None:
    assert told(seen(enc=OTHER_ENC), known("This.", enc=OTHER_ENC), known("This.", enc=OTHER_ENC)) == "This."


def test_two_mistakes_at_once_are_both_told() -> None:
    got = seen(enc=OTHER_ENC, h0=OTHER_H0)

    assert told(got, known("Enc.", enc=OTHER_ENC), known("H0.", h0=OTHER_H0)) == "Enc. H0."


def test_one_that_explains_all_goes_before_one_that_explains_some() -> None:
    got = seen(enc=OTHER_ENC, h0=OTHER_H0)

    assert told(got, known("All.", enc=OTHER_ENC, h0=OTHER_H0), known("Some.", enc=OTHER_ENC)) == "All."


def test_a_crash_hides_what_else_its_case_would_show() -> None:
    got = seen(few={"h0": OTHER_H0}, one=Fault("ValueError", "mine"))

    assert told(got, known("H0.", h0=OTHER_H0)) == "H0."


def test_without_known_mistakes_nothing_is_told() -> None:
    assert told(seen(enc=OTHER_ENC)) == ""


def test_a_mistake_shows_in_another_that_shows_all_of_it() -> None:
    some, more = known("a", enc=OTHER_ENC), known("b", enc=OTHER_ENC, h0=OTHER_H0)

    assert (shows_in(some, more), shows_in(more, some)) == (True, False)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    parts = {"1d": (known("Ä hint.", enc=OTHER_ENC, one=Fault("ValueError", "x")),), "1e": ()}
    (tmp_path / "known.json").write_bytes(known_json(parts))

    assert read_known(tmp_path / "known.json") == parts
    assert "Ä hint." in (tmp_path / "known.json").read_text(encoding="utf-8")


def test_neither_values_nor_messages_stand_in_the_file() -> None:
    text = known_json({"1d": (known("hint", enc=OTHER_ENC, one=Fault("ValueError", "a secret line")),)}).decode()
    figures = [figure for told in json.loads(text)["parts"]["1d"][0]["prints"] for figure in told["print"]["looks"]]

    assert "secret" not in text
    assert figures
    assert all(float(f"{figure:.3g}") == figure for figure in figures)
    assert not any(np.isclose(OTHER_ENC, figure, rtol=1e-4).any() for figure in figures)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '{"parts": {"1d": [{"hint": 3}]}}'])
def test_a_cut_file_asks_to_unpack_the_handout_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "known.json").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as error:
        read_known(tmp_path / "known.json")

    assert "the hints about known mistakes cannot be read: it is not as it was written  [E-KIT]" in str(error.value)
    assert "help: unpack the handout again" in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"known\.json: .* no such file or directory"):
        read_known(tmp_path / "known.json")
