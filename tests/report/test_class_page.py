"""Tests of grader/report/class_page.py."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from grader.nouns.judged import Results
from grader.report.class_model import ClassPage
from grader.report.class_page import class_page
from tests.report import sample_class as sample


@pytest.fixture(scope="module")
def made(results: Results) -> ClassPage:
    """The class page of the sample."""
    return class_page(results, {})


def duty(page: ClassPage, heading: str) -> list[tuple[str, str, str]]:
    """The items under a heading of what needs a person."""
    return [
        (link.text, link.href, text) for each in page.duties if each.heading == heading for link, text in each.items
    ]


def test_figures_count_only_who_was_graded(made: ClassPage) -> None:
    assert dict(made.figures) == {
        "graded": "11 of 12", "mean, of 35 points": "22.5", "median": "24", "points pending": "30"
    }  # fmt: skip


def test_who_was_not_collected_needs_a_person(made: ClassPage) -> None:
    assert duty(made, "Not collected: nobody lost points by it") == [
        ("kofi", "staff/kofi.html", "kofi/a4.zip: the archive ends after 4,096 of 51,220 bytes")
    ]


def test_broken_parts_need_a_person(made: ClassPage) -> None:
    assert duty(made, "Broken: a fault of ours") == [
        ("grace", "staff/grace.html#part-1e", "1e Decoder: the box died twice")
    ]


def test_proved_leaks_need_a_person(made: ClassPage) -> None:
    assert [name for name, _, _ in duty(made, "Void: a leak was proved")] == ["hugo"]
    assert duty(made, "Void: a leak was proved")[0][2].endswith("the model reads the future; void with it: 1h")


def test_answers_that_wait_are_counted_by_part(made: ClassPage) -> None:
    assert ("1g", "staff/ben.html#part-1g", "10 answers, 20 points; starts with ben") in duty(
        made, "Waiting for a reader"
    )


def test_findings_about_files_need_a_look(made: ClassPage) -> None:
    assert (
        "julia",
        "staff/julia.html",
        "repair float_beam_index: -1 points; left out: evil.so: compiled code",
    ) in duty(made, "Findings about the files")


def test_routine_findings_are_no_news(made: ClassPage) -> None:
    assert "王小明" not in [name for name, _, _ in duty(made, "Findings about the files")]


@pytest.mark.parametrize(
    ("finding", "is_news"),
    [
        ("packed by grade pack, all as packed (7 files)", False),
        ("left out: the student kit: public.yaml, checks/ (12 files)", False),
        ("packed by grade pack, and not the same since: changed: nmt_model.py", True),
        ("packed by grade pack for another assignment: hw5", True),
        ("grade-manifest.json is not what grade pack writes: it is no JSON", True),
    ],
)
def test_a_packed_hand_in_is_news_only_if_something_changed(results: Results, finding: str, *, is_news: bool) -> None:
    one = replace(results.submissions[0], findings=(finding,))

    made = class_page(replace(results, submissions=(one,)), {})

    assert [text for _, _, text in duty(made, "Findings about the files")] == [finding] * is_news


def test_a_class_without_duties_has_none(results: Results) -> None:
    calm = replace(results, submissions=results.submissions[:1])

    assert class_page(calm, {}).duties == ()


def test_mistakes_are_counted_with_two_examples_and_their_hint(made: ClassPage) -> None:
    commonest = made.mistakes[0]

    assert (commonest.name, commonest.count, commonest.parts) == (sample.MISTAKE, 2, "1d")
    assert commonest.hint == sample.MISTAKE_HINT
    assert [link.href for link in commonest.examples] == ["staff/ben.html#part-1d", "staff/julia.html#part-1d"]


def test_equal_unexplained_answers_are_named_with_their_people(made: ClassPage) -> None:
    group = made.groups[0]

    assert group.heading == "1d Encoder: 2 submissions with the same wrong c0"
    assert [link.text for link in group.people] == ["chloé", "dmitri"]


def test_the_skeleton_of_a_mistake_is_python_and_keeps_the_points_they_have(made: ClassPage) -> None:
    skeleton = made.groups[0].skeleton
    code = skeleton[: skeleton.index("# rubrics")]

    assert isinstance(ast.parse(code).body[0], ast.Assign)
    assert "# rubrics/a4.yaml, part 1d\nmistakes: {same_wrong_c0: 5}\n" in skeleton


def test_every_submission_has_a_row_with_a_cell_for_each_part(made: ClassPage) -> None:
    rows = {row.id: row for row in made.rows}

    assert len(rows) == 12
    assert [cell.outcome if cell else None for cell in rows["farid"].cells] == [
        "passed", "passed", "crashed", "stopped", "pending", "skipped"
    ]  # fmt: skip
    assert rows["kofi"].cells == (None,) * 6
    assert rows["kofi"].score == ""


def test_the_filter_finds_id_mistake_and_verdict(made: ClassPage) -> None:
    row = next(row for row in made.rows if row.id == "ben")

    assert "ben" in row.words
    assert sample.MISTAKE in row.words
    assert ("1d", "failed", "5 of 8") in [(cell.part, cell.outcome, cell.points) for cell in row.cells if cell]


def test_ids_are_quoted_in_addresses(made: ClassPage) -> None:
    row = next(row for row in made.rows if row.id == "chloé")

    assert (row.student, row.staff) == ("chlo%C3%A9.html", "staff/chlo%C3%A9.html")


def test_names_stand_beside_ids_only_when_they_are_given(results: Results, made: ClassPage) -> None:
    named = class_page(results, {"ben": "Benjamin B."})

    assert (made.with_names, made.rows[1].name) == (False, "")
    assert (named.with_names, named.rows[1].name) == (True, "Benjamin B.")


def test_a_class_of_nobody_has_a_page(results: Results) -> None:
    empty = class_page(replace(results, submissions=(), groups=()), {})

    assert dict(empty.figures)["mean, of 35 points"] == "–"
    assert (empty.bins, empty.parts, empty.rows) == ((), (), ())


def test_a_group_of_people_who_are_gone_still_has_a_skeleton(results: Results) -> None:
    assert "keeps" not in class_page(replace(results, submissions=()), {}).groups[0].skeleton
