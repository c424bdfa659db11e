"""What is shown while a run goes on."""

from __future__ import annotations

import io

import pytest

from grader.errors import Message
from grader.nouns.judged import SubmissionResult
from grader.progress import Live, Pace, Plain, Silent, clock, summary, watch_for


def a_result(name: str = "ada", *, seconds: float = 4.2, cached: bool = False, error: str = "") -> SubmissionResult:
    return SubmissionResult(name, "", 31.0, 35.0, 0.0, seconds, cached, error=error)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (31.4, "0:31"), (59.6, "1:00"), (3670, "61:10")])
def test_a_clock_shows_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (a_result(), "31/35 4.2 s"),
        (a_result(cached=True), "31/35 unchanged"),
        (a_result(error="cut archive"), "not graded"),
    ],
    ids=["run", "unchanged", "not graded"],
)
def test_a_result_in_one_phrase(result: SubmissionResult, text: str) -> None:
    assert summary(result) == text


class TestPace:
    """How long it will take."""

    def test_says_nothing_before_three_are_done(self) -> None:
        pace = Pace(total=10, workers=1)
        pace.count(a_result())
        pace.count(a_result())

        assert pace.left == "--"

    def test_is_the_median_times_those_left_through_the_workers(self) -> None:
        pace = Pace(total=13, workers=2)
        for seconds in (1.0, 2.0, 60.0):
            pace.count(a_result(seconds=seconds))

        assert pace.left == "0:10"

    def test_unchanged_ones_do_not_count_as_fast_ones(self) -> None:
        pace = Pace(total=10, workers=1)
        for _ in range(5):
            pace.count(a_result(seconds=0.0, cached=True))

        assert (pace.left, pace.unchanged) == ("--", 5)


class TestPlain:
    """Lines for a log."""

    def test_small_classes_get_one_line_each(self) -> None:
        stream = io.StringIO()
        plain = Plain(stream)
        plain.begin("a4 · 2 submissions", 2, 1)
        plain.done(a_result("ada"))
        plain.done(a_result("bo"))

        assert stream.getvalue().splitlines() == ["a4 · 2 submissions", "1/2 ada 31/35 4.2 s", "2/2 bo 31/35 4.2 s"]

    def test_large_classes_get_a_line_now_and_then_and_the_last_one(self) -> None:
        stream = io.StringIO()
        plain = Plain(stream)
        plain.begin("a4", 200, 1)
        for number in range(200):
            plain.done(a_result(f"s{number:03d}"))

        lines = stream.getvalue().splitlines()
        assert len(lines) <= 3
        assert lines[-1] == "200/200 s199 31/35 4.2 s"

    def test_a_warning_stands_as_it_is(self) -> None:
        stream = io.StringIO()

        Plain(stream).warn(Message("out", "it is full", "E-STORE"))

        assert stream.getvalue() == "out: it is full  [E-STORE]\n"

    def test_a_stream_that_closes_does_no_harm(self) -> None:
        plain = Plain(_Closed())
        plain.begin("a4", 1, 1)

        plain.done(a_result())


class _Closed(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_live_shows_the_bar_the_slots_and_the_counts() -> None:
    from rich.console import Console

    live = Live()
    live._pace = Pace(total=24, workers=2)
    live.done(a_result())
    live.working(1, "s131", "1e", "ragged")

    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(live._block())
    text = console.export_text()
    assert "1/24   0 unchanged" in text
    assert "w1  s131          1e      ragged" in text


@pytest.mark.parametrize(("kind", "watch"), [("rich", Live), ("plain", Plain), ("none", Silent)])
def test_a_watch_is_told_by_its_kind(kind: str, watch: type) -> None:
    assert type(watch_for(kind)) is watch


@pytest.mark.parametrize("kind", ["rich", "plain", "none"])
def test_a_watch_keeps_the_title_of_its_run(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    watch = watch_for(kind)

    watch.begin("tiny · 2 submissions", 2, 1)
    watch.end()

    assert watch.title == "tiny · 2 submissions"
