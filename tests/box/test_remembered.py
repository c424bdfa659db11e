"""The level of a machine is tried once per boot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.remembered import FILE, level_of_this_boot


def test_the_first_time_it_is_tried_and_written_down(tmp_path: Path) -> None:
    level = level_of_this_boot(tmp_path / "out")

    assert level == best_level()
    assert json.loads((tmp_path / "out" / FILE).read_text())["level"] == level


def test_what_is_remembered_for_this_boot_is_believed(tmp_path: Path) -> None:
    level_of_this_boot(tmp_path)
    told = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**told, "level": "container"}))

    assert level_of_this_boot(tmp_path) == "container"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"level": "open"}', '{"for": ["another boot"], "level": "container"}'],
    ids=["empty", "cut", "a list", "open", "another boot"],
)
def test_anything_else_is_tried_again(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    assert level_of_this_boot(tmp_path) == best_level()


def test_open_is_never_believed(tmp_path: Path) -> None:
    level_of_this_boot(tmp_path)
    told = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**told, "level": "open"}))

    assert level_of_this_boot(tmp_path) == best_level()


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in the way")

    assert level_of_this_boot(tmp_path / "out") == best_level()
