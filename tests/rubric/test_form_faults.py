"""The form of a rubric: what the schema refuses, in the words of an author."""

from __future__ import annotations

from collections.abc import Callable

import pytest

KINDS = (
    "shape, close, equal, below, above, finite, same, gradient, parameters, dropout, raises, number, lines, bleu, "
    "image, line, marks, curve_rows, trained, causal, perplexity, answer"
)
CASES = {
    "unknown key": (
        ("title: Sums", "title: Sums\ntitel: Sums"),
        "rubrics/hw0.yaml:3:1: there is no key 'titel'  [E-RUBRIC-KEY]\n"
        "  allowed: assignment, title, points, seed, reveal, tolerance, limits, repeat, units, snippets, public, of, "
        "handout, data, staff_files, repairs, editions, logs, accept, parts\n"
        "  help: write 'title'",
    ),
    "missing key": (
        ("points: 10\n", ""),
        "rubrics/hw0.yaml:1:1: the key 'points' is missing  [E-RUBRIC-MISSING]\n"
        "  expected: The sum of its parts.\n"
        "  help: add 'points: ...'",
    ),
    "missing key of a part": (
        ("    title: Lines\n", ""),
        "rubrics/hw0.yaml:32:3: part 1b: the key 'title' is missing  [E-RUBRIC-MISSING]\n"
        "  expected: What reports call it.\n"
        "  help: add 'title: ...'",
    ),
    "missing points of a check": (
        ("close: total, points: 3", "close: total"),
        "rubrics/hw0.yaml:23:9: part 1a, check 2: the key 'points' is missing  [E-RUBRIC-MISSING]\n"
        "  expected: What it is worth.\n"
        "  help: add 'points: ...'",
    ),
    "text for a number": (
        ("points: 10", "points: ten"),
        "rubrics/hw0.yaml:3:9: 'points' is the text 'ten'  [E-RUBRIC-TYPE]\n"
        "  allowed: a number\n"
        "  help: mend this value",
    ),
    "number in quotes": (
        ("points: 10", "points: '10'"),
        "rubrics/hw0.yaml:3:9: 'points' is the text '10'  [E-RUBRIC-TYPE]\n"
        "  allowed: a number\n"
        "  help: write the number without quotes",
    ),
    "number for a text": (
        ("assignment: hw0", "assignment: 4"),
        "rubrics/hw0.yaml:1:13: 'assignment' is the number 4  [E-RUBRIC-TYPE]\n"
        "  allowed: a text\n"
        "  help: put it in quotes",
    ),
    "fraction for a whole number": (
        ("seed: 7", "seed: 7.5"),
        "rubrics/hw0.yaml:4:7: 'seed' is the number 7.5  [E-RUBRIC-TYPE]\n"
        "  allowed: a whole number\n"
        "  help: mend this value",
    ),
    "negative points": (
        ("points: 10", "points: -1"),
        "rubrics/hw0.yaml:3:9: 'points' is the number -1  [E-RUBRIC-TYPE]\n"
        "  allowed: 0 or more\n"
        "  help: mend this value",
    ),
    "negative points of a mistake": (
        ("{forgets_last: 3}", "{forgets_last: -1}"),
        "rubrics/hw0.yaml:31:30: part 1a: 'forgets_last' is the number -1  [E-RUBRIC-TYPE]\n"
        "  allowed: 0 or more\n"
        "  help: mend this value",
    ),
    "yes for true": (
        ("current: true", "current: yes"),
        "rubrics/hw0.yaml:10:45: edition 1: 'current' is the text 'yes'  [E-RUBRIC-TYPE]\n"
        "  allowed: true or false\n"
        "  help: write 'true'",
    ),
    "number for true": (
        ("answers: true", "answers: 1"),
        "rubrics/hw0.yaml:42:14: part 1c: 'answers' is the number 1  [E-RUBRIC-TYPE]\n"
        "  allowed: true or false\n"
        "  help: write one of them",
    ),
    "number for a group": (
        ("seed: 7", "seed: 7\ntolerance: 3"),
        "rubrics/hw0.yaml:5:12: 'tolerance' is the number 3  [E-RUBRIC-TYPE]\n"
        "  allowed: a group of keys with values\n"
        "  help: mend this value",
    ),
    "text for a list": (
        ("fills: [sums.add]", "fills: sums.add"),
        "rubrics/hw0.yaml:17:12: part 1a: 'fills' is the text 'sums.add'  [E-RUBRIC-TYPE]\n"
        "  allowed: a list\n"
        "  help: write [sums.add]",
    ),
    "list for a case": (
        ("{count: 3}", "[3]"),
        "rubrics/hw0.yaml:19:12: part 1a, case few: 'few' is a list  [E-RUBRIC-TYPE]\n"
        "  allowed: a group of keys with values\n"
        "  help: mend this value",
    ),
    "word that is none of the allowed": (
        ("seed: 7", "seed: 7\nreveal: some"),
        "rubrics/hw0.yaml:5:9: 'reveal' is the text 'some'  [E-RUBRIC-TYPE]\n"
        "  allowed: none, all\n"
        "  help: write one of them",
    ),
    "unknown tokenizer": (
        ("above: 18", "above: 18, tokenize: 14a"),
        "rubrics/hw0.yaml:38:64: part 1b, check 2: 'tokenize' is the text '14a'  [E-RUBRIC-TYPE]\n"
        "  allowed: 13a, intl, zh, char, none\n"
        "  help: write one of them",
    ),
    "bar above 100": (
        ("above: 18", "above: 180"),
        "rubrics/hw0.yaml:38:50: part 1b, check 2: 'above' is the number 180  [E-RUBRIC-TYPE]\n"
        "  allowed: 100 or less\n"
        "  help: mend this value",
    ),
    "empty text": (
        ("title: Sums", "title: ''"),
        "rubrics/hw0.yaml:2:8: 'title' is the text ''  [E-RUBRIC-TYPE]\n"
        "  allowed: a text that is not empty\n"
        "  help: mend this value",
    ),
    "key without value": (
        ("title: Sums", "title:"),
        "rubrics/hw0.yaml:2:1: 'title' has no value  [E-RUBRIC-TYPE]\n"
        "  allowed: a value behind the colon\n"
        "  help: write one, or leave the key out",
    ),
    "case without value": (
        ("few: {count: 3}", "few:"),
        "rubrics/hw0.yaml:19:7: part 1a, case few: 'few' has no value  [E-RUBRIC-TYPE]\n"
        "  allowed: a value behind the colon\n"
        "  help: write 'few: {}' for no arguments",
    ),
    "unknown check": (
        ("close: total", "closs: total"),
        "rubrics/hw0.yaml:23:21: part 1a, check 2: there is no check called 'closs'  [E-CHECK-NAME]\n"
        f"  allowed: {KINDS}, all\n"
        "  help: write 'close'",
    ),
    "unknown check in all": (
        ("finite: total", "finit: total"),
        "rubrics/hw0.yaml:28:14: part 1a, check 3, subcheck 2: there is no check called 'finit'  "
        "[E-CHECK-NAME]\n"
        f"  allowed: {KINDS}\n"
        "  help: write 'finite'",
    ),
    "all inside all": (
        ("finite: total", "all: [{finite: total}]"),
        "rubrics/hw0.yaml:28:14: part 1a, check 3, subcheck 2: there is no key 'all'  [E-RUBRIC-KEY]\n"
        f"  allowed: {KINDS}, cases, rtol, atol, to, dtype, as, hint, voids\n"
        "  help: leave it out",
    ),
    "unknown key in a check": (
        ("close: total", "close: total, hints: x"),
        "rubrics/hw0.yaml:23:35: part 1a, check 2: there is no key 'hints'  [E-RUBRIC-KEY]\n"
        f"  allowed: {KINDS}, cases, rtol, atol, to, dtype, as, hint, voids, id, points and 1 more\n"
        "  help: write 'hint'",
    ),
    "no names": (
        ("close: total", "close: []"),
        "rubrics/hw0.yaml:23:28: part 1a, check 2: 'close' is empty  [E-RUBRIC-TYPE]\n"
        "  allowed: a name, or a list of names\n"
        "  help: mend this value",
    ),
    "names that are numbers": (
        ("close: total", "close: [total, 3]"),
        "rubrics/hw0.yaml:23:28: part 1a, check 2: 'close' is a list  [E-RUBRIC-TYPE]\n"
        "  allowed: a name, or a list of names\n"
        "  help: mend this value",
    ),
    "one operand": (
        ('[one.total, "few.total[0:1]"]', "[one.total]"),
        "rubrics/hw0.yaml:27:20: part 1a, check 3, subcheck 1: 'same' has 1 item  [E-RUBRIC-TYPE]\n"
        "  allowed: 2 items\n"
        "  help: mend this value",
    ),
    "axes": (
        ("b 2h", "b 2*h"),
        "rubrics/hw0.yaml:22:25: part 1a, check 1: 'total' is the text 'b 2*h'  [E-RUBRIC-AXES]\n"
        "  allowed: one term for each axis, between blanks: b, 3, 2h, t-1\n"
        "  help: mend '2*h'",
    ),
    "fraction of a number": (
        ("4/9", "4/0"),
        "rubrics/hw0.yaml:44:23: part 1c, check 1: 'p1' is the text '4/0'  [E-RUBRIC-TYPE]\n"
        "  allowed: a number, or a fraction as in 4/9\n"
        "  help: mend this value",
    ),
    "bound": (
        ("finite: total", "below: {total: {time: 2}}"),
        "rubrics/hw0.yaml:28:29: part 1a, check 3, subcheck 2: 'total' is a group of keys  [E-RUBRIC-TYPE]\n"
        "  allowed: a number, or {times: number} for so many times the reference's largest value\n"
        "  help: mend this value",
    ),
    "rate of dropout": (
        ("finite: total", "dropout: {eval: e, train: t, rate: 1}"),
        "rubrics/hw0.yaml:28:49: part 1a, check 3, subcheck 2: 'rate' is the number 1  [E-RUBRIC-TYPE]\n"
        "  allowed: less than 1\n"
        "  help: mend this value",
    ),
    "size without unit": (
        ("seed: 7", "seed: 7\nlimits: {memory: 2 GB}"),
        "rubrics/hw0.yaml:5:18: 'memory' is the text '2 GB'  [E-RUBRIC-LIMIT]\n"
        "  allowed: a size as in '512 MiB' or '2 GiB'\n"
        "  help: mend this value",
    ),
    "too little memory": (
        ("seed: 7", "seed: 7\nlimits: {memory: 32 MiB}"),
        "rubrics/hw0.yaml:5:18: 'memory' is the text '32 MiB'  [E-RUBRIC-LIMIT]\n"
        "  allowed: 64 MiB or more\n"
        "  help: mend this value",
    ),
    "no answer at all": (
        ("seed: 7", "seed: 7\nlimits: {answer: 0}"),
        "rubrics/hw0.yaml:5:18: 'answer' is the number 0  [E-RUBRIC-LIMIT]\n"
        "  allowed: 1 byte or more\n"
        "  help: mend this value",
    ),
    "no time": (
        ("seed: 7", "seed: 7\nlimits: {wall_s: 0}"),
        "rubrics/hw0.yaml:5:18: 'wall_s' is the number 0  [E-RUBRIC-LIMIT]\n"
        "  allowed: more than 0\n"
        "  help: mend this value",
    ),
    "no process": (
        ("seed: 7", "seed: 7\nlimits: {processes: 0}"),
        "rubrics/hw0.yaml:5:21: 'processes' is the number 0  [E-RUBRIC-LIMIT]\n"
        "  allowed: 1 or more\n"
        "  help: mend this value",
    ),
    "unknown limit": (
        ("seed: 7", "seed: 7\nlimits: {wall: 1}"),
        "rubrics/hw0.yaml:5:10: there is no key 'wall'  [E-RUBRIC-KEY]\n"
        "  allowed: wall_s, cpu_s, memory, answer, output, processes\n"
        "  help: write 'wall_s'",
    ),
    "unknown repair": (
        ("torch_load", "torch_lod"),
        "rubrics/hw0.yaml:8:11: there is no key 'torch_lod'  [E-RUBRIC-KEY]\n"
        "  allowed: uint8_masks, float_beam_index, torch_load, numpy_names, version_asserts\n"
        "  help: write 'torch_load'",
    ),
    "name with a blank": (
        ("1b:", "1 b:"),
        "rubrics/hw0.yaml:32:3: part 1 b: '1 b' cannot be a name here  [E-RUBRIC-TYPE]\n"
        "  allowed: letters, digits, '_', '-' and '.'\n"
        "  help: rename it",
    ),
    "id with a blank": (
        ("id: why", "id: w y"),
        "rubrics/hw0.yaml:46:14: part 1c, written item 1: 'id' is the text 'w y'  [E-RUBRIC-TYPE]\n"
        "  allowed: letters, digits, '_' and '-'\n"
        "  help: mend this value",
    ),
    "dotted name": (
        ("fills: [sums.add]", "fills: [sums-add]"),
        "rubrics/hw0.yaml:17:13: part 1a: item 1 of 'fills' is the text 'sums-add'  [E-RUBRIC-TYPE]\n"
        "  allowed: names between dots, as in nmt_model.NMT.encode\n"
        "  help: mend this value",
    ),
    "path that leaves the folder": (
        ("staff/words.txt", "../words.txt"),
        "rubrics/hw0.yaml:7:26: 'words.txt' is the text '../words.txt'  [E-RUBRIC-TYPE]\n"
        "  allowed: a relative path with '/', without '..'\n"
        "  help: mend this value",
    ),
    "absolute path": (
        ("reads: out.txt", "reads: /out.txt"),
        "rubrics/hw0.yaml:35:12: part 1b: 'reads' is the text '/out.txt'  [E-RUBRIC-TYPE]\n"
        "  allowed: a relative path with '/', without '..'\n"
        "  help: mend this value",
    ),
    "nothing defined": (
        ("defines: [add]", "defines: []"),
        "rubrics/hw0.yaml:6:19: unit sums: 'defines' is empty  [E-RUBRIC-TYPE]\n"
        "  allowed: at least one item\n"
        "  help: mend this value",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_form_refuses_is_told_in_three_lines(case: str, told: Callable[..., str]) -> None:
    change, message = CASES[case]

    assert told(*change) == message
