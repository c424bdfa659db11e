"""Whether a rubric agrees with itself: each contradiction is told with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

KINDS = (
    "shape, close, equal, below, above, finite, same, gradient, parameters, dropout, raises, number, lines, bleu, "
    "image, line, marks, curve_rows, trained, causal, perplexity, answer"
)
CASES = {
    "points of the rubric": (
        ("points: 10", "points: 11"),
        "rubrics/hw0.yaml:3:9: 'points' is 11, but its parts have 10  [E-RUBRIC-POINTS]\n"
        "  added: 1a 6, 1b 2, 1c 2\n"
        "  help: write 'points: 10', or mend one of them",
    ),
    "points of a part": (
        ("close: total, points: 3", "close: total, points: 2.5"),
        "rubrics/hw0.yaml:15:13: part 1a: 'points' is 6, but its checks and written items have 5.5  "
        "[E-RUBRIC-POINTS]\n"
        "  added: shape 1, value 2.5, alone 2\n"
        "  help: write 'points: 5.5', or mend one of them",
    ),
    "mistake keeps too much": (
        ("{forgets_last: 3}", "{forgets_last: 7}"),
        "rubrics/hw0.yaml:31:30: part 1a: the mistake 'forgets_last' keeps 7 points, but the checks of "
        "the part have 6  [E-RUBRIC-POINTS]\n"
        "  allowed: 0 to 6\n"
        "  help: write what it keeps",
    ),
    "snippet without a sign": (
        ("staff_files:", "snippets: {plot: {near: [norm], take: pick}}\nstaff_files:"),
        "rubrics/hw0.yaml:7:12: snippet plot: it does not say what the code reads or calls  [E-RUBRIC-SNIPPET]\n"
        "  allowed: reads, calls or both beside 'take: pick'\n"
        "  help: add one",
    ),
    "no kind": (
        ("close: total, ", ""),
        "rubrics/hw0.yaml:23:9: part 1a, check 2: it does not say what is checked  [E-CHECK-KIND]\n"
        f"  allowed: {KINDS}, all\n"
        "  help: add one of them",
    ),
    "two kinds": (
        ("close: total", "close: total, equal: total"),
        "rubrics/hw0.yaml:23:35: part 1a, check 2: 2 kinds of check stand here: close, equal  [E-CHECK-KIND]\n"
        "  allowed: one kind\n"
        "  help: make two checks of it, or an 'all'",
    ),
    "no kind in all": (
        ("finite: total, ", ""),
        "rubrics/hw0.yaml:28:13: part 1a, check 3, subcheck 2: it does not say what is checked  "
        "[E-CHECK-KIND]\n"
        f"  allowed: {KINDS}, all\n"
        "  help: add one of them",
    ),
    "unknown case": (
        ("points: 3, cases: [few]", "points: 3, cases: [fw]"),
        "rubrics/hw0.yaml:23:54: part 1a, check 2: there is no case 'fw'  [E-RUBRIC-CASE]\n"
        "  allowed: few, one\n"
        "  help: write 'few'",
    ),
    "unknown case in all": (
        ("finite: total, cases: [few]", "finite: total, cases: two"),
        "rubrics/hw0.yaml:28:36: part 1a, check 3, subcheck 2: there is no case 'two'  [E-RUBRIC-CASE]\n"
        "  allowed: few, one\n"
        "  help: name a case of this part, or add it",
    ),
    "unknown case of an operand": (
        ("few.total[0:1]", "fw.total"),
        "rubrics/hw0.yaml:27:32: part 1a, check 3, subcheck 1: there is no case 'fw'  [E-RUBRIC-CASE]\n"
        "  allowed: few, one\n"
        "  help: write 'few'",
    ),
    "unknown case of a plot": (
        ("case: few, title", "case: fw, title"),
        "rubrics/hw0.yaml:30:32: part 1a, plot 1: there is no case 'fw'  [E-RUBRIC-CASE]\n"
        "  allowed: few, one\n"
        "  help: write 'few'",
    ),
    "operand without output": (
        ("few.total[0:1]", "fewtotal"),
        "rubrics/hw0.yaml:27:32: part 1a, check 3, subcheck 1: 'fewtotal' is not an output of a case  "
        "[E-RUBRIC-OPERAND]\n"
        "  allowed: case.output or case.output[slices], as in ragged.h0[0:1]\n"
        "  help: write it so",
    ),
    "operand with a bad slice": (
        ("few.total[0:1]", "few.total[a]"),
        "rubrics/hw0.yaml:27:32: part 1a, check 3, subcheck 1: 'few.total[a]' is not an output of a "
        "case  [E-RUBRIC-OPERAND]\n"
        "  allowed: case.output or case.output[slices], as in ragged.h0[0:1]\n"
        "  help: write it so",
    ),
    "option of another kind": (
        ("close: total, points", "equal: total, rtol: 1, points"),
        "rubrics/hw0.yaml:23:35: part 1a, check 2: 'rtol' means nothing to 'equal'  [E-CHECK-OPTION]\n"
        "  allowed: with close, same, dropout, image, line, answer\n"
        "  help: leave it out",
    ),
    "cases beside same": (
        ("finite: total, cases", "same: [one.total, few.total], cases"),
        "rubrics/hw0.yaml:28:44: part 1a, check 3, subcheck 2: 'cases' means nothing to 'same'  "
        "[E-CHECK-OPTION]\n"
        "  allowed: with shape, close, equal, below, above, finite, gradient, parameters, dropout, "
        "raises, image, line, marks, causal, perplexity, answer, all\n"
        "  help: its operands name the cases",
    ),
    "option of no check with values": (
        ("finite: total, cases", "finite: total, as: bool, cases"),
        "rubrics/hw0.yaml:28:29: part 1a, check 3, subcheck 2: 'as' means nothing to 'finite'  "
        "[E-CHECK-OPTION]\n"
        "  allowed: with close, equal, same\n"
        "  help: leave it out",
    ),
    "id twice": (
        ("id: alone", "id: value"),
        "rubrics/hw0.yaml:24:13: part 1a, check 3: the id 'value' is taken in this part  [E-RUBRIC-TWICE]\n"
        "  allowed: each id once in a part\n"
        "  help: rename one of them",
    ),
    "id of a kind twice": (
        ("id: why", "id: number"),
        "rubrics/hw0.yaml:46:14: part 1c, written item 1: the id 'number' is taken in this part  "
        "[E-RUBRIC-TWICE]\n"
        "  allowed: each id once in a part\n"
        "  help: rename one of them",
    ),
    "no plot": (
        ("heatmap: total, ", ""),
        "rubrics/hw0.yaml:30:9: part 1a, plot 1: it does not say what is drawn  [E-RUBRIC-PLOT]\n"
        "  allowed: one of heatmap, curve, image, series, influence\n"
        "  help: name one output",
    ),
    "two plots": (
        ("heatmap: total,", "heatmap: total, curve: total,"),
        "rubrics/hw0.yaml:30:9: part 1a, plot 1: both heatmap and curve stand here  [E-RUBRIC-PLOT]\n"
        "  allowed: one of heatmap, curve, image, series, influence\n"
        "  help: name one output",
    ),
    "a plot with what another kind takes": (
        ("heatmap: total,", "heatmap: total, clip: 1.0,"),
        "rubrics/hw0.yaml:30:26: part 1a, plot 1: 'clip' means nothing to 'heatmap'  [E-RUBRIC-PLOT]\n"
        "  allowed: with series\n"
        "  help: leave it out",
    ),
    "two sources": (
        ("reads: out.txt", "reads: out.txt\n    answers: true"),
        "rubrics/hw0.yaml:36:5: part 1b: reads and answers stand here together  [E-RUBRIC-SOURCE]\n"
        "  allowed: one of them\n"
        "  help: make two parts of it",
    ),
    "no file to read": (
        ("    reads: out.txt\n", ""),
        "rubrics/hw0.yaml:36:10: part 1b, check 1: 'lines' has nothing to look at in this part  "
        "[E-CHECK-SOURCE]\n"
        "  allowed: beside 'reads: FILE'\n"
        "  help: add it to the part\n"
        "rubrics/hw0.yaml:37:10: part 1b, check 2: 'bleu' has nothing to look at in this part  "
        "[E-CHECK-SOURCE]\n"
        "  allowed: beside 'reads: FILE'\n"
        "  help: add it to the part",
    ),
    "no answers": (
        ("    answers: true\n", ""),
        "rubrics/hw0.yaml:43:10: part 1c, check 1: 'number' has nothing to look at in this part  "
        "[E-CHECK-SOURCE]\n"
        "  allowed: beside 'answers: true'\n"
        "  help: add it to the part",
    ),
    "values without probe": (
        ("number: {p1: 4/9}, atol: 0.001", "finite: total"),
        "rubrics/hw0.yaml:44:10: part 1c, check 1: 'finite' has nothing to look at in this part  "
        "[E-CHECK-SOURCE]\n"
        "  allowed: beside 'probe: NAME'\n"
        "  help: add it to the part",
    ),
    "nothing to judge": (
        ("  1c:\n", "  1d: {title: Empty, points: 0}\n  1c:\n"),
        "rubrics/hw0.yaml:39:3: part 1d: there is nothing to judge  [E-RUBRIC-EMPTY]\n"
        "  allowed: checks, written items or plots\n"
        "  help: add what is judged",
    ),
    "public that is no truth": (
        ("public: true", "public: 1"),
        "rubrics/hw0.yaml:20:31: part 1a, case one: 'public' is the number 1  [E-RUBRIC-TYPE]\n"
        "  allowed: true or false\n"
        "  help: write one of them",
    ),
    "probe without cases": (
        (
            "    answers: true\n    checks:\n      - {number: {p1: 4/9}, atol: 0.001",
            "    probe: add\n    checks:\n      - {finite: total",
        ),
        "rubrics/hw0.yaml:42:12: part 1c: the probe 'add' has no cases  [E-RUBRIC-CASE]\n"
        "  allowed: one case or more\n"
        "  help: add 'cases: {plain: {}}'",
    ),
    "cases without probe": (
        ("    answers: true\n", "    answers: true\n    cases: {few: {}}\n"),
        "rubrics/hw0.yaml:43:5: part 1c: there are cases, but no probe that runs them  [E-RUBRIC-CASE]\n"
        "  allowed: cases beside a probe\n"
        "  help: add 'probe: ...'",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_told_with_its_place(case: str, told: Callable[..., str]) -> None:
    change, message = CASES[case]

    assert told(*change) == message
