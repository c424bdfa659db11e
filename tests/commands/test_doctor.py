"""`grade doctor` tries the layers of the jail on this machine and says what it found."""

from __future__ import annotations

import json
import os

import pytest

from grader.box.levels import best_level, diagnose
from grader.commands.doctor import doctor
from grader.nouns.plain import LEVELS, Level


def told(wanted: Level, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[int, str]:
    """The exit code, and what is printed."""
    return doctor(isolation=wanted, as_json=as_json, progress=None), capsys.readouterr().out


@pytest.mark.parametrize("wanted", LEVELS)
def test_it_ends_well_only_if_the_level_asked_for_is_reached(wanted: Level, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = told(wanted, capsys)

    reached = LEVELS.index(best_level()) >= LEVELS.index(wanted)
    assert code == (0 if reached else 1)
    assert (f"'{wanted}' was asked for" in printed) is not reached


def test_every_layer_has_a_line_and_the_level_is_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = told("open", capsys)

    layers = [line for line in printed.splitlines() if line.startswith(("  ok ", "  missing "))]
    assert len(layers) == len(diagnose())
    assert printed.splitlines()[-1] == f"isolation {best_level()}"


def test_json_holds_the_level_and_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = told("open", capsys, as_json=True)

    found = json.loads(printed)
    assert found["level"] == best_level()
    assert {frozenset(finding) for finding in found["findings"]} == {frozenset({"layer", "ok", "seen", "cure"})}


@pytest.mark.parametrize("as_json", [True, False])
def test_json_ends_as_the_words_do(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    assert told("strict", capsys, as_json=as_json)[0] == (0 if best_level() == "strict" else 1)


def test_a_layer_that_is_missing_is_followed_by_its_cure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 100_000)  # no machine has memory for so many slots

    _, printed = told("open", capsys)

    at = next(number for number, line in enumerate(printed.splitlines()) if "memory for all slots" in line)
    assert printed.splitlines()[at].startswith("  missing  ")
    assert "help: grade with fewer workers: -j " in printed.splitlines()[at + 1]
