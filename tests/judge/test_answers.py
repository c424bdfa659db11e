"""answers.md: sections by part id, and numbers as people write them."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from grader.judge.answers import MOST_NUMBERS, is_heading_of, parse_number, read_answers
from grader.nouns.seen import Document, DocumentCell

ANSWERS = """# My answers

Hello.

# 1g

Pads get no weight.

## Why
Otherwise they take some.

# 1i Kinds of attention
- i: cheaper

## Part 2c: BLEU by hand
i_c1_p1 = 4/9
### i
i_c1_len = 9
"""


def answer(text: str | bytes, part: str = "2c") -> str:
    """The section of a part."""
    content = text.encode() if isinstance(text, str) else text
    return read_answers({"answers.md": content}, part).texts.get("answer", "")


def numbers(text: str) -> dict[str, float]:
    """The numbers under the heading 2c."""
    observation = read_answers({"answers.md": f"# 2c\n{text}".encode()}, "2c")
    return {name: float(value) for name, value in observation.tensors.items()}


@pytest.mark.parametrize(
    ("part", "section"),
    [
        ("1g", "Pads get no weight.\n\n## Why\nOtherwise they take some."),
        ("1i", "- i: cheaper"),
        ("2c", "i_c1_p1 = 4/9\n### i\ni_c1_len = 9"),
    ],
)
def test_a_section_goes_to_the_next_heading_of_its_level_or_of_another_part(part: str, section: str) -> None:
    assert answer(ANSWERS, part) == section


@pytest.mark.parametrize(
    "heading",
    [
        "# 2c",
        "###### 2C ##",
        "## 2c. BLEU",
        "## 2c) BLEU",
        "## (2c)",
        "## 2(c): BLEU",
        "## 2 c",
        "# Question 2c",
        "# Part 2c – BLEU",
        "# **2c**",
        "# Problem 2.c",
        "# Answer: 2c",
        "# Ｑ２c",
    ],
)
def test_a_heading_may_be_written_in_many_ways(heading: str) -> None:
    assert answer(f"{heading}\r\nyes\r\n") == "yes"


@pytest.mark.parametrize("heading", ["2c", "# 2ci", "# 12c", "# about 2c", "    # 2c", "# 2c-final", "#", "# "])
def test_what_is_no_heading_of_the_part_begins_no_section(heading: str) -> None:
    assert answer(f"{heading}\nyes\n") == ""


@pytest.mark.parametrize("part", ["1d-final", "P1", "3-sdpa"])
def test_ids_of_all_forms_are_found(part: str) -> None:
    assert answer(f"# {part}\nyes", part) == "yes"


def test_an_id_with_a_suffix_is_another_part() -> None:
    text = "# 1d\none\n# 1d-final\ntwo\n"

    assert (answer(text, "1d"), answer(text, "1d-final")) == ("one", "two")


def test_a_deeper_heading_of_another_part_ends_a_section() -> None:
    assert answer("# 2c\nyes\n## 2d\nno\n") == "yes"


def test_an_answer_in_two_places_is_one_answer() -> None:
    assert answer("# 2c\none\n# 2d\nno\n# 2c\ntwo\n") == "one\ntwo"


def test_a_repeated_heading_below_stays_in_the_section() -> None:
    assert answer("# 2c\none\n## 2c i\ntwo\n") == "one\n## 2c i\ntwo"


def test_a_comment_in_a_block_of_code_is_no_heading() -> None:
    assert answer("# 2c\n```\n# 2d\nx = 1\n```\n") == "```\n# 2d\nx = 1\n```"


@pytest.mark.parametrize(
    ("files", "ended", "reason"),
    [
        ({}, "missing", "answers.md was not handed in"),
        ({"answers.md": b"# 1g\nyes"}, "missing", "answers.md has nothing under a heading '2c'"),
        ({"a/answers.md": b"# 2c\n \n# 2d\n"}, "missing", "a/answers.md has nothing under a heading '2c'"),
        (
            {"answers.md": b"# 2c\n<!-- write\n\nhere -->\n\n# 2d\nx"},
            "missing",
            "answers.md has nothing under a heading '2c'",
        ),
        ({"answers.md": b"# 2c\n<!-- write here"}, "missing", "answers.md has nothing under a heading '2c'"),
        (
            {"answers.md": b"version https://git-lfs.github.com/spec/v1\noid x"},
            "missing",
            "answers.md is a Git LFS pointer, not the file",
        ),
        ({"answers.md": b"# 2c\n" + b"x" * 5_000_000}, "unreadable", "answers.md is larger than 4 MiB"),
    ],
    ids=["none", "other-part", "empty", "comment", "open-comment", "pointer", "huge"],
)
def test_no_answer_says_why(files: dict[str, bytes], ended: str, reason: str) -> None:
    observation = read_answers(files, "2c")

    assert (observation.ended, observation.reason) == (ended, reason)


def test_an_answer_is_safe_text() -> None:
    assert answer("# 2c\na\x1b[2Jb\u202e\n") == "a␛[2Jb\\u202e"


def test_a_long_paragraph_is_not_cut() -> None:
    assert answer("# 2c\n" + "word " * 400).count("word") == 400


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("p1 = 4/9", "p1", 4 / 9),
        ("p1=0.444", "p1", 0.444),
        ("p1: 0.444", "p1", 0.444),
        ("- p1 = 44.4 %", "p1", 0.444),
        ("* `p1` = `0,444`", "p1", 0.444),
        ("**p1** = 4/9 = 0.444", "p1", 4 / 9),
        ("1. p1 ≈ .444", "p1", 0.444),
        ("> $p_1$ = $\\frac{4}{9}$", "p_1", 4 / 9),
        ("i\\_c1\\_p1 = 0.444", "i_c1_p1", 0.444),
        ("I C1 p1 = 1", "i_c1_p1", 1.0),
        ("c1: p1 = 3/8.", "c1_p1", 0.375),
        ("BP = 1", "bp", 1.0),
        ("len ＝ ９", "len", 9.0),
        ("x = -1.5e-3", "x", -0.0015),
        ("x = 1,234,567", "x", 1234567.0),
        ("x = 5.", "x", 5.0),
        ("x = 0.5 (see above)", "x", 0.5),
        ("x = 50\\%", "x", 0.5),
        ("größe = 2", "grösse", 2.0),
    ],
)
def test_a_number_is_read_as_people_write_it(line: str, name: str, value: float) -> None:
    assert numbers(line) == {name: pytest.approx(value)}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "p1",
        "= 4",
        "p1 =",
        "p1 = about 4",
        "p1 = 4/0",
        "p1 = 1e999",
        "3 = 4",
        "p1 = nan",
        "x" * 50 + " = 1",
        "p1 = -",
    ],
)
def test_a_line_that_names_no_number_is_only_text(line: str) -> None:
    assert numbers(f"{line}\nrest") == {}


def test_the_later_of_two_lines_counts() -> None:
    assert numbers("p1 = 1\np1 = 2") == {"p1": 2.0}


def test_numbers_without_end_are_cut() -> None:
    assert len(numbers("\n".join(f"x{i} = {i}" for i in range(1000)))) == MOST_NUMBERS


def test_lines_made_to_be_slow_are_not() -> None:
    hostile = "\n".join(["_" * 3000, "a " * 1500, "*" * 3000 + "=", "x=" + "1" * 3000, "#" + " " * 3000 + "2"] * 50)

    started = time.perf_counter()
    numbers(hostile)

    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "value"), [("3/8", 0.375), ("−1", None), ("-\\dfrac{1}{4}", -0.25), ("\\frac{1}{0}", None), ("", None)]
)
def test_a_number_alone(text: str, value: float | None) -> None:
    assert parse_number(text) == value


# --- notebooks and PDFs ---


def book(*sources: str, path: str = "hw.ipynb") -> Document:
    """A notebook of Markdown cells, and of code cells where the source begins with `>>>`."""
    cells = tuple(
        DocumentCell(number, "code" if source.startswith(">>>") else "markdown", source, "")
        for number, source in enumerate(sources, start=1)
    )
    return Document("notebook", path, "5" * 64, cells=cells)


def report(*pages: str) -> Document:
    """A PDF of these pages."""
    return Document("pdf", "report.pdf", "5" * 64, pages=pages)


def found_in(part_id: str, *documents: Document, files: Mapping[str, bytes] | None = None) -> tuple[str, str]:
    """The answer to a part, and where it was found."""
    seen = read_answers(files or {}, part_id, documents, ["P1", "P2", "1g"])
    return seen.texts.get("answer", ""), seen.texts.get("from", "")


def test_a_notebook_answers_below_a_heading_that_names_the_part() -> None:
    told = book("# HW5", "## Problem 1: similarity\nbright", ">>> plot()", "on the diagonal", "## Problem 2\ntwo")

    assert found_in("P1", told) == ("bright\n\non the diagonal", "hw.ipynb")
    assert found_in("P2", told) == ("two", "hw.ipynb")


def test_code_that_speaks_of_a_part_is_no_answer() -> None:
    assert found_in("P1", book(">>> # P1\nplot()")) == ("", "")


def test_a_pdf_answers_from_the_line_that_names_the_part_to_the_next_one() -> None:
    told = report("Name: ada\nProblem 1 Similarity\nbright on", "the diagonal\nP2.\ntwo explosions", "at 311")

    assert found_in("P1", told) == ("Problem 1 Similarity\nbright on\nthe diagonal", "report.pdf, page 1")
    assert found_in("P2", told)[1] == "report.pdf, page 2"
    assert found_in("P2", told)[0].endswith("two explosions\nat 311")


def test_a_long_line_of_a_pdf_is_no_heading() -> None:
    assert found_in("P1", report("P1 " + "word " * 40)) == ("", "")


@pytest.mark.parametrize("line", ["P1", "p1:", "Problem 1", "1. Problem", "Question 1", "Part 1", "P 1", "# P1"])
def test_a_line_names_its_part(line: str) -> None:
    assert is_heading_of(line, "P1" if line[0] in "pP#" else "1" if line[0] == "1" else "Q1")


@pytest.mark.parametrize("line", ["11", "P11", "Problem 11", "Figure 1", "1 2 3", "", "In P1 we saw"])
def test_another_line_does_not_name_it(line: str) -> None:
    assert not is_heading_of(line, "P1")


def test_the_file_of_answers_comes_first_then_notebooks_then_the_pdf() -> None:
    files = {"answers.md": b"# P1\nfrom the file\n"}
    documents = (report("P1\nfrom the PDF"), book("# P1\nfrom the notebook"))

    assert found_in("P1", *documents, files=files) == ("from the file", "")
    assert found_in("P1", *documents) == ("from the notebook", "hw.ipynb")
    assert found_in("P2", *documents, files=files) == ("", "")


def test_numbers_in_a_notebook_count_as_in_a_file() -> None:
    seen = read_answers({}, "1g", [book("# 1g\n- p1 = 4/9")])

    assert float(seen.tensors["p1"]) == pytest.approx(4 / 9)


def test_where_nothing_is_said_the_reason_is_that_of_the_file() -> None:
    assert read_answers({}, "1g", [book("# Other")]).reason == "answers.md was not handed in"
