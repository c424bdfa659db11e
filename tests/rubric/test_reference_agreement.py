"""Whether a rubric agrees with its reference folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES = {
    "unknown probe": (
        ("probe: add", "probe: ad"),
        "rubrics/hw0.yaml:16:12: part 1a: there is no probe 'ad'  [E-RUBRIC-PROBE]\n"
        "  allowed: add\n"
        "  help: write 'add'",
    ),
    "private function": (
        ("probe: add", "probe: _helper"),
        "rubrics/hw0.yaml:16:12: part 1a: there is no probe '_helper'  [E-RUBRIC-PROBE]\n"
        "  allowed: add\n"
        "  help: write it in probes.py",
    ),
    "probe without seed": (
        ("count, seed, scale", "count, scale", "reference/hw0/probes.py"),
        "rubrics/hw0.yaml:16:12: part 1a: the probe 'add' must take the hand-in and a seed  [E-RUBRIC-PROBE]\n"
        "  allowed: def add(hw, *, ..., seed)\n"
        "  help: add them",
    ),
    "unknown argument": (
        ("{count: 3}", "{count: 3, scales: 2}"),
        "rubrics/hw0.yaml:19:31: part 1a, case few: the probe 'add' takes no 'scales'  [E-RUBRIC-ARGUMENT]\n"
        "  allowed: count, scale\n"
        "  help: write 'scale'",
    ),
    "missing argument": (
        ("{count: 3}", "{scale: 3}"),
        "rubrics/hw0.yaml:19:12: part 1a, case few: the probe 'add' needs 'count'  [E-RUBRIC-ARGUMENT]\n"
        "  allowed: count, scale\n"
        "  help: add 'count: ...' to the case",
    ),
    "seed in a case": (
        ("{count: 3}", "{count: 3, seed: 2}"),
        "rubrics/hw0.yaml:19:29: part 1a, case few: 'seed' is given to every probe by the grader  "
        "[E-RUBRIC-ARGUMENT]\n"
        "  allowed: count, scale\n"
        "  help: leave it out",
    ),
    "probes that are no Python": (
        ("def add(hw", "def add(hw:::", "reference/hw0/probes.py"),
        "reference/hw0/probes.py:2:12: this is not Python: invalid syntax  [E-RUBRIC-PYTHON]\n"
        "  allowed: a file of Python\n"
        "  help: mend this line",
    ),
    "mistakes that are no Python": (
        ("from grader", "frm grader", "reference/hw0/mistakes.py"),
        "reference/hw0/mistakes.py:1:5: this is not Python: invalid syntax  [E-RUBRIC-PYTHON]\n"
        "  allowed: a file of Python\n"
        "  help: mend this line",
    ),
    "unknown mistake": (
        ("{forgets_last: 3}", "{forget_last: 3, forgets_last: 3}"),
        "rubrics/hw0.yaml:31:16: part 1a: there is no mistake 'forget_last'  [E-RUBRIC-MISTAKE]\n"
        "  allowed: a mistake in mistakes.py\n"
        "  help: write 'forgets_last'",
    ),
    "variant for a mistake": (
        ("{forgets_last: 3}", "{add_reversed: 3, forgets_last: 3}"),
        "rubrics/hw0.yaml:31:16: part 1a: 'add_reversed' is no mistake  [E-RUBRIC-MISTAKE]\n"
        "  allowed: mistakes under a part, variants under 'accept'\n"
        "  help: move it",
    ),
    "unknown variant": (
        ("[add_reversed]", "[add_reversed, add_revers]"),
        "rubrics/hw0.yaml:11:24: there is no variant 'add_revers'  [E-RUBRIC-MISTAKE]\n"
        "  allowed: a variant in mistakes.py\n"
        "  help: write 'add_reversed'",
    ),
    "mistake for a variant": (
        ("[add_reversed]", "[add_reversed, forgets_last]"),
        "rubrics/hw0.yaml:11:24: 'forgets_last' is no variant  [E-RUBRIC-MISTAKE]\n"
        "  allowed: mistakes under a part, variants under 'accept'\n"
        "  help: move it",
    ),
    "mistake that is not named": (
        ("    mistakes: {forgets_last: 3}\n", ""),
        "reference/hw0/mistakes.py:3:1: the mistake 'forgets_last' stands in no part of "
        "rubrics/hw0.yaml  [E-RUBRIC-MISTAKE]\n"
        "  allowed: versions that the rubric names\n"
        "  help: add what it keeps to a part: 'mistakes: {forgets_last: 0}'",
    ),
    "variant that is not named": (
        ("accept: [add_reversed]\n", ""),
        "reference/hw0/mistakes.py:4:1: the variant 'add_reversed' does not stand in rubrics/hw0.yaml  "
        "[E-RUBRIC-MISTAKE]\n"
        "  allowed: versions that the rubric names\n"
        "  help: add 'add_reversed' to 'accept'",
    ),
    "unknown unit": (
        ("fills: [sums.add]", "fills: [sum.add]"),
        "rubrics/hw0.yaml:17:13: part 1a: there is no unit 'sum'  [E-RUBRIC-UNIT]\n"
        "  allowed: sums\n"
        "  help: write 'sums'",
    ),
    "unit without name": (
        ("fills: [sums.add]", "fills: [sums]"),
        "rubrics/hw0.yaml:17:13: part 1a: 'sums' names a unit, but nothing in it  [E-RUBRIC-UNIT]\n"
        "  allowed: unit.function or unit.Class.function\n"
        "  help: name what students write",
    ),
    "no staff file": (
        ("staff/words.txt", "staff/word.txt"),
        "rubrics/hw0.yaml:7:26: there is no file staff/word.txt in reference/hw0  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'staff/words.txt'",
    ),
    "no given file": (
        ("stand_ins/tables.py", "tables.py"),
        "rubrics/hw0.yaml:6:42: unit sums: there is no file tables.py in reference/hw0  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'stand_ins/tables.py'",
    ),
    "no reference of lines": (
        ("reference: data/ref.txt", "reference: data/rf.txt"),
        "rubrics/hw0.yaml:37:29: part 1b, check 1: there is no file data/rf.txt in reference/hw0  "
        "[E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'data/ref.txt'",
    ),
    "no reference of bleu": (
        ("references: data/ref.txt", "references: [data/ref.txt, ref.txt]"),
        "rubrics/hw0.yaml:38:44: part 1b, check 2: there is no file ref.txt in reference/hw0  "
        "[E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'data/ref.txt'",
    ),
    "no list of lines": (
        ("above: 18", "above: 18, lines: data/half.txt"),
        "rubrics/hw0.yaml:38:61: part 1b, check 2: there is no file data/half.txt in reference/hw0  "
        "[E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'data/ref.txt'",
    ),
    "solved file for students": (
        ("staff/words.txt", "solved/sums.py"),
        "rubrics/hw0.yaml:7:26: solved/sums.py would be given to students  [E-RUBRIC-SECRET]\n"
        "  allowed: files in stand_ins/, staff/ or data/, never solved/ or mistakes.py\n"
        "  help: put a file made for students there",
    ),
    "mistakes for students": (
        ("stand_ins/tables.py", "mistakes.py"),
        "rubrics/hw0.yaml:6:42: unit sums: mistakes.py would be given to students  [E-RUBRIC-SECRET]\n"
        "  allowed: files in stand_ins/, staff/ or data/, never solved/ or mistakes.py\n"
        "  help: put a file made for students there",
    ),
    "no reference folder": (
        ("assignment: hw0", "assignment: hw1"),
        "rubrics/hw0.yaml:1:13: there is no folder reference/hw1/  [E-RUBRIC-REFERENCE]\n"
        "  allowed: beside the rubric, or in a folder above it\n"
        "  help: docs/rubric.md says what is in it",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_folder_lacks_is_told_with_its_place(case: str, told: Callable[..., str]) -> None:
    change, message = CASES[case]

    assert told(*change) == message
