"""What stands beside an error is quoted from the hand-in."""

from __future__ import annotations

import json
import sys

import pytest

from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation
from grader.quoting import quoted

SOURCE = "import torch\n\n\ndef encode(x):\n    return x.nowhere\n"
NOTEBOOK = json.dumps({"cells": [{"source": ["def encode(x):\n", '    return x["nowhere"]\n']}]})
FILES = {"nmt_model.py": SOURCE.encode(), "a4.ipynb": NOTEBOOK.encode()}


def frames_of(*frames: Frame) -> tuple[Frame, ...]:
    fault = quoted(Observation("raised", fault=Fault("AttributeError", "", frames)), FILES).fault

    assert fault is not None
    return fault.frames


def test_the_lines_around_an_error_come_from_the_file() -> None:
    (frame,) = frames_of(Frame("nmt_model.py", 5, "encode", ((5, "the hidden input is 7"),)))

    assert frame.near == ((3, ""), (4, "def encode(x):"), (5, "    return x.nowhere"))


@pytest.mark.parametrize(
    "frame",
    [
        Frame("the hidden input is 7", 5, "encode"),
        Frame("nmt_model.py", 99, "encode"),
        Frame("nmt_model.py", 0, "encode"),
        Frame("other.ipynb[cell 1]", 1, "encode", ((1, "def encode(x):"),)),
        Frame("a4.ipynb[cell 1]", 1, "encode", ((1, "the hidden input is 7"),)),
    ],
    ids=["no such file", "behind the end", "before the start", "no such notebook", "no such line in the notebook"],
)
def test_a_place_that_does_not_exist_is_not_shown(frame: Frame) -> None:
    assert frames_of(frame) == ()


@pytest.mark.parametrize(("said", "shown"), [("encode", "encode"), ("<module>", "<module>"), ("hidden_input_7", "")])
def test_a_function_is_named_only_if_the_file_defines_it(said: str, shown: str) -> None:
    (frame,) = frames_of(Frame("nmt_model.py", 5, said))

    assert frame.function == shown


def test_lines_of_a_cell_are_kept_if_the_notebook_holds_them() -> None:
    near = ((1, "def encode(x):"), (2, '    return x["nowhere"]'))

    (frame,) = frames_of(Frame("a4.ipynb[cell 1]", 2, "encode", near))

    assert frame.near == near


def test_a_file_in_its_own_encoding_is_read_in_it() -> None:
    content = "# -*- coding: gbk -*-\nx = '\u4f60\u597d' + 1\n".encode("gbk")
    observation = Observation("raised", fault=Fault("TypeError", "", (Frame("u.py", 2, "<module>"),)))

    fault = quoted(observation, {"u.py": content}).fault

    assert fault is not None
    assert fault.frames[0].near[-1] == (2, "x = '\u4f60\u597d' + 1")


def test_a_file_of_an_unknown_encoding_is_still_quoted() -> None:
    observation = Observation("raised", fault=Fault("TypeError", "", (Frame("u.py", 2, "<module>"),)))

    fault = quoted(observation, {"u.py": b"# coding: no-such\nx = 1\n"}).fault

    assert fault is not None
    assert fault.frames[0].near[-1] == (2, "x = 1")


def test_an_answer_is_left_as_it_is() -> None:
    answered = Observation("answered")

    assert quoted(answered, FILES) is answered


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"{sys.base_prefix}/lib/python3.11/json/decoder.py", "<python>/lib/python3.11/json/decoder.py"),
        ("/opt/venv/lib/torch/nn.py", "<venv>/lib/torch/nn.py"),
        ("/opt/worker/grader/kit/handin.py", "<kit>/grader/kit/handin.py"),
        ("/home/ann/notes.txt", "~/notes.txt"),
    ],
    ids=["python", "environment", "kit", "home"],
)
def test_paths_of_this_machine_are_not_shown(path: str, shown: str) -> None:
    fault = Fault("OSError", f"no such file: {path}", traceback=f'File "{path}", line 1')

    told = quoted(Observation("raised", fault=fault, stdout=path, stderr=f"at {path}"), {})

    assert told.fault == Fault("OSError", f"no such file: {shown}", traceback=f'File "{shown}", line 1')
    assert (told.stdout, told.stderr) == (shown, f"at {shown}")


def test_of_frames_in_many_large_files_the_last_are_quoted() -> None:
    files = {f"{number}.py": b"x = 1\n" * 800_000 for number in range(20)}
    claim = Fault("E", "", tuple(Frame(name, 1, "f") for name in files))

    fault = quoted(Observation("raised", fault=claim), files).fault

    assert fault is not None
    assert [frame.file for frame in fault.frames] == [f"{number}.py" for number in range(14, 20)]


def test_lines_of_notebooks_are_sought_within_a_budget() -> None:
    long = Frame("a4.ipynb[cell 1]", 1, "encode", ((1, "def encode(x):"),) * 20)

    assert len(frames_of(*[long] * 20)) == 2
