"""Which texts may be logs, and which of their lines are looked at."""

from __future__ import annotations

import json

import pytest

from grader.judge.logs.find import LARGEST_BYTES, MOST_LINES, WIDEST, Text, lines_with, log_texts


def texts(**files: str) -> list[tuple[str, str]]:
    """What was printed according to these files."""
    found = log_texts({name.replace("_", "."): content.encode() for name, content in files.items()})
    return [(text.file, text.content) for text in found.printed]


def notebook(*outputs: object) -> str:
    """A notebook of one cell with these outputs."""
    return json.dumps({"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": list(outputs)}]})


@pytest.mark.parametrize("name", ["a_log", "a_txt", "a_out", "a_err", "a_md", "A_LOG"])
def test_texts_are_read_by_their_suffix(name: str) -> None:
    assert texts(**{name: "x\r\ny"}) == [(name.replace("_", "."), "x\ny")]


def test_code_is_no_log() -> None:
    assert texts(run_py="print('x')") == []


def test_a_bar_that_is_drawn_again_is_lines_and_colours_are_left_out() -> None:
    assert texts(a_log="1%\r2%\r\x1b[32mdone\x1b[0m\n") == [("a.log", "1%\n2%\ndone\n")]


def test_the_outputs_of_a_cell_are_one_text() -> None:
    stream = {"output_type": "stream", "text": ["a\n", "b\n"]}
    plain = {"output_type": "execute_result", "data": {"text/plain": "TrainOutput()"}}

    assert texts(n_ipynb=notebook(stream, plain)) == [("n.ipynb, cell 2", "a\nb\n\nTrainOutput()")]


def test_html_is_read_without_its_tags_a_row_a_line() -> None:
    html = "<table><tr><th>Epoch</th><th>Loss</th></tr>\n<tr><td>1</td><td>2.5</td></tr></table>"

    ((_, content),) = texts(n_ipynb=notebook({"data": {"text/html": html}}))

    assert [line.split() for line in content.split("\n") if line.strip()] == [["Epoch", "Loss"], ["1", "2.5"]]


@pytest.mark.parametrize(
    "content",
    ["", "[", "[" * 100_000, "null", '{"cells": 3}', '{"cells": [1, {"outputs": 2}, {"outputs": [3, {"text": 4}]}]}'],
)
def test_what_is_no_notebook_has_no_text(content: str) -> None:
    assert texts(n_ipynb=content) == []


def test_a_pointer_of_git_lfs_is_no_log() -> None:
    assert texts(a_log="version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n") == []


def test_a_file_that_is_too_large_is_named() -> None:
    found = log_texts({"big.log": b"x" * (LARGEST_BYTES + 1), "big.csv": b"x" * (LARGEST_BYTES + 1)})

    assert (found.printed, found.data, found.too_large) == ((), (), ("big.log",))


def test_files_together_have_a_limit_and_small_ones_come_first() -> None:
    files = {f"{name}.log": b"x" * LARGEST_BYTES for name in "abcde"} | {"small.log": b"y"}

    found = log_texts(files)

    assert [text.file for text in found.printed] == ["a.log", "b.log", "c.log", "small.log"]
    assert found.too_large == ("d.log", "e.log")


def test_files_that_call_themselves_logs_are_known() -> None:
    found = log_texts({"x/run.log": b"", "train_1.txt": b"", "answers.txt": b"", "a.out": b""})

    assert found.named_log == ("a.out", "train_1.txt", "x/run.log")


def test_names_are_safe_text() -> None:
    assert log_texts({"a\x1b[2J.log": b"x"}).printed[0].file == "a␛[2J.log"


# --- lines ---


def test_lines_with_a_word_come_with_their_numbers_once_each() -> None:
    text = Text("a.log", "x\nloss 1 ppl 2\n\nppl 3\nnothing\nloss")

    assert [(line.number, line.text) for line in lines_with(text, ("loss", "ppl"))] == [
        (2, "loss 1 ppl 2"),
        (4, "ppl 3"),
        (6, "loss"),
    ]


def test_of_a_long_line_the_part_around_the_word_is_kept() -> None:
    text = Text("a.log", "a" * 5000 + "loss 1.5" + "b" * 5000)

    (line,) = lines_with(text, ("loss",))

    assert len(line.text) == WIDEST
    assert "loss 1.5" in line.text


def test_lines_are_counted_out() -> None:
    assert len(lines_with(Text("a.log", "loss\n" * (MOST_LINES + 5)), ("loss",))) == MOST_LINES
