"""In which order the runs of a hand-in are made."""

from __future__ import annotations

from grader.box.order import in_order
from tests.box.jobs import run

RUNS = [run(f"window~{place}", apart=place % 2 == 0) for place in range(24)]
FILES = {"model.py": b"x = 1\n"}


def test_runs_that_share_a_job_come_first_and_as_the_rubric_has_them() -> None:
    made = in_order(FILES, RUNS)

    assert made[:12] == [each for each in RUNS if not each.apart]
    assert sorted(made, key=RUNS.index) == RUNS


def test_runs_apart_are_shuffled_alike_for_equal_files() -> None:
    made = in_order(FILES, RUNS)

    assert made[12:] != [each for each in RUNS if each.apart]
    assert made == in_order(dict(FILES), RUNS)
    assert made[12:] == in_order(FILES, RUNS[::-1])[12:]


def test_another_byte_another_name_or_another_file_gives_another_order() -> None:
    others = [{"model.py": b"x = 2\n"}, {"other.py": b"x = 1\n"}, {"a": b"", **FILES}]

    orders = {tuple(each.case for each in in_order(files, RUNS)) for files in (FILES, *others)}

    assert len(orders) == 4
