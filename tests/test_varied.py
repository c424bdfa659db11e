"""What the runs of a varied case are called, and what each of them changes."""

from __future__ import annotations

from grader.varied import again, case_of, changed, changes


def test_every_place_is_changed_by_itself_and_with_all_that_follow() -> None:
    found = [(each.run, each.first, each.end) for each in changes("window", {"position": 4})]

    assert found == [
        ("window~position.0", 0, 1),
        ("window~position.1", 1, 2),
        ("window~position.2", 2, 3),
        ("window~position.3", 3, 4),
        ("window~position.1+", 1, 4),
        ("window~position.2+", 2, 4),
    ]


def test_no_two_runs_change_the_same() -> None:
    vary = {"position": 5, "column": 1, "previous": 2}

    found = [(each.axis, each.first, each.end) for each in changes("window", vary)]

    assert len(found) == len(set(found)) == 5 + 3 + 1 + 2


def test_one_place_is_single_and_several_are_not() -> None:
    assert [each.is_single for each in changes("w", {"u": 3})] == [True, True, True, False]


def test_every_run_is_known_by_its_case() -> None:
    runs = ["window", again("window"), changed("window", "position", 3), changed("window", "position", 3, on=True)]

    assert runs[1:] == ["window~again", "window~position.3", "window~position.3+"]
    assert {case_of(run) for run in runs} == {"window"}
