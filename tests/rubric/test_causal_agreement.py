"""Whether varied cases, causal checks, plots of influence and voids agree; each fault is told with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric

CHECK = "{of: total, changed: position, axes: l b v, along: l, allowed: past, label: true}"
RUBRIC = f"""\
assignment: hw1
title: Windows
points: 6
seed: 7
parts:
  3b:
    title: Causality
    points: 5
    probe: influence
    cases:
      window: {{count: 3, vary: {{position: 7, column: 3}}}}
      still: {{count: 3}}
    checks:
      - id: future
        points: 3
        causal: {CHECK}
        cases: [window]
        voids: [3d]
      - {{id: past, points: 1, causal: {{of: total, changed: position, needed: all}}, cases: [window]}}
      - {{id: shape, points: 1, shape: {{total: l b v}}}}
    plots:
      - {{influence: total, case: window, changed: position, title: Who sees whom}}
  3d:
    title: Near
    points: 1
    probe: influence
    cases: {{text: {{count: 3}}}}
    checks:
      - {{finite: total, points: 1}}
"""
PROBES = """\
def influence(hw, *, count, change=None, seed):
    return {"total": hw.add(count)}
"""
ONE_OF = "  allowed: one of allowed and needed\n"
CASES = {
    "vary of a list": (
        ("vary: {position: 7, column: 3}", "vary: [position]"),
        "rubrics/hw1.yaml:11:32: part 3b, case window: 'vary' is a list  [E-RUBRIC-VARY]\n"
        "  allowed: what is changed, and how many places it has, as in {position: 7}\n"
        "  help: write it so",
    ),
    "vary of nothing": (
        ("vary: {position: 7, column: 3}", "vary: {}"),
        "rubrics/hw1.yaml:11:32: part 3b, case window: 'vary' is empty  [E-RUBRIC-VARY]\n"
        "  allowed: what is changed, and how many places it has, as in {position: 7}\n"
        "  help: write it so",
    ),
    "no place": (
        ("column: 3", "column: 0"),
        "rubrics/hw1.yaml:11:54: part 3b, case window: 'column' has the number 0 places  [E-RUBRIC-VARY]\n"
        "  allowed: a whole number from 1 to 64\n"
        "  help: a run is made for each of them",
    ),
    "too many places": (
        ("column: 3", "column: 65"),
        "rubrics/hw1.yaml:11:54: part 3b, case window: 'column' has the number 65 places  [E-RUBRIC-VARY]\n"
        "  allowed: a whole number from 1 to 64\n"
        "  help: a run is made for each of them",
    ),
    "a truth for a number": (
        ("column: 3", "column: true"),
        "rubrics/hw1.yaml:11:54: part 3b, case window: 'column' has true places  [E-RUBRIC-VARY]\n"
        "  allowed: a whole number from 1 to 64\n"
        "  help: a run is made for each of them",
    ),
    "a name that is none": (
        ("column: 3", "co~lumn: 3"),
        "rubrics/hw1.yaml:11:46: part 3b, case window: 'co~lumn' is no name  [E-RUBRIC-VARY]\n"
        "  allowed: letters, digits, '_' and '-'\n"
        "  help: call it so",
    ),
    "the change is given": (
        ("window: {count: 3,", "window: {count: 3, change: 1,"),
        "rubrics/hw1.yaml:11:34: part 3b, case window: 'change' is given by the grader to the runs of a varied case  "
        "[E-RUBRIC-ARGUMENT]\n"
        "  allowed: def influence(hw, *, ..., change=None, seed)\n"
        "  help: leave it out",
    ),
    "allowed and needed": (
        ("allowed: past, label: true", "allowed: past, needed: past"),
        "rubrics/hw1.yaml:16:17: part 3b, check 1: allowed and needed stand here together  [E-RUBRIC-CAUSAL]\n"
        f"{ONE_OF}"
        "  help: make two checks of it",
    ),
    "neither allowed nor needed": (
        ("changed: position, needed: all", "changed: position"),
        "rubrics/hw1.yaml:19:39: part 3b, check 2: it does not say who may see whom  [E-RUBRIC-CAUSAL]\n"
        f"{ONE_OF}"
        "  help: add one of them",
    ),
    "no axis to go along": (
        ("changed: position, needed: all", "changed: position, needed: before"),
        "rubrics/hw1.yaml:19:39: part 3b, check 2: 'before' asks for places, but nothing says along which axis they lie"
        "  [E-RUBRIC-CAUSAL]\n"
        "  allowed: along: a letter of axes\n"
        "  help: add it",
    ),
    "along no axis": (
        ("along: l", "along: s"),
        "rubrics/hw1.yaml:16:68: part 3b, check 1: 's' is no axis of total  [E-RUBRIC-CAUSAL]\n"
        "  allowed: l, b, v\n"
        "  help: write one of them",
    ),
    "along without axes": (
        ("changed: position, needed: all", "changed: position, needed: before, along: t"),
        "rubrics/hw1.yaml:19:93: part 3b, check 2: 't' is no axis of total  [E-RUBRIC-CAUSAL]\n"
        "  allowed: l, b, v\n"
        "  help: write one of them",
    ),
    "a label of what must be seen": (
        ("changed: position, needed: all", "changed: position, needed: all, label: true"),
        "rubrics/hw1.yaml:19:83: part 3b, check 2: 'label' means nothing here  [E-RUBRIC-CAUSAL]\n"
        "  allowed: beside 'allowed: past' or 'allowed: before'\n"
        "  help: leave it out",
    ),
    "nothing is changed that is called so": (
        ("changed: position, needed", "changed: positoin, needed"),
        "rubrics/hw1.yaml:19:60: part 3b, check 2: nothing of case window is changed that is called 'positoin'  "
        "[E-RUBRIC-CAUSAL]\n"
        "  allowed: position, column\n"
        "  help: write 'position'",
    ),
    "a case that is not varied": (
        ("needed: all}, cases: [window]", "needed: all}, cases: [still]"),
        "rubrics/hw1.yaml:19:60: part 3b, check 2: nothing of case still is changed that is called 'position'  "
        "[E-RUBRIC-CAUSAL]\n"
        "  allowed: none\n"
        "  help: add it to 'vary' of case still",
    ),
    "every case, also one that is not varied": (
        ("needed: all}, cases: [window]", "needed: all}"),
        "rubrics/hw1.yaml:19:60: part 3b, check 2: nothing of case still is changed that is called 'position'  "
        "[E-RUBRIC-CAUSAL]\n"
        "  allowed: none\n"
        "  help: add it to 'vary' of case still",
    ),
    "voids of what must be seen": (
        ("needed: all}, cases: [window]", "needed: all}, cases: [window], voids: [3d]"),
        "rubrics/hw1.yaml:19:101: part 3b, check 2: only what may not be seen can be leaked  [E-RUBRIC-VOIDS]\n"
        "  allowed: beside 'allowed: ...'\n"
        "  help: leave it out",
    ),
    "voids of an unknown part": (
        ("voids: [3d]", "voids: [3e]"),
        "rubrics/hw1.yaml:18:17: part 3b, check 1: there is no part '3e'  [E-RUBRIC-VOIDS]\n"
        "  allowed: 3d\n"
        "  help: name another part",
    ),
    "voids of its own part": (
        ("voids: [3d]", "voids: 3b"),
        "rubrics/hw1.yaml:18:16: part 3b, check 1: a check cannot void its own part  [E-RUBRIC-VOIDS]\n"
        "  allowed: 3d\n"
        "  help: name another part",
    ),
    "voids of another kind": (
        ("{finite: total, points: 1}", "{finite: total, points: 1, voids: [3b]}"),
        "rubrics/hw1.yaml:29:36: part 3d, check 1: 'voids' means nothing to 'finite'  [E-CHECK-OPTION]\n"
        "  allowed: with causal, perplexity\n"
        "  help: leave it out",
    ),
    "voids under all": (
        ("shape: {total: l b v}}", f"all: [{{causal: {CHECK}, cases: [window], voids: [3d]}}]}}"),
        "rubrics/hw1.yaml:20:147: part 3b, check 3, subcheck 1: 'voids' means nothing under 'all'  [E-RUBRIC-VOIDS]\n"
        "  allowed: beside a check of its own\n"
        "  help: make a check of it",
    ),
    "a plot of no change": (
        ("case: window, changed: position, title", "case: window, title"),
        "rubrics/hw1.yaml:22:9: part 3b, plot 1: it does not say what is changed  [E-RUBRIC-PLOT]\n"
        "  allowed: changed: a key of the case's 'vary'\n"
        "  help: add it",
    ),
    "a plot that no check tells of": (
        ("case: window, changed: position, title", "case: window, changed: column, title"),
        "rubrics/hw1.yaml:22:21: part 3b, plot 1: no check of this part says who may see whom in total when a column "
        "is changed  [E-RUBRIC-PLOT]\n"
        "  allowed: beside 'causal: {of: total, changed: column, ...}'\n"
        "  help: add the check, or leave the plot out",
    ),
    "another plot with a change": (
        ("influence: total, case", "heatmap: total, case"),
        "rubrics/hw1.yaml:22:40: part 3b, plot 1: 'changed' means nothing to 'heatmap'  [E-RUBRIC-PLOT]\n"
        "  allowed: with influence\n"
        "  help: leave it out",
    ),
}


def told(folder: Path, old: str = "", new: str = "", probes: str = PROBES) -> str:
    """What loading the rubric says after a change."""
    assert not old or RUBRIC.count(old) == 1
    for name, text in {"rubrics/hw1.yaml": RUBRIC.replace(old, new), "reference/hw1/probes.py": probes}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "reference/hw1/solved").mkdir(exist_ok=True)
    try:
        load_rubric(Path("rubrics/hw1.yaml"))
    except RubricError as error:
        return str(error)
    return ""


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)
    return lambda *change, **more: told(tmp_path, *change, **more)


def test_nothing_is_wrong_with_the_rubric_itself(in_folder: Callable[..., str]) -> None:
    assert in_folder() == ""


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_its_place(case: str, in_folder: Callable[..., str]) -> None:
    change, message = CASES[case]

    assert in_folder(*change) == message


def test_a_probe_that_takes_no_change_cannot_be_varied(in_folder: Callable[..., str]) -> None:
    assert in_folder(probes=PROBES.replace(" change=None,", "")) == (
        "rubrics/hw1.yaml:11:26: part 3b, case window: the probe 'influence' cannot be told what to change  "
        "[E-RUBRIC-ARGUMENT]\n"
        "  allowed: def influence(hw, *, ..., change=None, seed)\n"
        "  help: let it take 'change=None'"
    )


def test_a_probe_that_takes_anything_can_be_varied(in_folder: Callable[..., str]) -> None:
    assert in_folder(probes=PROBES.replace(" change=None,", "").replace("seed)", "seed, **more)")) == ""


def test_axes_may_come_from_a_check_of_the_shape(in_folder: Callable[..., str]) -> None:
    assert in_folder("changed: position, axes: l b v, along: l,", "changed: position, along: l,") == ""
