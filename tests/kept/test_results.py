"""The document of a run is written whole, read strictly, and told field by field in docs/results.md."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import HarnessError, UsageError
from grader.kept.results import read_results, results_schema, write_results
from grader.nouns.judged import (
    CaseResult,
    CheckResult,
    Group,
    LogFinding,
    LogSeries,
    PartResult,
    Picture,
    Results,
    RubricMark,
    ShownDocument,
    Smallest,
    SubmissionResult,
    TrainingLog,
)
from grader.nouns.plain import Fault, Frame, WrittenItem

PAGE = Path(__file__).resolve().parents[2] / "docs" / "results.md"
TOLD = [Results, RubricMark, SubmissionResult, PartResult, CheckResult, CaseResult, Fault, Frame, Picture]
TOLD += [WrittenItem, Group, ShownDocument, Smallest, TrainingLog, LogSeries, LogFinding]
AGAIN = "  help: grade again with `grade run`; what has not changed is not run again"
# The fields that the design promises to others.
PROMISED = {
    "Results": {"schema", "assignment", "rubric", "isolation", "versions", "submissions"},
    "RubricMark": {"sha256"},
    "SubmissionResult": {"id", "sha256", "score", "max", "pending", "seconds", "cached", "parts"},
    "PartResult": {"id", "score", "max", "verdict", "mistakes", "checks"},
    "CheckResult": {"check", "of", "case", "verdict", "points", "max", "reason", "margin"},
}


def _results(margin: float | None = 0.5, score: float = 5.0, identity: str = "alice") -> Results:
    frame = Frame("nmt_model.py", 312, "step", ((311, "x = 1"), (312, "y = x")))
    case = CaseResult("ragged", "raised", 0.4, 1000, "RuntimeError: no", Fault("RuntimeError", "no", (frame,), "..."))
    check = CheckResult(
        "h0c0", "close", ("h0", "c0"), "ragged", "failed", 0.0, 3.0, "c0: 3 of 8 differ", "E-VALUE", margin=margin
    )
    part = PartResult(
        id="1d",
        title="Encoder",
        score=score,
        max=8.0,
        pending=1.0,
        verdict="failed",
        reason="c0 differs — 界",
        seconds=0.5,
        peak_bytes=4096,
        mistakes=("one_projection",),
        checks=(check,),
        cases=(case,),
        written=(WrittenItem("effect", "names it", 1.0),),
        pictures=(Picture("matrices", "c0", "ragged", "c0", True, "a", "b"),),
        only="only with a batch of one",
        smallest=Smallest({"lengths": [2, 1]}, "fails as soon as two sentences differ in length", ("lengths [1, 1]",)),
    )
    submission = SubmissionResult(identity, "ab" * 32, score, 8.0, 1.0, 0.5, False, (part,), ("file utils: u.py",))
    document = ShownDocument("notebook", "a.ipynb", "a.json", ("a.png",), {3: "ValueError: no"}, ("12 of 13 cells",))
    series = LogSeries("training loss", "iteration", "train.log", "log/0/steps", "log/0/values")
    doubt = LogFinding("train.log", 33, "epoch 5, iter 5200", "words are words", "163,124", "174,241", "212")
    training = TrainingLog((series,), (doubt,), ("no BLEU",))
    submission = replace(submission, documents=(document,), training=training)
    return Results(
        assignment="a4",
        title="Translation",
        rubric=RubricMark("cd" * 32, "rubrics/a4.yaml"),
        isolation="strict",
        versions={"grade": "0.1.0", "torch": "2.13.0"},
        seed=4224,
        max=8.0,
        reveal="none",
        submissions=(submission, SubmissionResult("bob", "", 0.0, 8.0, 8.0, 0.0, False, error="a cut archive")),
        groups=(Group("k1", "1d", "c0", ("alice", "bob")),),
        mistake_hints={"one_projection": "The cell state has its own layer."},
        part_titles={"1d": "Encoder"},
        seconds=61.5,
    )


def _told(name: str) -> list[tuple[str, bool]]:
    """(field, whether others may rely on it) of one table of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    return [
        (field, rely.strip() == "yes") for field, rely in re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]*)\|", section, re.M)
    ]


def _edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "out" / "results.json"
    write_results(path, _results())
    return path


def test_results_are_read_as_they_were_written(written: Path) -> None:
    assert read_results(written) == _results()


def test_the_schema_comes_first_and_every_submission_has_its_line(written: Path) -> None:
    lines = written.read_text(encoding="utf-8").splitlines()

    assert lines[1] == ' "schema": 1,'
    assert [line[:17] for line in lines if line.startswith('  {"id": ')] == ['  {"id": "alice",', '  {"id": "bob", "']


def test_a_document_without_submissions_is_whole(tmp_path: Path) -> None:
    empty = dataclasses.replace(_results(), submissions=())
    write_results(tmp_path / "r.json", empty)

    assert read_results(tmp_path / "r.json") == empty


@pytest.mark.parametrize(
    ("margin", "kept"),
    [(math.inf, 1e99), (-math.inf, -1e99), (math.nan, None), (None, None), (1e300, 1e99), (0.0, 0.0)],
)
def test_a_margin_is_finite(tmp_path: Path, margin: float | None, kept: float | None) -> None:
    write_results(tmp_path / "r.json", _results(margin=margin))

    assert read_results(tmp_path / "r.json").submissions[0].parts[0].checks[0].margin == kept


def test_points_that_are_no_number_are_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(tmp_path / "r.json", _results(score=math.nan))

    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_unicode_does_not_stop_the_run(tmp_path: Path) -> None:
    write_results(tmp_path / "r.json", _results(identity="s\udcff"))

    assert read_results(tmp_path / "r.json").submissions[0].id == "s?"


def test_results_replace_the_earlier_ones_and_leave_nothing_beside_them(written: Path) -> None:
    write_results(written, _results(score=6.0))

    assert read_results(written).submissions[0].score == 6.0
    assert [each.name for each in written.parent.iterdir()] == ["results.json"]


def test_a_folder_that_cannot_be_written_is_our_fault(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, no folder")

    with pytest.raises(HarnessError) as error:
        write_results(tmp_path / "out" / "results.json", _results())

    assert str(error.value) == (
        f"{tmp_path}/out/results.json: the results cannot be written: File exists  [E-RESULTS-WRITE]\n"
        "  needed: a folder with room, where you may write\n"
        "  help: make room or name another folder with --out; finished work is kept where it could be"
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read_results(tmp_path / "results.json")

    assert str(error.value) == (
        f"{tmp_path}/results.json: there is no such file  [E-RESULTS-MISSING]\n"
        f"  needed: the folder that `grade run` wrote its report to\n{AGAIN}"
    )


def test_a_folder_is_no_results(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it cannot be read: Is a directory  \[E-RESULTS\]"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ('"schema": 2', "the schema is 2"),
        ('"schema": "1"', 'the schema is "1"'),
        ('"schema": true', "the schema is true"),
        ('"chema": 1', "it has no `schema`"),
    ],
)
def test_another_schema_is_refused(written: Path, new: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        read_results(_edited(written, '"schema": 1', new))

    assert str(error.value) == (
        f"{written}: {told}  [E-RESULTS-SCHEMA]\n  needed: schema 1, which this version of grade writes\n{AGAIN}"
    )


def test_a_list_has_no_schema(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("[]")

    with pytest.raises(UsageError, match="it has no `schema`"):
        read_results(tmp_path / "r.json")


def test_a_cut_file_names_line_and_column(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:50])

    with pytest.raises(UsageError) as error:
        read_results(written)

    assert str(error.value) == (
        f"{written}:4:11: the JSON cannot be read: Unterminated string starting at  [E-RESULTS]\n"
        f"  needed: a whole file as `grade run` writes it\n{AGAIN}"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "the JSON cannot be read: 'utf-8' codec can't decode byte 0xff"),
        (b'{"schema": NaN}', "the JSON cannot be read: NaN is no number of JSON"),
        (b"[" * 100_000, "the JSON cannot be read: maximum recursion depth exceeded"),
    ],
)
def test_what_is_no_json_says_why(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "r.json").write_bytes(content)

    with pytest.raises(UsageError) as error:
        read_results(tmp_path / "r.json")

    assert told in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"score": 5.0', '"score": "5"', "submissions[0].score: Input should be a valid number"),
        (
            '"verdict": "failed"',
            '"verdict": "won"',
            "submissions[0].parts[0].verdict: Input should be 'passed', 'failed'",
        ),
        ('"isolation": "strict"', '"isolation": null', "isolation: Input should be 'strict', 'container' or 'open'"),
        ('"line": 312', '"line": 1.5', "submissions[0].parts[0].cases[0].fault.frames[0].line: Input should be"),
        ('"assignment": "a4",', "", "assignment: Field required"),
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_named(written: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        read_results(_edited(written, old, new))

    assert str(error.value).startswith(f"{written}: {told}")
    assert "needed: every field as docs/results.md tells it" in str(error.value)


def test_a_field_of_a_later_release_is_no_fault(written: Path) -> None:
    assert read_results(_edited(written, '"schema": 1,', '"schema": 1, "further": 2,')) == _results()


def test_the_json_schema_names_every_field_and_fixes_the_version() -> None:
    schema = results_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["schema"]["const"] == 1
    assert set(schema["properties"]) == {field.name for field in dataclasses.fields(Results)}
    assert set(schema["$defs"]) == {kind.__name__ for kind in TOLD} - {"Results"}
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("kind", TOLD, ids=lambda kind: kind.__name__)
def test_the_page_tells_every_field_in_order(kind: Any) -> None:
    fields = [field.name for field in dataclasses.fields(kind)]
    first = ["schema"] if "schema" in fields else []

    assert [name for name, _ in _told(kind.__name__)] == first + [name for name in fields if name not in first]


@pytest.mark.parametrize("name", PROMISED)
def test_the_page_keeps_the_promises_of_the_design(name: str) -> None:
    assert PROMISED[name] <= {field for field, rely in _told(name) if rely}
