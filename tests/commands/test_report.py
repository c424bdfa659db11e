"""`grade report` makes the pages again, from results.json and the arrays beside it."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree

import pytest

from grader.commands.report import report
from grader.errors import UsageError
from grader.kept.results import write_results
from tests.report import sample_class


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with the results and the arrays of the sample class, and no page."""
    write_results(tmp_path / "results.json", sample_class.sample_results())
    sample_class.write_sample_arrays(tmp_path)
    return tmp_path


def pages(out: Path) -> dict[str, bytes]:
    """Every page by its path below `out`."""
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.html")}


def again(out: Path, *, as_json: bool = False) -> int:
    """Makes the pages again."""
    return report(out=out, show=False, as_json=as_json, progress=None)


def test_everybody_gets_both_pages_and_the_class_an_index(out: Path) -> None:
    names = {submission.id for submission in sample_class.sample_results().submissions}

    assert again(out) == 0

    assert set(pages(out)) == {
        "index.html",
        *(f"{name}.html" for name in names),
        *(f"staff/{name}.html" for name in names),
    }


def test_pages_that_were_lost_come_back_the_same(out: Path) -> None:
    again(out)
    before = pages(out)
    rmtree(out / "staff")
    (out / "index.html").unlink()

    again(out)

    assert pages(out) == before


def test_a_page_that_was_changed_by_hand_is_written_anew(out: Path) -> None:
    again(out)
    before = pages(out)
    (out / "anna.html").write_text("<p>100 points</p>")

    again(out)

    assert pages(out) == before


def test_pages_are_made_even_if_the_arrays_are_gone(out: Path) -> None:
    rmtree(out / "arrays")

    assert again(out) == 0
    assert (out / "ben.html").exists()


def test_the_summary_names_the_index_and_counts_the_students(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again(out)

    count = len(sample_class.sample_results().submissions)
    assert capsys.readouterr().out == f"report {out}/index.html    {count} students\n"


def test_json_says_the_same(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again(out, as_json=True)

    count = len(sample_class.sample_results().submissions)
    assert json.loads(capsys.readouterr().out) == {"index": f"{out}/index.html", "students": count}


def test_a_folder_without_results_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        again(tmp_path / "elsewhere")

    assert "[E-RESULTS-MISSING]" in str(error.value)
    assert not (tmp_path / "elsewhere").exists()
