"""Nouns: defaults filled in, limits merged, every check with its cases, its rule and its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.nouns.asked import Case, Check, Edition, Plot, Rubric, Snippet, Unit
from grader.nouns.plain import Limits, Place, WrittenItem
from grader.rubric.handout import handout_of
from grader.rubric.load import load_rubric


def check(rubric: Rubric, part: str, at: int) -> Check:
    return next(each for each in rubric.parts if each.id == part).checks[at]


def test_top_keys_become_nouns(rubric: Rubric) -> None:
    assert rubric.units == (Unit("sums", ("add",), {"tables": "stand_ins/tables.py"}),)
    assert rubric.staff_files == {"words.txt": "staff/words.txt"}
    assert rubric.repairs == {"torch_load": 0.5}
    assert rubric.editions == (Edition("W1", "year one", True),)
    assert rubric.accept == ("add_reversed",)
    assert (rubric.rtol, rubric.atol) == (1e-4, 1e-5)


def test_a_part_becomes_a_noun(rubric: Rubric) -> None:
    part = rubric.parts[0]

    assert (part.id, part.title, part.points, part.source, part.probe) == ("1a", "Adding", 6, "probe", "add")
    assert part.fills == ("sums.add",)
    assert part.cases == (Case("few", {"count": 3}), Case("one", {"count": 1}, public=True))
    assert part.axes == {"total": "b 2h"}
    assert part.plots == (Plot("heatmap", "total", "few", "Totals"),)
    assert part.mistakes == {"forgets_last": 3}
    assert part.place == Place("rubrics/hw0.yaml", 13, 3)


def test_parts_say_where_their_observations_come_from(rubric: Rubric) -> None:
    assert [(part.source, part.reads) for part in rubric.parts] == [
        ("probe", ""),
        ("file", "out.txt"),
        ("answers", ""),
    ]


def test_a_check_without_id_is_called_by_its_kind(rubric: Rubric) -> None:
    assert [each.id for each in rubric.parts[0].checks] == ["shape", "value", "alone"]


def test_a_second_check_of_a_kind_gets_a_number(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("{id: value, close: total, points: 3, cases: [few]}", "{close: total, points: 3}")
    rewrite("id: alone", "close: total")
    rewrite("        all:\n", "        hint: >\n")

    assert [each.id for each in load_rubric(course).parts[0].checks] == ["shape", "close", "close-2"]


def test_a_check_without_cases_looks_at_all_of_them(rubric: Rubric) -> None:
    assert check(rubric, "1a", 0).cases == ("few", "one")


def test_a_check_looks_at_the_cases_it_names(rubric: Rubric) -> None:
    assert check(rubric, "1a", 1).cases == ("few",)


def test_all_looks_at_the_cases_of_its_subchecks_in_the_order_of_the_part(rubric: Rubric) -> None:
    robust = check(rubric, "1a", 2)

    assert robust.cases == ("few", "one")
    assert [(each.kind, each.cases, each.points, each.hint) for each in robust.subchecks] == [
        ("same", ("few", "one"), 0, "One row by itself."),
        ("finite", ("few",), 0, ""),
    ]


def test_subchecks_take_over_the_cases_of_their_all(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("id: alone", "id: alone\n        cases: few")
    rewrite("finite: total, cases: [few]", "finite: total")

    assert load_rubric(course).parts[0].checks[2].subchecks[1].cases == ("few",)


def test_checks_of_files_and_answers_name_no_cases(rubric: Rubric) -> None:
    assert [check(rubric, part, at).cases for part, at in (("1b", 0), ("1b", 1), ("1c", 0))] == [(), (), ()]


@pytest.mark.parametrize(
    ("part", "at", "kind", "rule", "options"),
    [
        ("1a", 0, "shape", {"total": "b 2h"}, {}),
        ("1a", 1, "close", ["total"], {}),
        ("1b", 0, "lines", {"reference": "data/ref.txt"}, {}),
        ("1b", 1, "bleu", {"references": ["data/ref.txt"], "above": 18.0, "tokenize": "13a"}, {}),
        ("1c", 0, "number", {"p1": 4 / 9}, {"atol": 0.001}),
    ],
)
def test_a_rule_is_what_stands_under_its_kind(
    part: str, at: int, kind: str, rule: object, options: object, rubric: Rubric
) -> None:
    found = check(rubric, part, at)

    assert (found.kind, found.rule, found.options) == (kind, rule, options)


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("close: total, rtol: 0, atol: 1e-3", {"rtol": 0.0, "atol": 0.001}),
        ("equal: total, as: bool", {"as": "bool"}),
        ("close: total, to: totals, dtype: exact", {"to": "totals", "dtype": "exact"}),
    ],
)
def test_options_stand_beside_the_rule(
    written: str, options: object, course: Path, rewrite: Callable[..., None]
) -> None:
    rewrite("close: total", written)

    assert load_rubric(course).parts[0].checks[1].options == options


def test_a_bound_may_be_a_multiple_of_the_reference(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("close: total", "below: {total: {times: 2}, other: 5}")

    assert load_rubric(course).parts[0].checks[1].rule == {"total": {"times": 2.0}, "other": 5.0}


def test_every_check_knows_its_place(rubric: Rubric) -> None:
    assert str(check(rubric, "1a", 1).place) == "rubrics/hw0.yaml:23:9"
    assert str(check(rubric, "1a", 2).subchecks[1].place) == "rubrics/hw0.yaml:28:13"


def test_limits_of_a_part_go_over_those_of_the_rubric(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("seed: 7", "seed: 7\nlimits: {wall_s: 10, memory: 2.5 GiB, answer: 64 MiB, output: 1024}")
    rewrite("    title: Adding\n", "    title: Adding\n    limits: {wall_s: 20.5, processes: 8}\n")

    adding, lines, _ = load_rubric(course).parts

    mib = 1024**2
    assert adding.limits == Limits(20.5, 60, 2560 * mib, 64 * mib, 1024, 8)
    assert lines.limits == Limits(10, 60, 2560 * mib, 64 * mib, 1024, 64)


def test_written_items_are_kept_in_order(rubric: Rubric) -> None:
    assert rubric.parts[2].written == (WrittenItem("why", "Because.", 1),)


def test_a_case_may_hold_nested_and_empty_arguments(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("{count: 3}", "{count: [1, [2.5, null]], scale: {a: no}, apart: true}")

    case = load_rubric(course).parts[0].cases[0]

    assert case == Case("few", {"count": [1, [2.5, None]], "scale": {"a": "no"}}, apart=True)


def test_repetition_and_needs_are_taken_over_and_have_defaults(course: Path, rewrite: Callable[..., None]) -> None:
    plain = load_rubric(course)
    rewrite("seed: 7", "seed: 7\nrepeat: {parts: all, runs: 3, unstable: none}")
    rewrite("    title: Adding\n", "    title: Adding\n    needs: [shared_memory]\n")

    changed = load_rubric(course)

    assert (plain.repeat, plain.runs, plain.unstable, plain.parts[0].needs) == ("lost", 5, "most", ())
    assert (changed.repeat, changed.runs, changed.unstable) == ("all", 3, "none")
    assert changed.parts[0].needs == ("shared_memory",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("repeat: {parts: some}", "E-RUBRIC"),
        ("repeat: {runs: 1}", "E-RUBRIC"),
        ("repeat: {unstable: best}", "E-RUBRIC"),
        ("repeat: {often: 2}", "E-RUBRIC-KEY"),
    ],
)
def test_repetition_takes_only_what_the_page_says(
    course: Path, rewrite: Callable[..., None], line: str, code: str
) -> None:
    rewrite("seed: 7", f"seed: 7\n{line}")

    with pytest.raises(RubricError, match=code):
        load_rubric(course)


def test_snippets_become_nouns(course: Path, rewrite: Callable[..., None]) -> None:
    told = "snippets:\n  plot: {calls: [plot, bar], near: norm, take: pick}\n  whole: {take: run}\nstaff_files:"
    rewrite("staff_files:", told)

    rubric = load_rubric(course)

    assert rubric.snippets == (Snippet("plot", "pick", (), ("plot", "bar"), ("norm",)), Snippet("whole", "run"))
    assert handout_of(rubric).snippets == rubric.snippets
