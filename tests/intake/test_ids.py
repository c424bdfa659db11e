"""Ids are ours: stable, safe, and different for different names."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.ids import submission_ids


@pytest.mark.parametrize("name", ["alice", "s044", "alice.b-c_d", "李雷", "Zoë", "12345678"])
def test_a_safe_name_is_its_own_id(name: str) -> None:
    assert submission_ids([name]) == [name]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("-rf", "rf-"),
        ("CON", "CON-"),
        ("index", "index-"),
        ("aux.c", "aux.c-"),
        ("Anna Maria (2)", "Anna-Maria-2-"),
        ("a\nb", "a-b-"),
        ("\u202egpj.exe", "gpj.exe-"),
        ("..", "submission-"),
        ("é".encode("latin-1").decode("utf-8", "surrogateescape"), "submission-"),
        ("x" * 300, "x" * 60 + "-"),
        ("<script>", "script-"),
        ("Zoe\u0308", "Zoë-"),
    ],
)
def test_an_unsafe_name_keeps_its_safe_part_and_gets_a_hash(name: str, start: str) -> None:
    (given_id,) = submission_ids([name])

    assert given_id.startswith(start)
    assert len(given_id) == len(start) + 6
    assert submission_ids([name]) == [given_id]


def test_names_that_are_equal_but_for_case_get_a_hash_each() -> None:
    ids = submission_ids(["alice", "Alice", "bob"])

    assert len({each.casefold() for each in ids}) == 3
    assert ids[2] == "bob"


def test_the_order_of_names_does_not_matter() -> None:
    names = ["alice", "Alice", "a b", "CON"]

    assert submission_ids(names) == submission_ids(names[::-1])[::-1]


@given(st.lists(st.binary(min_size=1, max_size=40), unique=True, max_size=6))
def test_ids_are_safe_and_unique_whatever_the_names(raw: list[bytes]) -> None:
    ids = submission_ids([os.fsdecode(each) for each in raw])

    assert len({each.casefold() for each in ids}) == len(raw)
    assert not any(each.startswith(("-", ".")) or "/" in each or not each.isprintable() for each in ids)
