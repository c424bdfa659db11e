"""Tests of grader/report/names.py."""

from __future__ import annotations

import pytest

from grader.report.names import anchor, page_name


@pytest.mark.parametrize("name", ["alice", "s044", "a.b-c_d", "王小明", "chloé"])
def test_an_ordinary_id_is_the_file_name(name: str) -> None:
    assert page_name(name) == f"{name}.html"


@pytest.mark.parametrize(
    "name", ["index", "INDEX", "../x", "a/b", "a b", "-rf", ".hidden", "CON", "", "x" * 300, "\udc80"]
)
def test_any_other_id_gets_a_hash_and_no_path(name: str) -> None:
    made = page_name(name)

    assert made != f"{name}.html"
    assert "/" not in made
    assert not made.startswith((".", "-rf"))
    assert len(made.encode()) < 128


def test_two_ids_that_look_alike_get_two_files() -> None:
    assert page_name("a/b") != page_name("a b")


@pytest.mark.parametrize(("part", "place"), [("1d", "part-1d"), ("3-mha", "part-3-mha"), ("toy run", "part-toy-run")])
def test_anchor_holds_no_blank(part: str, place: str) -> None:
    assert anchor(part) == place
