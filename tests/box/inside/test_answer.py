"""What a case says about itself, whatever their exception is like."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.box.inside import answer
from grader.box.wire import read_frame

WORK = """import json
def deep(n):
    return deep(n - 1) if n else {}["key"]
def far():
    return json.loads("{")
class Loud(Exception):
    def __str__(self):
        raise ValueError("no text")
def loud():
    raise Loud
def long():
    raise ValueError("x" * 100_000)
"""


@pytest.fixture
def work(tmp_path: Path) -> ModuleType:
    """Their file, imported from where it lies."""
    path = tmp_path / "work.py"
    path.write_text(WORK)
    module = ModuleType("work")
    exec(compile(WORK, str(path), "exec"), vars(module))
    return module


def told(action: Callable[[], Any], root: Path) -> dict[str, Any]:
    """What is said of the exception that `action` raises."""
    with pytest.raises(BaseException) as caught:
        action()
    return answer.raised(caught.value, root, "raised")["fault"]  # type: ignore[no-any-return]


def sent(head: dict[str, Any], values: dict[str, Any]) -> tuple[Any, Any]:
    """Head and tensors as grade reads them."""
    told, tell = os.pipe()
    answer.send(tell, head, values)
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        return read_frame(stream.read(), answer_bytes=2**20)


def test_a_fault_has_type_message_and_the_place_in_their_file(work: ModuleType, tmp_path: Path) -> None:
    fault = told(lambda: work.deep(0), tmp_path)

    assert (fault["type"], fault["message"]) == ("KeyError", "'key'")
    assert fault["frames"] == [
        {
            "file": "work.py",
            "line": 3,
            "function": "deep",
            "near": [
                [1, "import json"],
                [2, "def deep(n):"],
                [3, '    return deep(n - 1) if n else {}["key"]'],
                [4, "def far():"],
                [5, '    return json.loads("{")'],
            ],
        }
    ]


def test_only_their_own_files_are_places_and_the_traceback_has_all(work: ModuleType, tmp_path: Path) -> None:
    fault = told(work.far, tmp_path)

    assert [frame["function"] for frame in fault["frames"]] == ["far"]
    assert "json/decoder.py" in fault["traceback"]


def test_of_a_deep_recursion_the_last_places_are_told(work: ModuleType, tmp_path: Path) -> None:
    frames = told(lambda: work.deep(100), tmp_path)["frames"]

    assert len(frames) == answer.FRAMES
    assert frames[-1]["line"] == 3


@pytest.mark.parametrize("lines", [1, 3])
def test_a_syntax_error_has_its_place_though_no_frame_has_it(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "work.py"
    text = "\n" * (lines - 1) + "def answer(:\n"
    path.write_text(text)
    (frame,) = told(lambda: compile(text, str(path), "exec"), tmp_path)["frames"]

    assert (frame["file"], frame["line"], frame["function"]) == ("work.py", lines, "")
    assert frame["near"][-1] == [lines, "def answer(:"]


def test_a_place_whose_text_is_gone_has_no_lines_near(tmp_path: Path) -> None:
    code = compile("\n\n1 / 0", str(tmp_path / "gone.py"), "exec")
    (frame,) = told(lambda: exec(code), tmp_path)["frames"]

    assert (frame["line"], frame["near"]) == (3, [])


def test_long_lines_are_cut(tmp_path: Path) -> None:
    text = "1 / 0  # " + "x" * 10_000
    (tmp_path / "wide.py").write_text(text)
    (frame,) = told(lambda: exec(compile(text, str(tmp_path / "wide.py"), "exec")), tmp_path)["frames"]

    assert frame["near"] == [[1, text[: answer.LINE_CHARACTERS]]]


def test_an_exception_without_a_text_of_its_own_is_said_so(work: ModuleType, tmp_path: Path) -> None:
    fault = told(work.loud, tmp_path)

    assert fault["type"] == "Loud"
    assert fault["message"] == "(its own text could not be made: ValueError)"
    assert "Loud" in fault["traceback"]


def test_a_long_message_is_cut_and_of_the_traceback_the_end_is_kept(work: ModuleType, tmp_path: Path) -> None:
    fault = told(work.long, tmp_path)

    assert fault["message"] == "x" * answer.MESSAGE_CHARACTERS
    assert len(fault["traceback"]) == answer.TRACEBACK_CHARACTERS


def test_a_long_name_of_a_type_is_cut(tmp_path: Path) -> None:
    kind = type("E" * 5000, (Exception,), {})

    assert answer.raised(kind(), tmp_path, "raised")["fault"]["type"] == "E" * answer.LINE_CHARACTERS


def test_a_traceback_that_cannot_be_made_is_said_so() -> None:
    class Odd(Exception):  # noqa: N818
        __cause__ = property(lambda self: 1 / 0)

    assert answer.full_traceback(Odd()) == "(the traceback could not be made: ZeroDivisionError)"


@pytest.mark.parametrize("how", ["raised", "import_error"])
def test_a_fault_crosses_the_wire(work: ModuleType, tmp_path: Path, how: str) -> None:
    with pytest.raises(KeyError) as caught:
        work.deep(0)
    head, tensors = sent(answer.raised(caught.value, tmp_path, how), {})

    assert head.ended == how
    assert head.fault.frames[0].line == 3
    assert tensors == {}


def test_outputs_cross_the_wire_as_tensors_and_texts() -> None:
    head, tensors = sent(answer.ended("answered"), {"y": np.arange(3), "best": "two"})

    assert head.ended == "answered"
    assert head.texts == {"best": "two"}
    assert tensors["y"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "value", [None, {"a": 1}, object(), [1, [2]], np.array(["x"])], ids=lambda each: type(each).__name__
)
def test_an_output_that_cannot_be_sent_is_their_fault_and_the_notes_stay(value: object) -> None:
    head, tensors = sent({**answer.ended("answered"), "notes": ["file work: work.py"]}, {"fine": 1.0, "y": value})

    assert (head.ended, head.fault.type) == ("raised", "TypeError")
    assert head.fault.message.startswith("y is a") or head.fault.message.startswith("y is None")
    assert list(head.notes) == ["file work: work.py"]
    assert tensors == {}


@pytest.mark.parametrize(
    ("value", "kind"), [(None, "NoneType"), ([1.0], "list"), (np.ones(2), "ndarray"), ((1, 2), "tuple")]
)
def test_a_probe_gives_a_dict_and_nothing_else(value: object, kind: str) -> None:
    with pytest.raises(TypeError, match=f"the probe gave a {kind}; a dict of named outputs is needed"):
        answer.outputs(value)


def test_what_a_probe_gives_is_passed_on_as_it_is() -> None:
    given = {"y": 1.0}

    assert answer.outputs(given) is given


def test_a_case_that_ended_otherwise_says_how_and_why() -> None:
    head, _ = sent(answer.ended("missing", reason="the class 'NMT' is missing"), {})

    assert (head.ended, head.reason, head.fault) == ("missing", "the class 'NMT' is missing", None)
