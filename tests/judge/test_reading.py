"""What a part reads from the files themselves: from the place that its source names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from grader.judge.reading import handed_in
from grader.nouns.asked import Part


def part_of(**changes: Any) -> Part:
    """A part without a probe."""
    return Part(**{"id": "2a", "title": "", "points": 1.0, "source": "person"} | changes)


ANSWERS = {"answers.md": b"# 2a\nBecause.\n# 2b\nx = 3\n", "outputs/test.txt": b"a line\n"}


@pytest.mark.parametrize(
    ("part", "read"),
    [
        (part_of(source="file", reads="outputs/test.txt"), {"file": "a line\n"}),
        (part_of(source="answers"), {"answers": "Because."}),
        (part_of(source="probe", probe="encode"), {}),
        (part_of(source="person"), {}),
    ],
    ids=["file", "answers", "probe", "person"],
)
def test_each_source_is_read_from_its_place(part: Part, read: Mapping[str, str]) -> None:
    found = handed_in(part, ANSWERS)

    assert {name: next(iter(seen.texts.values())).strip() for name, seen in found.items()} == {
        name: text.strip() for name, text in read.items()
    }
