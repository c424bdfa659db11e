"""A small course in a temporary folder: one rubric, its probes, mistakes and solved file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.nouns.asked import Rubric
from grader.rubric.load import load_rubric

RUBRIC = """\
assignment: hw0
title: Sums
points: 10
seed: 7
units:
  sums: {defines: [add], given: {tables: stand_ins/tables.py}}
staff_files: {words.txt: staff/words.txt}
repairs: {torch_load: 0.5}
editions:
  - {name: W1, header: "year one", current: true}
accept: [add_reversed]
parts:
  1a:
    title: Adding
    points: 6
    probe: add
    fills: [sums.add]
    cases:
      few: {count: 3}
      one: {count: 1, public: true}
    checks:
      - {shape: {total: b 2h}, points: 1}
      - {id: value, close: total, points: 3, cases: [few]}
      - id: alone
        points: 2
        all:
          - {same: [one.total, "few.total[0:1]"], hint: "One row by itself."}
          - {finite: total, cases: [few]}
    plots:
      - {heatmap: total, case: few, title: Totals}
    mistakes: {forgets_last: 3}
  1b:
    title: Lines
    points: 2
    reads: out.txt
    checks:
      - {lines: {reference: data/ref.txt}, points: 1}
      - {bleu: {references: data/ref.txt, above: 18}, points: 1}
  1c:
    title: By hand
    points: 2
    answers: true
    checks:
      - {number: {p1: 4/9}, atol: 0.001, points: 1}
    written:
      - {id: why, text: "Because.", points: 1}
"""

PROBES = '''\
"""Probes."""
def add(hw, *, count, seed, scale=1.0):
    return {"total": hw.sums.add(count)}

def _helper(hw):
    return None
'''

MISTAKES = """\
from grader.authoring import Edit, Mistake, Variant

forgets_last = Mistake("sums.py", was="sum(values)", now="sum(values[:-1])", hint="Add every value.")
add_reversed = Variant((Edit("sums.py", "sum(values)", "sum(reversed(values))"),))
"""

FILES = {
    "rubrics/hw0.yaml": RUBRIC,
    "reference/hw0/probes.py": PROBES,
    "reference/hw0/mistakes.py": MISTAKES,
    "reference/hw0/solved/sums.py": "def add(values):\n    return sum(values)\n",
    "reference/hw0/stand_ins/tables.py": "TABLE = {}\n",
    "reference/hw0/staff/words.txt": "one two\n",
    "reference/hw0/data/ref.txt": "a\nb\n",
}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rubric of the small course, as a path relative to the working directory."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Path("rubrics/hw0.yaml")


@pytest.fixture
def rewrite(course: Path) -> Callable[..., None]:
    """Replaces one text by another in a file of the course; the text must stand there exactly once."""

    def _rewrite(old: str, new: str, file: str = "rubrics/hw0.yaml") -> None:
        text = Path(file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        Path(file).write_text(text.replace(old, new), encoding="utf-8")

    return _rewrite


@pytest.fixture
def told(course: Path, rewrite: Callable[..., None]) -> Callable[..., str]:
    """What loading says after one text of a file was replaced by another."""

    def _told(old: str, new: str, file: str = "rubrics/hw0.yaml") -> str:
        rewrite(old, new, file)
        with pytest.raises(RubricError) as error:
            load_rubric(course)
        return str(error.value)

    return _told


@pytest.fixture
def rubric(course: Path) -> Rubric:
    """The small course's rubric, loaded."""
    return load_rubric(course)
