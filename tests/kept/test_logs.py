"""Every fault of ours has its story in a file, and a file that nobody names goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.kept.logs import clear_logs, with_logs
from grader.nouns.judged import CaseResult, CheckResult, PartResult, Results, RubricMark, SubmissionResult

STORY = "death 1: BoxDiedError while these cases were open: w/ragged\n\x1b[31mstderr of the zygote"
CASE = CaseResult("ragged", "broken", 0.5, 0, "the box died 2 times", stderr=STORY)
CHECK = CheckResult("values", "close", ("y",), "ragged", "broken", 0, 3, "our fault", "E-BOX-DIED", detail="no room")
BROKEN = PartResult("w", "", 0, 3, 3, "broken", "our fault", 0.5, 0, checks=(CHECK,), cases=(CASE, CASE))
PASSED = PartResult("c", "", 2, 2, 0, "passed", "", 0.5, 0)
ADA = SubmissionResult("ada", "a" * 64, 2, 5, 3, 1.0, cached=False, parts=(BROKEN, PASSED))


def results(*submissions: SubmissionResult) -> Results:
    return Results("tiny", "", RubricMark("", ""), "strict", {}, 1, 5, "none", submissions)


def test_a_broken_part_names_a_file_with_the_whole_story(tmp_path: Path) -> None:
    told = with_logs(ADA, tmp_path)
    text = (tmp_path / told.parts[0].log).read_text(encoding="utf-8")

    assert [part.log for part in told.parts] == ["log/broken-ada-w.txt", ""]
    assert text.startswith(f"part w of submission ada, sha256 {'a' * 64}\nour fault\n")
    assert "check values, case ragged: our fault [E-BOX-DIED]\n  no room\n" in text
    assert "case ragged: broken, 0.5 s the box died 2 times" in text
    assert "death 1: BoxDiedError while these cases were open: w/ragged" in text


def test_the_story_is_safe_text_and_told_once(tmp_path: Path) -> None:
    text = (tmp_path / with_logs(ADA, tmp_path).parts[0].log).read_text(encoding="utf-8")

    assert "\x1b" not in text
    assert text.count("stderr of the zygote") == 1


def test_where_nothing_can_be_written_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("in the way")

    assert [part.log for part in with_logs(ADA, tmp_path).parts] == ["", ""]


@pytest.mark.parametrize(("named", "left"), [(True, ["broken-ada-w.txt", "bug-1.txt"]), (False, ["bug-1.txt"])])
def test_only_stories_that_results_name_stay(tmp_path: Path, *, named: bool, left: list[str]) -> None:
    told = with_logs(ADA, tmp_path)
    (tmp_path / "log" / "bug-1.txt").write_text("another's")

    clear_logs(tmp_path, results(told if named else replace(ADA, parts=(PASSED,))))

    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == left


def test_without_a_folder_there_is_nothing_to_remove(tmp_path: Path) -> None:
    clear_logs(tmp_path, results(ADA))

    assert list(tmp_path.iterdir()) == []
