"""What an author writes in mistakes.py."""

from __future__ import annotations

import dataclasses

import pytest

from grader.authoring import Edit, Mistake, Variant

MORE = Edit("utils.py", "a", "b")


def test_a_mistake_is_one_edit() -> None:
    mistake = Mistake("nmt_model.py", was="dim=1", now="dim=0", hint="Which axis sums to one?")

    assert mistake.edits == (Edit("nmt_model.py", "dim=1", "dim=0"),)


def test_further_edits_follow_the_first() -> None:
    mistake = Mistake("nmt_model.py", was="dim=1", now="dim=0", hint="", also=(MORE,))

    assert mistake.edits == (Edit("nmt_model.py", "dim=1", "dim=0"), MORE)


def test_a_mistake_is_secret_unless_it_is_said_to_be_public() -> None:
    assert not Mistake("x.py", "a", "b", "hint").public


@pytest.mark.parametrize("version", [MORE, Variant((MORE,)), Mistake("x.py", "a", "b", "hint")])
def test_what_an_author_wrote_cannot_be_changed(version: Edit | Variant | Mistake) -> None:
    name = dataclasses.fields(version)[0].name

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(version, name, "other.py")


def test_a_mistake_needs_a_hint() -> None:
    with pytest.raises(TypeError, match="hint"):
        Mistake("x.py", "a", "b")  # type: ignore[call-arg]  # that is what is tried
