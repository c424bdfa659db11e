"""Loading a rubric: all faults at once, and the nouns of one in which nothing is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import RubricError
from grader.nouns.asked import Rubric
from grader.rubric.load import load_rubric
from tests.rubric.conftest import FILES

RUBRIC = FILES["rubrics/hw0.yaml"]
LINES = st.integers(0, RUBRIC.count("\n") - 1)


def places(error: RubricError) -> list[str]:
    return [f"{message.place.rpartition('/')[2]} {message.code}" for message in error.messages]


def test_a_rubric_without_faults_becomes_nouns(rubric: Rubric) -> None:
    assert (rubric.assignment, rubric.points, rubric.seed, rubric.reveal) == ("hw0", 10, 7, "none")
    assert [part.id for part in rubric.parts] == ["1a", "1b", "1c"]
    assert rubric.path == "rubrics/hw0.yaml"
    assert Path(rubric.folder) == Path("reference/hw0").absolute()


def test_faults_of_form_agreement_and_reference_are_told_together(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("title: Sums", "titel: Sums")
    rewrite("close: total", "closs: total")
    rewrite("above: 18", "above: 18, tokenize: 14a")
    rewrite("probe: add", "probe: ad")
    rewrite("staff/words.txt", "staff/word.txt")
    rewrite("number: {p1: 4/9}", "finite: p1")

    with pytest.raises(RubricError) as error:
        load_rubric(course)

    assert places(error.value) == [
        "hw0.yaml:1:1 E-RUBRIC-MISSING",
        "hw0.yaml:2:1 E-RUBRIC-KEY",
        "hw0.yaml:7:26 E-RUBRIC-REFERENCE",
        "hw0.yaml:16:12 E-RUBRIC-PROBE",
        "hw0.yaml:23:21 E-CHECK-NAME",
        "hw0.yaml:38:64 E-RUBRIC-TYPE",
        "hw0.yaml:44:10 E-CHECK-SOURCE",
        "hw0.yaml:44:22 E-CHECK-OPTION",
    ]


def test_a_fault_of_the_yaml_is_not_told_twice(told: Callable[..., str]) -> None:
    assert told("points: 10", "points: 010").count("E-RUBRIC") == 1


def test_a_repeated_part_does_not_upset_the_sums(told: Callable[..., str]) -> None:
    assert told("  1b:", "  1a:") == (
        "rubrics/hw0.yaml:32:3: the key '1a' stands here a second time  [E-RUBRIC-TWICE]\n"
        "  first: line 13\n  help: keep one of the two"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    title: Lines\n", ""),
        ("    points: 2\n    reads", "    points: two\n    reads"),
        ("  1b:\n", "  1b: 3\n  1d:\n"),
        ("reads: out.txt", "reads: [out.txt]"),
    ],
)
def test_a_part_that_is_refused_costs_one_message(old: str, new: str, told: Callable[..., str]) -> None:
    assert told(old, new).count("E-RUBRIC") == 1


@pytest.mark.parametrize("parts", ["parts:\n", "parts: {}\n", "parts: 3\n", "parts: [1a]\n"])
def test_a_rubric_without_parts_is_refused(parts: str, course: Path) -> None:
    text = course.read_text(encoding="utf-8")
    course.write_text(text[: text.index("parts:\n")] + parts, encoding="utf-8")

    with pytest.raises(RubricError, match=r"hw0.yaml:12:\d+: 'parts' .*E-RUBRIC-TYPE"):
        load_rubric(course)


@pytest.mark.parametrize("text", ["- a\n", "text\n", "3\n"])
def test_a_file_that_is_no_group_of_keys_is_refused(text: str, course: Path) -> None:
    course.write_text(text, encoding="utf-8")

    with pytest.raises(RubricError) as error:
        load_rubric(course)

    assert str(error.value).startswith("rubrics/hw0.yaml:1:1: the rubric is ")


def test_the_reference_folder_may_stand_beside_the_rubric(course: Path) -> None:
    shutil.move("reference", "rubrics/reference")

    assert Path(load_rubric(course).folder) == Path("rubrics/reference/hw0").absolute()


def test_the_reference_folder_is_found_from_within_rubrics(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("rubrics")

    assert Path(load_rubric(Path("hw0.yaml")).folder) == Path("../reference/hw0").resolve()


def test_a_rubric_that_people_read_alone_needs_no_folder(course: Path) -> None:
    course.write_text(
        "assignment: essay\ntitle: An essay\npoints: 2\nseed: 1\nparts:\n"
        "  1.10: {title: One, points: 2, written: [{id: a, text: A reason., points: 2}]}\n",
        encoding="utf-8",
    )

    rubric = load_rubric(course)

    assert (rubric.folder, rubric.parts[0].id, rubric.parts[0].source) == ("", "1.10", "person")


ODD = ["null", "true", "0", "-1", "2.5", "x", "''", "[]", "[1]", "[null]", "{}", "{x: 1}", "[[a]]", "{times: 1}", "|"]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(line=LINES, odd=st.sampled_from(ODD), other=LINES)
def test_whatever_is_changed_the_end_is_a_rubric_or_messages_of_three_lines(
    course: Path, line: int, odd: str, other: int
) -> None:
    lines = RUBRIC.splitlines()
    lines[line] = f"{lines[line].partition(':')[0]}: {odd}"
    del lines[other]
    course.write_text("\n".join(lines) + "\n", encoding="utf-8")

    try:
        messages = load_rubric(course) and ()
    except RubricError as error:
        messages = error.messages

    assert [str(message) for message in messages if not (message.allowed and message.help)] == []
