"""Tests of grader/report/unchanged.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.nouns.judged import Group, Results, RubricMark
from grader.report.names import page_name
from grader.report.unchanged import LIST, class_is_stale, forget, is_as_written, note, stale


@pytest.fixture
def marked(results: Results) -> Results:
    """Results that say what each submission rests on."""
    return replace(results, submissions=tuple(replace(each, mark=f"mark of {each.id}") for each in results.submissions))


@pytest.fixture
def out(tmp_path: Path, marked: Results) -> Path:
    """A folder whose pages show these results."""
    (tmp_path / "staff").mkdir()
    for submission in marked.submissions:
        (tmp_path / page_name(submission.id)).touch()
        (tmp_path / "staff" / page_name(submission.id)).touch()
    note(tmp_path, marked)
    return tmp_path


def test_pages_that_show_the_results_are_not_stale(out: Path, marked: Results) -> None:
    assert stale(out, marked) == frozenset()


def test_every_page_is_stale_where_nothing_was_noted(tmp_path: Path, marked: Results) -> None:
    assert len(stale(tmp_path, marked)) == 12


def test_a_result_that_rests_on_something_else_is_stale(out: Path, marked: Results) -> None:
    changed = (replace(marked.submissions[0], mark="another"), *marked.submissions[1:])

    assert stale(out, replace(marked, submissions=changed)) == {"anna"}


def test_a_result_that_does_not_say_what_it_rests_on_is_stale(out: Path, results: Results) -> None:
    assert len(stale(out, results)) == 12


@pytest.mark.parametrize("folder", ["", "staff"])
def test_a_page_that_is_gone_is_stale(out: Path, marked: Results, folder: str) -> None:
    (out / folder / "ben.html").unlink()

    assert stale(out, marked) == {"ben"}


@pytest.mark.parametrize(
    "change",
    [
        {"reveal": "all"},
        {"isolation": "open"},
        {"title": "x"},
        {"seed": 1},
        {"versions": {}},
        {"rubric": RubricMark("0", "x")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_all_pages_show_makes_all_of_them_stale(out: Path, marked: Results, change: dict[str, object]) -> None:
    assert len(stale(out, replace(marked, **change))) == 12  # type: ignore[arg-type]


def test_a_group_that_grew_makes_its_members_stale(out: Path, marked: Results) -> None:
    grown = tuple(Group(each.key, each.part, each.output, (*each.submissions, "new")) for each in marked.groups)

    assert stale(out, replace(marked, groups=grown)) == {"chloé", "dmitri"}


@pytest.mark.parametrize("text", ["", "[]", '{"anna": '], ids=["empty", "a list", "cut short"])
def test_a_broken_note_makes_every_page_stale(out: Path, marked: Results, text: str) -> None:
    (out / LIST).write_text(text)

    assert len(stale(out, marked)) == 12


class TestClass:
    """The class page and results.json."""

    @pytest.fixture
    def whole(self, out: Path, marked: Results) -> Path:
        for name in ("index.html", "results.json", "scores.csv"):
            (out / name).touch()
        note(out, marked)
        return out

    def test_an_unchanged_class_is_not_stale(self, whole: Path, marked: Results) -> None:
        assert not class_is_stale(whole, marked)

    @pytest.mark.parametrize("name", ["index.html", "results.json", "scores.csv"])
    def test_a_missing_file_makes_it_stale(self, whole: Path, marked: Results, name: str) -> None:
        (whole / name).unlink()

        assert class_is_stale(whole, marked)

    def test_a_submission_that_has_gone_makes_it_stale(self, whole: Path, marked: Results) -> None:
        assert class_is_stale(whole, replace(marked, submissions=marked.submissions[1:]))

    def test_another_hint_makes_it_stale(self, whole: Path, marked: Results) -> None:
        assert class_is_stale(whole, replace(marked, mistake_hints={"one_projection": "Another hint."}))


def test_results_are_as_written_only_to_the_byte(tmp_path: Path, marked: Results) -> None:
    (tmp_path / "results.json").write_text("{}")
    note(tmp_path, marked)
    before = is_as_written(tmp_path)
    (tmp_path / "results.json").write_text("{ }")

    assert (before, is_as_written(tmp_path)) == (True, False)


def test_where_nothing_was_written_nothing_is_as_written(tmp_path: Path) -> None:
    assert not is_as_written(tmp_path)


def test_a_page_that_was_about_to_be_written_is_stale(out: Path, marked: Results) -> None:
    forget(out, ["anna"])

    assert stale(out, marked) == {"anna"}
    assert class_is_stale(out, marked)
