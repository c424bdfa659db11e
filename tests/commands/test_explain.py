"""`grade explain` tells the long form of whatever stands in brackets."""

from __future__ import annotations

import json

import pytest

from grader.codes import CODES
from grader.commands.explain import explain
from grader.errors import UsageError


def explained(code: str, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> str:
    """What is printed about a code."""
    assert explain(code=code, as_json=as_json, progress=None) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("asked", ["E-SHAPE", "e-shape", "E-shape"])
def test_a_code_is_found_in_any_case(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(asked, capsys).startswith("E-SHAPE  ")


@pytest.mark.parametrize("asked", ["crashed", "CRASHED"])
def test_a_verdict_is_found_in_any_case(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(asked, capsys).startswith("crashed  ")


@pytest.mark.parametrize("code", CODES)
def test_every_code_fits_into_the_terminal_and_says_more_than_its_title(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    title, *text = explained(code, capsys).splitlines()

    assert title == f"{code}  {CODES[code][0]}"
    assert any(text)
    assert max(map(len, text)) <= 78


def test_json_holds_code_title_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    title, text = CODES["crashed"]

    told = json.loads(explained("crashed", capsys, as_json=True))

    assert told == {"code": "crashed", "title": title, "text": text}


@pytest.mark.parametrize(
    ("asked", "help_"),
    [
        ("E-SHAP", "write 'grade explain E-SHAPE'"),
        ("e-shap", "write 'grade explain E-SHAPE'"),
        ("crashd", "write 'grade explain crashed'"),
        ("zzz", "copy the code from the message"),
    ],
)
def test_an_unknown_code_is_answered_with_the_nearest(asked: str, help_: str) -> None:
    with pytest.raises(UsageError) as error:
        explain(code=asked, as_json=False, progress=None)

    assert str(error.value).startswith(f"grade explain: there is no code '{asked}'  [E-CODE]\n")
    assert str(error.value).endswith(f"help: {help_}")
