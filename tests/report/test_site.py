"""Tests of grader/report/site.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import Picture, Results
from grader.report.site import write_site
from tests.report import sample_class as sample


def files(folder: Path) -> dict[str, bytes]:
    """Every page in a folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.html"))}


def test_there_is_a_page_for_the_class_and_two_for_everybody(site: Path, results: Results) -> None:
    people = [f"{submission.id}.html" for submission in results.submissions]

    assert sorted(files(site)) == sorted(["index.html", *people, *(f"staff/{name}" for name in people)])


def test_the_same_results_give_the_same_bytes(site: Path, results: Results, tmp_path: Path) -> None:
    sample.write_sample_arrays(tmp_path)

    write_site(tmp_path, results)

    assert files(tmp_path) == files(site)


def test_the_summary_says_what_was_written(results: Results, tmp_path: Path) -> None:
    summary = write_site(tmp_path, results)

    assert (summary.index, summary.students, summary.shortened) == (tmp_path / "index.html", 12, ())
    written = [*files(tmp_path).values(), (tmp_path / "scores.csv").read_bytes()]
    assert summary.bytes_written == sum(map(len, written))


def test_only_some_can_be_written_and_the_class_page_still_holds_all(results: Results, tmp_path: Path) -> None:
    summary = write_site(tmp_path, results, only=["ben"])

    assert set(files(tmp_path)) == {"index.html", "ben.html", "staff/ben.html"}
    assert summary.students == 1
    assert "farid" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_without_any_array_file_pages_say_that_pictures_are_missing(results: Results, tmp_path: Path) -> None:
    write_site(tmp_path, results, only=["ben"])

    assert "Picture not available" in (tmp_path / "ben.html").read_text(encoding="utf-8")


def test_names_stand_on_pages_only_when_they_are_given(site: Path, results: Results, tmp_path: Path) -> None:
    write_site(tmp_path, results, names={"ben": "Benjamin Beispiel"})

    assert b"Benjamin Beispiel" in files(tmp_path)["ben.html"]
    assert b"Benjamin Beispiel" in files(tmp_path)["index.html"]
    assert b"Benjamin Beispiel" not in files(site)["index.html"]


def test_after_the_deadline_hidden_cases_are_shown_but_nothing_that_is_for_staff(tmp_path: Path) -> None:
    sample.write_sample_arrays(tmp_path)

    write_site(tmp_path, sample.sample_results(reveal="all"), only=["ben", "farid"])
    ben, farid = (files(tmp_path)[f"{name}.html"].decode() for name in ("ben", "farid"))

    assert "c0, case train" in ben
    assert sample.HIDDEN_STDOUT in ben
    assert sample.HIDDEN_MESSAGE in farid
    assert sample.STAFF_DETAIL not in ben
    assert sample.MISTAKE not in ben


@pytest.fixture
def heavy(results: Results, tmp_path: Path) -> Results:
    """Results of one person whose pictures are noise and whose output is long."""
    noise = np.random.default_rng(3).standard_normal((6, 512, 512)).astype(np.float32)
    (tmp_path / "arrays").mkdir()
    save_file({f"p{at}": noise[at] for at in range(6)}, tmp_path / "arrays" / "heavy.safetensors")
    pictures = tuple(Picture("heatmap", f"picture {at}", "ragged", "p", True, f"p{at}", "") for at in range(6))
    part = sample.wrong_encoder("")
    cases = tuple(replace(part.cases[0], case=f"case{at}", stdout="word " * 13_000) for at in range(9))
    ben = replace(
        results.submissions[1], arrays="heavy.safetensors", parts=(replace(part, pictures=pictures, cases=cases),)
    )
    return replace(results, submissions=(ben,))


def test_a_page_over_the_cap_loses_picture_size_and_says_so(heavy: Results, tmp_path: Path) -> None:
    summary = write_site(tmp_path, heavy)
    html = files(tmp_path)["ben.html"]

    assert len(html) <= 1_000_000
    assert summary.shortened == ("ben",)
    assert b"Pictures are smaller and long texts are cut here, so that this page stays below 1 MB." in html
    assert html.count(b"<img ") == 6


def test_no_half_written_page_stays_behind(site: Path) -> None:
    assert list(site.rglob("*.part")) == []


def test_an_id_that_is_no_file_name_stays_in_the_folder(results: Results, tmp_path: Path) -> None:
    out = tmp_path / "out"
    odd = replace(results.submissions[0], id="../index")

    write_site(out, replace(results, submissions=(odd,)))

    assert len(list(out.glob("*.html"))) == 2
    assert list(tmp_path.glob("*.html")) == []
