"""Every code that can be printed is explained, and nothing is explained that cannot be printed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from grader.codes import CODES
from grader.codes.authoring import AUTHORING
from grader.codes.findings import FINDINGS
from grader.codes.running import RUNNING
from grader.codes.states import STATES
from grader.codes.verdicts import VERDICTS
from grader.nouns.checked import State
from grader.nouns.plain import Outcome

PACKAGE = Path(__file__).resolve().parent.parent / "grader"
CODE = re.compile(r"E-[A-Z][A-Z0-9-]*[A-Z0-9]")
KNOWN = [name for name in CODES if CODE.fullmatch(name)]


@cache
def _printed() -> dict[str, str]:
    """Code -> the first place where the program writes it."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "codes"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.setdefault(node.value, f"{path.relative_to(PACKAGE)}:{node.lineno}")
    for name in ("Makefile", "tools/install"):
        for code in CODE.findall((PACKAGE.parent / name).read_text(encoding="utf-8")):
            found.setdefault(code, name)
    return found


def test_every_code_of_the_program_is_explained() -> None:
    unexplained = {code: place for code, place in _printed().items() if code not in CODES}

    assert unexplained == {}


def test_every_explained_code_can_be_printed() -> None:
    assert [code for code in KNOWN if code not in _printed()] == []


def test_every_verdict_is_explained() -> None:
    assert set(VERDICTS) == set(get_args(Outcome))


def test_every_state_of_a_part_at_home_is_explained_once() -> None:
    assert {*STATES, *VERDICTS} >= set(get_args(State))
    assert not STATES.keys() & VERDICTS.keys()


def test_no_code_is_explained_twice() -> None:
    assert len(CODES) == len(VERDICTS) + len(STATES) + len(FINDINGS) + len(RUNNING) + len(AUTHORING)


@pytest.mark.parametrize("code", CODES)
def test_an_explanation_has_a_title_and_whole_sentences(code: str) -> None:
    title, text = CODES[code]

    assert 5 < len(title) < 60
    assert not title.endswith(".")
    assert text.strip().endswith(".")
    assert textwrap.dedent(text).strip().count("\n\n") < 3


@pytest.mark.parametrize("code", CODES)
def test_an_explanation_refers_only_to_codes_that_exist(code: str) -> None:
    mentioned = CODE.findall(CODES[code][1])

    assert [each for each in mentioned if each not in CODES] == []


def test_the_table_needs_nothing_but_the_standard_library() -> None:
    program = "import sys; before = set(sys.modules); import grader.codes; print(*sorted(set(sys.modules) - before))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    ours = {
        "grader",
        *(f"grader.codes{end}" for end in ("", ".authoring", ".findings", ".running", ".states", ".verdicts")),
    }
    assert {name for name in done.stdout.split() if name.split(".")[0] not in sys.stdlib_module_names} == ours
