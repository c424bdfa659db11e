"""A claim about figures is read strictly: what breaks a rule is told, and nothing of it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.figures import Malformed, all_artists, figures_of
from grader.nouns.seen import Observation

AXES: dict[str, Any] = {
    "title": "t",
    "x_label": "",
    "y_label": "",
    "x_scale": "linear",
    "y_scale": "log",
    "colour_bar": False,
    "artists": [{"kind": "line", "label": ""}, {"kind": "image", "label": "m"}],
}
VALUES = {"figures.0.0.0": np.zeros((5, 2)), "figures.0.0.1": np.zeros((2, 3), np.float32)}


def claimed(told: object, values: dict[str, Any] | None = None) -> Any:
    """What is read of a claim, given as bytes or as what becomes JSON."""
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    tensors = {"figures": np.frombuffer(text, np.uint8)} | (VALUES if values is None else values)
    return figures_of(Observation("answered", tensors=tensors))


def one(**changes: Any) -> dict[str, Any]:
    """A claim of one figure with one pair of axes."""
    return {"figures": [{"shown": True, "axes": [AXES | changes]}]}


def test_a_claim_that_keeps_the_rules_is_read() -> None:
    (figure,) = claimed(one())

    assert figure.was_shown
    assert (figure.axes[0].title, figure.axes[0].y_scale) == ("t", "log")
    assert [(name, artist.kind, artist.label) for name, artist in all_artists((figure,))] == [
        ("figures.0.0.0", "line", ""),
        ("figures.0.0.1", "image", "m"),
    ]


def test_words_are_safe_text() -> None:
    (figure,) = claimed(one(title="a\u202eb\x1b[31m"))

    assert figure.axes[0].title == "a\\u202eb␛[31m"


def test_what_is_missing_is_told_so() -> None:
    assert figures_of(Observation("answered")) == Malformed("is missing")
    assert figures_of(Observation("answered", texts={"figures": "a list"})) == Malformed("holds no figures")


KINDS = {"kind": "line", "label": ""}
BROKEN: dict[str, tuple[Callable[[], Any], str]] = {
    "no JSON": (lambda: claimed(b"{"), "its text is not JSON"),
    "no UTF-8": (lambda: claimed(b"\xff"), "its text is not UTF-8"),
    "NaN": (lambda: claimed(b'{"figures": NaN}'), "NaN and Infinity are not allowed"),
    "a repeated key": (lambda: claimed(b'{"figures": [], "figures": []}'), "a key is repeated"),
    "deep": (lambda: claimed(b"[" * 40 + b"]" * 40), "it is nested more than 32 deep"),
    "long": (lambda: claimed(b" " * 300_000), "it is not a text of at most 262144 bytes"),
    "numbers": (
        lambda: figures_of(Observation("answered", tensors={"figures": np.zeros(3)})),
        "it is not a text of at most 262144 bytes",
    ),
    "a list": (lambda: claimed([]), "its keys are not those agreed"),
    "an unknown key": (lambda: claimed(one(colour="red")), "its keys are not those agreed"),
    "figures of another kind": (lambda: claimed({"figures": {}}), "something else stands where a list belongs"),
    "a number for a text": (lambda: claimed(one(title=3)), "a text of at most 200 characters belongs"),
    "a long text": (lambda: claimed(one(title="x" * 201)), "a text of at most 200 characters belongs"),
    "a text for a truth": (lambda: claimed(one(colour_bar="no")), "where true or false belongs"),
    "an unknown kind": (
        lambda: claimed(one(artists=[{"kind": "blob", "label": ""}])),
        "an artist is of no known kind",
    ),
    "no values": (lambda: claimed(one(), {}), "the values of an artist are missing"),
    "many figures": (
        lambda: claimed({"figures": [{"shown": True, "axes": []}] * 17}),
        "it holds more than 16 figures, or 64 axes or artists",
    ),
    "many axes": (
        lambda: claimed({"figures": [{"shown": True, "axes": [AXES] * 65}]}),
        "it holds more than 16 figures, or 64 axes or artists",
    ),
    "many artists": (
        lambda: claimed(one(artists=[KINDS] * 65)),
        "it holds more than 16 figures, or 64 axes or artists",
    ),
    "many values": (
        lambda: claimed(one(artists=[KINDS]), {"figures.0.0.0": np.zeros((2_000_001, 2))}),
        "its artists hold more than 4000000 values",
    ),
}
FORMS: dict[str, tuple[str, Any]] = {
    "a line in three columns": ("line", np.zeros((5, 3))),
    "a line of float32": ("line", np.zeros((5, 2), np.float32)),
    "a line in one row": ("line", np.zeros(2)),
    "bars in two columns": ("bars", np.zeros((5, 2))),
    "an image of integers": ("image", np.zeros((2, 2), np.int64)),
    "an image of two colours": ("image", np.zeros((2, 2, 2))),
    "an image in a row": ("image", np.zeros(4)),
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_rule_is_told(way: str) -> None:
    make, reason = BROKEN[way]
    found = make()

    assert isinstance(found, Malformed)
    assert found.reason.startswith("cannot be read: ")
    assert reason in found.reason


@pytest.mark.parametrize("way", FORMS)
def test_values_have_the_form_of_their_kind(way: str) -> None:
    kind, values = FORMS[way]

    assert claimed(one(artists=[{"kind": kind, "label": ""}]), {"figures.0.0.0": values}) == Malformed(
        f"cannot be read: the values of a {kind} have another form"
    )


KEYS = st.sampled_from([*AXES, "figures", "shown", "axes", "kind", "label"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=4)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=8))
@settings(max_examples=50, deadline=None)
def test_whatever_is_claimed_nothing_is_raised(told: Any) -> None:
    assert isinstance(claimed(told), Malformed | tuple)
    assert isinstance(claimed({"figures": [told]}), Malformed | tuple)
    assert isinstance(claimed(one(artists=[told])), Malformed | tuple)
