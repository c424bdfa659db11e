"""Event files among the files of a hand-in; and the jail that reads them."""

from __future__ import annotations

import pytest

from grader.box.levels import best_level
from grader.intake.events import LARGEST_BYTES, MOST_FILES, event_files, event_job, event_run
from grader.judge.logs.events import event_series
from grader.opener import Opener
from tests.kit.test_events import HEAD, event, record, simple

CONTENT = HEAD + record(event(1, simple("loss", 3.5))) + record(event(2, simple("loss", 3.0)))


def test_event_files_are_known_by_their_name_those_nearest_the_top_first() -> None:
    files = {
        "runs/x/events.out.tfevents.1.host": b"1",
        "events.out.tfevents.2": b"2",
        "tfevents/readme.md": b"3",
        "a.py": b"",
    }

    assert event_files(files) == ("events.out.tfevents.2", "runs/x/events.out.tfevents.1.host")


def test_empty_and_huge_files_are_passed_over_and_many_are_cut() -> None:
    files = {f"tfevents.{number:03}": b"x" for number in range(MOST_FILES + 5)}
    files |= {"tfevents.empty": b"", "tfevents.big": bytes(LARGEST_BYTES + 1)}

    chosen = event_files(files)

    assert len(chosen) == MOST_FILES
    assert {"tfevents.empty", "tfevents.big"}.isdisjoint(chosen)


def test_a_job_is_named_by_what_its_files_hold() -> None:
    first, files = event_job({"tfevents.1": b"a", "tfevents.2": b"b"}, ("tfevents.1", "tfevents.2"))
    other, _ = event_job({"tfevents.1": b"a", "tfevents.2": b"c"}, ("tfevents.1", "tfevents.2"))

    assert files == {"events-00": b"a", "events-01": b"b"}
    assert first != other
    assert event_run(first, 2).args == {"files": ["events-00", "events-01"]}


@pytest.mark.slow
def test_the_jail_reads_event_files_and_only_where_documents_are_shown() -> None:
    files = {"runs/events.out.tfevents.1": CONTENT, "train.py": b"x = 1\n"}

    with Opener(best_level(), shows=True) as opener:
        seen = opener.events(files)
        nothing = opener.events({"train.py": b"x = 1\n"})
    with Opener(best_level()) as other:
        unasked = other.events(files)

    assert seen is not None
    (series,) = event_series(seen, event_files(files))
    assert (series.name, series.steps, series.values) == ("training loss", (1, 2), (3.5, 3.0))
    assert (nothing, unasked) == (None, None)
