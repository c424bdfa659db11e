"""`grade prove` on the tiny rubric: what is printed, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from grader.commands.prove import _record, prove, table
from grader.errors import RubricError, UsageError
from grader.nouns.judged import CheckResult, PartResult
from grader.proof import Margin, Proof, Tried
from grader.spread import Spread
from tests import tiny

pytestmark = pytest.mark.usefixtures("pools_are_kept")

Prove: TypeAlias = Callable[..., tuple[int, str]]


@pytest.fixture
def proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Prove:
    """Proves rubrics; the exit code and what is printed."""

    def of(*rubrics: Path, **changes: Any) -> tuple[int, str]:
        asked = {"parts": (), "static": False, "workers": 1, "isolation": "open", "as_json": False, "progress": "none"}
        code = prove(rubrics=[str(path) for path in rubrics], out=tmp_path / "out", **asked | changes)
        return code, capsys.readouterr().out

    return of


def wrong_promise(root: Path) -> Path:
    """A rubric with a mistake that keeps less than is written beside it."""
    return tiny.write_course(root, rubric=tiny.RUBRIC.replace("no_mask: 1,", "no_mask: 2,"))


def test_a_good_rubric_ends_with_0_and_shows_the_margins(proved: Prove, tmp_path: Path) -> None:
    code, printed = proved(tiny.write_course(tmp_path), isolation=None)

    first = "tiny · reference 6 of 6 · 1 of 1 variants keep everything · 2 of 2 mistakes as written"
    assert (code, printed.splitlines()[0]) == (0, first)
    assert "narrowest pass and catch" in printed


def test_a_broken_promise_ends_with_1_and_names_its_place(proved: Prove, tmp_path: Path) -> None:
    code, printed = proved(wrong_promise(tmp_path))

    assert code == 1
    assert "rubrics/tiny.yaml:" in printed
    assert "keeps 1 points, the rubric says 2  [E-PROOF-POINTS]" in printed


def test_json_holds_one_record_and_nothing_else(proved: Prove, tmp_path: Path) -> None:
    code, printed = proved(wrong_promise(tmp_path), as_json=True)

    record = json.loads(printed)
    assert (code, record["assignment"], record["full"]) == (1, "tiny", 6.0)
    assert {"name": "no_mask", "kind": "mistake", "kept": 3.0, "named": True} in record["tried"]
    assert [fault["code"] for fault in record["faults"]] == ["E-PROOF-POINTS"]


def test_only_the_chosen_part_is_proved(proved: Prove, tmp_path: Path) -> None:
    code, printed = proved(tiny.write_course(tmp_path), parts=("c",))

    assert (code, printed.splitlines()[0].split(" · ")[1]) == (0, "reference 2 of 2")
    assert "w.values" not in printed


@pytest.mark.parametrize("static", [True, False])
def test_a_part_that_is_not_there_is_named(proved: Prove, tmp_path: Path, static: bool) -> None:
    with pytest.raises(UsageError) as error:
        proved(tiny.write_course(tmp_path), parts=("x",), static=static)

    assert "there is no part 'x'  [E-PART]\n  allowed: w, c, why" in str(error.value)


# --- without running anything ---


def test_the_static_proof_runs_nothing(proved: Prove, tmp_path: Path) -> None:
    told = proved(tiny.write_course(tmp_path), static=True)

    assert told == (0, "tiny · 3 parts · every edit applies; nothing was run\n")
    assert not (tmp_path / "out").exists()


def test_several_rubrics_are_proved_one_after_the_other(proved: Prove, tmp_path: Path) -> None:
    first, second = tiny.write_course(tmp_path / "a"), tiny.write_course(tmp_path / "b")

    code, printed = proved(first, second, static=True, as_json=True)

    records = [json.loads(line) for line in printed.splitlines()]
    assert (code, records) == (0, [{"assignment": "tiny", "faults": []}] * 2)


@pytest.mark.parametrize("static", [True, False])
def test_an_edit_that_does_not_apply_is_named_before_anything_is_run(
    proved: Prove, tmp_path: Path, static: bool
) -> None:
    rubric = tiny.write_course(tmp_path)
    mistakes = tmp_path / "reference" / "tiny" / "mistakes.py"
    mistakes.write_text(tiny.MISTAKES.replace("shut_bs, dim=1)", "shut_bs, dim=7)"))

    code, printed = proved(rubric, static=static)

    assert code == 1
    assert "[E-MISTAKE-EDIT]" in printed
    assert not (tmp_path / "out").exists()


def test_a_rubric_with_a_fault_is_not_proved(proved: Prove, tmp_path: Path) -> None:
    with pytest.raises(RubricError):
        proved(tiny.write_course(tmp_path, rubric=tiny.RUBRIC.replace("points: 7", "points: 8")))


# --- the table ---


def tried(name: str, kind: str, points: float) -> Tried:
    """A version that has so many of the three points of one check."""
    check = CheckResult("values", "close", ("weights",), "ragged", "failed", points, 3.0)
    part = PartResult("w", "Weights", points, 3.0, 0.0, "failed", "", 0.0, 0, checks=(check,))
    return Tried(name, kind, points, True, (part,), ())


def proof(*versions: Tried, **margins: Any) -> Proof:
    """A proof of these versions."""
    reference = tried("reference", "reference", 3.0)
    return Proof("tiny", 3.0, (reference, *versions), margins.get("passes", {}), margins.get("catches", {}))


@pytest.mark.parametrize(
    ("points", "said"), [(3.0, "keeps    3   loses nothing"), (0.5, "keeps  0.5   loses w.values -2.5")]
)
def test_each_version_is_told_with_what_it_loses(points: float, said: str) -> None:
    lines = table(proof(tried("no_mask", "mistake", points)))

    assert lines[2].split(maxsplit=1) == ["no_mask", said]


def test_a_check_is_told_with_its_narrowest_pass_and_catch() -> None:
    near = Margin("w", "values", "weights", "pair", "by_hand", 0.01234)

    lines = table(proof(passes={("w", "values"): near}))

    assert lines[-1].split() == ["w.values", "pass", "0.0123", "(by_hand)", "catch", "-"]


def test_the_spread_of_a_perplexity_is_told_beside_its_check_and_kept_as_numbers() -> None:
    near = Spread("3d", "near", "text", (19.6, 20.7, 21.8), 28.4, 0.0, "rubric:1:1")
    found = replace(proof(), spreads=(near,))

    told = " ".join(table(found)[-1].split())
    assert told == "3d.near reference 19.6-21.8, sd 1.1 over 3 seeds, bound 28.4 is 7 sd away"
    known = {"part": "3d", "check": "near", "case": "text", "values": (19.6, 20.7, 21.8)}
    assert _record(found)["spreads"] == [{**known, "bound": 28.4, "floor": None}]
